import { KEYS, type DialledCaller } from '../support/dial';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { ed25519Pair } from '../support/ssh-keys';
import { giveCode, goToMainMenu, openTwoFactor, PASSWORD, prove, signIn } from '../support/sign-in';
import { mainMenuWith } from '../support/talk-board';

const WRONG = /wrong user name or code/i;
const SHEET_LINE = /(\d+) {2}([a-z]{5}-[a-z]{5}-[a-z]{5})/g;
const START = { config: { loginServers: { telnet: { passwordLogin: 'never' } } } } as const;

/** Reads the codes off the screen, by their numbers. */
async function readSheet(caller: DialledCaller): Promise<ReadonlyMap<number, string>> {
  const text = await caller.sees(/30 {2}[a-z]{5}-/);
  return new Map(
    [...text.matchAll(SHEET_LINE)].map(([, number, code = '']) => [Number(number), code]),
  );
}

/** Types the name, and reads which code is asked for. */
/** NaN where earlier calls of this place still hold its numbers, and a code of the app is asked for. */
async function askedFor(caller: DialledCaller, name: string): Promise<number> {
  await caller.sees('Sign in');
  caller.type(KEYS.return);
  await caller.sees('User name');
  caller.type(`${name}${KEYS.return}`);
  const text = await caller.sees(/Code\s+number\s+\d+|A code of your app/);
  return Number(/Code number\s+(\d+)/.exec(text)?.[1]);
}

describe('telnet where no password is asked for', () => {
  let board: TestBoard;
  let secret: string;
  const { private: privateKey, public: publicKey } = ed25519Pair();
  beforeAll(async () => {
    board = await TestBoard.start(START);
    secret = await board.addUser('bob', PASSWORD, 'google');
    await board.addUser('alice', PASSWORD);
    await board.addUser('carol', PASSWORD);
    await board.addSshKey('alice', publicKey);
  });
  afterAll(() => board.remove());

  /** A sheet that its owner makes by SSH and reads off the screen. */
  async function printSheet(): Promise<ReadonlyMap<number, string>> {
    await board.tryOputil('user', 'sheet', 'alice', '--revoke');
    const caller = await board.ssh({ userName: 'alice', privateKey });
    await goToMainMenu(caller);
    await openTwoFactor(caller);
    caller.type('p');
    await prove(caller, PASSWORD);
    const sheet = await readSheet(caller);
    await caller.sees('Press a key');
    caller.type(' ');
    await caller.sees('Your sheet is made.');
    caller.hangUp();
    return sheet;
  }

  it('asks for name and code, and for no password (rule N7)', async () => {
    const caller = await board.telnet();
    await caller.sees('Sign in');
    caller.type(KEYS.return);
    const text = await caller.sees('no password. Neither app nor sheet?');
    expect(text).not.toContain('Password');
    expect(text).toContain('One-time code');
    caller.hangUp();
  });

  it('lets the owner in by the codes of a sheet made by SSH, in the order of their numbers (rule N7)', async () => {
    const sheet = await printSheet();
    expect(sheet.size).toBe(30);
    for (const number of [1, 2]) {
      const caller = await board.telnet();
      expect(await askedFor(caller, 'alice')).toBe(number);
      caller.type(`${sheet.get(number) ?? ''}${KEYS.return}`);
      await goToMainMenu(caller);
      await caller.sees(`${30 - number} are left.`);
      caller.hangUp();
    }
    const spent = await board.telnet();
    expect(await askedFor(spent, 'alice')).toBe(3);
    spent.type(`${sheet.get(1) ?? ''}${KEYS.return}`);
    await spent.sees(WRONG);
    spent.type(`${sheet.get(3) ?? ''}${KEYS.return}`);
    await spent.sees('Both doors are open.');
    spent.hangUp();
    expect(await board.oputil('user', 'info', 'alice', '--security')).toMatch(
      /Code sheet *: 27 of 30 codes left, next is number 4/,
    );
    expect(await board.oputil('user', 'sheet', 'alice', '--revoke')).toContain('is void');
    expect(await board.oputil('user', 'sheet', 'alice')).toContain('none');
  });

  it('says of a slip that was nearly right that the number is used up (rule N8)', async () => {
    const sheet = await printSheet();
    const caller = await board.telnet();
    const number = await askedFor(caller, 'alice');
    caller.type(`${sheet.get(number) ?? ''}x${KEYS.return}`);
    const next = new RegExp(`Code number ${number + 1}`);
    const told = await caller.sees(next);
    expect(told).toContain('That slip used');
    expect(told).toContain(`up number ${number}.`);
    expect(told).not.toContain('Nothing was counted');
    expect(await board.oputil('user', 'sheet', 'alice')).toContain('29 of 30');
    // What uses nothing up is said to use nothing up.
    caller.type(`nothing${KEYS.return}`);
    const other = await caller.sees('Nothing was');
    expect(other).toContain('No password here: 6 digits, or 15');
    expect(other).not.toContain('up number');
    expect(await board.oputil('user', 'sheet', 'alice')).toContain('29 of 30');
    caller.hangUp();
  });

  it('takes name and code that arrive in one burst (rule N7)', async () => {
    const sheet = await printSheet();
    const caller = await board.telnet();
    await caller.sees('Sign in');
    caller.type(`${KEYS.return}alice${KEYS.return}${sheet.get(1) ?? ''}${KEYS.return}`);
    await caller.sees('Welcome, alice');
    caller.hangUp();
  });

  it('compares a password with nothing, and counts it as nothing (rule N7)', async () => {
    const caller = await board.telnet();
    await signIn(caller, 'carol');
    const told = await caller.sees('No password here: 6 digits, or 15');
    expect(told.replaceAll(/\s+/g, ' ')).toContain('letters. Nothing was');
    await caller.sees('of the app.');
    const counted = board.events('login.rejected').filter(({ userName }) => userName === 'carol');
    expect(counted).toHaveLength(0);
    expect(await caller.sees(/Call/)).toMatch(/Call (by|:)/);
    caller.hangUp();
  });

  it('lets in by a code of the app with factor 1, and that code is spent by SSH as well (rule N7)', async () => {
    const caller = await board.telnet();
    const code = board.freshCode(secret);
    await signIn(caller, 'bob', code);
    await goToMainMenu(caller);
    const ssh = await board.ssh({ userName: 'bob', password: PASSWORD });
    await giveCode(ssh, code);
    await ssh.sees('Wrong code.');
    ssh.hangUp();
    caller.hangUp();
  });

  it('says of a backup code that it is void because it was typed there, and where to call', async () => {
    await board.addUser('dora', PASSWORD);
    const bound = await board.oputil('user', '2fa-otp', 'dora', 'google', '--yes');
    const [code = ''] = /[a-z]{5}(-[a-z]{5}){3}/.exec(bound) ?? [];
    const caller = await board.telnet();
    await signIn(caller, 'dora', code);
    const text = await caller.sees(/that\s+code is void\. Call by SSH/);
    expect(text).not.toContain('ask for another');
    caller.hangUp();
  });

  it('says of a backup code in a narrow window that it is void, in a sentence that fits', async () => {
    await board.addUser('edda', PASSWORD);
    const bound = await board.oputil('user', '2fa-otp', 'edda', 'google', '--yes');
    const [code = ''] = /[a-z]{5}(-[a-z]{5}){3}/.exec(bound) ?? [];
    const caller = await board.telnet({ width: 40 });
    await signIn(caller, 'edda', code);
    await caller.sees(/Typed in clear, that code is void\./);
    caller.hangUp();
  });

  it('answers LOST alike for every name with where to call, and counts nothing (rule C4)', async () => {
    const shown = async (name: string): Promise<string> => {
      const caller = await board.telnet();
      await askedFor(caller, name);
      caller.type(`LOST${KEYS.return}`);
      const text = await caller.sees(/Without app and sheet please call by SSH/);
      caller.hangUp();
      return text.replace(name, '-name').replaceAll(/number \d+, or one of the app\. */g, 'number');
    };
    const before = board.events('login.rejected').length;
    expect(await shown('nobod')).toBe(await shown('carol'));
    expect(board.events('login.rejected')).toHaveLength(before);
  });

  it('asks again by the number in a narrow window, after a wrong code, a slip and LOST', async () => {
    await board.addUser('nora', PASSWORD);
    const caller = await board.telnet({ width: 40 });
    const number = await askedFor(caller, 'nora');
    const again = `Code\\s+number ${number}, or one of the app\\.`;
    const answers = [
      ['bofal-kuhid-zatop', 'Wrong name or code\\. 2 tries left\\.'],
      ['what', 'No password: 6 digits or 15 letters\\.'],
      ['lost', 'No app, no sheet\\? Not over this line\\.'],
    ];
    for (const [typed = '', sentence = ''] of answers) {
      caller.type(`${typed}${KEYS.return}`);
      await caller.sees(new RegExp(`${sentence}\\s+${again}`));
    }
    caller.hangUp();
  });

  it('takes a code of the app beside a held call, and not one that is typed in both (rule N8)', async () => {
    const held = await board.telnet();
    await askedFor(held, 'bob');
    const owner = await board.telnet();
    await askedFor(owner, 'bob');
    const heard = board.freshCode(secret);
    for (const digit of heard.slice(0, 3)) owner.type(digit);
    await owner.sees(/\*{3}/);
    held.type(`${heard}${KEYS.return}`);
    await held.sees(/that code is void/);
    owner.type(`${heard.slice(3)}${KEYS.return}`);
    await owner.sees(WRONG);
    owner.type(`${board.freshCode(secret)}${KEYS.return}`);
    await owner.sees('Welcome, bob');
    owner.hangUp();
    held.hangUp();
  });

  it('takes a code of the app where held calls have left no number, name and code in one burst (rule N8)', async () => {
    const held = [await board.telnet(), await board.telnet()];
    for (const each of held) await askedFor(each, 'bob');
    const owner = await board.telnet();
    await owner.sees('Sign in');
    owner.type(`${KEYS.return}bob${KEYS.return}${board.freshCode(secret)}${KEYS.return}`);
    expect(await owner.sees(/Welcome, bob|Two calls/)).toContain('Welcome, bob');
    owner.hangUp();
    for (const each of held) each.hangUp();
  });

  it('says where to call for what asks for a password (rule N7)', async () => {
    const caller = await board.telnet();
    await signIn(caller, 'bob', board.freshCode(secret));
    await goToMainMenu(caller);
    caller.type(`m${KEYS.return}`);
    await caller.sees('this call');
    caller.type('n');
    const text = await caller.sees(/not to be typed over a line/);
    expect(text).not.toMatch(/^ *Password/m);
    await caller.sees('Press a key');
    caller.type(' ');
    await caller.sees('Nothing was changed.');
    caller.hangUp();
  });

  it('gives names of nobody the question and the answer that others get (rule C4)', async () => {
    const shown = async (name: string): Promise<string> => {
      const caller = await board.telnet();
      await askedFor(caller, name);
      caller.type(`bofal-kuhid-zatop${KEYS.return}`);
      const text = await caller.sees(WRONG);
      caller.hangUp();
      return text.replace(name, '-name').replaceAll(/number \d+, or one of the app\. */g, 'number');
    };
    expect(await shown('nobod')).toBe(await shown('carol'));
  });

  it('takes no application, which asks for a password (rule N7)', async () => {
    const caller = await board.telnet();
    await caller.sees('New here? Apply');
    caller.type('N');
    await caller.sees('Nobody knows you here yet.');
    caller.type(' ');
    await caller.sees(/An application asks for a password: not over this line/);
    caller.hangUp();
  });

  it('spends a code that was typed in part before the line went dead (rule N8)', async () => {
    const sheet = await printSheet();
    const caller = await board.telnet();
    const number = await askedFor(caller, 'alice');
    caller.type((sheet.get(number) ?? '').slice(0, 12));
    await caller.sees('************');
    caller.hangUp();
    await board.logged('line-code.heard', { number });
    expect(await board.oputil('user', 'sheet', 'alice')).toContain('29 of 30');
  });
});

describe('telnet where no password is asked for, and a menu for factor 2', () => {
  let board: TestBoard;
  let dir: BoardDir;
  let secret: string;
  beforeAll(async () => {
    const vault = { module: 'user_list', art: 'USERLST', config: { acs: 'AF2', pause: true } };
    dir = await BoardDir.make({
      'config/menus/main.hjson': mainMenuWith({ VAULT: 'vault' }, { vault }),
    });
    board = await TestBoard.start({ ...START, boardDir: dir.path });
    secret = await board.addUser('bob', PASSWORD, 'google');
  });
  afterAll(async () => {
    await board.remove();
    await dir.remove();
  });

  it('says by which secure way to call, and asks for no second code of the app (rule N7)', async () => {
    const caller = await board.telnet();
    await signIn(caller, 'bob', board.freshCode(secret));
    await goToMainMenu(caller);
    caller.type(`vault${KEYS.return}`);
    const told = await caller.sees(/two-factor sign-in:\s+please call by SSH/);
    expect(told).toContain('Command');
    expect(told).not.toMatch(/One-time code|Place +Calls/);
    caller.hangUp();
    const secure = await board.ssh({ userName: 'bob', password: PASSWORD });
    await giveCode(secure, board.freshCode(secret));
    await goToMainMenu(secure);
    secure.type(`vault${KEYS.return}`);
    await secure.sees(/Place +Calls +Last call/);
    secure.hangUp();
  });
});

describe('telnet where no password is asked for, and accounts that must have a second factor', () => {
  let board: TestBoard;
  let secret: string;
  beforeAll(async () => {
    board = await TestBoard.start({
      config: { ...START.config, users: { twoFactorAuth: { required: 'GM[users]' } } },
    });
    secret = await board.addUser('bob', PASSWORD, 'google');
  });
  afterAll(() => board.remove());

  it('lets nobody of them in by one code, and says where to call (rule N7)', async () => {
    const caller = await board.telnet();
    await signIn(caller, 'bob', board.freshCode(secret));
    expect(await caller.isHungUpOn()).toMatch(/a code alone is one factor:\s+please\s+call by SSH/);
  });

  it('says of a sheet, before one is made and after, that its codes let them in nowhere', async () => {
    const caller = await board.ssh({ userName: 'bob', password: PASSWORD });
    await giveCode(caller, board.freshCode(secret));
    await goToMainMenu(caller);
    await openTwoFactor(caller);
    caller.type('p');
    await caller.sees(/lets\s+you\s+in\s+nowhere/);
    await prove(caller, PASSWORD, board.freshCode(secret));
    await readSheet(caller);
    await caller.sees('Press a key');
    caller.type(' ');
    await caller.sees('Your sheet is made.');
    caller.type('p');
    const kept = await caller.sees('T: throw it away');
    expect(kept).toMatch(/lets\s+you\s+in\s+nowhere/);
    caller.hangUp();
  });
});
