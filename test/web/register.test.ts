import jsqr from 'jsqr';
import { listAudit } from '../../src/store/audit';
import { canonicalSetUpWord } from '../../src/auth/set-up-word';
import { NEVER_IN_A_WORD } from '../../src/web/register';
import { NOON } from '../support/accounts';
import { readKeyUri, totp } from '../support/authenticator';
import { openWebBoard } from '../support/web-board';
import type { Answer, WebBoard } from '../support/web-board';

const PAGE = '/_enig/2fa/enable_2fa_otp';
const CALLER = { sessionId: 'here', server: 'ssh', remoteIp: '192.0.2.9' };

let board: WebBoard;
let user: number;

afterEach(() => board.close());

async function open(web: Parameters<typeof openWebBoard>[0] = {}, rest = {}): Promise<string> {
  board = await openWebBoard(web, rest);
  user = await board.addUser('joe');
  return begin();
}

async function begin(): Promise<string> {
  const begun = await board.enrollment.begin(user, 'googleAuth', { actor: CALLER });
  return begun.kind === 'begun' ? begun.token : '';
}

/** What the screen of the session shows that began the set-up. */
async function wordOf(): Promise<string> {
  return (await board.enrollment.pendingFor(user, 'here'))?.word ?? '';
}

/** Sends the page's form, with the right word where no other is given. */
async function post(fields: Readonly<Record<string, string>>): Promise<Answer> {
  return board.post(PAGE, { word: await wordOf(), ...fields });
}

const link = (token: string): string => `${PAGE}?token=${token}&otpType=googleAuth`;

async function secretOf(token: string): Promise<string> {
  return (await board.enrollment.find(token))?.secret ?? '';
}

test('the page shows the secret in groups of four, a QR and a field, and the code switches it on', async () => {
  const token = await open();
  const page = await board.ask(link(token));
  expect(page.status).toBe(200);
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  const secret = await secretOf(token);
  expect(page.body).toContain(secret.replace(/(.{4})(?=.)/g, '$1 '));
  expect(page.body).toContain('Hello joe.');
  expect(page.body).not.toMatch(/%[A-Z_]+%/);

  const done = await post({ token, otp: totp(secret, NOON), otpType: 'googleAuth' });
  expect(done.status).toBe(200);
  expect(done.body).toContain('Two-factor sign-in is on');
  const codes = [...done.body.matchAll(/<li>([a-z]{5}(?:-[a-z]{5}){3})<\/li>/g)];
  expect(codes).toHaveLength(10);
  expect((await board.enrollment.status(user)).type).toBe('googleAuth');
  expect((await board.verifyCode(user, codes[0]?.[1] ?? '')).kind).toBe('right');
  expect((await board.verifyCode(user, totp(secret, NOON))).kind).toBe('spent');
  for (const method of ['GET', 'POST']) {
    const again =
      method === 'GET'
        ? await board.ask(link(token))
        : await post({ token, otp: totp(secret, NOON + 30_000) });
    expect(again.status).toBe(410);
    expect(again.body).toContain('This link has ended');
    expect(again.body).not.toContain(codes[1]?.[1]);
  }
});

test('a further app is added by its page, and the backup codes stay', async () => {
  await open();
  const { secret: first, backupCodes } = await board.enrollment.bind(user, 'googleAuth');
  const begun = await board.enrollment.begin(user, 'googleAuth', {
    actor: CALLER,
    label: 'Tablet',
  });
  const token = begun.kind === 'begun' ? begun.token : '';
  const secret = await secretOf(token);
  const done = await post({ token, otp: totp(secret, NOON) });
  expect(done.status).toBe(200);
  expect(done.body).toContain('The authenticator app is added');
  expect(done.body).toContain('Codes of Tablet let you in from now on');
  expect(done.body).not.toContain('class="codes"');
  expect((await board.verifyCode(user, totp(first, NOON))).kind).toBe('right');
  expect((await board.verifyCode(user, totp(secret, NOON + 30_000))).kind).toBe('right');
  expect((await board.verifyCode(user, backupCodes[0] ?? '')).kind).toBe('right');
});

test('an app is named on its page, and a name that cannot be is said at its field and counts as no try', async () => {
  const token = await open();
  const secret = await secretOf(token);
  const otp = totp(secret, NOON);
  for (const [label, why] of [
    ['x'.repeat(31), 'A name has up to 30'],
    ['My |04phone', 'cannot be shown everywhere'],
  ] as const) {
    const page = await post({ token, otp, label });
    expect(page.status).toBe(400);
    expect(page.body).toContain('id="label-error"');
    expect(page.body).toContain(why);
    expect(page.body).toContain(`value="${label}"`);
  }
  expect((await board.enrollment.find(token))?.triesLeft).toBe(5);
  expect((await post({ token, otp: '000000', label: '"My" phone' })).body).toContain(
    'value="&#34;My&#34; phone"',
  );
  expect((await post({ token, otp, label: ' My  phone ' })).status).toBe(200);
  expect((await board.enrollment.status(user)).apps).toMatchObject([{ label: 'My phone' }]);

  const begun = await board.enrollment.begin(user, 'googleAuth', {
    ...{ actor: CALLER, label: 'Tablet' },
  });
  const next = begun.kind === 'begun' ? begun.token : '';
  expect((await board.ask(link(next))).body).toContain('value="Tablet"');
  const code = totp(await secretOf(next), NOON);
  const taken = await post({ token: next, otp: code, label: 'my PHONE' });
  expect(taken.body).toContain('Another app of yours is called so');
  expect((await board.enrollment.find(next))?.triesLeft).toBe(5);
  const done = await post({ token: next, otp: code, label: 'Old tablet' });
  expect(done.body).toContain('Codes of Old tablet let you in from now on');
  const labels = (await board.enrollment.status(user)).apps.map(({ label }) => label);
  expect(labels).toEqual(['My phone', 'Old tablet']);
});

test('the names of other apps are told to nobody without a right code and word (rule D11)', async () => {
  await open();
  await board.enrollment.bind(user, 'googleAuth');
  const begun = await board.enrollment.begin(user, 'googleAuth', {
    ...{ actor: CALLER, label: 'Tablet' },
  });
  const token = begun.kind === 'begun' ? begun.token : '';
  const otp = totp(await secretOf(token), NOON);
  for (const [wrong, why] of [
    [{ otp: '000000' }, 'That code is not right. Wait for the next one and type that. 4 tries'],
    [{ word: 'YYYY' }, 'That word is not the one on the screen'],
  ] as const) {
    for (const label of ['authenticator APP', 'Watch']) {
      const page = await post({ token, otp, label, ...wrong });
      expect(page.body).not.toContain('Another app of yours');
      expect(page.status).toBe(401);
      if (label === 'authenticator APP') expect(page.body).toContain(why);
    }
  }
  const taken = await post({ token, otp, label: 'authenticator APP' });
  expect(taken.body).toContain('Another app of yours is called so');
  expect((await post({ token, otp, label: 'Watch' })).body).toContain('Codes of Watch let you in');
});

test('an app without a name on its page is called as it was begun', async () => {
  const token = await open();
  const otp = totp(await secretOf(token), NOON);
  expect((await post({ token, otp, label: '  ' })).status).toBe(200);
  expect((await board.enrollment.status(user)).apps).toMatchObject([
    { label: 'Authenticator app' },
  ]);
});

test('the QR holds the key URI, with the board as issuer', async () => {
  const token = await open({}, { general: { boardName: 'The Gate' } });
  const { body } = await board.ask(link(token));
  const svg = Buffer.from(
    /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(body)?.[1] ?? '',
    'base64',
  ).toString('utf8');
  const uri = decodeQrSvg(svg);
  expect(readKeyUri(uri)).toMatchObject({
    type: 'totp',
    label: 'The Gate:joe',
    issuer: 'The Gate',
    secret: await secretOf(token),
  });
});

test('looking changes nothing: fifty GETs and HEADs show one secret, which still confirms', async () => {
  const token = await open({ rateLimits: { otpRegGet: 1000 } });
  const secret = await secretOf(token);
  const first = await board.ask(link(token));
  for (let count = 0; count < 25; count += 1) {
    expect((await board.ask(link(token))).body).toBe(first.body);
    const head = await board.ask(link(token), { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: '' });
  }
  expect((await post({ token, otp: totp(secret, NOON) })).status).toBe(200);
});

test('neither a secret nor a type from the browser is used', async () => {
  const token = await open();
  const secret = await secretOf(token);
  const own = 'KRDEMYKENBUEMT2GKR4WSWSMN5NEMK3L';
  const wrong = await post({
    token,
    otp: totp(own, NOON),
    secret: own,
    otpType: 'rfc4266_HOTP',
  });
  expect(wrong.status).toBe(401);
  await post({ token, otp: totp(secret, NOON), otpType: 'rfc4266_HOTP', secret: own });
  expect((await board.enrollment.status(user)).type).toBe('googleAuth');
});

test('wrong codes say so and count down; the fifth ends the link; the old state stays', async () => {
  const token = await open();
  const right = totp(await secretOf(token), NOON);
  const wrong = right === '000000' ? '111111' : '000000';
  expect((await post({ token, otp: 'abcdef' })).status).toBe(400);
  for (const text of ['4 tries are left', '3 tries', '2 tries', 'One try is left']) {
    const answer = await post({ token, otp: wrong });
    expect(answer.status).toBe(401);
    expect(answer.body).toContain(text);
    expect(answer.body).toContain('name="otp"');
  }
  const last = await post({ token, otp: wrong });
  expect(last.status).toBe(410);
  expect(last.body).toContain('Five wrong tries');
  expect((await post({ token, otp: right })).status).toBe(410);
  expect((await board.enrollment.status(user)).type).toBeUndefined();
});

test('of sixteen forms at once one switches it on', async () => {
  const token = await open({ rateLimits: { otpRegPost: 100 } });
  const form = { token, otp: totp(await secretOf(token), NOON), word: await wordOf() };
  const answers = await Promise.all(Array.from({ length: 16 }, () => post(form)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 410)).toHaveLength(15);
});

test('the link ends on the minute', async () => {
  const token = await open();
  board.fake.skip(30 * 60_000 - 1);
  expect((await board.ask(link(token))).status).toBe(200);
  board.fake.skip(1);
  expect((await board.ask(link(token))).status).toBe(410);
});

test('a token for another purpose opens nothing here, nor this one elsewhere', async () => {
  const token = await open();
  board.passwordReset.request('joe', {});
  await board.passwordReset.close();
  const reset = board.notices.find((notice) => notice.kind === 'password-reset');
  const resetToken = reset?.kind === 'password-reset' ? reset.token : '';
  expect(resetToken).not.toBe('');
  expect((await board.ask(link(resetToken))).status).toBe(410);
  expect((await board.post(PAGE, { token: resetToken, otp: '123456' })).status).toBe(410);
  expect((await board.ask(`/_enig/sec/reset_password?token=${token}`)).status).toBe(410);
  const fields = { token, password: 'a long new one', confirm_password: 'a long new one' };
  expect((await board.post('/_enig/sec/reset_password', fields)).status).toBe(410);
});

test.each([
  ['no token', PAGE, 400],
  ['two tokens', `${PAGE}?token=a&token=b`, 400],
  ['a token as an array', `${PAGE}?token[]=a`, 400],
  ['an empty token', `${PAGE}?token=`, 410],
  ['a token that is none', `${PAGE}?token=%27%20OR%201=1`, 410],
  ['a token of a thousand letters', `${PAGE}?token=${'a'.repeat(1000)}`, 410],
  ['bytes that are no UTF-8', `${PAGE}?token=%ff%fe`, 410],
])('%s is refused', async (_, path, status) => {
  await open();
  const answer = await board.ask(path);
  expect(answer.status).toBe(status);
  expect(answer.body).toContain('<!doctype html>');
});

test('a template of the sysop with the variables of ENiGMA½ works', async () => {
  const token = await open(
    {},
    {
      users: {
        twoFactorAuth: { otp: { registerPageTemplate: 'test/web/enigma-register.template.html' } },
      },
    },
  );
  const { body } = await board.ask(link(token));
  expect(body).toContain(`<input type="hidden" name="token" value="${token}">`);
  expect(body).toContain('value="googleAuth"');
  expect(body).toContain(`action="${PAGE}"`);
  expect(body).toContain('<img src="data:image/svg+xml;base64,');
  expect(body).not.toMatch(/%[A-Z_]+%/);
  // It was written before there was a word: the field is put into its form.
  expect(/<form action[^]*?<\/form>/.exec(body)?.[0]).toMatch(/name="word"[^]*name="otp"/);
  expect(body).toContain('This was not me');
  expect((await post({ token, otp: totp(await secretOf(token), NOON) })).status).toBe(200);
});

test('who reads the mail of another session cannot confirm without its word (rule M2)', async () => {
  const token = await open();
  const otp = totp(await secretOf(token), NOON);
  const page = await board.ask(link(token));
  const word = await wordOf();
  expect(word).toMatch(/^[CDFGHJKMNPQRTVWXY34679]{4}$/);
  expect(page.body).not.toContain(word);
  expect(page.body).toMatch(/<label for="word">[^]*<input [^>]*name="word" autocomplete="off"/);
  expect(page.body).toContain('This was asked for by SSH from 192.0.2.9, on 2026-01-01 12:00 UTC.');
  // Who did not ask is told to choose the button, not to leave without it.
  expect(page.body).toMatch(
    /choose this button[^<]*<\/p>\s*<input[^>]*>\s*<button[^>]*>This was not/,
  );
  expect(page.body).not.toContain('close this page');
  for (const none of ['', '    ']) {
    const answer = await post({ token, otp, word: none });
    expect([answer.status, answer.body]).toEqual([400, expect.stringContaining('Type the word')]);
  }
  for (const mistyped of ['A', 'K7QFK', 'K7QO']) {
    const { status, body } = await post({ token, otp, word: mistyped });
    expect([status, body]).toEqual([400, expect.stringContaining('That cannot be the word')]);
    expect(body).toContain(NEVER_IN_A_WORD);
  }
  const wrong = word === 'CCCC' ? 'DDDD' : 'CCCC';
  const answer = await post({ token, otp, word: wrong });
  expect(answer.status).toBe(401);
  expect(answer.body).toContain('That word is not the one');
  expect(answer.body).toContain('4 tries are left');
  expect((await board.enrollment.status(user)).type).toBeUndefined();
  // The code was not spent by the wrong word; the right one may be typed in any form.
  const typed = ` ${word.slice(0, 2).toLowerCase()}-${word.slice(2)}`;
  expect((await post({ token, otp, word: typed })).status).toBe(200);
});

test('the letters and digits that the page says no word has are those that none can have', () => {
  const all = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');
  const never = all.filter((each) => canonicalSetUpWord(each.repeat(4)) === undefined);
  expect(never.join(' ')).toBe(NEVER_IN_A_WORD);
});

test('five wrong words end the set-up (rules D11, M2)', async () => {
  const token = await open();
  const [otp, word] = [totp(await secretOf(token), NOON), await wordOf()];
  const wrong = word === 'CCCC' ? 'DDDD' : 'CCCC';
  for (const status of [401, 401, 401, 401, 410]) {
    expect((await post({ token, otp, word: wrong })).status).toBe(status);
  }
  expect((await post({ token, otp, word })).status).toBe(410);
  expect(await board.enrollment.pendingFor(user, 'here')).toBeUndefined();
});

test('a reader who did not ask for it ends the set-up, for the audit, the log and by mail (rule M2)', async () => {
  const token = await open();
  const [otp, word] = [totp(await secretOf(token), NOON), await wordOf()];
  const foreign = { origin: 'https://evil.example' };
  expect((await board.post(PAGE, { token, answer: 'not-me' }, foreign)).status).toBe(403);
  const ended = await board.post(PAGE, { token, answer: 'not-me' });
  expect(ended.status).toBe(200);
  expect(ended.body).toContain('change your password');
  expect(await board.enrollment.pendingFor(user, 'here')).toBeUndefined();
  expect((await post({ token, otp, word })).status).toBe(410);
  expect((await board.post(PAGE, { token, answer: 'not-me' })).status).toBe(410);
  expect(board.notices).toEqual([
    { kind: 'set-up-disowned', userId: user, server: 'ssh', remoteIp: '192.0.2.9' },
  ]);
  const [row] = await board.db.run((sql) => listAudit(sql, { userId: user, limit: 1 }));
  expect(row).toMatchObject({
    ...{ kind: 'second-factor-dropped', server: 'web', source: '127.0.0.1', reason: 'disowned' },
  });
  expect(board.logLines.join('')).toContain('web.set-up-disowned');
});

test('what the sysop sent needs no word, and has no session to disown', async () => {
  await open();
  const begun = await board.enrollment.begin(user, 'googleAuth', { actor: { server: 'oputil' } });
  const token = begun.kind === 'begun' ? begun.token : '';
  const page = await board.ask(link(token));
  expect(page.body).not.toContain('name="word"');
  expect(page.body).not.toContain('not-me');
  expect((await board.post(PAGE, { token, answer: 'not-me' })).status).toBe(410);
  const otp = totp(await secretOf(token), NOON);
  expect((await board.post(PAGE, { token, otp })).status).toBe(200);
});

test('without its template the page still has all that is needed', async () => {
  const token = await open(
    {},
    { users: { twoFactorAuth: { otp: { registerPageTemplate: 'misc/gone.html' } } } },
  );
  const { status, body } = await board.ask(link(token));
  expect(status).toBe(200);
  expect(body).toContain('name="otp"');
  expect(board.logLines.join('')).toContain('template.unreadable');
});

test('names are text on the page, whatever they hold', async () => {
  board = await openWebBoard({}, { general: { boardName: `<b>"$&'%TOKEN%` } });
  user = await board.addUser(`<img src=x>`);
  const { body } = await board.ask(link(await begin()));
  expect(body).not.toContain('<b>');
  expect(body).not.toContain('<img src=x>');
  expect(body).toContain('&#60;b&#62;&#34;$&#38;&#39;%TOKEN%');
});

test('when the database cannot record it, the page says try later and the code stays good', async () => {
  const token = await open();
  const otp = totp(await secretOf(token), NOON);
  await board.db.run((sql) => sql.raw('PRAGMA query_only = ON'));
  const answer = await post({ token, otp });
  await board.db.run((sql) => sql.raw('PRAGMA query_only = OFF'));
  expect(answer.status).toBe(503);
  expect(answer.body).toContain('nothing was changed');
  expect((await post({ token, otp })).status).toBe(200);
});

/** Draws the modules of qrcode's SVG into pixels and reads them with another library. */
function decodeQrSvg(svg: string): string {
  const size = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
  const scale = 4;
  const pixels = new Uint8ClampedArray((size * scale) ** 2 * 4).fill(255);
  const path = /<path stroke="#000000" d="([^"]+)"/.exec(svg)?.[1] ?? '';
  let x = 0;
  let y = 0;
  for (const [, command, numbers = ''] of path.matchAll(/([Mmh])([-\d. ]+)/g)) {
    const [a = 0, b = 0] = numbers.trim().split(/ /).map(Number);
    if (command === 'M') [x, y] = [a, b];
    else if (command === 'm') [x, y] = [x + a, y + b];
    else {
      for (let at = x; at < x + a; at += 1) fillModule(at, Math.floor(y));
      x += a;
    }
  }
  const read = jsqr(pixels, size * scale, size * scale);
  if (read === null) throw new Error('no QR found');
  return read.data;

  function fillModule(column: number, row: number): void {
    for (let dy = 0; dy < scale; dy += 1) {
      for (let dx = 0; dx < scale; dx += 1) {
        const at = ((row * scale + dy) * size * scale + column * scale + dx) * 4;
        pixels.fill(0, at, at + 3);
      }
    }
  }
}
