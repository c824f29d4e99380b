import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS } from '../support/dial';
import { PASSWORD } from '../support/sign-in';
import { mainMenuWith } from '../support/talk-board';
import { oathtool, output } from './programs';
import { TmuxTerminal } from './tmux';

const TWO_FACTOR_AUTH = {
  required: 'GM[staff]',
  graceLogins: 1,
  rememberKeyDays: 30,
};
const WITH_PASSWORDS = { users: { twoFactorAuth: TWO_FACTOR_AUTH } };
const WITHOUT_PASSWORDS = {
  ...WITH_PASSWORDS,
  loginServers: { telnet: { passwordLogin: 'never' } },
};

const IN = 'Both doors are open.';
const BEHIND_FACTOR_2 = /Place +Calls +Last call/;
const TOKEN = /\b[a-z]{5}(?:-[a-z]{5}){3}\b/;
const ASKED_NUMBER = /Code number +(\d+)/;
const SHEET_LINE = /(\d+) {2}([a-z]{5}-[a-z]{5}-[a-z]{5})/g;
const STEP_MS = 30_000;

/** Programs that people call with; those over a line in clear text come to the form of the board. */
const PROGRAMS = [
  ['ssh of OpenSSH', 'ssh', true],
  ['plink by SSH', 'plink', true],
  ['telnet of inetutils', 'telnet', false],
  ['plink by telnet', 'plinktel', false],
] as const;
type Program = (typeof PROGRAMS)[number][1];
const SECURE = PROGRAMS.filter(([, , secure]) => secure);
const CLEAR = PROGRAMS.filter(([, , secure]) => !secure);

describe('the login matrix', () => {
  let board: TestBoard;
  let dir: BoardDir;
  let hostKey: string;
  const terminals: TmuxTerminal[] = [];

  beforeAll(async () => {
    const vault = { module: 'user_list', art: 'USERLST', config: { acs: 'AF2', pause: true } };
    dir = await BoardDir.make({
      'config/config.hjson': JSON.stringify(WITH_PASSWORDS),
      'config/menus/main.hjson': mainMenuWith({ VAULT: 'vault' }, { vault }),
    });
    board = await TestBoard.start({ boardDir: dir.path });
    const port = String(board.sshPort);
    const line = await output('ssh-keyscan', ['-t', 'ed25519', '-p', port, '127.0.0.1']);
    const file = join(board.dataDir, 'host.pub');
    await writeFile(file, line);
    hostKey = /SHA256:\S+/.exec(await output('ssh-keygen', ['-lf', file]))?.[0] ?? '';
  });
  afterEach(async () => {
    for (const terminal of terminals.splice(0)) await terminal.close();
  });
  afterAll(async () => {
    await board.remove();
    await dir.remove();
  });

  const COMMANDS: Readonly<Record<Program, (name: string, key?: string) => readonly string[]>> = {
    ssh: (name, key) => [
      ...['ssh', '-F', 'none', '-o', 'IdentitiesOnly=yes', '-o', 'StrictHostKeyChecking=no'],
      ...['-o', 'UserKnownHostsFile=/dev/null', ...(key === undefined ? [] : ['-i', key])],
      ...['-p', String(board.sshPort), `${name}@127.0.0.1`],
    ],
    plink: (name, key) => [
      ...['plink', '-ssh', '-no-antispoof', '-hostkey', hostKey],
      ...(key === undefined ? [] : ['-i', `${key}.ppk`]),
      ...['-P', String(board.sshPort), `${name}@127.0.0.1`],
    ],
    telnet: () => ['telnet', '127.0.0.1', String(board.telnetPort)],
    plinktel: () => ['plink', '-telnet', '-P', String(board.telnetPort), '127.0.0.1'],
  };

  async function call(program: Program, name: string, key?: string): Promise<TmuxTerminal> {
    const terminal = await TmuxTerminal.open(COMMANDS[program](name, key));
    terminals.push(terminal);
    return terminal;
  }

  /** Up to the name in the form, or to the question of SSH. */
  async function begin(program: Program, name: string): Promise<TmuxTerminal> {
    const caller = await call(program, name);
    if (CLEAR.some(([, each]) => each === program)) {
      await caller.sees('Sign in');
      await caller.enter('');
      await caller.sees('User name');
      await caller.enter(name);
    }
    return caller;
  }

  async function byPassword(program: Program, name: string): Promise<TmuxTerminal> {
    const caller = await begin(program, name);
    await caller.sees('Password');
    await caller.enter(PASSWORD);
    return caller;
  }

  /** The code that a generator of its own shows next, at the time of the board. */
  function nextCode(secret: string): Promise<string> {
    board.clock.skip(STEP_MS);
    return oathtool(secret, 0, board.clock.nowMs());
  }

  async function openVault(caller: TmuxTerminal): Promise<void> {
    await caller.sees(IN);
    await caller.enter('');
    await caller.sees('Command');
    await caller.enter('vault');
  }

  /** A key of ssh-keygen, as plink takes it as well, on an account. */
  async function giveKey(name: string): Promise<string> {
    const key = join(board.dataDir, name);
    await output('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'a test', '-f', key]);
    await output('puttygen', [key, '-O', 'private', '-o', `${key}.ppk`]);
    await board.oputil('user', 'import-ssh-key', name, `${key}.pub`);
    return key;
  }

  const typed = (text: string): string => TOKEN.exec(text)?.[0] ?? '';

  describe.each(PROGRAMS)('by %s', (_what, program, secure) => {
    const nameOf = (what: string): string => `${program}-${what}`;

    it('takes an entry code of the sysop on a secure line, for a new factor alone', async () => {
      const name = nameOf('entry');
      await board.addUser(name, PASSWORD, 'google');
      const code = typed(await board.oputil('user', 'entry-code', name, '--for', '15m'));
      const caller = await byPassword(program, name);
      await caller.sees('One-time code');
      await caller.enter(code);
      const told = secure ? 'You came in without a code of yours' : /For a secure\s+line\s+only/;
      expect(await caller.sees(told)).not.toContain(IN);
    });

    it('takes a recovery token, which switches the factor off', async () => {
      const name = nameOf('token');
      await board.addUser(name, PASSWORD);
      const bound = ['google', '--yes', '--recovery-tokens'];
      const token = typed(await board.oputil('user', '2fa-otp', name, ...bound));
      const caller = await byPassword(program, name);
      await caller.sees('One-time code');
      await caller.enter(token);
      await caller.sees(IN);
      await caller.enter('');
      await caller.sees(/two-factor sign-in is now switched\s+off/);
      await caller.close();
      const next = await byPassword(program, name);
      expect(await next.sees(IN)).not.toContain('One-time code');
    });

    it('asks for a second factor that must be had, in grace and after it', async () => {
      const name = nameOf('staff');
      const account = ['--password', PASSWORD, '--group', 'staff'];
      await board.oputil('user', 'add', name, ...account);
      const inGrace = await byPassword(program, name);
      await inGrace.sees(/in this call,\s+and\s+in\s+no\s+other/);
      if (secure) {
        await inGrace.sees('Set it up now? (y/n)');
        await inGrace.enter('n');
      } else {
        await inGrace.sees(/please\s+call\s+by\s+SSH/);
        await inGrace.enter('');
      }
      await inGrace.sees(IN);
      await inGrace.close();
      const after = await byPassword(program, name);
      if (secure) {
        await after.sees('It is the only way on from here');
        await after.enter('n');
      } else {
        await after.sees(/please\s+call\s+by\s+SSH/);
      }
      expect(await after.ended()).not.toContain(IN);
    });
  });

  it.each(SECURE)(
    'asks who comes by %s with a remembered key for no code, and for a fresh one at a menu for factor 2',
    async (_what, program) => {
      const name = `${program}-key`;
      const secret = await board.addUser(name, PASSWORD, 'google');
      const key = await giveKey(name);
      const first = await call(program, name, key);
      await first.sees('One-time code');
      await first.enter(await nextCode(secret));
      await first.sees(IN);
      await first.enter('');
      await first.sees('Command');
      await first.enter('ssh');
      await first.sees('sign you in by SSH');
      await first.press(KEYS.tab, 'N', KEYS.return);
      await first.sees('For 30 days this key needs no code.');
      await first.enter(PASSWORD);
      await first.enter(await nextCode(secret));
      await first.sees('no code until');
      await first.close();

      const caller = await call(program, name, key);
      await openVault(caller);
      await caller.sees('That part is for two-factor sign-in');
      expect(await caller.sees('One-time code')).not.toMatch(BEHIND_FACTOR_2);
      const code = await nextCode(secret);
      await caller.enter(code);
      await caller.sees(BEHIND_FACTOR_2);
      await caller.close();

      // The code was used up there.
      const other = await byPassword(program, name);
      await other.sees('One-time code');
      await other.enter(code);
      await other.sees('Each code works only once.');
    },
  );

  describe('where lines in clear text ask for no password', () => {
    let sheet: ReadonlyMap<string, string>;
    let secret: string;
    beforeAll(async () => {
      await dir.write('config/config.hjson', JSON.stringify(WITHOUT_PASSWORDS));
      await board.logged('board.reloaded');
      secret = await board.addUser('sheet', PASSWORD, 'google');
      const caller = await byPassword('ssh', 'sheet');
      await caller.sees('One-time code');
      await caller.enter(await nextCode(secret));
      await caller.sees(IN);
      await caller.enter('');
      await caller.sees('Command');
      await caller.enter('2fa');
      await caller.sees('Kind of code');
      await caller.press('p');
      await caller.sees(/^ *Password/m);
      await caller.enter(PASSWORD);
      await caller.enter(await nextCode(secret));
      const text = await caller.sees(/30 {2}[a-z]{5}-/);
      sheet = new Map(
        [...text.matchAll(SHEET_LINE)].map(([, number = '', code = '']) => [number, code]),
      );
    });

    it.each(CLEAR)('lets in by %s with a code of a sheet, once', async (_what, program) => {
      expect(sheet.size).toBe(30);
      const asked = async (caller: TmuxTerminal): Promise<string> => {
        const text = await caller.sees(ASKED_NUMBER);
        expect(text).not.toContain('Password');
        return ASKED_NUMBER.exec(text)?.[1] ?? '';
      };
      const caller = await begin(program, 'sheet');
      const number = await asked(caller);
      await caller.enter(sheet.get(number) ?? '');
      await openVault(caller);
      // It is one factor, and the line is not secure.
      expect(await caller.sees(/please call by SSH/)).not.toMatch(BEHIND_FACTOR_2);
      await caller.close();

      const again = await begin(program, 'sheet');
      expect(await asked(again)).not.toBe(number);
      await again.enter(sheet.get(number) ?? '');
      await again.sees(/wrong user name or code/i);
    });

    it.each(CLEAR)('lets in by %s with a code of the app', async (_what, program) => {
      const caller = await begin(program, 'sheet');
      await caller.sees('One-time code');
      await caller.enter(await nextCode(secret));
      await caller.sees(IN);
    });

    it.each(SECURE)('takes no code of a sheet by %s', async (_what, program) => {
      const caller = await byPassword(program, 'sheet');
      await caller.sees('One-time code');
      await caller.enter(sheet.get('21') ?? '');
      expect(await caller.sees('4 groups')).not.toContain(IN);
    });
  });
});
