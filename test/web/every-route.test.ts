import { ROUTES } from '../support/routes';
import { openWebBoard, type Answer, type WebBoard } from '../support/web-board';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];

/** What every answer carries; a page with a script has a policy of its own, which names its scripts. */
const REQUIRED: Readonly<Record<string, RegExp>> = {
  'strict-transport-security': /^max-age=(3153\d{4,}|[4-9]\d{7,}|\d{9,})/,
  'content-security-policy': /^default-src 'none';.*frame-ancestors 'none'; base-uri 'none'$/,
  'referrer-policy': /^no-referrer$/,
  'cache-control': /^no-store$/,
  'x-content-type-options': /^nosniff$/,
  'cross-origin-opener-policy': /^same-origin$/,
};

let board: WebBoard;
afterEach(() => board.close());

function missing(answer: Answer): readonly string[] {
  return Object.entries(REQUIRED)
    .filter(([name, wanted]) => !wanted.test(String(answer.headers[name])))
    .map(([name]) => name);
}

test('every route answers every method with all of the headers, whatever it says (rule D8)', async () => {
  const generous = { otpRegGet: 999, otpRegPost: 999, pwResetGet: 999, pwResetPost: 999 };
  board = await openWebBoard({ rateLimits: generous });
  const paths = [...new Set(ROUTES.map(({ path }) => path)), '/', '/_enig', '/nowhere', '/%2e%2e/'];
  expect(paths.length).toBeGreaterThanOrEqual(9);
  const statuses = new Set<number>();
  for (const path of paths) {
    for (const query of ['', '?token=x', '?token=x&token=y', `?token=${'x'.repeat(43)}`]) {
      for (const method of METHODS) {
        const answer = await board.ask(path + query, { method });
        statuses.add(answer.status);
        expect([method, path, missing(answer)]).toEqual([method, path, []]);
        expect(answer.headers['set-cookie']).toBeUndefined();
      }
    }
  }
  expect([...statuses].sort((a, b) => a - b)).toEqual([200, 400, 404, 410]);
});

test('what the database keeps from working is answered with all of the headers as well (rule D8)', async () => {
  // With all pages that there are.
  const recoveryMail = { enabled: true };
  board = await openWebBoard({}, { users: { twoFactorAuth: { recoveryMail } } });
  await board.db.close();
  const answers = await Promise.all(
    ROUTES.filter(({ method, path }) => method === 'GET' && /2fa|sec|health/.test(path)).map(
      ({ path }) => board.ask(`${path}?token=${'x'.repeat(43)}`),
    ),
  );
  expect(answers.length).toBeGreaterThanOrEqual(4);
  for (const answer of answers) {
    expect(answer.status).toBe(503);
    expect(missing(answer)).toEqual([]);
    expect(answer.body).not.toMatch(/sqlite|knex|stack|at \//i);
  }
});

const FOREIGN = 'evil.example';
/** The ways in which a stranger can name another host, in the spellings that proxies and clients know. */
const SPELLINGS: readonly (readonly [string, (own: string) => Record<string, string>])[] = [
  ['Host', () => ({ host: FOREIGN })],
  ['host in capitals', () => ({ HOST: FOREIGN.toUpperCase() })],
  ['Host with a port', (own) => ({ host: `${FOREIGN}:${own.split(':')[1]}` })],
  ['Host with our name in front', (own) => ({ host: `${own.split(':')[0]}.${FOREIGN}` })],
  ['Host with our name as user', (own) => ({ host: `${own}@${FOREIGN}` })],
  ['Host with our name behind', (own) => ({ host: `${FOREIGN}/${own}` })],
  ['X-Forwarded-Host', (own) => ({ host: own, 'X-Forwarded-Host': FOREIGN })],
  ['x-forwarded-host in capitals', (own) => ({ host: own, 'X-FORWARDED-HOST': FOREIGN })],
  [
    'X-Forwarded-Host in a list',
    (own) => ({ host: own, 'X-Forwarded-Host': `${own}, ${FOREIGN}` }),
  ],
  ['Forwarded', (own) => ({ host: own, Forwarded: `for=192.0.2.1;host=${FOREIGN};proto=https` })],
  [
    'Forwarded with quotes',
    (own) => ({ host: own, Forwarded: `for="[2001:db8::1]"; Host="${FOREIGN}"` }),
  ],
  [
    'Forwarded in a list',
    (own) => ({ host: own, Forwarded: `host=${own.split(':')[0]}, host=${FOREIGN}` }),
  ],
  ['Forwarded in capitals', (own) => ({ host: own, FORWARDED: `HOST=${FOREIGN}` })],
];

test.each(SPELLINGS)(
  'a foreign name in %s is misdirected, and stands on no page and in no mail (rule D7)',
  async (_name, headersFor) => {
    board = await openWebBoard();
    const user = await board.addUser('joe');
    const begun = await board.enrollment.begin(user, 'googleAuth', { mail: true });
    const token = begun.kind === 'begun' ? begun.token : '';
    const [path = ''] = ROUTES.filter(({ path }) => path.includes('enable_2fa')).map(
      ({ path }) => path,
    );
    const own = `localhost:${board.port}`;
    expect((await board.ask(`${path}?token=${token}`)).status).toBe(200);
    for (const method of ['GET', 'POST']) {
      const answer = await board.ask(`${path}?token=${token}`, {
        method,
        headers: headersFor(own),
      });
      expect(answer.status).toBe(421);
      expect(JSON.stringify(answer).toLowerCase()).not.toContain(FOREIGN);
    }
    expect(JSON.stringify(board.notices)).not.toContain(FOREIGN);
  },
);

test.each([
  'X-Host',
  'X-Original-Host',
  'X-Forwarded-Server',
  'X-HTTP-Host-Override',
  'X-Rewrite-URL',
])('the header %s of some proxies changes nothing on the page (rule D7)', async (name) => {
  board = await openWebBoard();
  const user = await board.addUser('joe');
  const begun = await board.enrollment.begin(user, 'googleAuth');
  const token = begun.kind === 'begun' ? begun.token : '';
  const [path = ''] = ROUTES.filter(({ path }) => path.includes('2fa')).map(({ path }) => path);
  const plain = await board.ask(`${path}?token=${token}`);
  const host = `localhost:${board.port}`;
  const answer = await board.ask(`${path}?token=${token}`, { headers: { host, [name]: FOREIGN } });
  expect(answer.body).toBe(plain.body);
  expect(JSON.stringify(answer)).not.toContain(FOREIGN);
});
