import { mkdir } from 'node:fs/promises';
import { request as requestPlain, type RequestOptions } from 'node:http';
import { request as requestSecure } from 'node:https';
import { join } from 'node:path';
import { VERDICTS } from '../../src/auth/verify';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { PASSWORD } from '../support/sign-in';
import { VerifyDocument } from '../support/verify-document';

const GAME = 'a-secret-of-the-game-that-is-long-enough';
const BOARD = 'a-secret-of-a-board-that-is-long-enough';
const CLIENTS = { game: { secret: GAME }, board: { secret: BOARD, passwords: true } };
const FORM = 'application/x-www-form-urlencoded';

interface Asked {
  readonly fields?: Readonly<Record<string, string>>;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const document = new VerifyDocument();

describe.each(['https', 'socket'] as const)('by %s', (way) => {
  let dir: BoardDir;
  let board: TestBoard;
  let secret: string;
  const seen = new Map<number, Set<unknown>>();
  beforeAll(async () => {
    dir = await BoardDir.make({});
    await mkdir(join(dir.path, 'run'), { mode: 0o700 });
    const at = way === 'https' ? { https: true } : { socket: 'run/verify.sock' };
    board = await TestBoard.start({
      boardDir: dir.path,
      config: { verify: { ...at, clients: CLIENTS } },
      // A program whose accounts cannot be reached.
      authenticate: () => Promise.reject(new Error('its database is away')),
    });
    secret = await board.addUser('alice', PASSWORD, 'google');
    await board.addUser('bob', PASSWORD);
    await board.addUser('carol', PASSWORD, 'google');
  });
  afterAll(async () => {
    await board.remove();
    await dir.remove();
  });

  function target(): RequestOptions {
    if (way === 'socket') return { socketPath: join(dir.path, 'run/verify.sock') };
    const host = { host: `localhost:${board.httpsPort}` };
    // Certificates are the matter of other tests.
    return { port: board.httpsPort, rejectUnauthorized: false, headers: host } as RequestOptions;
  }

  /** Asks, and expects the answer to be as the document says; returns its status and its result. */
  function ask({ fields = {}, key = GAME, headers = {} }: Asked): Promise<readonly unknown[]> {
    const to = target();
    const request = way === 'https' ? requestSecure : requestPlain;
    return new Promise((resolve, reject) => {
      const given = { authorization: `Bearer ${key}`, 'content-type': FORM, ...headers };
      const at = { path: '/_enig/verify', method: 'POST', agent: false };
      const asking = request({ ...to, ...at, headers: { ...to.headers, ...given } }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
        response.on('end', () => {
          const { statusCode: status = 0 } = response;
          const type = response.headers['content-type'];
          expect(document.problemOf({ status, type, body })).toBe('');
          const isJson = type?.startsWith('application/json') === true;
          const told = isJson ? (JSON.parse(body) as { readonly result?: string }).result : '';
          seen.set(status, (seen.get(status) ?? new Set()).add(told));
          resolve([status, told]);
        });
      });
      asking.on('error', reject);
      asking.end(String(new URLSearchParams(fields)));
    });
  }

  it('gives every verdict as the document has it', async () => {
    const code = board.freshCode(secret);
    expect(await ask({ fields: { user: 'alice', code } })).toEqual([200, 'ok']);
    expect(await ask({ fields: { user: 'alice', code } })).toEqual([200, 'spent']);
    expect(await ask({ fields: { user: 'alice' } })).toEqual([200, 'missing']);
    expect(await ask({ fields: { user: 'bob' } })).toEqual([200, 'none']);
    const guess = { user: 'carol', code: '000000' };
    for (let times = 0; times < 5; times += 1)
      expect(await ask({ fields: guess })).toEqual([200, 'wrong']);
    expect(await ask({ fields: guess })).toEqual([200, 'throttled']);
    const away = { fields: { user: 'player', password: 'a word of the game 3' }, key: BOARD };
    expect(await ask(away)).toEqual([503, 'try-later']);
  });

  it('refuses what it does not take as the document has it', async () => {
    expect(await ask({ fields: { user: 'bob', password: PASSWORD } })).toEqual([403, undefined]);
    expect(await ask({ fields: { code: '1' } })).toEqual([400, undefined]);
    expect(await ask({ fields: { user: 'x'.repeat(20_000) } })).toEqual([413, undefined]);
    const json = { 'content-type': 'application/json' };
    expect(await ask({ fields: { user: 'bob' }, headers: json })).toEqual([415, undefined]);
    expect((await ask({ fields: {}, headers: { 'content-type': '' } }))[0]).toBe(415);
    if (way === 'https')
      expect(await ask({ headers: { host: 'evil.example' } })).toEqual([421, '']);
    for (let times = 0; times < 20; times += 1) expect((await ask({ key: 'wrong' }))[0]).toBe(401);
    expect(await ask({ key: 'wrong' })).toEqual([429, undefined]);
  });

  it('has given every status and every result that the document names', () => {
    // A socket has no Host to be wrong.
    const named = document.statuses.filter((status) => way === 'https' || status !== 421);
    expect([...seen.keys()].sort((a, b) => a - b)).toEqual(named);
    expect([...(seen.get(200) ?? [])].sort()).toEqual([...document.results('Verdict')].sort());
    expect([...(seen.get(503) ?? [])]).toEqual(document.results('TryLater'));
  });
});

test('the document names the one path, and every verdict that there is', () => {
  expect(Object.keys(document.paths)).toEqual(['/_enig/verify']);
  const results = [...document.results('Verdict'), ...document.results('TryLater')];
  expect(results).toEqual(Object.keys(VERDICTS));
});

test.each([
  ['a status that it does not name', 418, 'application/json', '{}'],
  ['a page in place of an answer', 200, 'text/html', 'ok'],
  ['a result that there is not', 200, 'application/json', '{"result":"right"}'],
  ['a field more', 200, 'application/json', '{"result":"ok","user":"alice"}'],
  ['a wait with something right', 200, 'application/json', '{"result":"ok","retryAfterSeconds":1}'],
  ['another reason', 401, 'application/json', '{"error":"no such client"}'],
])('an answer with %s is none of the document', (_what, status, type, body) => {
  expect(document.problemOf({ status, type, body })).not.toBe('');
});
