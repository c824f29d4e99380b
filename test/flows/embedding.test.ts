import { access, mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createLog,
  startBbs,
  type ConfigInput,
  type RunningBbs,
  type TakenConnection,
} from '../../src/index';
import type { Mail, MailTransport } from '../../src/mail/transport';
import { runOputil } from '../../src/oputil/program';
import { findPassword } from '../../src/store/passwords';
import { ROOT_ID } from '../../src/store/users';
import { openBackOffice } from '../support/back-office';
import { dialSsh, dialTelnet } from '../support/dial';
import { eventually } from '../support/raw-caller';
import { SkippingClock } from '../support/skipping-clock';
import { goToMainMenu, openTwoFactor, PASSWORD, signIn, MAIL_LINK } from '../support/sign-in';

const FREE_PORTS: ConfigInput = {
  loginServers: { telnet: { port: 0 }, ssh: { port: 0 } },
  contentServers: { web: { https: { port: 0 } } },
};

describe('a board inside another program', () => {
  const running: RunningBbs[] = [];
  const folders: string[] = [];
  afterEach(async () => {
    for (const bbs of running.splice(0)) await bbs.close();
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  });

  async function start(options: Parameters<typeof startBbs>[0] = {}): Promise<RunningBbs> {
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'sallyport-embedded-')));
    folders.push(dataDir);
    const log = createLog({ level: 'silent', write: () => undefined, nowMs: () => Date.now() });
    const bbs = await startBbs({ log, config: FREE_PORTS, ...options, dataDir });
    running.push(bbs);
    return bbs;
  }

  const portOf = (bbs: RunningBbs, server: string): number => bbs.addresses[server]?.port ?? 0;

  it('hashes passwords at the cost of the program, which no option lowers (rule C3)', async () => {
    const bbs = await start();
    const backend = await openBackOffice(bbs.dataDir);
    const { hash } = (await backend.db.run((sql) => findPassword(sql, ROOT_ID))) as {
      hash: string;
    };
    await backend.close();
    expect(hash).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
    const cheap = { hashCost: { memoryCost: 8, timeCost: 1, parallelism: 1 } };
    await expect(start(cheap as object)).rejects.toThrow("startBbs has no option 'hashCost'");
  });

  it('starts twice in one process, each with ports, users and a name of its own', async () => {
    // Names too long for letters of the art, so that they stand there as text.
    const names = ['The North Gate of a Quiet Harbour', 'The South Gate of a Quiet Harbour'];
    const boards = await Promise.all(
      names.map((boardName) => start({ config: { ...FREE_PORTS, general: { boardName } } })),
    );
    const ports = boards.flatMap((bbs) => Object.values(bbs.addresses).map(({ port }) => port));
    expect(new Set(ports).size).toBe(6);
    for (const [index, bbs] of boards.entries()) {
      const caller = await dialTelnet({ port: portOf(bbs, 'telnet') });
      expect(await caller.sees('Sign in')).toContain(names[index]);
      await signIn(caller, 'sysop', bbs.firstSysop?.password ?? '');
      await goToMainMenu(caller);
      caller.hangUp();
    }
    expect(boards[0]?.firstSysop?.password).not.toBe(boards[1]?.firstSysop?.password);
  });

  it('takes the connection of a caller who has signed in over, and gives it back to the menus', async () => {
    const taken: TakenConnection['facts'][] = [];
    const bbs = await start({
      onSignedIn: (caller) =>
        caller.takeOver(async ({ stream, facts }) => {
          taken.push(facts);
          stream.write('\x1b[2J\x1b[HYour name for the game?');
          await once(stream, 'data');
        }),
    });
    const caller = await dialTelnet({ port: portOf(bbs, 'telnet') });
    await signIn(caller, 'sysop', bbs.firstSysop?.password ?? '');
    await caller.sees('Your name for the game?');
    caller.type('x');
    await goToMainMenu(caller);
    caller.hangUp();
    expect(taken).toMatchObject([
      {
        userName: 'sysop',
        server: 'telnet',
        groups: expect.arrayContaining(['sysops']),
        factor: 1,
      },
    ]);
  });

  it('ends the call where the program fails for it', async () => {
    const bbs = await start({ onSignedIn: () => Promise.reject(new Error('no game today')) });
    const caller = await dialTelnet({ port: portOf(bbs, 'telnet') });
    await signIn(caller, 'sysop', bbs.firstSysop?.password ?? '');
    expect(await caller.isHungUpOn()).toContain('Something went wrong here');
  });

  it('closes one and leaves the other alone', async () => {
    const [first, second] = [await start(), await start()];
    const caller = await dialTelnet({ port: portOf(first, 'telnet') });
    await caller.sees('Sign in');
    await first.close();
    expect(await caller.isHungUpOn()).toContain('The board is going down.');
    await expect(dialTelnet({ port: portOf(first, 'telnet') })).rejects.toThrow('ECONNREFUSED');
    const other = await dialTelnet({ port: portOf(second, 'telnet') });
    await other.sees('Sign in');
    other.hangUp();
  });

  it('may be closed twice and at once, and leaves no run.json', async () => {
    const bbs = await start();
    await access(join(bbs.dataDir, 'run.json'));
    await Promise.all([bbs.close(), bbs.close()]);
    await bbs.close();
    await expect(access(join(bbs.dataDir, 'run.json'))).rejects.toThrow();
  });

  it('starts again on the data that it left', async () => {
    const before = await start();
    await before.close();
    const after = await start({ dataDir: before.dataDir });
    expect(after.firstSysop).toBeUndefined();
    const caller = await dialTelnet({ port: portOf(after, 'telnet') });
    await signIn(caller, 'sysop', before.firstSysop?.password ?? '');
    await goToMainMenu(caller);
    caller.hangUp();
  });

  it('hands mails to the program, takes its clock, and writes to its log', async () => {
    const mails: Mail[] = [];
    const mail: MailTransport = {
      send: (sent) => {
        mails.push(sent);
        return Promise.resolve();
      },
    };
    const lines: string[] = [];
    const clock = new SkippingClock();
    clock.skip(365 * 86_400_000);
    const log = createLog({
      level: 'info',
      write: (line) => lines.push(line),
      nowMs: () => clock.nowMs(),
    });
    const bbs = await start({ mail, clock, log });
    const io = {
      out: () => undefined,
      err: () => undefined,
      readLine: () => Promise.resolve(''),
      env: {},
    };
    const add = ['user', 'add', 'ada', '--password', PASSWORD, '--email', 'ada@example.org'];
    expect(await runOputil(['--data', bbs.dataDir, ...add], io)).toBe(0);
    const caller = await dialSsh({
      port: portOf(bbs, 'ssh'),
      userName: 'ada',
      password: PASSWORD,
    });
    await goToMainMenu(caller);
    await openTwoFactor(caller);
    caller.type(MAIL_LINK);
    await eventually('a mail', () => mails.length > 0);
    caller.hangUp();
    expect(mails[0]).toMatchObject({ to: 'ada@example.org' });
    const thatYear = new Date(clock.nowMs()).getUTCFullYear();
    expect(mails[0]?.date.getUTCFullYear()).toBe(thatYear);
    expect(lines.some((line) => line.includes(`"time":"${thatYear}-`))).toBe(true);
  });

  it('leaves nothing behind when it cannot start', async () => {
    const first = await start();
    const taken = portOf(first, 'ssh');
    const dataDir = await mkdtemp(join(tmpdir(), 'sallyport-embedded-'));
    const config = { ...FREE_PORTS, loginServers: { telnet: { port: 0 }, ssh: { port: taken } } };
    await expect(start({ dataDir, config })).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
    const second = await start({ dataDir });
    expect(portOf(second, 'ssh')).toBeGreaterThan(0);
  });
});
