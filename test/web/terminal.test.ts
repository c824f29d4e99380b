import { gunzipSync } from 'node:zlib';
import { connect } from 'node:tls';
import { openWebBoard, type Answer, type WebBoard } from '../support/web-board';

let board: WebBoard;
afterEach(() => board.close());

async function open(port: () => number | undefined = () => 8811): Promise<void> {
  board = await openWebBoard(
    { domain: 'bbs.example.org' },
    {
      general: { boardName: 'Tom & <Jerry>' },
      loginServers: { webSocket: { wss: { enabled: true } } },
    },
    { loginPorts: () => ({ wss: port() }) },
  );
}

const page = (host?: string): Promise<Answer> =>
  board.ask('/terminal', host === undefined ? {} : { headers: { host } });

/** Directives of a Content-Security-Policy by name. */
function directives(answer: Answer): Record<string, string> {
  const policy = String(answer.headers['content-security-policy']);
  return Object.fromEntries(
    policy.split('; ').map((part) => [part.split(' ', 1)[0], part.slice(part.indexOf(' ') + 1)]),
  );
}

const filesOf = (body: string): string[] =>
  [...body.matchAll(/(?:src|href)="(\/[^"]*)"/g)].map(([, path = '']) => path);

describe('the page /terminal', () => {
  test('may run our scripts, call one address, and nothing else', async () => {
    await open();
    const answer = await page('bbs.example.org');
    expect(answer.status).toBe(200);
    const { 'style-src': style = '', ...rest } = directives(answer);
    expect(rest).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'img-src': 'data:',
      'connect-src': 'wss://bbs.example.org:8811',
      'form-action': "'none'",
      'frame-ancestors': "'none'",
      'base-uri': "'none'",
    });
    expect(style).toMatch(/^'self' 'nonce-[A-Za-z0-9+/]{22}=='$/);
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'strict-transport-security': 'max-age=31536000',
    });
    expect(answer.body).not.toMatch(/<script(?![^>]* src=)|<style| style="| on[a-z]+="/);
  });

  test('has a nonce of its own each time, and the same in page and policy', async () => {
    await open();
    const nonces = await Promise.all(
      [1, 2, 3].map(async () => {
        const answer = await page('bbs.example.org');
        const nonce = /'nonce-([^']*)'/.exec(directives(answer)['style-src'] ?? '')?.[1] ?? '';
        expect(answer.body).toContain(`nonce="${nonce}"`);
        return nonce;
      }),
    );
    expect(new Set(nonces).size).toBe(3);
  });

  test('calls the host that the page was opened by, and no host that is not the board', async () => {
    await open();
    const byPort = await page(`BBS.example.org:${board.port}`);
    expect(byPort.body).toContain('data-board="wss://bbs.example.org:8811/"');
    expect((await page('localhost')).body).toContain('data-board="wss://localhost:8811/"');
    expect(directives(await page('[::1]'))['connect-src']).toBe('wss:');
    const foreign = await page('evil.example');
    expect(foreign.status).toBe(421);
    expect(foreign.body).not.toContain('evil.example');
  });

  test('shows the name of the board as text', async () => {
    await open();
    const { body } = await page('bbs.example.org');
    expect(body).toContain('<title>Tom &#38; &#60;Jerry&#62;</title>');
    expect(body).not.toContain('<Jerry>');
  });

  test('loads its files from the board; they are the same until their content changes', async () => {
    await open();
    const { body } = await page('bbs.example.org');
    const paths = filesOf(body);
    expect(paths.map((path) => path.replace(/.*\//, ''))).toEqual([
      'xterm.css',
      'terminal.css',
      'terminal.js',
    ]);
    const script = paths[2] ?? '';
    for (const path of [...paths, script.replace('terminal.js', 'xterm.js')]) {
      const plain = await board.ask(path);
      expect(plain.status).toBe(200);
      expect(plain.headers['content-type']).toBe(
        path.endsWith('.js') ? 'text/javascript; charset=utf-8' : 'text/css; charset=utf-8',
      );
      expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(plain.headers['content-security-policy']).toMatch(/^default-src 'none'/);
      expect(plain.body.length).toBeGreaterThan(500);
      const unzipped = await unzip(path);
      expect(unzipped).toBe(plain.body);
    }
    expect((await board.ask(script)).body).toContain("from './xterm.js'");
    for (const other of [
      script.replace(/terminal\/[0-9a-f]+/, 'terminal/0000000000000000'),
      script.replace('terminal.js', 'xterm.js.map'),
      script.replace('terminal.js', '..%2f..%2fpackage.json'),
      script.replace('terminal.js', '__proto__'),
    ])
      expect((await board.ask(other)).status).toBe(404);
  });

  test('is where the front page leads to', async () => {
    await open();
    const answer = await board.ask('/', { headers: { host: 'bbs.example.org' } });
    expect([answer.status, answer.body]).toEqual([
      200,
      expect.stringContaining('<a class="button" href="/terminal">Call from this browser</a>'),
    ]);
  });

  test('is not there while wss does not listen', async () => {
    await open(() => undefined);
    expect((await page('bbs.example.org')).status).toBe(404);
    await board.close();
    board = await openWebBoard({}, {}, { loginPorts: () => ({ wss: 8811 }) });
    expect((await board.ask('/terminal')).status).toBe(404);
  });
});

/** The body as a browser gets it, unpacked. */
function unzip(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port, ca } = board;
    const socket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost' }, () =>
      socket.end(
        `GET ${path} HTTP/1.1\r\nhost: localhost\r\naccept-encoding: gzip, br\r\nconnection: close\r\n\r\n`,
      ),
    );
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => {
      const answer = Buffer.concat(chunks);
      expect(answer.toString('latin1')).toContain('content-encoding: gzip');
      resolve(gunzipSync(answer.subarray(answer.indexOf('\r\n\r\n') + 4)).toString());
    });
  });
}
