import { findProperty } from '../../src/store/properties';
import { openWebBoard } from '../support/web-board';
import type { WebBoard } from '../support/web-board';

const PAGE = '/_enig/sec/confirm_mail';
const NEW = 'joe@new.example.org';

let board: WebBoard;
let user: number;

beforeEach(async () => {
  board = await openWebBoard();
  user = await board.addUser('joe');
});
afterEach(() => board.close());

async function begin(address = NEW): Promise<string> {
  expect(await board.mailChange.begin(user, address, {})).toBe('accepted');
  const notice = board.notices.filter(({ kind }) => kind === 'confirm-mail').at(-1);
  return notice?.kind === 'confirm-mail' ? notice.token : '';
}

const addressOf = (id: number) => board.db.run((sql) => findProperty(sql, id, 'email_address'));

test('opening the link changes nothing; its button does, once, and the old address is told', async () => {
  const token = await begin();
  for (let count = 0; count < 3; count += 1) {
    const page = await board.ask(`${PAGE}?token=${token}`);
    expect(page.status).toBe(200);
    expect(page.body).toContain(NEW);
  }
  expect(await addressOf(user)).toBe('joe@example.org');
  const done = await board.post(PAGE, { token });
  expect(done.status).toBe(200);
  expect(done.body).toContain(NEW);
  expect(await addressOf(user)).toBe(NEW);
  expect(board.notices.at(-1)).toEqual({
    kind: 'mail-changed',
    userId: user,
    address: 'joe@example.org',
  });
  expect((await board.post(PAGE, { token })).status).toBe(410);
});

test('an address that somebody else took meanwhile is refused', async () => {
  const token = await begin();
  await board.addUser('ann', NEW);
  const answer = await board.post(PAGE, { token });
  expect(answer.status).toBe(409);
  expect(await addressOf(user)).toBe('joe@example.org');
});

test('foreign forms, missing and ended tokens are refused', async () => {
  const token = await begin();
  const foreign = await board.post(PAGE, { token }, { origin: 'https://evil.example' });
  expect(foreign.status).toBe(403);
  expect((await board.ask(PAGE)).status).toBe(400);
  expect((await board.post(PAGE, {})).status).toBe(400);
  expect((await board.ask(`${PAGE}?token=x`)).status).toBe(410);
  await begin('joe@other.example.org');
  expect((await board.post(PAGE, { token })).status).toBe(410);
});
