import { createServer, type Socket } from 'node:net';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS, type DialledCaller } from '../support/dial';
import { FarBoard } from '../support/far-board';
import { FarLink } from '../support/far-link';
import { FarSsh } from '../support/far-ssh';
import { HeldClock } from '../support/held-clock';
import { eventually } from '../support/raw-caller';
import { freePort } from '../support/relay';
import { PASSWORD } from '../support/sign-in';
import { callerIn, mainMenuWith } from '../support/talk-board';

const LIMIT_MS = 3_000;
/** Pauses of a connection that was refused, by chance. */
const PAUSE_MS = [250, 500] as const;
const CODES = { sysCode: 'sys17', authCode: 'auth-word-9', schemeCode: 'scheme-word-4' };

describe('a board that takes the connection and says nothing', () => {
  const clock = new HeldClock();
  let silent: FarBoard;
  let gateway: FarSsh;
  let link: FarLink;
  let latePort: number;
  let dir: BoardDir;
  let board: TestBoard;
  let alice: DialledCaller;

  beforeAll(async () => {
    silent = await FarBoard.open();
    gateway = await FarSsh.open({ userName: 'gate', password: 'a word' });
    link = await new FarLink(CODES).open();
    latePort = await freePort();
    const to = { host: '127.0.0.1', port: silent.port, name: 'Silence' };
    const account = { userName: 'gate', password: 'a word', hostKey: gateway.fingerprint };
    const party = { host: to.host, name: to.name, username: 'gate', bbsTag: 'OUR' };
    const atGateway = { host: '127.0.0.1', port: gateway.port, ...account };
    const menus = {
      shell: { module: 'ssh_bridge', config: { ...to, ...account } },
      greeting: { module: 'rlogin', config: to },
      tunnel: { module: 'rlogin', config: { ...to, tunnel: { ...atGateway, port: silent.port } } },
      behind: { module: 'rlogin', config: { ...to, tunnel: atGateway } },
      party: {
        module: 'door_party',
        config: { ...party, ...account, sshPort: silent.port },
      },
      doors: {
        module: 'door_party',
        config: { ...party, ...account, sshPort: gateway.port, rloginPort: silent.port },
      },
      link: { module: 'bbs_link', config: { ...to, httpPort: silent.port, ...CODES, door: 'a' } },
      lateShell: { module: 'ssh_bridge', config: { ...to, ...account, port: latePort } },
      lateGreeting: { module: 'rlogin', config: { ...to, port: latePort } },
      lateLink: {
        module: 'bbs_link',
        config: { ...to, port: latePort, httpPort: link.port, ...CODES, door: 'a' },
      },
    };
    const commands = Object.fromEntries(
      Object.keys(menus).map((name) => [name.toUpperCase(), name]),
    );
    dir = await BoardDir.make({ 'config/menus/main.hjson': mainMenuWith(commands, menus) });
    board = await TestBoard.start({ boardDir: dir.path, clock });
    await board.addUser('alice', PASSWORD);
  });
  afterAll(async () => {
    await board.remove();
    await dir.remove();
    await link.close();
    await gateway.close();
    await silent.close();
  });
  beforeEach(async () => {
    alice = await callerIn(board, 'alice', PASSWORD);
  });
  afterEach(() => {
    clock.release();
    alice.hangUp();
  });

  const failures = (): number => board.events('onward.failed').length;

  /** The caller is told at the limit, and not a millisecond before. */
  const isToldAt = async (ms: number): Promise<void> => {
    const before = failures();
    await clock.advanceTo(ms - 1);
    expect(failures()).toBe(before);
    await clock.advanceTo(ms);
    await alice.sees('Silence does not answer. Please try again later.');
    expect(clock.heldMs).toBe(ms);
  };

  /** When a connection that was refused is tried again; undefined where the caller is told. */
  const pause = async (before: number): Promise<number | undefined> => {
    await eventually('a refused connection', () => {
      return clock.dueMs(...PAUSE_MS) !== undefined || failures() > before;
    });
    return failures() > before ? undefined : clock.dueMs(...PAUSE_MS);
  };

  it.each(['SHELL', 'TUNNEL', 'PARTY', 'GREETING', 'LINK'])(
    'is told to the caller after three seconds (%s)',
    async (command) => {
      const coming = silent.call(silent.calls.length + 1);
      clock.hold();
      alice.type(`${command}${KEYS.return}`);
      const call = await coming;
      if (command !== 'LINK') await call.sees(command === 'GREETING' ? 'ansi/115200' : 'SSH-2.0-');
      await isToldAt(LIMIT_MS);
      await eventually('the end at the board', () => call.isEnded);
    },
  );

  it.each(['BEHIND', 'DOORS'])(
    'has three seconds of its own behind a server that has answered (%s)',
    async (command) => {
      const coming = silent.call(silent.calls.length + 1);
      clock.hold();
      alice.type(`${command}${KEYS.return}`);
      await (await coming).sees('ansi/115200');
      await isToldAt(LIMIT_MS);
    },
  );

  it.each(['LATESHELL', 'LATEGREETING'])(
    'has what the connection has left of them, where it was refused first (%s)',
    async (command) => {
      clock.hold();
      alice.type(`${command}${KEYS.return}`);
      const before = failures();
      while (clock.heldMs < 1_500) await clock.advanceTo((await pause(before)) ?? NaN);
      const lastMs = (await pause(before)) ?? NaN;
      const sockets: Socket[] = [];
      let heard = 0;
      const late = createServer((socket) => {
        sockets.push(socket.on('data', () => (heard += 1)).on('error', () => undefined));
      });
      await new Promise<void>((resolve) => late.listen(latePort, '127.0.0.1', resolve));
      await clock.advanceTo(lastMs);
      await eventually('what the gate says first', () => heard > 0);
      await isToldAt(LIMIT_MS);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => late.close(resolve));
    },
  );

  it('has what its own service has left of them (bbs_link)', async () => {
    let grant: (() => void) | undefined;
    link.trick = ({ url }, response) => {
      if (url?.startsWith('/auth.php') === true) grant = () => void response.end('complete');
      return grant !== undefined;
    };
    const before = failures();
    clock.hold();
    alice.type(`LATELINK${KEYS.return}`);
    await eventually('the question to the service', () => grant !== undefined);
    await clock.advanceTo(1_500);
    grant?.();
    const next = (): Promise<number | undefined> => pause(before);
    for (let dueMs = await next(); dueMs !== undefined; dueMs = await next())
      await clock.advanceTo(dueMs);
    expect(clock.heldMs).toBeLessThanOrEqual(LIMIT_MS);
    await alice.sees('Silence does not answer. Please try again later.');
  });
});
