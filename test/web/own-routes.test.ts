import { startBbs, type OwnRoute } from '../../src/index';
import { TestBoard } from '../support/board';

const route = (path: string, more: Partial<OwnRoute> = {}): OwnRoute => ({
  ...{ method: 'GET', path, handle: () => ({ body: 'fine' }) },
  ...more,
});

describe('pages of the program that runs the board', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start({
      routes: [
        route('/game/score', {
          handle: ({ query, remoteIp }) => ({
            type: 'text/plain; charset=utf-8',
            body: `${query['of'] ?? 'all'} by ${remoteIp}`,
          }),
        }),
        route('/game/name', {
          method: 'POST',
          handle: ({ fields }) => ({ body: fields.get('name') ?? '' }),
        }),
        route('/game/broken', {
          handle: () => {
            throw new Error('a secret of the program');
          },
        }),
        route('/game/odd', { handle: () => ({ status: 700, body: '' }) }),
        route('/game/rare', { mostPerTenMinutes: 2 }),
      ],
    });
  });
  afterAll(() => board.remove());

  const page = (path: string, options: Parameters<TestBoard['browse']>[1] = {}) =>
    board.browse(`https://localhost:${board.httpsPort}${path}`, options);

  it('answer with the headers of all others, also where they fail (rules D8, P7)', async () => {
    for (const [path, status, text] of [
      ['/game/score?of=ann', 200, 'ann by 127.0.0.1'],
      ['/game/broken', 503, 'This page cannot be shown right now.'],
      ['/game/odd', 503, 'This page cannot be shown right now.'],
    ] as const) {
      const answer = await page(path);
      expect([path, answer.status]).toEqual([path, status]);
      expect(answer.body).toContain(text);
      expect(answer.body).not.toContain('a secret of the program');
      expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'/);
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('take forms from pages of this server alone, and as many as they say (rules D9, P7)', async () => {
    const form = { method: 'POST', form: { name: 'ann' } } as const;
    expect((await page('/game/name', form)).body).toBe('ann');
    const foreign = { ...form, headers: { origin: 'https://evil.example' } };
    expect((await page('/game/name', foreign)).status).toBe(403);
    const statuses = [];
    for (let times = 0; times < 3; times += 1) statuses.push((await page('/game/rare')).status);
    expect(statuses).toEqual([200, 200, 429]);
  });
});

test.each<readonly [string, readonly unknown[], string]>([
  ['below /_enig', [route('/_enig/score')], '/_enig/score is a path of this program'],
  ['of the terminal', [route('/Terminal')], '/Terminal is a path of this program'],
  ['of the front page', [route('/')], '/ is no path such as /game/score'],
  ['with a step back', [route('/game/../_enig')], 'is no path such as /game/score'],
  ['with a parameter', [route('/game/:name')], 'is no path such as /game/score'],
  ['that is there twice', [route('/game'), route('/game')], 'GET /game is there twice'],
  ['by another method', [route('/game', { method: 'PUT' as 'POST' })], 'is neither GET nor POST'],
])('a page %s is an error (rule P7)', async (_what, routes, text) => {
  await expect(startBbs({ routes: routes as readonly OwnRoute[] })).rejects.toThrow(text);
});
