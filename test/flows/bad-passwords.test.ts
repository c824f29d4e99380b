import { TestBoard } from '../support/board';
import { hiddenFields } from '../support/browse';
import { KEYS, type DialledCaller } from '../support/dial';
import { linkIn } from '../support/letter';
import { goToMainMenu, PASSWORD, signIn } from '../support/sign-in';

/** What everybody uses, the name of the board, the name of the user; each with what is said about it. */
const BAD = [
  ['Password123', /too many people use that/i],
  ['Sallyport!1', /a password cannot be made/i],
  ['%NAME%7', /a password cannot be made/i],
  ['short', /at least 8 characters/],
] as const;

describe('a password that is easy to guess', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start();
    await board.addUser('marianne', PASSWORD);
  });
  afterAll(() => board.remove());

  const badFor = (name: string): readonly (readonly [string, RegExp])[] =>
    BAD.map(([password, why]) => [password.replace('%NAME%', name), why]);

  /** From the first field of the application to the password; the reason comes when it is left. */
  async function fillIn(caller: DialledCaller, name: string): Promise<void> {
    await caller.sees('Applying for an account');
    const fields = [name, 'Rosa Real', '19700228', 'f', 'Rome', '', '', '', ''];
    caller.type(fields.map((field) => `${field}${KEYS.return}`).join(''));
  }

  async function isRefusedInForm(caller: DialledCaller, name: string): Promise<void> {
    await fillIn(caller, name);
    for (const [password, why] of badFor(name)) {
      caller.type(`${password}${KEYS.return}`);
      await caller.sees(why);
      // Whatever is left of it is taken away before the next is typed.
      caller.type(KEYS.backspace.repeat(20));
    }
    caller.hangUp();
    expect((await board.tryOputil('user', 'info', name)).exitCode).toBe(1);
  }

  it('is refused with the reason in an application by telnet (rule C2)', async () => {
    const caller = await board.telnet();
    await caller.sees('Sign in');
    caller.type('N');
    await caller.sees('Press a key');
    caller.type(' ');
    await isRefusedInForm(caller, 'rosamunde');
  });

  it('is refused with the reason in an application by SSH (rule C2)', async () => {
    const caller = await board.ssh({ userName: 'new', password: '' });
    await caller.sees('Press a key');
    caller.type(' ');
    await isRefusedInForm(caller, 'siegfried');
  });

  it('is refused with the reason on the page of a mailed link (rule C2)', async () => {
    const caller = await board.telnet();
    await caller.sees('Sign in');
    caller.type('F');
    await caller.sees('User name');
    caller.type(`marianne${KEYS.return}`);
    const link = linkIn(await board.letterTo('marianne@example.org', /Choose a new password/));
    caller.hangUp();
    const hidden = hiddenFields(await board.browse(link));
    const url = `https://localhost:${board.httpsPort}/_enig/sec/reset_password`;
    for (const [password, why] of badFor('marianne')) {
      const form = { ...hidden, password, confirm_password: password };
      const page = await board.browse(url, { form });
      expect([password, page.status]).toEqual([password, 400]);
      expect(page.body.replaceAll('&#39;', "'")).toMatch(why);
    }
  });

  it('is refused with the reason by the sysop’s tool (rule C2)', async () => {
    const commands: readonly (readonly [string, (password: string) => readonly string[]])[] = [
      ['marianne', (password) => ['user', 'pw', 'marianne', password]],
      ['zebulonis', (password) => ['user', 'add', 'zebulonis', '--password', password]],
    ];
    for (const [name, commandFor] of commands) {
      for (const [password, why] of badFor(name)) {
        const result = await board.tryOputil(...commandFor(password));
        expect([password, result.exitCode]).toEqual([password, 1]);
        expect(result.err).toMatch(why);
      }
    }
    expect((await board.tryOputil('user', 'info', 'zebulonis')).exitCode).toBe(1);
  });

  it('has changed nothing in all of this (rule C2)', async () => {
    const caller = await board.telnet();
    await signIn(caller, 'marianne');
    await goToMainMenu(caller);
    caller.hangUp();
  });
});

describe('the first caller of a new board', () => {
  it('is a plain user, and not the sysop (rule C9)', async () => {
    const board = await TestBoard.start();
    try {
      const caller = await board.telnet();
      await caller.sees('Sign in');
      caller.type('N');
      await caller.sees('Press a key');
      caller.type(' ');
      await caller.sees('Applying for an account');
      const fields = [
        'rosamunde',
        'Rosa Real',
        '19700228',
        'f',
        'Rome',
        '',
        '',
        '',
        '',
        PASSWORD,
        PASSWORD,
      ];
      caller.type(fields.map((field) => `${field}${KEYS.return}`).join('') + KEYS.return);
      await caller.sees('Welcome, rosamunde');
      caller.hangUp();
      const info = JSON.parse(await board.oputil('user', 'info', 'rosamunde', '--json')) as {
        id: number;
        groups: string[];
      };
      expect(info).toMatchObject({ id: 2, groups: ['users'] });
      expect(board.bbs.firstSysop?.name).toBe('sysop');
    } finally {
      await board.remove();
    }
  });
});
