import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import type { BrowsedPage } from '../support/browse';
import { Shell } from '../oputil/shell';
import { PASSWORD } from '../support/sign-in';
import { VerifyDocument } from '../support/verify-document';

const GAME = 'a-secret-of-the-game-that-is-long-enough';
const BOARD = 'a-secret-of-a-board-that-is-long-enough';
const DOCUMENT = new VerifyDocument();

const config = (clients: object): string =>
  JSON.stringify({
    verify: { https: true, clients },
    users: { twoFactorAuth: { required: 'GM[staff]' } },
  });
const CLIENTS = { game: { secret: GAME }, board: { secret: BOARD, passwords: true } };

describe('the verify service', () => {
  let dir: BoardDir;
  let board: TestBoard;
  let secret: string;
  beforeAll(async () => {
    dir = await BoardDir.make({ 'config/config.hjson': config(CLIENTS) });
    board = await TestBoard.start({ boardDir: dir.path });
    secret = await board.addUser('alice', PASSWORD, 'google');
    await board.addUser('bob', PASSWORD);
  });
  afterAll(async () => {
    await board.remove();
    await dir.remove();
  });

  async function ask(
    fields: Readonly<Record<string, string>>,
    key: string | undefined = GAME,
  ): Promise<BrowsedPage> {
    const address = `https://localhost:${board.httpsPort}/_enig/verify`;
    const headers: Record<string, string> = key === '' ? {} : { authorization: `Bearer ${key}` };
    const answer = await board.browse(address, { form: fields, headers });
    const { status, body } = answer;
    expect(DOCUMENT.problemOf({ status, type: answer.headers['content-type'], body })).toBe('');
    return answer;
  }

  async function resultOf(...asked: Parameters<typeof ask>): Promise<unknown> {
    const { body } = await ask(...asked);
    const { result } = JSON.parse(body) as { readonly result: string };
    return result;
  }

  it('says whether a code is right, and that once (rules P8, A2)', async () => {
    const code = board.freshCode(secret);
    expect(await resultOf({ user: 'alice', code })).toBe('ok');
    expect(await resultOf({ user: 'alice', code })).toBe('spent');
    expect(await resultOf({ user: 'alice', code: '000000' })).toBe('wrong');
    expect(await resultOf({ user: 'alice' })).toBe('missing');
    expect(await resultOf({ user: 'alice', code: '' })).toBe('missing');
    expect(await resultOf({ user: 'ALICE', code: board.freshCode(secret) })).toBe('ok');
    const rows = await board.oputil('audit', '--user', 'alice');
    expect(rows).toMatch(/verify 127\.0\.0\.1/);
  });

  it('signs nobody in by it: there is no call, and the place is not known', async () => {
    expect(await resultOf({ user: 'alice', code: board.freshCode(secret) })).toBe('ok');
    expect(await board.oputil('user', 'info', 'alice')).toMatch(/Login count *: 0\n/);
  });

  it('answers a name that nobody has as an account with a factor (rule P8)', async () => {
    expect(await resultOf({ user: 'nobody' })).toBe('missing');
    expect(await resultOf({ user: 'nobody', code: '123456' })).toBe('wrong');
  });

  it('has nothing to ask of an account without a factor, unless the board demands one (rules P8, P1)', async () => {
    expect(await resultOf({ user: 'bob' })).toBe('none');
    expect(await resultOf({ user: 'bob', code: '123456' })).toBe('none');
    expect(await resultOf({ user: 'bob', password: PASSWORD }, BOARD)).toBe('ok');
    await board.oputil('user', 'group', 'bob', '+staff');
    expect(await resultOf({ user: 'bob' })).toBe('missing');
    expect(await resultOf({ user: 'bob', password: PASSWORD }, BOARD)).toBe('missing');
    await board.oputil('user', 'group', 'bob', '-staff');
  });

  it('takes a password where the client may ask about one, and nowhere else (rule P8)', async () => {
    expect((await ask({ user: 'alice', password: PASSWORD })).status).toBe(403);
    expect(await resultOf({ user: 'alice', password: PASSWORD }, BOARD)).toBe('missing');
    expect(await resultOf({ user: 'alice', password: 'a wrong horse 1' }, BOARD)).toBe('wrong');
    const right = { user: 'alice', password: PASSWORD, code: board.freshCode(secret) };
    expect(await resultOf(right, BOARD)).toBe('ok');
    expect(await resultOf({ ...right, password: 'a wrong horse 1' }, BOARD)).toBe('wrong');
  });

  it('counts guesses with those of the sign-in, and says how long to wait (rules P8, A11)', async () => {
    const codes = await board.addUser('carol', PASSWORD, 'google');
    const guesses = [];
    for (let times = 0; times < 6; times += 1)
      guesses.push(await resultOf({ user: 'carol', code: '000000', address: '192.0.2.77' }));
    expect(guesses).toEqual([...Array<string>(5).fill('wrong'), 'throttled']);
    const { body } = await ask({ user: 'carol', code: board.code(codes) });
    expect(JSON.parse(body)).toEqual({
      result: 'throttled',
      retryAfterSeconds: expect.any(Number),
    });
    const ran = await board.tryOputil('verify', 'carol', '--code-stdin');
    expect(ran.exitCode).not.toBe(0);
  });

  it.each([
    ['no user', { code: '123456' }],
    ['a field that there is not', { user: 'alice', cod: '123456' }],
    ['an address that is none', { user: 'alice', code: '1', address: 'localhost' }],
    ['a code without end', { user: 'alice', code: '1'.repeat(2_000) }],
  ])('refuses a question with %s', async (_what, fields) => {
    expect((await ask(fields)).status).toBe(400);
  });

  it('refuses clients without, with wrong and with revoked secrets alike, and keeps no other out for them (rule P8)', async () => {
    await dir.write('config/config.hjson', config({ game: CLIENTS.game }));
    expect(await board.bbs.reload()).toBe(true);
    const fields = { user: 'alice', code: '123456' };
    const answers = [];
    for (const key of ['', 'wrong', BOARD]) answers.push(await ask(fields, key));
    const [first] = answers.map(({ status, body, headers }) => [
      status,
      body,
      headers['www-authenticate'],
    ]);
    expect(first).toEqual([401, '{"error":"unknown client"}', 'Bearer']);
    for (const { status, body } of answers) expect([status, body]).toEqual(first?.slice(0, 2));
    let refused = 3;
    while ((await ask(fields, 'wrong')).status === 401) refused += 1;
    expect(refused).toBe(20);
    // A client of the same address is not kept out by them.
    expect((await ask(fields, 'wrong')).status).toBe(429);
    expect((await ask(fields)).status).toBe(200);
  });
});

test('without a line in the configuration nothing is answered (rule P8)', async () => {
  const board = await TestBoard.start();
  const address = `https://localhost:${board.httpsPort}/_enig/verify`;
  const headers = { authorization: 'Bearer ' };
  expect((await board.browse(address, { form: { user: 'sysop' }, headers })).status).toBe(404);
  await board.remove();
});

test('oputil verify takes no name for a right code, whatever it looks like (rule P8)', async () => {
  const shell = await Shell.open();
  try {
    for (const name of ['--help', '-h', '-v', '--version']) {
      for (const args of [[name, '--code-stdin'], ['--code-stdin', name], [name]])
        expect([args, (await shell.try('verify', ...args)).exitCode]).toEqual([args, 2]);
      shell.answers = ['000000'];
      expect((await shell.try('verify', '--code-stdin', '--', name)).exitCode).toBe(3);
    }
  } finally {
    await shell.close();
  }
});

test('oputil verify says so by its exit code, for scripts', async () => {
  const shell = await Shell.open();
  try {
    await shell.run('user', 'add', 'dora', '--password', PASSWORD, '--email', 'dora@example.org');
    const exitOf = async (lines: string[], ...args: string[]): Promise<number> => {
      shell.answers = lines;
      return (await shell.try('verify', 'dora', ...args)).exitCode;
    };
    expect(await exitOf([], '--code-stdin')).toBe(6);
    expect(await exitOf([PASSWORD], '--password-stdin')).toBe(0);
    expect(await exitOf(['a wrong horse 1'], '--password-stdin')).toBe(3);
    expect(await exitOf([])).toBe(2);
    const made = await shell.run('user', '2fa-otp', 'dora', 'google', '--yes');
    expect(made).toContain('Secret');
    expect(await exitOf(['000000'], '--code-stdin')).toBe(3);
    expect(await exitOf([''], '--code-stdin')).toBe(5);
    expect(await exitOf([PASSWORD], '--password-stdin')).toBe(5);
  } finally {
    await shell.close();
  }
});
