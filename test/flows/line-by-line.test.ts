import { PATHS } from '../../src/mail/links';
import { TestBoard } from '../support/board';
import { hiddenFields } from '../support/browse';
import { KEYS, type DialledCaller } from '../support/dial';
import { linkIn } from '../support/letter';
import { readKeyUri } from '../support/authenticator';
import { readSvgQr } from '../support/read-qr';
import { PASSWORD } from '../support/sign-in';
import { ed25519Pair } from '../support/ssh-keys';

const NEW_PASSWORD = 'another harbour 8';
const CONFIRM_MAIL = PATHS.confirmMail;
const ENABLE_OTP = '/_enig/2fa/enable_2fa_otp';
const TIME = /^\d\d:\d\d$/;

/** A caller who hears what is written, from one answer to the next. */
class Listener {
  private from = 0;

  constructor(private readonly caller: DialledCaller) {}

  get heard(): string {
    return Buffer.concat(this.caller.screen.sent).toString('utf8');
  }

  /** Resolves with the lines since the last answer, once they end in this question. */
  async hears(question: string | RegExp): Promise<readonly string[]> {
    await this.caller.until(`to be asked ${String(question)}`, () => {
      const said = this.heard.slice(this.from);
      return typeof question === 'string' ? said.endsWith(question) : question.test(said);
    });
    const lines = this.heard.slice(this.from).split('\r\n');
    this.from = this.heard.length;
    return lines;
  }

  /** Waits for a question, and answers it. */
  async answer(question: string | RegExp, answer: string): Promise<readonly string[]> {
    const lines = await this.hears(question);
    this.caller.type(`${answer}${KEYS.return}`);
    return lines;
  }

  hangUp(): void {
    this.caller.hangUp();
  }

  type(text: string): void {
    this.caller.type(text);
  }

  async farewell(): Promise<readonly string[]> {
    await this.caller.isHungUpOn();
    return this.heard.slice(this.from).split('\r\n');
  }
}

/** What holds of all that is said: no sequences, no blank lines, no gaps, and no password. */
function isPlainSpeech(heard: string): void {
  expect(heard).not.toMatch(/[\x00-\x06\x0b\x0c\x0e-\x1f\x7f]/);
  expect(heard).not.toMatch(/\r\n\r\n| {2}|^ |\r\n /);
  expect(heard).not.toMatch(/[░▒▓█▀▄]/);
  for (const password of [PASSWORD, NEW_PASSWORD, '****']) expect(heard).not.toContain(password);
}

const HELP = [
  'Line by line: Enter ends an answer. An empty answer keeps what is in brackets,',
  'a lone - empties it. Esc goes back.',
];

const MAIN_MENU = [
  'Sallyport',
  expect.stringMatching(/^Node \d+$/),
  expect.stringMatching(/^Online: \d+$/),
  expect.stringMatching(/^Last caller:/),
  expect.stringMatching(/^Calls today: \d+$/),
  'W Who is online',
  'L Last callers',
  'U User list',
  'C Your own data',
  '2FA Two-factor sign-in',
  'SSH SSH keys',
  'S Your sign-ins',
  'M Your calls',
  'Y About you',
  'G Log off',
  '? Help',
  'Main menu',
  expect.stringMatching(TIME),
  'Command: ',
];

const FACTOR_IS_OFF = [
  'Two-factor sign-in',
  'Your second factor is OFF',
  'Your password alone lets you in. A code beside it is much safer.',
  'How to switch it on',
  '1 Scan a QR code with your app',
  '2 Type the code that the app shows',
  '3 Keep the ten backup codes',
  'Arrow keys, Enter: choose. Esc: back.',
  '1 O Switch it on here, now',
  '2 M Set it up by a mailed link',
  'Number (1): ',
];

const FACTOR_IS_ON = [
  'Two-factor sign-in',
  'Your second factor is ON',
  'Two-factor sign-in is on: from now on a code is asked for too.',
  'Backup codes',
  '10 of 10 backup codes left.',
  '1 N Make new backup codes',
  '2 A Add, name or remove apps',
  '3 O Set it up anew (a new phone)',
  '4 M Set it up by a mailed link',
  '5 F Switch it off',
  'Number (1): ',
];

const wrongFor = (code: string): string => (code === '000000' ? '000001' : '000000');

describe('a caller who is shown text line by line', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start();
  });
  afterAll(() => board.remove());

  it('applies, changes the password, and logs off by telnet with TERM=dumb', async () => {
    const ear = new Listener(await board.telnet({ terminalType: 'dumb' }));
    expect(await ear.answer('Number (1): ', 'n')).toEqual([
      'Sallyport',
      expect.stringMatching(/^Sallyport v/),
      ...HELP,
      'Two doors. Both are shut.',
      '?: help',
      '1 Sign in',
      '2 New here? Apply',
      '3 Forgot password',
      '4 Write to the sysop',
      '5 Log off',
      'Number (1): ',
    ]);
    expect(await ear.answer('Press a key to go on', '')).toEqual([
      'n',
      'New here? Apply',
      'Nobody knows you here yet.',
      'Apply for an account: a user name,',
      'a password, and a few words about you.',
      'It takes two minutes.',
      'What you tell us is for the sysop;',
      'others see your user name, location',
      'and affiliation.',
      'This line is not encrypted.',
      expect.stringMatching(/^Call by SSH(, port \d+)?\.$/),
      'Press a key to go on',
    ]);
    expect(await ear.answer('User name*: ', 'frank')).toEqual([
      '',
      'Applying for an account',
      '*: must be filled in.',
      'Tab, Enter: next field. Esc: back.',
      'The name that others see you by',
      'User name*: ',
    ]);
    const questions = [
      ['Real name: ', '?'],
      ['Real name: ', 'Frank Doe'],
      ['Birth date: ', '1980'],
      ['Birth date (1980): ', '1980-02-30x'],
      ['Birth date (1980): ', '1980/02/29'],
      ['Sex: ', ''],
      ['Location: ', 'Graz'],
      ['Affiliation: ', ''],
      ['About you: ', 'I write letters'],
      ['Mail: ', ''],
      ['Web: ', ''],
      ['Password*: ', 'short'],
      ['Password*: ', PASSWORD],
      ['Once more*: ', NEW_PASSWORD],
      ['Once more*: ', PASSWORD],
    ] as const;
    const said: (readonly string[])[] = [];
    for (const [question, answer] of questions) said.push(await ear.answer(question, answer));
    expect(said.map((lines) => lines.slice(1, -1)).filter((lines) => lines.length > 0)).toEqual([
      // What is asked for is said with each question, and again for a question mark.
      ['For the sysop; may stay empty'],
      ['For the sysop; may stay empty'],
      ['Year, month, day; may stay empty'],
      ['Please type the whole date: year, month, day.'],
      ['Please type 8 digits.'],
      ['One letter; may stay empty'],
      ['Where you call from; others see it; may stay empty'],
      ['A group or board; others see it; may stay empty'],
      ['One line about you, for the sysop; may stay empty'],
      ['For two factors and lost passwords; may stay empty'],
      ['Your page on the web; may stay empty'],
      ['Best: 15 letters or more'],
      ['Use at least 8 characters.'],
      ['The same once more'],
      ['The two passwords are not the same.'],
    ]);
    expect(await ear.answer('1 Apply, 2 Cancel (1): ', '3')).toEqual([
      '',
      '1 Apply, 2 Cancel (1): ',
    ]);
    expect(await ear.answer('1 Apply, 2 Cancel (1): ', '1')).toEqual([
      '3',
      'Please type a number from 1 to 2.',
      '1 Apply, 2 Cancel (1): ',
    ]);
    expect(await ear.answer('Press a key to go on', '')).toEqual([
      '1',
      'Apply',
      'Both doors are open.',
      'Welcome, frank',
      'Your calls: 1',
      'Last caller: nobody yet',
      'This is your first call.',
      'Press a key to go on',
    ]);
    expect(await ear.answer('Command: ', 'c')).toEqual(['', ...MAIN_MENU]);
    await changePassword(ear, PASSWORD, NEW_PASSWORD);
    ear.type('g\r');
    expect(await ear.farewell()).toEqual([
      'g',
      'The gate closes behind you.',
      'Good night, and until next time.',
      '',
    ]);
    isPlainSpeech(ear.heard);
  });

  /** From the first question about the own data back to the main menu. */
  async function changePassword(ear: Listener, old: string, fresh: string): Promise<void> {
    const own = await ear.hears('Real name (Frank Doe): ');
    expect(own.slice(1)).toEqual([
      'Your own data',
      'Gatehouse, by Sallyport',
      'Tab, Enter: next field. Esc: back.',
      'For the sysop; may stay empty',
      'Real name (Frank Doe): ',
    ]);
    ear.type(KEYS.return);
    await ear.answer('Birth date (1980/02/29): ', '');
    await ear.answer('Sex: ', '');
    await ear.answer('Location (Graz): ', '-');
    await ear.answer('Affiliation: ', '');
    await ear.answer('About you (I write letters): ', '');
    await ear.answer('Mail: ', '');
    await ear.answer('Web: ', '');
    await ear.answer('Screen rows (24): ', '');
    await ear.answer('Theme, 1 Gatehouse, 2 Plain text, 3 Wicket, 4 Line by line (1): ', '');
    await ear.answer('New password: ', fresh);
    await ear.answer('Once more: ', fresh);
    await ear.answer('Welcome, 1 Shown, 2 Skipped (1): ', '');
    const choices = '1 Save, 2 Cancel, 3 Password (1): ';
    expect(await ear.answer(choices, 's')).toEqual(['', 'Shown', choices]);
    expect(await ear.answer('Password: ', 'not this one')).toEqual([
      's',
      'Save',
      'Change your password',
      'To be sure that it is you: your present password, not the new one.',
      'Enter: go on. Esc: back.',
      'Password: ',
    ]);
    expect(await ear.answer('Password: ', old)).toEqual([
      '',
      'Wrong password. 2 tries are left.',
      'Password: ',
    ]);
    expect(await ear.hears('Real name (Frank Doe): ')).toEqual([
      '',
      'Own data',
      'Your password is changed.',
      'For the sysop; may stay empty',
      'Real name (Frank Doe): ',
    ]);
    ear.type(KEYS.escape);
    const again = await ear.hears('Command: ');
    expect(again.filter((line) => !TIME.test(line))).toEqual(['', 'Main menu', 'Command: ']);
  }

  it('is asked before an application is thrown away, and told how to apply another time', async () => {
    const ear = new Listener(await board.ssh({ userName: 'plain+new' }));
    await ear.answer('Press a key to go on', '');
    await ear.answer('User name*: ', 'hugo');
    await ear.hears('Real name: ');
    ear.type(KEYS.escape);
    expect(await ear.answer('y or n: ', 'n')).toEqual(
      expect.arrayContaining(['Your application is not sent yet', 'Throw it away?']),
    );
    expect(await ear.hears(': ')).toContain('Your application is still here.');
    ear.type(KEYS.escape);
    await ear.answer('y or n: ', 'y');
    expect(await ear.farewell()).toContain(
      'You have not applied. To do so, call as new again. Good-bye.',
    );
  });

  it('applies by SSH as plain+new, switches the second factor on, and signs in with a code', async () => {
    const ear = new Listener(await board.ssh({ userName: 'plain+new' }));
    expect(await ear.hears('Press a key to go on')).toContain('Nobody knows you here yet.');
    ear.type(KEYS.return);
    for (const [question, answer] of [
      ['User name*: ', 'gina'],
      ['Real name: ', 'Gina Doe'],
      ['Birth date: ', ''],
      ['Sex: ', ''],
      ['Location: ', ''],
      ['Affiliation: ', ''],
      ['About you: ', ''],
      ['Mail: ', 'gina@example.org'],
      ['Web: ', ''],
      ['Password*: ', PASSWORD],
      ['Once more*: ', PASSWORD],
      ['1 Apply, 2 Cancel (1): ', ''],
    ] as const)
      await ear.answer(question, answer);
    const told = await ear.answer('Press a key to go on', '');
    expect(told.slice(2, 5)).toEqual([
      'This board sends no mail: the sysop finds the link in its mail folder.',
      'Ask for the one to',
      'gina@example.org',
    ]);
    await ear.answer('Press a key to go on', '');
    const mail = await board.browse(linkIn(await board.letterTo('gina@example.org', /Confirm/)));
    const form = hiddenFields(mail);
    expect((await board.browse(pageUrl(CONFIRM_MAIL), { form })).status).toBe(200);

    await ear.answer('Command: ', '2fa');
    expect(await ear.answer('Number (1): ', 'm')).toEqual(['2fa', ...FACTOR_IS_OFF]);
    let sent = await ear.hears('Number (1): ');
    // The call hears of the confirmed address by an event of the account.
    while (sent.some((line) => line.includes('confirmed mail address is needed first'))) {
      ear.type(`m${KEYS.return}`);
      sent = await ear.hears('Number (1): ');
    }
    ear.type(`q${KEYS.return}`);
    const [, word = ''] = /Type (\w{4})\s+on its page/.exec(sent.join(' ')) ?? [];
    expect(sent.slice(1)).toEqual([
      'Two-factor sign-in',
      'This board sends no mail: the sysop finds the link in its mail folder. Type',
      `${word} on its page.`,
      'How to finish it',
      '1 Scan the QR code with your app',
      `2 Type ${word} and its code on the page`,
      '1 Q Show the QR code',
      '2 S Show the secret in letters',
      '3 O Switch it on here, now',
      '4 M Set it up by a mailed link',
      '5 D Drop this set-up',
      'Number (1): ',
    ]);
    await ear.answer('Password: ', PASSWORD);
    expect(await ear.answer('Number (1): ', 's')).toContain(
      'A QR code is a picture. Press S for the secret in letters.',
    );
    const secretPage = await ear.answer('Press a key to go on', '');
    const page = await board.browse(
      linkIn(await board.letterTo('gina@example.org', /Switch on two-factor sign-in/)),
    );
    const [, image = ''] = /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(page.body) ?? [];
    const { secret } = readKeyUri(readSvgQr(Buffer.from(image, 'base64').toString('utf8')));
    expect(secretPage).toContain((secret.match(/.{4}/g) ?? []).join(' '));
    const otp = board.code(secret);
    const confirmed = { ...hiddenFields(page), otp, word };
    expect((await board.browse(pageUrl(ENABLE_OTP), { form: confirmed })).status).toBe(200);
    expect((await ear.farewell()).slice(-2)).toEqual([
      'Two-factor sign-in is on. Please sign in again with a code.',
      '',
    ]);
    isPlainSpeech(ear.heard);
    await signsInByCode(secret);
  });

  it('signs in as plain+NAME by every method of SSH, and never as another account', async () => {
    const { public: line, private: privateKey } = ed25519Pair();
    await board.addUser('hanna', PASSWORD);
    await board.addSshKey('hanna', line);
    for (const by of [{ password: PASSWORD }, { answers: [PASSWORD] }, { privateKey }]) {
      const ear = new Listener(await board.ssh({ userName: 'Plain+hanna', ...by }));
      const lines = await ear.hears('Press a key to go on');
      expect(lines.slice(2, 5)).toEqual([
        'Both doors are open.',
        'Welcome, hanna',
        expect.stringMatching(/^Your calls: /),
      ]);
      isPlainSpeech(ear.heard);
      ear.hangUp();
    }
    for (const userName of ['plain+', 'plain+plain+hanna', 'plain hanna'])
      await expect(board.ssh({ userName, password: PASSWORD })).rejects.toThrow(/authentication/);
  });

  it('asks for the name again after a refusal, and says at `?` what is asked for', async () => {
    await board.addUser('hilda', PASSWORD);
    const ear = new Listener(await board.telnet({ terminalType: 'dumb' }));
    await ear.answer('Number (1): ', '');
    const help = 'The name of your account on this board. Esc goes back.';
    expect(await ear.answer('User name: ', '?')).toContain(help);
    expect(await ear.answer('User name: ', 'hidla')).toEqual(['?', help, 'User name: ']);
    await ear.answer('Password: ', PASSWORD);
    expect(await ear.answer('User name (hidla): ', 'hilda')).toEqual([
      '',
      'Wrong user name or password. 2 tries are left.',
      help,
      'User name (hidla): ',
    ]);
    await ear.answer('Password: ', PASSWORD);
    expect(await ear.answer('Press a key to go on', '')).toContain('Welcome, hilda');
    ear.hangUp();
  });

  it('sets a second factor up in the call with TERM=dumb, with the secret in letters and no picture', async () => {
    await board.addUser('ilse', PASSWORD);
    const by = { userName: 'ilse', password: PASSWORD, terminalType: 'dumb' };
    const ear = new Listener(await board.ssh(by));
    expect(await ear.answer('Press a key to go on', '')).toContain('Welcome, ilse');
    expect(await ear.answer('Command: ', '2fa')).toEqual(['', ...HELP, ...MAIN_MENU]);
    expect(await ear.answer('Number (1): ', 's')).toEqual(['2fa', ...FACTOR_IS_OFF]);
    expect(await ear.answer('Number (1): ', '1')).toEqual([
      's',
      'The secret is shown only while a set-up waits for its first code.',
      'Number (1): ',
    ]);
    expect(await ear.answer('Password: ', 'not hers')).toEqual([
      '1',
      'O Switch it on here, now',
      'Set up two-factor sign-in',
      'Have your phone with an authenticator app at hand. Your password first:',
      'Enter: go on. Esc: back.',
      'Password: ',
    ]);
    expect(await ear.answer('Password: ', PASSWORD)).toEqual([
      '',
      'Wrong password. 2 tries are left.',
      'Password: ',
    ]);
    const page = await ear.answer('Code: ', 'url');
    const [first = '', second = ''] = page.filter((line) => /^(?:[A-Z2-7]{4} ?){4}$/.test(line));
    const askedForCode = [
      'Set up two-factor sign-in',
      '1 Type this secret into your authenticator app:',
      first,
      second,
      '(its otpauth:// link: type url below)',
      '2 Type the code that the app shows now.',
      'Enter: go on. Esc: back.',
      'Code: ',
    ];
    expect(page).toEqual(['', ...askedForCode]);
    const secret = `${first}${second}`.replaceAll(' ', '');
    expect(secret).toHaveLength(32);
    const [typed, ...uri] = (await ear.answer('Press a key to go on', '')).slice(0, -1);
    expect(typed).toBe('url');
    expect(readKeyUri(uri.join(''))).toMatchObject({ secret, type: 'totp', issuer: 'Sallyport' });
    // The page of the link has said the title.
    expect(await ear.answer('Code: ', '123')).toEqual(['', ...askedForCode.slice(1)]);
    expect(await ear.answer('Code: ', wrongFor(board.code(secret)))).toEqual([
      '123',
      'A code has six digits. Nothing was counted.',
      'Code: ',
    ]);
    // Nothing but the answer is said: not the secret again.
    expect((await ear.answer('Code: ', board.code(secret))).slice(1)).toEqual([
      'Wrong code. 4 tries are left. Is the clock of your phone right?',
      'Code: ',
    ]);
    const shown = await ear.answer('Backup code: ', 'bibab-bibab-bibab-bibab');
    const codes = shown.filter((line) => /^[a-z]{5}(?:-[a-z]{5}){3}$/.test(line));
    expect(new Set(codes).size).toBe(10);
    expect(shown.slice(1)).toEqual([
      'Your backup codes',
      'Two-factor sign-in is on. These are your backup codes: each lets you in once in',
      'place of a code of the app. They are shown this once: keep them where your',
      'phone is not.',
      ...codes,
      'Type one of them to show that you have kept them.',
      'Enter: go on. Esc: back.',
      'Backup code: ',
    ]);
    expect(await ear.answer('Backup code: ', codes[6] ?? '')).toEqual([
      'bibab-bibab-bibab-bibab',
      'That is none of them. Please look again.',
      'Backup code: ',
    ]);
    expect((await ear.hears('Number (1): ')).slice(1)).toEqual(FACTOR_IS_ON);
    ear.type(KEYS.escape);
    const again = await ear.answer('Command: ', 'g');
    expect(again.filter((line) => !TIME.test(line))).toEqual(['', 'Main menu', 'Command: ']);
    await ear.farewell();
    isPlainSpeech(ear.heard);

    const next = new Listener(await board.ssh(by));
    expect((await next.answer('One-time code: ', codes[6] ?? '')).slice(-6)).toEqual([
      'The first door is open.',
      'From your authenticator app. A backup',
      'code works as well, each of them once.',
      'Lost both? The sysop has entry codes.',
      'Enter: go on. Esc: log off.',
      'One-time code: ',
    ]);
    await next.hears('Press a key to go on');
    isPlainSpeech(next.heard);
    next.hangUp();
  });

  /** By SSH with a code on the screen, and by telnet with TERM=dumb. */
  async function signsInByCode(secret: string): Promise<void> {
    const bySsh = new Listener(await board.ssh({ userName: 'plain+gina', password: PASSWORD }));
    expect(await bySsh.answer('One-time code: ', '12')).toEqual([
      'Sallyport',
      expect.stringMatching(/^Sallyport v/),
      ...HELP,
      'The first door is open.',
      'From your authenticator app. A backup',
      'code works as well, each of them once.',
      'Lost both? The sysop has entry codes.',
      'Enter: go on. Esc: log off.',
      'One-time code: ',
    ]);
    const refused = await bySsh.answer('One-time code: ', board.freshCode(secret));
    expect(refused).toEqual([
      '',
      expect.stringMatching(/Nothing was counted.$/),
      'One-time code: ',
    ]);
    expect(await bySsh.answer('Press a key to go on', '')).toContain('Welcome, gina');
    await bySsh.answer('Command: ', 'G');
    await bySsh.farewell();
    isPlainSpeech(bySsh.heard);

    const ear = new Listener(await board.telnet({ terminalType: 'dumb' }));
    await ear.answer('Number (1): ', '');
    await ear.answer('User name: ', 'gina');
    await ear.answer('Password: ', 'not hers');
    expect(await ear.answer('User name (gina): ', '')).toContain(
      'Wrong user name or password. 2 tries are left.',
    );
    await ear.answer('Password: ', PASSWORD);
    const next = await ear.answer('One-time code: ', board.freshCode(secret));
    // The question is not said again when the message goes.
    expect(next.slice(0, 2)).toEqual(['', 'The first door is open.']);
    await ear.answer('Press a key to go on', '');
    await ear.answer('Command: ', 'g');
    await ear.farewell();
    isPlainSpeech(ear.heard);
  }

  const pageUrl = (path: string): string => `https://localhost:${board.httpsPort}${path}`;
});

describe('a caller who applies line by line where the sysop has chosen the fields', () => {
  let board: TestBoard;
  beforeAll(async () => {
    const off = {
      realName: 'off',
      birthdate: 'off',
      sex: 'off',
      affils: 'off',
      about: 'off',
      web: 'off',
    } as const;
    board = await TestBoard.start({
      config: { users: { applicationFields: { ...off, location: 'required' } } },
    });
  });
  afterAll(() => board.remove());

  it('is asked what is on, with a mark where it is required, and again where it stays empty', async () => {
    const ear = new Listener(await board.telnet({ terminalType: 'dumb' }));
    await ear.answer('Number (1): ', 'n');
    await ear.answer('Press a key to go on', '');
    for (const [question, answer] of [
      ['User name*: ', 'frank'],
      ['Location*: ', ''],
      ['Mail: ', ''],
      ['Password*: ', PASSWORD],
      ['Once more*: ', PASSWORD],
      ['1 Apply, 2 Cancel (1): ', ''],
    ] as const)
      await ear.answer(question, answer);
    expect(await ear.answer('Location*: ', 'Graz')).toContain(
      'This board needs that too. Please fill it in.',
    );
    isPlainSpeech(ear.heard);
    ear.hangUp();
  });
});
