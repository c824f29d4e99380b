import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestBoard } from '../support/board';
import type { DialledCaller } from '../support/dial';
import { giveCode, goToMainMenu, PASSWORD, signIn } from '../support/sign-in';

const GAME = 'a-secret-of-the-game-that-is-long-enough';
const LOGIN = 'a-secret-of-a-login-that-is-long-enough';
const CLIENTS = { game: { secret: GAME }, login: { secret: LOGIN, passwords: true } };
/** As The Forgotten Server keeps it, of 16 characters. */
const SECRET = 'JBSWY3DPEHPK3PXP';

let board: TestBoard;
beforeAll(async () => {
  board = await TestBoard.start({ config: { verify: { https: true, clients: CLIENTS } } });
});
afterAll(() => board.remove());

interface Verdict {
  readonly result: string;
  readonly retryAfterSeconds?: number;
}

/** What the service answers to the client that may ask about codes, or to `by`. */
async function verdictOf(fields: Readonly<Record<string, string>>, by = GAME): Promise<Verdict> {
  const { body } = await board.browse(`https://localhost:${board.httpsPort}/_enig/verify`, {
    ...{ form: fields, headers: { authorization: `Bearer ${by}` } },
  });
  return JSON.parse(body) as Verdict;
}

const resultOf = async (...asked: Parameters<typeof verdictOf>): Promise<string> =>
  (await verdictOf(...asked)).result;

async function atCodeScreen(name: string, password = PASSWORD): Promise<DialledCaller> {
  const caller = await board.telnet();
  await signIn(caller, name, password);
  await caller.sees('One-time code');
  return caller;
}

/** What the board answers to a code at its own screen. */
async function answerAtBoard(name: string, code: string): Promise<string> {
  const caller = await atCodeScreen(name);
  await giveCode(caller, code);
  const seen = await caller.sees(/Both doors are open\.|Wrong code\.|Please wait \d+ /);
  caller.hangUp();
  return /Both doors are open\.|Wrong code\.|Please wait/.exec(seen)?.[0] ?? '';
}

describe('codes and guesses are those of the board, wherever they are given', () => {
  it('a code that was used at the board is spent at the verify service (rules P8, A2)', async () => {
    const secret = await board.addUser('alice', PASSWORD, 'google');
    const code = board.freshCode(secret);
    expect(await answerAtBoard('alice', code)).toBe('Both doors are open.');
    expect(await resultOf({ user: 'alice', code })).toBe('spent');
    expect(await resultOf({ user: 'alice', code: board.freshCode(secret) })).toBe('ok');
  });

  it('a code that was used at the verify service opens nothing at the board (rules P8, A2)', async () => {
    const secret = await board.addUser('bob', PASSWORD, 'google');
    const code = board.freshCode(secret);
    expect(await resultOf({ user: 'bob', code })).toBe('ok');
    expect(await answerAtBoard('bob', code)).toBe('Wrong code.');
    expect(await answerAtBoard('bob', board.freshCode(secret))).toBe('Both doors are open.');
  });

  it('a backup code is used up for both', async () => {
    await board.addUser('carol', PASSWORD);
    const made = await board.oputil('user', '2fa-otp', 'carol', 'google', '--yes');
    const [first = '', second = ''] = made.match(/\b[a-z]{5}(?:-[a-z]{5}){3}\b/g) ?? [];
    expect(await answerAtBoard('carol', first)).toBe('Both doors are open.');
    expect(await resultOf({ user: 'carol', code: first })).toBe('spent');
    expect(await resultOf({ user: 'carol', code: second })).toBe('ok');
    expect(await answerAtBoard('carol', second)).toBe('Wrong code.');
  });

  it('guesses of codes at the verify service make the right one wait at the board (rules P8, A11)', async () => {
    const secret = await board.addUser('dora', PASSWORD, 'google');
    for (let guesses = 0; guesses < 5; guesses += 1)
      expect(await resultOf({ user: 'dora', code: `00000${guesses}` })).toBe('wrong');
    expect(await answerAtBoard('dora', board.code(secret))).toBe('Please wait');
    board.clock.skip(31_000);
    expect(await answerAtBoard('dora', board.freshCode(secret))).toBe('Both doors are open.');
  });

  it('guesses of codes at the board make the right one wait at the verify service (rules P8, A11)', async () => {
    const secret = await board.addUser('ellen', PASSWORD, 'google');
    for (let guesses = 0; guesses < 5; guesses += 1)
      expect(await answerAtBoard('ellen', `00000${guesses}`)).toBe('Wrong code.');
    const { result, retryAfterSeconds = 0 } = await verdictOf({
      ...{ user: 'ellen', code: board.code(secret) },
    });
    expect(result).toBe('throttled');
    expect(retryAfterSeconds).toBeGreaterThan(0);
    expect(retryAfterSeconds).toBeLessThanOrEqual(30);
    board.clock.skip(31_000);
    expect(await resultOf({ user: 'ellen', code: board.freshCode(secret) })).toBe('ok');
  });

  it('guesses of passwords at the verify service make the right one wait at the board (rules P8, A11)', async () => {
    await board.addUser('fred', PASSWORD);
    for (let guesses = 0; guesses < 5; guesses += 1)
      expect(await resultOf({ user: 'fred', password: `a wrong horse ${guesses}` }, LOGIN)).toBe(
        'wrong',
      );
    const waiting = await board.telnet();
    await signIn(waiting, 'fred');
    await waiting.sees(/Too many tries. Please wait \d+ seconds./);
    waiting.hangUp();
    board.clock.skip(31_000);
    const patient = await board.telnet();
    await signIn(patient, 'fred');
    await goToMainMenu(patient);
    patient.hangUp();
  });
});

describe('accounts of The Forgotten Server', () => {
  beforeAll(async () => {
    const file = join(board.dataDir, 'accounts.csv');
    await writeFile(file, `name,email,secret\njoe,joe@example.org,${SECRET}\nann,,NULL\n`);
    const done = await board.oputil('user', 'import-tfs', '--csv', file);
    expect(done).toContain('2 lines: 2 accounts made, 0 secrets bound, 0 kept, 0 failed');
  });

  it('are asked for a code, or not, as their login there asks (rule P8)', async () => {
    expect(await resultOf({ user: 'ann' })).toBe('none');
    expect(await resultOf({ user: 'joe' })).toBe('missing');
    expect(await resultOf({ user: 'joe', code: '' })).toBe('missing');
    expect(await resultOf({ user: 'joe', code: '000000' })).toBe('wrong');
    const code = board.freshCode(SECRET);
    expect(await resultOf({ user: 'joe', code })).toBe('ok');
    expect(await resultOf({ user: 'joe', code })).toBe('spent');
  });

  it('are let in with the password and a code, once it is set here', async () => {
    await board.oputil('user', 'pw', 'joe', PASSWORD);
    const asked = { user: 'joe', password: PASSWORD };
    expect(await resultOf(asked, LOGIN)).toBe('missing');
    expect(await resultOf({ ...asked, code: '000000' }, LOGIN)).toBe('wrong');
    const code = board.freshCode(SECRET);
    expect(await resultOf({ ...asked, password: 'a wrong horse 1', code }, LOGIN)).toBe('wrong');
    expect(await resultOf({ ...asked, code }, LOGIN)).toBe('ok');
    expect(await answerAtBoard('joe', code)).toBe('Wrong code.');
    expect(await answerAtBoard('joe', board.freshCode(SECRET))).toBe('Both doors are open.');
  });

  it('lose the factor by a recovery token that comes with the password, and by none that comes alone', async () => {
    const bound = ['google', '--yes', '--recovery-tokens', '--secret', SECRET];
    const made = await board.oputil('user', '2fa-otp', 'joe', ...bound);
    const token = /\b[a-z]{5}(?:-[a-z]{5}){3}\b/.exec(made)?.[0] ?? '';
    expect(await resultOf({ user: 'joe', code: token })).toBe('wrong');
    expect(await resultOf({ user: 'joe' })).toBe('missing');
    const asked = { user: 'joe', password: PASSWORD };
    expect(await resultOf({ ...asked, code: token }, LOGIN)).toBe('ok');
    expect(await resultOf({ user: 'joe' })).toBe('none');
    expect(await resultOf(asked, LOGIN)).toBe('ok');
  });
});
