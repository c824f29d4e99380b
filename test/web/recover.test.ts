import type { User } from '../../src/store/users';
import { findUser } from '../../src/store/users';
import { openWebBoard } from '../support/web-board';
import type { WebBoard } from '../support/web-board';

const BEGIN = '/_enig/2fa/recover';
const STOP = '/_enig/2fa/stop_recovery';

let board: WebBoard;
let id: number;

beforeEach(async () => {
  board = await openWebBoard({}, { users: { twoFactorAuth: { recoveryMail: { enabled: true } } } });
  id = await board.addUser('joe');
  await board.enrollment.bind(id, 'googleAuth');
  board.notices.length = 0;
});
afterEach(() => board.close());

async function joe(): Promise<User> {
  const user = await board.db.run((sql) => findUser(sql, id));
  if (user === undefined) throw new Error('no joe');
  return user;
}

function tokenOf(kind: 'recovery-link' | 'recovery-started'): string {
  const notice = board.notices.filter((each) => each.kind === kind).at(-1);
  if (notice === undefined || !('token' in notice)) throw new Error(`no ${kind}`);
  return notice.token;
}

async function link(): Promise<string> {
  expect(await board.recovery.ask(await joe(), { server: 'ssh', remoteIp: '192.0.2.9' })).toBe(
    'mailed',
  );
  return tokenOf('recovery-link');
}

test('opening the link begins nothing; its button begins one waiting time, and says until when each time (rules D4, N6)', async () => {
  const token = await link();
  for (let count = 0; count < 3; count += 1) {
    const page = await board.ask(`${BEGIN}?token=${token}`);
    expect(page.status).toBe(200);
    expect(page.body).toContain('a waiting time of 72 hours begins');
  }
  expect(await board.recovery.waiting(id)).toBeUndefined();
  const begun = await board.post(BEGIN, { token });
  expect(begun.status).toBe(200);
  expect(begun.body).toContain('2026-01-04 12:00 UTC');
  const again = await board.post(BEGIN, { token });
  expect(again.body).toBe(begun.body);
  expect((await board.ask(`${BEGIN}?token=${token}`)).body).toBe(begun.body);
  expect(board.notices.filter(({ kind }) => kind === 'recovery-started')).toHaveLength(1);
});

test('the link of the second mail stops it by its button, and finds nothing to stop afterwards (rules D4, N6)', async () => {
  await board.post(BEGIN, { token: await link() });
  const token = tokenOf('recovery-started');
  expect((await board.ask(`${STOP}?token=${token}`)).body).toContain('Stop it');
  expect(await board.recovery.waiting(id)).toBeDefined();
  for (let count = 0; count < 2; count += 1) {
    const stopped = await board.post(STOP, { token });
    expect(stopped.status).toBe(200);
    expect(stopped.body).toContain('No waiting time runs');
  }
  expect(await board.recovery.waiting(id)).toBeUndefined();
});

test('foreign forms, missing tokens and those of the other page are refused (rule D5)', async () => {
  const token = await link();
  for (const page of [BEGIN, STOP]) {
    const foreign = await board.post(page, { token }, { origin: 'https://evil.example' });
    expect(foreign.status).toBe(403);
    expect((await board.ask(page)).status).toBe(400);
    expect((await board.post(page, {})).status).toBe(400);
    expect((await board.ask(`${page}?token=x`)).status).toBe(410);
  }
  expect((await board.post(STOP, { token })).status).toBe(410);
  expect(await board.recovery.waiting(id)).toBeUndefined();
});

test('a waiting time of one hour is told as one', async () => {
  await board.close();
  const recoveryMail = { enabled: true, waitHours: 1 };
  board = await openWebBoard({}, { users: { twoFactorAuth: { recoveryMail } } });
  id = await board.addUser('joe');
  await board.enrollment.bind(id, 'googleAuth');
  const page = await board.ask(`${BEGIN}?token=${await link()}`);
  expect(page.body).toContain('a waiting time of one hour begins');
});
