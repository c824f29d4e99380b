import { connect as tlsConnect } from 'node:tls';
import { connect } from 'node:net';
import { SourceCounter } from '../../src/base/event-counters';
import { FakeClock } from '../support/fake-clock';
import { openWebBoard } from '../support/web-board';
import type { Answer, WebBoard } from '../support/web-board';

const REGISTER = '/_enig/2fa/enable_2fa_otp';
const RESET = '/_enig/sec/reset_password';

let board: WebBoard;
// Some tests of this file need no board.
afterEach(() => (board as WebBoard | undefined)?.close());

const REQUIRED: Readonly<Record<string, string | RegExp>> = {
  'strict-transport-security': /^max-age=(\d{8,})/,
  'content-security-policy':
    "default-src 'none'; img-src data:; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
};

function expectSecure(answer: Pick<Answer, 'headers'>): void {
  for (const [name, value] of Object.entries(REQUIRED)) {
    expect(answer.headers[name]).toEqual(
      typeof value === 'string' ? value : expect.stringMatching(value),
    );
  }
  expect(answer.headers['set-cookie']).toBeUndefined();
  expect(answer.headers['x-powered-by']).toBeUndefined();
  expect(answer.headers['server']).toBeUndefined();
}

/** Sends bytes over TLS and gives back all that comes until the end. */
function raw(bytes: string | Buffer, keepOpen = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tlsConnect({
      host: '127.0.0.1',
      port: board.port,
      ca: board.ca,
      servername: 'localhost',
    });
    let text = '';
    socket.on('secureConnect', () => (keepOpen ? socket.write(bytes) : socket.end(bytes)));
    socket.on('data', (data: Buffer) => (text += data.toString('latin1')));
    socket.on('close', () => resolve(text));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(text) : reject(error),
    );
  });
}

/** What is answered to bytes that are sent without TLS. */
function inClear(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(board.port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    let text = '';
    socket.on('data', (data: Buffer) => (text += data.toString('latin1')));
    socket.on('error', () => resolve(text));
    socket.on('close', () => resolve(text));
  });
}

const headersOf = (answer: string): Record<string, string> =>
  Object.fromEntries(
    [...answer.matchAll(/^([a-z-]+): (.*)\r$/gim)].map(([, name = '', value = '']) => [
      name.toLowerCase(),
      value,
    ]),
  );

describe('headers of every answer (D8)', () => {
  test('pages, style, health, refusals and errors carry them', async () => {
    board = await openWebBoard();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const answers = [
      await board.ask('/nothing'),
      await board.ask('/_enig/style.css'),
      await board.ask('/_enig/health'),
      await board.ask(REGISTER),
      await board.ask(`${REGISTER}?token=x`),
      await board.ask(RESET),
      await board.ask(`${RESET}?token=x`),
      await board.ask(REGISTER, { method: 'DELETE' }),
      await board.ask(REGISTER, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      }),
      await board.ask(REGISTER, { method: 'POST', headers: form, body: 'x'.repeat(17 * 1024) }),
      await board.ask('/%', {}),
      await board.ask('/', { headers: { host: 'evil.example' } }),
      await board.post(REGISTER, { token: 'x', otp: '1' }, { origin: 'https://evil.example' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([
      404, 200, 200, 400, 410, 400, 410, 404, 415, 413, 400, 421, 403,
    ]);
    for (const answer of answers) expectSecure(answer);
    expect(answers[1]?.headers['content-type']).toBe('text/css; charset=utf-8');
  });

  test('also what is no request at all', async () => {
    board = await openWebBoard();
    const broken = await raw('\u0016\u0003 nonsense\r\n\r\n');
    expect(broken).toMatch(/^HTTP\/1\.1 400 /);
    expectSecure({ headers: headersOf(broken) });
    const long = await raw(`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(9000)}\r\n\r\n`);
    expect(long).toMatch(/^HTTP\/1\.1 431 /);
    expectSecure({ headers: headersOf(long) });
  });

  test('no page has a script, a frame or anything from elsewhere', async () => {
    board = await openWebBoard();
    const user = await board.addUser('joe');
    const begun = await board.enrollment.begin(user, 'googleAuth');
    const token = begun.kind === 'begun' ? begun.token : '';
    for (const path of ['/', `${REGISTER}?token=${token}`, `${RESET}?token=x`]) {
      const { body } = await board.ask(path);
      expect(body).not.toMatch(/<script|<iframe|javascript:| on[a-z]+=|style="/i);
      for (const [, address] of body.matchAll(/(?:src|href|action)="([^"]*)"/g)) {
        expect(address).toMatch(/^(?:\/_enig\/|data:image\/svg|otpauth:)/);
      }
    }
  });
});

describe('hosts (D7)', () => {
  const ask = (host: string, extra: Record<string, string> = {}) =>
    board.ask('/_enig/health', { headers: { host, ...extra } });

  test('only the configured ones, and this machine from itself', async () => {
    board = await openWebBoard({ domain: 'bbs.example.org' });
    for (const host of [
      'bbs.example.org',
      `bbs.example.org:${board.port}`,
      `BBS.example.ORG:${board.port}`,
      `localhost:${board.port}`,
      '127.0.0.1',
      '[::1]',
    ]) {
      expect((await ask(host)).status).toBe(200);
    }
    for (const host of [
      'evil.example',
      'bbs.example.org.evil.example',
      'evil.example:443',
      `bbs.example.org:1`,
      'bbs.example.org@evil.example',
      'evil.example#bbs.example.org',
      'bbs.example.org.',
      '192.0.2.7',
      'xbbs.example.org',
    ]) {
      const answer = await ask(host);
      expect([host, answer.status]).toEqual([host, 421]);
      expect(answer.body).not.toContain('evil');
    }
  });

  test('foreign names in forwarding headers are refused too', async () => {
    board = await openWebBoard();
    const host = `localhost:${board.port}`;
    expect((await ask(host, { 'x-forwarded-host': 'evil.example' })).status).toBe(421);
    expect((await ask(host, { 'x-forwarded-host': `${host}, evil.example` })).status).toBe(421);
    expect((await ask(host, { forwarded: 'for=192.0.2.1;host=evil.example' })).status).toBe(421);
    expect((await ask(host, { forwarded: 'for=192.0.2.1;host="evil.example"' })).status).toBe(421);
    expect((await ask(host, { 'x-forwarded-host': host })).status).toBe(200);
  });

  test('a second Host header or a whole address as target is no way around', async () => {
    board = await openWebBoard();
    const own = `localhost:${board.port}`;
    const twice = await raw(
      `GET / HTTP/1.1\r\nhost: ${own}\r\nhost: evil.example\r\nconnection: close\r\n\r\n`,
    );
    expect(twice).not.toContain('evil.example');
    const whole = await raw(
      `GET https://evil.example/ HTTP/1.1\r\nhost: ${own}\r\nconnection: close\r\n\r\n`,
    );
    expect(whole).toMatch(/^HTTP\/1\.1 421 /);
    expect(whole).not.toContain('evil.example');
    const none = await raw('GET / HTTP/1.1\r\nconnection: close\r\n\r\n');
    expect(none).toMatch(/^HTTP\/1\.1 4\d\d /);
    const empty = await raw('GET / HTTP/1.1\r\nhost:\r\nconnection: close\r\n\r\n');
    expect(empty).toMatch(/^HTTP\/1\.1 421 /);
  });

  test('behind a proxy the host of its prefix is ours', async () => {
    board = await openWebBoard({
      overrideUrlPrefix: 'https://gate.example.org/bbs',
      behindProxy: true,
    });
    expect((await ask('gate.example.org')).status).toBe(200);
  });
});

describe('forms (D9, D10)', () => {
  const post = (headers: Record<string, string>, body = 'token=x&otp=123456') =>
    board.ask(REGISTER, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    });

  test('come from our own pages only', async () => {
    board = await openWebBoard({ rateLimits: { otpRegPost: 100 } });
    const own = `https://localhost:${board.port}`;
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'http://localhost' },
      { origin: `${own}.evil.example` },
      { origin: 'https://localhost:1' },
      { origin: 'https://localhost' },
      { origin: own, 'sec-fetch-site': 'cross-site' },
      { origin: 'null', 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
    ]) {
      expect([headers, (await post(headers)).status]).toEqual([headers, 403]);
    }
    for (const headers of [
      { origin: own },
      { origin: own, 'sec-fetch-site': 'same-origin' },
      { origin: 'null', 'sec-fetch-site': 'same-origin' },
      {},
    ]) {
      expect([headers, (await post(headers)).status]).toEqual([headers, 410]);
    }
  });

  test.each([
    ['a field twice', 'token=x&otp=1&otp=2', 400],
    ['a field missing', 'token=x', 400],
    ['an array', 'token[]=x&otp=1', 400],
    ['nothing', '', 400],
    ['many fields', Array.from({ length: 40 }, (_, at) => `f${at}=1`).join('&'), 400],
    ['17 kB', `token=x&otp=${'1'.repeat(17 * 1024)}`, 413],
    ['broken percent signs', 'token=%zz&otp=%', 410],
  ])('with %s are refused', async (_, body, status) => {
    board = await openWebBoard();
    expect((await post({}, body)).status).toBe(status);
  });

  test.each(['text/plain', 'application/json', 'multipart/form-data; boundary=x', ''])(
    'of type %j are refused',
    async (type) => {
      board = await openWebBoard();
      expect((await post({ 'content-type': type })).status).toBe(415);
    },
  );

  test('a body that never ends is cut off at its sixteen kilobytes', async () => {
    board = await openWebBoard();
    const head =
      `POST ${REGISTER} HTTP/1.1\r\nhost: localhost:${board.port}\r\n` +
      'content-type: application/x-www-form-urlencoded\r\ntransfer-encoding: chunked\r\n\r\n';
    const chunk = `4000\r\n${'a'.repeat(0x4000)}\r\n`;
    const answer = await raw(head + chunk.repeat(64), true);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });
});

describe('limits', () => {
  test('of requests: so many in ten minutes from one source, by the monotonic clock', async () => {
    board = await openWebBoard({ rateLimits: { otpRegGet: 3, otpRegPost: 2, pwResetGet: 1 } });
    const path = `${REGISTER}?token=x`;
    for (let count = 0; count < 3; count += 1) expect((await board.ask(path)).status).toBe(410);
    const refused = await board.ask(path);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBe(600);
    expectSecure(refused);
    const fields = { token: 'x', otp: '123456' };
    for (const status of [410, 410, 429]) {
      expect((await board.post(REGISTER, fields)).status).toBe(status);
    }
    for (const status of [410, 429]) {
      expect((await board.ask(`${RESET}?token=x`)).status).toBe(status);
    }
    await board.fake.advance(10 * 60_000);
    expect((await board.ask(path)).status).toBe(410);
  });

  test('of memory: sources are forgotten, those unseen for longest first', () => {
    const counter = new SourceCounter(new FakeClock(), 60_000, 100);
    counter.count('192.0.2.1', 1);
    for (let host = 0; host < 1_000; host += 1)
      counter.count(`2001:db8:${host.toString(16)}::1`, 1);
    expect(counter.size).toBe(100);
    expect(counter.count('192.0.2.1', 1)).toBeUndefined();
  });

  test('of memory: one /64 is one source', () => {
    const counter = new SourceCounter(new FakeClock(), 60_000);
    expect(counter.count('2001:db8::1', 1)).toBeUndefined();
    expect(counter.count('2001:db8::ffff:2', 1)).toBe(60_000);
    expect(counter.count('2001:db8:0:1::1', 1)).toBeUndefined();
    expect(counter.size).toBe(2);
  });

  test('of time: a request that drips ends after ten seconds', async () => {
    board = await openWebBoard();
    const startedMs = performance.now();
    const answer = await raw(
      `POST ${REGISTER} HTTP/1.1\r\nhost: localhost:${board.port}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\na`,
      true,
    );
    const seconds = (performance.now() - startedMs) / 1000;
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expectSecure({ headers: headersOf(answer) });
    expect(seconds).toBeGreaterThan(9);
    expect(seconds).toBeLessThan(13);
  });
});

describe('TLS', () => {
  test('1.2 at least, and no plain HTTP', async () => {
    board = await openWebBoard();
    await expect(
      new Promise((resolve, reject) => {
        tlsConnect({
          host: '127.0.0.1',
          port: board.port,
          ca: board.ca,
          servername: 'localhost',
          maxVersion: 'TLSv1.1',
          minVersion: 'TLSv1',
          ciphers: 'ALL@SECLEVEL=0',
        })
          .on('secureConnect', resolve)
          .on('error', reject);
      }),
    ).rejects.toThrow(/alert|protocol|version/i);
    expect(await inClear('GET / HTTP/1.0\r\n\r\n')).not.toContain('200');
  });

  test('a request without it is answered with where to go, by the name in the configuration', async () => {
    board = await openWebBoard();
    for (const request of [
      'GET /_enig/reset-password?token=abc HTTP/1.1\r\nhost: evil.example\r\n\r\n',
      'POST / HTTP/1.1\r\nhost: evil.example\r\ncontent-length: 3\r\n\r\na=b',
      'HEAD / HTTP/1.0\r\n\r\n',
    ]) {
      const answer = await inClear(request);
      expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect(answer.split('\r\n\r\n')[1]).toBe(
        `This port speaks HTTPS: https://localhost:${board.port}/\n`,
      );
      expectSecure({ headers: headersOf(answer) });
      expect(answer).not.toMatch(/evil|abc/);
    }
  });

  test.each([
    ['a greeting of telnet', '\xff\xfb\x18'],
    ['no protocol at all', 'hello?\r\n\r\n'],
  ])('what is neither TLS nor HTTP is not answered: %s', async (_what, bytes) => {
    board = await openWebBoard();
    // An alert of TLS at most.
    expect(await inClear(bytes)).not.toMatch(/HTTP|Bad Request/);
    expect((await board.ask('/_enig/health')).status).toBe(200);
  });

  test('a taken port is told with what to change', async () => {
    board = await openWebBoard();
    const again = openWebBoard({ https: { port: board.port } });
    await expect(again).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
      message: expect.stringContaining('contentServers.web.https.port') as string,
    });
  });

  test('closing does not wait for a socket that never speaks', async () => {
    board = await openWebBoard();
    const socket = connect(board.port, '127.0.0.1');
    await new Promise((resolve) => socket.on('connect', resolve));
    const gone = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => undefined);
    const closing = board.server.close();
    await board.fake.advance(2_000);
    await closing;
    await gone;
  });
});

test('health says whether sign-ins can be recorded', async () => {
  board = await openWebBoard();
  expect(await board.ask('/_enig/health')).toMatchObject({ status: 200, body: '{"status":"ok"}' });
  await board.db.close();
  expect((await board.ask('/_enig/health')).status).toBe(503);
});

test.each([
  [true, '{"status":"ok","silent":{"near":"2027-01-15T08:00:00.000Z"}}'],
  [false, '{"status":"ok"}'],
])(
  'health names the destinations that are silent, to nobody but those who may read reasons: %s',
  async (may, body) => {
    const sinceMs = Date.UTC(2027, 0, 15, 8);
    const near = { kind: 'telnet', name: 'Near', host: '127.0.0.1' } as const;
    board = await openWebBoard(
      {},
      { destinations: { near } },
      {
        silentDestinations: () =>
          new Map([
            ['near', sinceMs],
            ['gone from the file', sinceMs],
          ]),
        mayReadReasons: () => may,
      },
    );
    expect(await board.ask('/_enig/health')).toMatchObject({ status: 200, body });
  },
);

test('clients that are gone before their request is looked at are no fault', async () => {
  board = await openWebBoard();
  const form = `POST ${REGISTER} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\n`;
  const vanish = (afterMs: number): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(board.port, '127.0.0.1');
      const client = tlsConnect({ socket, ca: board.ca, servername: 'localhost' });
      client.on('error', () => undefined);
      client.on('secureConnect', () => {
        client.write(form.repeat(4));
        client.write('token=x');
        setTimeout(() => socket.resetAndDestroy(), afterMs);
      });
      socket.on('close', () => resolve());
      socket.on('error', () => undefined);
    });
  for (let round = 0; round < 60; round += 1) await vanish(round % 4);
  await board.ask('/');
  expect(board.logLines.filter((line) => line.includes('web.failed'))).toEqual([]);
});

test('a start does not load the compilers of schemas, for no page has one', async () => {
  board = await openWebBoard();
  const loaded = Object.keys(require.cache).join('\n');
  expect(loaded).toContain('/node_modules/fastify/');
  expect(loaded).not.toMatch(/\/(ajv|ajv-compiler|fast-json-stringify-compiler)\//);
});
