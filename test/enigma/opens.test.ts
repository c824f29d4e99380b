import { join } from 'node:path';
import iconv from 'iconv-lite';
import sqlite3 from 'sqlite3';
import { utils } from 'ssh2';
import { hotp } from '../support/authenticator';
import type { TestBoard } from '../support/board';
import type { DialledCaller } from '../support/dial';
import { ed25519Pair } from '../support/ssh-keys';
import { copyEnigmaBoard, describeEnigma, startEnigmaBoard, type EnigmaCopy } from './support';

const CLEAR = ['oldsysop', 'joe', 'erin', 'Müller', 'Two Words', 'legacy'] as const;
const PASSWORDS: Readonly<Record<string, string>> = {
  oldsysop: 'oldsysop-pass-1',
  joe: 'joe-secret-pass',
  Müller: 'müller-pässword',
  'Two Words': 'two-words-pass',
};
const passwordOf = (name: string): string => PASSWORDS[name] ?? `${name}-secret-pass`;
const STEP_MS = 30_000;

/** The accounts' secrets and codes as the old board has them in its table. */
async function readFactors(file: string): Promise<(name: string, property: string) => string> {
  const rows = await query(
    file,
    `select user_name, prop_name, prop_value from user_property
       join user on user.id = user_id where prop_name like 'auth_factor2%'`,
  );
  return (name, property) => {
    const row = rows.find((each) => each['user_name'] === name && each['prop_name'] === property);
    return String(row?.['prop_value'] ?? '');
  };
}

function query(file: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(file);
    database.all<Record<string, unknown>>(sql, (error, rows) => {
      database.close();
      if (error === null) resolve(rows);
      else reject(error);
    });
  });
}

describeEnigma('an ENiGMA½ board that nobody has edited', () => {
  let copy: EnigmaCopy;
  let board: TestBoard;
  let factor: (name: string, property: string) => string;
  let counter = 0;
  // The private halves of the keys on the old board are with their owners: these take their places there.
  const keys = {
    alice: utils.generateKeyPairSync('rsa', { bits: 2048 }),
    erin: ed25519Pair(),
    'Two Words': utils.generateKeyPairSync('ecdsa', { bits: 256 }),
  };

  beforeAll(async () => {
    copy = await copyEnigmaBoard();
    const file = join(copy.dataDir, 'db', 'user.sqlite3');
    factor = await readFactors(file);
    for (const [name, pair] of Object.entries(keys)) {
      await query(
        file,
        `update user_property set prop_value = '${pair.public}' where prop_name = 'ssh_public_key'
           and user_id = (select id from user where user_name = '${name}')`,
      );
    }
    board = await startEnigmaBoard(copy);
  });

  afterAll(async () => {
    await board.stop();
    await copy.remove();
  });

  /** The code that the account's own app or token shows next. */
  const nextCode = (name: string): string => {
    const secret = factor(name, 'auth_factor2_otp_secret');
    board.clock.skip(STEP_MS);
    const step = Math.floor(board.clock.nowMs() / STEP_MS);
    switch (name) {
      case 'alice':
      case 'dave':
        return board.code(secret);
      case 'bob':
        return hotp(Buffer.from(secret), step, { algorithm: 'sha256' });
      default:
        return hotp(Buffer.from(secret), counter++, { algorithm: 'sha256' });
    }
  };

  const typeIn = (caller: DialledCaller, ...lines: readonly string[]): void => {
    for (const line of lines) caller.send(iconv.encode(`${line}\r`, 'cp437'));
  };

  /** By telnet to the sign-in form, and what is typed there. */
  const dialIn = async (name: string): Promise<DialledCaller> => {
    const caller = await board.telnet();
    await caller.sees('log off');
    typeIn(caller, '', name, passwordOf(name));
    return caller;
  };

  /** Past the welcome: the lists of a login sequence have the caller's own name. */
  const isIn = async (caller: DialledCaller, name: string): Promise<void> => {
    // Where it was typed it is no more once the welcome is drawn.
    await caller.seesNoMore(name);
    caller.type('  ');
    await caller.sees(name);
    caller.hangUp();
  };

  const accepted = (server: string, userName: string, kind: object, count = 1) =>
    board.logged('login.accepted', { server, userName, ...kind }, count);

  test('opens without an error, and says what it goes on without', async () => {
    expect(board.telnetPort).toBeGreaterThan(0);
    expect(board.sshPort).toBeGreaterThan(0);
    const levels = board.logLines.map((line) => (JSON.parse(line) as { level: string }).level);
    expect(levels).not.toContain('error');
    const told = board.events('board.warning').map(({ message }) => String(message));
    expect(told).toContainEqual(expect.stringContaining('general.menuFile names /home/sysop/'));
    expect(told).toContainEqual(expect.stringContaining("the key 'itemFormat' is already set"));
    expect(told).toContainEqual(expect.stringContaining("there is no art 'TAGFILE'"));
    expect(await board.logged('factors.adopted')).toMatchObject([{ adopted: 4 }]);
  });

  test('menu check and config check have no error, and prove that nobody gets past the second factor', async () => {
    const menus = await board.oputil('menu', 'check');
    expect(menus).toMatch(/^119 menus: 0 errors, /m);
    expect(menus).toContain('flow: nobody gets past the factor that the account asks for');
    expect(menus.split('\n').length).toBeLessThan(25);
    expect(await board.oputil('config', 'check')).toMatch(
      /: fine, \d+ warnings \(--all: each with its place\)/,
    );
    expect(await board.oputil('config', 'check', '--all')).toMatch(/: fine, \d+ warnings$/m);
    expect((await board.tryOputil('menu', 'check', '--strict')).exitCode).toBe(1);
  });

  test.each(CLEAR)('%s signs in by telnet with the old password', async (name) => {
    const caller = await dialIn(name);
    await accepted('telnet', name, { factor: 1 });
    await isIn(caller, name);
  });

  test.each(CLEAR)('%s signs in by SSH with the old password', async (name) => {
    const caller = await board.ssh({ userName: name, password: passwordOf(name) });
    await accepted('ssh', name, { factor: 1, kind: 'password' });
    await isIn(caller, name);
  });

  test.each(['alice', 'bob', 'carol', 'dave'])(
    '%s signs in by telnet and by SSH with the old password and a code of the old secret',
    async (name) => {
      const caller = await dialIn(name);
      await accepted('telnet', name, { factor: 1 });
      typeIn(caller, nextCode(name));
      await accepted('telnet', name, { factor: 2 });
      await isIn(caller, name);
      const answers = [passwordOf(name), nextCode(name)];
      const authHandler = ['keyboard-interactive'] as const;
      const other = await board.ssh({ userName: name, answers, authHandler: [...authHandler] });
      await accepted('ssh', name, { factor: 2 });
      await isIn(other, name);
    },
  );

  test.each(['alice', 'bob', 'carol', 'dave'])('a backup code of %s counts once', async (name) => {
    const [code = ''] = JSON.parse(factor(name, 'auth_factor2_otp_backup')) as string[];
    const caller = await dialIn(name);
    typeIn(caller, code);
    await accepted('telnet', name, { factor: 2, by: 'backup-code' });
    await isIn(caller, name);
    const again = await dialIn(name);
    typeIn(again, code);
    await board.logged('login.rejected', { userName: name, reason: 'spent' });
    again.hangUp();
  });

  test.each(['erin', 'Two Words'] as const)('%s signs in by key', async (name) => {
    const caller = await board.ssh({ userName: name, privateKey: keys[name].private });
    await accepted('ssh', name, { kind: 'public-key' });
    await isIn(caller, name);
  });

  test('alice is asked for a code behind her key', async () => {
    const caller = await board.ssh({ userName: 'alice', privateKey: keys.alice.private });
    await accepted('ssh', 'alice', { kind: 'public-key' });
    typeIn(caller, nextCode('alice'));
    await accepted('ssh', 'alice', { factor: 2 }, 2);
    await isIn(caller, 'alice');
  });

  test.each([
    ['frank', 'disabled', 'account is switched off', /This account is disabled/],
    ['grace', 'inactive', 'Account is awaiting', /This account is not active yet/],
    // Of a lock callers are told no more than of a wrong password (users.tellLocked).
    ['heidi', 'locked', 'Wrong user name or password.', /All configured authentication methods/],
  ])(
    '%s is refused by telnet and SSH, being %s, and reads "%s" and %s',
    async (name, reason, sentence, bySsh) => {
      const caller = await dialIn(name);
      await board.logged('login.rejected', { server: 'telnet', userName: name, reason });
      await caller.receives(sentence);
      caller.hangUp();
      const dialled = board.ssh({ userName: name, password: passwordOf(name) });
      await expect(dialled).rejects.toThrow(bySsh);
      await board.logged('login.rejected', { server: 'ssh', userName: name, reason });
      expect(board.events('login.accepted').map(({ userName }) => userName)).not.toContain(name);
    },
  );
});
