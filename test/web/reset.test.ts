import { createHash } from 'node:crypto';
import { mailFirstPassword } from '../../src/auth/account-import';
import { systemRandom } from '../../src/base/random';
import { EVER } from '../support/accounts';
import { listAccountEvents } from '../../src/store/account-events';
import { listAudit } from '../../src/store/audit';
import { openWebBoard } from '../support/web-board';
import type { WebBoard } from '../support/web-board';

const PAGE = '/_enig/sec/reset_password';
const PASSWORD = 'four words of mine';

let board: WebBoard;
let user: number;

beforeEach(async () => {
  board = await openWebBoard({ rateLimits: { pwResetPost: 100, pwResetGet: 100 } });
  user = await board.addUser('joe');
});
afterEach(() => board.close());

async function request(name = 'joe'): Promise<string> {
  const before = board.notices.length;
  board.passwordReset.request(name, { server: 'telnet', remoteIp: '192.0.2.7' });
  await board.passwordReset.close();
  const notice = board.notices.slice(before).find(({ kind }) => kind === 'password-reset');
  return notice?.kind === 'password-reset' ? notice.token : '';
}

const submit = (token: string, password = PASSWORD, confirm = password) =>
  board.post(PAGE, { token, password, confirm_password: confirm });

const storedHash = async (): Promise<unknown> =>
  JSON.stringify(await board.db.run((sql) => sql('user_property').where({ user_id: user })));

test('the link shows a form, and the form changes the password, once', async () => {
  const token = await request();
  const page = await board.ask(`${PAGE}?token=${token}`);
  expect(page.status).toBe(200);
  expect(page.body).toContain('Hello joe.');
  expect(page.body).not.toMatch(/%[A-Z_]+%/);
  const done = await submit(token);
  expect(done.status).toBe(200);
  expect(done.body).toContain('Your password is changed');
  expect((await submit(token)).status).toBe(410);
  expect((await board.ask(`${PAGE}?token=${token}`)).status).toBe(410);
  expect(board.notices.at(-1)).toEqual({ kind: 'password-changed', userId: user });
  const events = await board.db.run((sql) => listAccountEvents(sql, user, EVER));
  expect(events).toMatchObject([{ kind: 'password', sessionId: undefined }]);
});

test('a link to a first password and one that was asked for live beside each other, and end together', async () => {
  const mail = (): Promise<unknown> =>
    board.db.transaction('board', (sql) =>
      mailFirstPassword(sql, { ...board, random: systemRandom }, user),
    );
  await mail();
  const notice = board.notices.find(({ kind }) => kind === 'first-password');
  const first = notice?.kind === 'first-password' ? notice.token : '';
  const asked = await request();
  for (const token of [first, asked])
    expect((await board.ask(`${PAGE}?token=${token}`)).status).toBe(200);
  expect((await submit(first)).status).toBe(200);
  for (const token of [first, asked]) expect((await submit(token)).status).toBe(410);
  await mail();
  expect((await submit(await request())).status).toBe(200);
  const rows = await board.db.run((sql) => sql('token').where({ user_id: user }));
  expect(rows).toEqual([]);
});

test('the second factor stays on', async () => {
  await board.enrollment.bind(user, 'googleAuth');
  const token = await request();
  expect((await submit(token)).status).toBe(200);
  expect((await board.enrollment.status(user)).type).toBe('googleAuth');
});

test('looking, two passwords that differ, and refused passwords change nothing and keep the link', async () => {
  const token = await request();
  const before = await storedHash();
  for (let count = 0; count < 10; count += 1) await board.ask(`${PAGE}?token=${token}`);
  const differ = await submit(token, PASSWORD, `${PASSWORD}!`);
  expect(differ.status).toBe(400);
  expect(differ.body).toContain('not the same');
  for (const refused of ['short', 'password123', 'joe']) {
    expect((await submit(token, refused)).status).toBe(400);
  }
  expect(await storedHash()).toBe(before);
  expect((await submit(token)).status).toBe(200);
});

test('of eight forms at once one changes it', async () => {
  const token = await request();
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, at) => submit(token, `${PASSWORD} ${at}`)),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
});

test('the link ends after its time, and when a newer one is sent', async () => {
  const first = await request();
  const second = await request();
  expect((await board.ask(`${PAGE}?token=${first}`)).status).toBe(410);
  board.fake.skip(30 * 60_000);
  expect((await submit(second)).status).toBe(410);
});

test('names without an account, and disabled ones, get no mail, and the audit knows of all', async () => {
  await board.accounts.setStatus(user, 0, {});
  expect(await request('nobody')).toBe('');
  expect(await request('joe')).toBe('');
  expect(await request('j%')).toBe('');
  const rows = await board.db.run((sql) => listAudit(sql, { limit: 10 }));
  const asked = rows.filter(({ kind }) => kind === 'password-reset-request');
  expect(asked).toHaveLength(3);
  expect(JSON.stringify(asked)).not.toContain('nobody');
});

test('no token is left behind when no mail can go out', async () => {
  board.answer.notice = 'no-address';
  await request();
  expect(await board.db.run((sql) => sql('token'))).toEqual([]);
});

test('only the hash of the token is in the database', async () => {
  const token = await request();
  const rows = JSON.stringify(await board.db.run((sql) => sql('token')));
  expect(rows).not.toContain(token);
  expect(rows).toContain(createHash('sha256').update(token).digest('hex'));
});

test('a source may ask twenty times a day', async () => {
  for (let count = 0; count < 25; count += 1) await request(`name${count}`);
  const rows = await board.db.run((sql) => listAudit(sql, { limit: 100 }));
  expect(rows.filter(({ kind }) => kind === 'password-reset-request')).toHaveLength(20);
  await board.fake.advance(24 * 3600_000);
  expect(await request('joe')).not.toBe('');
});
