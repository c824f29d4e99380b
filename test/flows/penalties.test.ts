import { connect, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { TestBoard, type TestBoardOptions } from '../support/board';
import { KEYS } from '../support/dial';
import { PASSWORD, signIn } from '../support/sign-in';

const HERE = '127.0.0.1';
const WRONG = /wrong user name or password/i;

describe('a source that guesses (rule K1)', () => {
  let board: TestBoard;
  const start = async (before: TestBoardOptions = {}): Promise<void> => {
    board = await TestBoard.start({ config: { security: { exemptNetworks: [] } }, ...before });
  };
  afterEach(() => board.remove());

  /** Whether a connection is answered with so much as a byte. */
  function isAnswered(port: number): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(port, HERE);
      socket.once('data', () => {
        resolve(true);
        socket.destroy();
      });
      socket.on('error', () => undefined);
      socket.once('close', () => resolve(false));
    });
  }

  /** Four times: each costs five seconds, and from fifteen on a source is shut out. */
  async function guessFourTimes(): Promise<void> {
    const caller = await board.telnet();
    await signIn(caller, 'alice', 'wrong 1');
    await caller.sees(WRONG);
    for (const wrong of ['wrong 2', 'wrong 3']) caller.type(`${KEYS.return}${wrong}${KEYS.return}`);
    await caller.isHungUpOn();
    const another = await board.telnet();
    await signIn(another, 'nobody', 'wrong 4');
    await another.sees(WRONG);
    another.hangUp();
  }

  it('is not answered any more by any server, also after a restart, until its time is over (rule K1)', async () => {
    await start();
    await board.addUser('alice', PASSWORD);
    await guessFourTimes();
    expect(await isAnswered(board.telnetPort)).toBe(false);
    expect(await isAnswered(board.sshPort)).toBe(false);
    await board.bansWith(HERE);

    const { dataDir, clock } = board;
    await board.stop();
    await start({ dataDir, clock });
    expect(await isAnswered(board.telnetPort)).toBe(false);
    expect(board.events('call.refused')).toMatchObject([{ remoteIp: HERE, reason: 'penalty' }]);

    board.clock.skip(20_000);
    const caller = await board.telnet();
    await signIn(caller, 'alice');
    await caller.sees('Both doors are open.');
    caller.hangUp();
  });

  it('is let in again by the sysop, while the board runs (rule K1)', async () => {
    await start();
    await board.addUser('alice', PASSWORD);
    await guessFourTimes();
    expect(await isAnswered(board.sshPort)).toBe(false);
    await board.bansWith(HERE);
    const removedAtMs = board.clock.nowMs();
    await board.oputil('ban', 'remove', HERE);
    // Within the second that a running board takes to learn of it.
    while (!(await isAnswered(board.sshPort)))
      await new Promise<void>((resolve) => board.clock.after(50, resolve));
    // The penalty itself would have lasted longer.
    expect(board.clock.nowMs() - removedAtMs).toBeLessThan(10_000);
  });
});

describe('a caller who leaves without having tried to sign in (rule K1)', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start({
      config: {
        security: { exemptNetworks: [], maxPreAuthPerSource: 999, maxPerSource: 999 },
        loginServers: { webSocket: { wss: { enabled: true, port: 0 } } },
      },
    });
  });
  afterAll(() => board.remove());

  const UPGRADE = [
    ...['GET / HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket'],
    ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==', '', ''],
  ].join('\r\n');

  const CALLS: Readonly<Record<string, () => Socket>> = {
    telnet: () => connect(board.telnetPort, HERE),
    ssh: () => connect(board.sshPort, HERE),
    wss: () => {
      const socket = connectTls({ host: HERE, port: board.wssPort, rejectUnauthorized: false });
      socket.write(UPGRADE);
      return socket;
    },
  };

  /** Calls, waits for the first bytes and hangs up; false where nothing came. */
  function visit(server: string): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = CALLS[server]?.();
      socket?.on('error', () => undefined);
      // At once, for one who has only hung up is given the time for a first screen.
      socket?.once('data', () =>
        socket instanceof TLSSocket ? socket.destroy() : socket.resetAndDestroy(),
      );
      socket?.once('close', () => resolve(socket.bytesRead > 0));
    });
  }

  it.each(['telnet', 'ssh', 'wss'])(
    'is charged a second by %s, and not shut out by one visit',
    async (server) => {
      let visits = 0;
      while (visits < 90 && (await visit(server))) visits += 1;
      expect(visits).toBeGreaterThanOrEqual(14);
      expect(visits).toBeLessThan(90);
      expect(board.events('call.refused')).toContainEqual(
        expect.objectContaining({ server, reason: 'penalty', remoteIp: HERE }),
      );
      // Longer than all visits cost, where the charge of some came late.
      board.clock.skip(120_000);
      expect(await visit(server)).toBe(true);
      board.clock.skip(120_000);
    },
  );
});
