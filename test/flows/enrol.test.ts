import { KEYS, type DialledCaller } from '../support/dial';
import { TestBoard } from '../support/board';
import { readKeyUri, totp } from '../support/authenticator';
import { hiddenFields, type BrowsedPage } from '../support/browse';
import { linkIn } from '../support/letter';
import { readQrCode } from '../support/photograph';
import { readSvgQr } from '../support/read-qr';
import {
  giveCode,
  goToMainMenu,
  openTwoFactor,
  PASSWORD,
  prove,
  readSetUpWord,
  signIn,
  SWITCH_OFF,
  MAIL_LINK,
} from '../support/sign-in';

const SUBJECT = /Switch on two-factor sign-in/;

/** A page with the word that the screen shows for it. */
interface SetUpPage extends BrowsedPage {
  readonly word: string;
}
const CODE = /\b[a-z]{5}(?:-[a-z]{5}){3}\b/g;

describe('switching the second factor on', () => {
  let board: TestBoard;
  beforeAll(async () => {
    // One source opens more pages here in a minute than people do in a week.
    const rateLimits = { otpRegGet: 10_000, otpRegPost: 10_000 };
    board = await TestBoard.start({ config: { contentServers: { web: { rateLimits } } } });
  });
  afterAll(() => board.remove());

  /** On the screen of the second factor, not switched on yet. */
  async function openConfig(name: string): Promise<DialledCaller> {
    await board.addUser(name, PASSWORD);
    const caller = await board.ssh({ userName: name, password: PASSWORD });
    await goToMainMenu(caller);
    await openTwoFactor(caller);
    return caller;
  }

  /** Asks for the link, and opens the page that it leads to. */
  async function askForPage(caller: DialledCaller, name: string, count = 1): Promise<SetUpPage> {
    caller.type(MAIL_LINK);
    const word = await readSetUpWord(caller);
    const letter = await board.letterTo(`${name}@example.org`, SUBJECT, count);
    return { ...(await board.browse(linkIn(letter))), word };
  }

  const pageUrl = (): string => `https://localhost:${board.httpsPort}/_enig/2fa/enable_2fa_otp`;

  const confirm = (page: SetUpPage, otp: string): Promise<BrowsedPage> =>
    board.browse(pageUrl(), { form: { ...hiddenFields(page), otp, word: page.word } });

  const secretOn = (page: BrowsedPage): string => readKeyUri(uriOn(page)).secret;

  async function isAskedForCode(name: string): Promise<boolean> {
    const caller = await board.telnet();
    await signIn(caller, name);
    const text = await caller.sees(/Both doors are open.|One-time code/);
    caller.hangUp();
    return text.includes('One-time code');
  }

  it('leads by mail and page to codes that are asked for from then on', async () => {
    const caller = await openConfig('ada');
    const page = await askForPage(caller, 'ada');
    expect(page.status).toBe(200);
    const uri = readKeyUri(uriOn(page));
    expect(uri).toMatchObject({ type: 'totp', issuer: 'Sallyport', label: 'Sallyport:ada' });
    expect(uri.secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(page.body).toContain((uri.secret.match(/.{4}/g) ?? []).join(' '));
    const code = board.code(uri.secret);
    const done = await confirm(page, code);
    expect(done.status).toBe(200);
    expect(new Set(done.body.match(CODE)).size).toBe(10);
    expect(done.body).not.toContain(uri.secret);

    // The code of the page is spent, the next one works; so does a backup code.
    const next = await board.ssh({ userName: 'ada', password: PASSWORD });
    await giveCode(next, code);
    await next.sees('Wrong code.');
    await giveCode(next, board.freshCode(uri.secret));
    await next.sees('Both doors are open.');
    next.hangUp();
    const [backup = ''] = done.body.match(CODE) ?? [];
    const byBackup = await board.telnet();
    await signIn(byBackup, 'ada');
    await giveCode(byBackup, backup);
    await byBackup.sees('Both doors are open.');
    byBackup.hangUp();
  });

  it('ends the call that asked for it, and says so on a line of its own (rule M3)', async () => {
    const caller = await openConfig('berta');
    const page = await askForPage(caller, 'berta');
    const secret = secretOn(page);
    expect((await confirm(page, board.code(secret))).status).toBe(200);
    const lines = (await caller.isHungUpOn()).split('\n').map((line) => line.trim());
    expect(lines).toContain('Two-factor sign-in is on. Please sign in again with a code.');
    const again = await board.ssh({ userName: 'berta', password: PASSWORD });
    await giveCode(again, board.freshCode(secret));
    await goToMainMenu(again);
    await openTwoFactor(again);
    again.type(SWITCH_OFF);
    await prove(again, PASSWORD, board.freshCode(secret));
    await again.sees('Two-factor sign-in is off.');
    again.hangUp();
  });

  it('shows a stranger with the password nothing, and ends when he signs in (rule M2)', async () => {
    const owner = await openConfig('cora');
    const page = await askForPage(owner, 'cora');
    const stranger = await board.ssh({ userName: 'cora', password: PASSWORD });
    await goToMainMenu(stranger);
    await openTwoFactor(stranger);
    for (const [key, answer] of [
      ['q', 'There is a QR code only while'],
      ['s', 'The secret is shown only while'],
    ] as const) {
      stranger.type(key);
      await stranger.sees(answer);
    }
    expect((await confirm(page, board.code(secretOn(page)))).status).toBe(410);
    const letter = await board.letterTo('cora@example.org', /was dropped/);
    expect(letter.text).toContain('somebody signed in as you by SSH');
    stranger.hangUp();
    expect(await isAskedForCode('cora')).toBe(false);
  });

  it('of a stranger ends when the owner signs in, who is told of it (rule M2)', async () => {
    const stranger = await openConfig('caro');
    const page = await askForPage(stranger, 'caro');
    const letter = await board.letterTo('caro@example.org', SUBJECT);
    expect(letter.text.replaceAll(/\s+/g, ' ')).toContain('A caller who signed in as you by SSH');
    const owner = await board.telnet();
    await signIn(owner, 'caro');
    await goToMainMenu(owner);
    await owner.sees('2FA was begun elsewhere. Not you? Change your password.');
    expect((await confirm(page, board.code(secretOn(page)))).status).toBe(410);
    owner.hangUp();
  });

  it('of a stranger is not confirmed by the owner, who ends it on its page (rule M2)', async () => {
    const stranger = await openConfig('carl');
    const { word, ...page } = await askForPage(stranger, 'carl');
    const letter = await board.letterTo('carl@example.org', SUBJECT);
    expect(`${letter.text}${letter.html}${page.body}`).not.toContain(word);
    expect(page.body).toContain('This was asked for by SSH from 127.0.0.1');
    // He believes the mail, scans the code and has no word.
    const fields = hiddenFields(page);
    const otp = board.code(secretOn(page));
    for (const [typed, status] of [
      ['', 400],
      [word === 'CCCC' ? 'DDDD' : 'CCCC', 401],
    ] as const) {
      const form = { ...fields, otp, word: typed };
      expect((await board.browse(pageUrl(), { form })).status).toBe(status);
    }
    const ended = await board.browse(pageUrl(), { form: { ...fields, answer: 'not-me' } });
    expect([ended.status, ended.body]).toEqual([200, expect.stringContaining('has ended')]);
    const news = await board.letterTo('carl@example.org', /was ended/);
    expect(news.text).toContain('somebody who signed in as you by SSH from 127.0.0.1');
    expect((await confirm({ ...page, word }, otp)).status).toBe(410);
    // The stranger's call ends with it, and nothing of the set-up is shown to the next one.
    await stranger.sees('Your account was changed.');
    const again = await board.ssh({ userName: 'carl', password: PASSWORD });
    await goToMainMenu(again);
    await openTwoFactor(again);
    again.type('q');
    await again.sees('There is a QR code only while');
    again.hangUp();
    expect(await isAskedForCode('carl')).toBe(false);
  });

  it('ends with the call that asked for it (rule M2)', async () => {
    const caller = await openConfig('dora');
    const page = await askForPage(caller, 'dora');
    caller.hangUp();
    await board.logged('call.ended', { user: 'dora' });
    expect((await confirm(page, board.code(secretOn(page)))).status).toBe(410);
    expect(await isAskedForCode('dora')).toBe(false);
  });

  it('shows the same QR code and secret on the screen as on the page', async () => {
    const caller = await openConfig('dina');
    const page = await askForPage(caller, 'dina');
    caller.type('q');
    await prove(caller, PASSWORD);
    await caller.sees(/Scan this[^]*Press a key/);
    expect(readQrCode(caller.screen)).toBe(uriOn(page));
    expect(caller.screen.scrolled).toBe(0);
    caller.type(KEYS.return);
    await caller.sees('Kind of code');
    caller.type('s');
    const letters = await caller.sees('Your new secret');
    expect(letters.replaceAll(' ', '')).toContain(secretOn(page));
    caller.hangUp();
  });

  it('draws that QR code in CP437 as well', async () => {
    await board.addUser('ella', PASSWORD);
    const caller = await board.ssh({
      userName: 'ella',
      password: PASSWORD,
      terminalType: 'syncterm',
      encoding: 'cp437',
    });
    await goToMainMenu(caller);
    await openTwoFactor(caller);
    const page = await askForPage(caller, 'ella');
    caller.type('q');
    await prove(caller, PASSWORD);
    await caller.sees(/Scan this[^]*Press a key/);
    expect(readQrCode(caller.screen)).toBe(uriOn(page));
    caller.hangUp();
  });

  it('shows no QR code and no secret when none waits', async () => {
    const caller = await openConfig('flora');
    for (const [key, answer] of [
      ['q', 'There is a QR code only while'],
      ['s', 'The secret is shown only while'],
    ] as const) {
      caller.type(key);
      await caller.sees(answer);
      caller.type(KEYS.escape);
      await caller.sees('Command');
      await openTwoFactor(caller);
    }
    caller.hangUp();
  });

  it('is not done by looking at the page, nor by a wrong code', async () => {
    const caller = await openConfig('greta');
    const page = await askForPage(caller, 'greta');
    const link = linkIn(await board.letterTo('greta@example.org', SUBJECT));
    for (const method of ['GET', 'HEAD', 'GET']) {
      expect((await board.browse(link, { method })).status).toBe(200);
    }
    expect((await confirm(page, '000000')).status).toBe(401);
    expect((await confirm(page, board.code(secretOn(page)))).status).toBe(200);
    expect(await isAskedForCode('greta')).toBe(true);
  });

  it('works once by a link, and by the newest one only', async () => {
    const caller = await openConfig('hanna');
    const old = await askForPage(caller, 'hanna');
    caller.type(KEYS.escape);
    await caller.sees('Command');
    await openTwoFactor(caller);
    const fresh = await askForPage(caller, 'hanna', 2);
    expect((await confirm(old, board.code(secretOn(old)))).status).toBe(410);
    expect((await confirm(fresh, board.code(secretOn(fresh)))).status).toBe(200);
    expect((await confirm(fresh, board.freshCode(secretOn(fresh)))).status).toBe(410);
    caller.hangUp();
  });

  it('works no longer when the link has grown old', async () => {
    const caller = await openConfig('irma');
    const page = await askForPage(caller, 'irma');
    const link = linkIn(await board.letterTo('irma@example.org', SUBJECT));
    board.clock.skip(29 * 60_000);
    expect((await board.browse(link)).status).toBe(200);
    board.clock.skip(2 * 60_000);
    expect((await board.browse(link)).status).toBe(410);
    expect((await confirm(page, board.code(secretOn(page)))).status).toBe(410);
    expect(await isAskedForCode('irma')).toBe(false);
    caller.hangUp();
  });

  it('takes neither secret nor kind from the browser', async () => {
    const caller = await openConfig('jana');
    const page = await askForPage(caller, 'jana');
    const own = 'KRDEMYKENBUEMT2GKR4WSWSMN5NEMK3L';
    const form = {
      ...hiddenFields(page),
      word: page.word,
      secret: own,
      otp: totp(own, board.clock.nowMs()),
    };
    expect((await board.browse(pageUrl(), { form })).status).toBe(401);
    expect(await isAskedForCode('jana')).toBe(false);
    caller.hangUp();
  });

  it('has one winner among 16 who confirm at once', async () => {
    const caller = await openConfig('kira');
    const page = await askForPage(caller, 'kira');
    const code = board.code(secretOn(page));
    const answers = await Promise.all(Array.from({ length: 16 }, () => confirm(page, code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    caller.hangUp();
  });

  it('keeps the old factor until the new one is confirmed', async () => {
    const old = await board.addUser('lena', PASSWORD, 'google');
    const caller = await board.ssh({ userName: 'lena', password: PASSWORD });
    await giveCode(caller, board.freshCode(old));
    await goToMainMenu(caller);
    await openTwoFactor(caller);
    caller.type(MAIL_LINK);
    await prove(caller, PASSWORD, board.freshCode(old));
    const word = await readSetUpWord(caller);
    const link = linkIn(await board.letterTo('lena@example.org', SUBJECT));
    const page = { ...(await board.browse(link)), word };
    const fresh = secretOn(page);
    expect(fresh).not.toBe(old);
    const half = await board.ssh({ userName: 'lena', password: PASSWORD });
    await giveCode(half, board.code(fresh));
    await half.sees('Wrong code.');
    half.hangUp();
    expect((await confirm(page, board.code(fresh))).status).toBe(200);
    const after = await board.ssh({ userName: 'lena', password: PASSWORD });
    await giveCode(after, board.freshCode(old));
    await after.sees('Wrong code.');
    await giveCode(after, board.code(fresh, 1));
    await after.sees('Both doors are open.');
    after.hangUp();
  });

  it('says what is missing to a caller without a mail address', async () => {
    await board.oputil('user', 'add', 'mona', '--password', PASSWORD);
    const caller = await board.ssh({ userName: 'mona', password: PASSWORD });
    await goToMainMenu(caller);
    await openTwoFactor(caller);
    caller.type(MAIL_LINK);
    await caller.sees('A confirmed mail address is needed first');
    caller.hangUp();
  });

  it('leaves secret, code and token in no log, and the secret in no file', async () => {
    const caller = await openConfig('nina');
    const page = await askForPage(caller, 'nina');
    const secret = secretOn(page);
    const code = board.code(secret);
    expect((await confirm(page, code)).status).toBe(200);
    caller.hangUp();
    const log = board.logLines.join('');
    const token = hiddenFields(page)['token'] ?? '';
    expect(token.length).toBeGreaterThan(40);
    for (const text of [secret, token, `"${code}"`, PASSWORD]) expect(log).not.toContain(text);
    const files = await board.files();
    expect(files.some((bytes) => bytes.includes(secret))).toBe(false);
  });
});

describe('a board without its HTTPS pages', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start({
      config: { contentServers: { web: { https: { enabled: false } } } },
    });
    await board.addUser('alice', PASSWORD);
  });
  afterAll(() => board.remove());

  it('says so where a second factor would be switched on, to the caller and in the log', async () => {
    const caller = await board.ssh({ userName: 'alice', password: PASSWORD });
    await goToMainMenu(caller);
    await openTwoFactor(caller);
    caller.type(MAIL_LINK);
    await caller.sees('This board lacks what a mailed link needs: the HTTPS web server');
    await board.logged('two-factor.prerequisite-missing', { missing: 'pages' });
    expect(await board.mails()).toEqual([]);
    caller.hangUp();
  });

  it('sends no link by oputil either, and doctor names the lack, in the same words', async () => {
    const lack =
      'This board lacks what a mailed link needs: the HTTPS web server, on and listening';
    const { exitCode, err } = await board.tryOputil('user', '2fa-link', 'alice');
    expect([exitCode, err]).toEqual([1, expect.stringContaining(lack)]);
    const { out } = await board.tryOputil('doctor', '--json');
    expect(out).toContain(`${lack}: switch contentServers.web.https.enabled on`);
    expect(await board.mails()).toEqual([]);
  });

  it('answers a forgotten password alike for any name: no link can come', async () => {
    const shown: string[] = [];
    for (const name of ['alice', 'nobod']) {
      const caller = await board.telnet();
      await caller.sees('Sign in');
      caller.type('F');
      await caller.sees('User name');
      caller.type(`${name}${KEYS.return}`);
      shown.push((await caller.sees('Please tell the sysop.')).replaceAll(name, ''));
      caller.hangUp();
    }
    expect(shown[0]).toContain('This board lacks what a mailed link needs');
    expect(new Set(shown).size).toBe(1);
    expect(await board.mails()).toEqual([]);
  });
});

/** What a phone reads from the page. */
function uriOn(page: BrowsedPage): string {
  const image = /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(page.body)?.[1] ?? '';
  return readSvgQr(Buffer.from(image, 'base64').toString('utf8'));
}
