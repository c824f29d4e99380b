import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { systemRandom } from '../../src/base/random';
import { startBbs, type RunningBbs } from '../../src/index';
import { makeSelfSigned } from '../../src/tls/self-signed';
import { eventually } from '../support/raw-caller';
import { WebSocketCaller } from '../support/web-socket-caller';

type SelfSigned = ReturnType<typeof makeSelfSigned>;

/** A board that writes its own log, as the bin does. */
describe('while a board runs', () => {
  let folder: string;
  let bbs: RunningBbs;
  let first: SelfSigned;
  const notices: string[] = [];

  const make = (): SelfSigned =>
    makeSelfSigned({
      names: ['localhost', '127.0.0.1'],
      nowMs: Date.now(),
      random: systemRandom,
    });
  const put = async ({ keyPem, certPem }: SelfSigned): Promise<void> => {
    await writeFile(join(folder, 'key.pem'), keyPem, { mode: 0o600 });
    await writeFile(join(folder, 'cert.pem'), certPem, { mode: 0o600 });
  };
  const printOf = ({ certPem }: SelfSigned): string => new X509Certificate(certPem).fingerprint256;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-renewal-'));
    first = make();
    await put(first);
    bbs = await startBbs({
      dataDir: join(folder, 'data'),
      env: {},
      onNotice: (line) => notices.push(line),
      config: {
        loginServers: {
          ...{ telnet: { port: 0 }, ssh: { enabled: false } },
          webSocket: { wss: { enabled: true, port: 0 } },
        },
        contentServers: {
          web: {
            https: {
              port: 0,
              certPem: join(folder, 'cert.pem'),
              keyPem: join(folder, 'key.pem'),
            },
          },
        },
      },
    });
  });
  afterAll(async () => {
    await bbs.close();
    await rm(folder, { recursive: true });
  });

  /** What a server shows to who connects now. */
  const shownBy = (server: 'https' | 'wss'): Promise<string> =>
    new Promise((resolve, reject) => {
      const port = bbs.addresses[server]?.port ?? 0;
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      });
      socket.once('error', reject);
    });

  test('a new certificate is shown by pages and wss, and calls that are open go on (rule D8)', async () => {
    const caller = await WebSocketCaller.dial({
      port: bbs.addresses['wss']?.port ?? 0,
      ca: first.certPem,
    });
    await eventually('a first screen', () => caller.received.length > 0);
    expect([await shownBy('https'), await shownBy('wss')]).toEqual([
      printOf(first),
      printOf(first),
    ]);
    const second = make();
    await put(second);
    await eventually('the new one', () => bbs.certificateFingerprint === printOf(second));
    expect([await shownBy('https'), await shownBy('wss')]).toEqual([
      printOf(second),
      printOf(second),
    ]);
    expect(notices).toContain('A new certificate is in use.');
    caller.forget();
    caller.send(Buffer.from('\x1b[B'));
    await eventually('an answer to the old call', () => caller.received.length > 0);
    caller.socket.terminate();

    await writeFile(join(folder, 'cert.pem'), 'nonsense');
    expect(await bbs.reload()).toBe(false);
    expect(await shownBy('https')).toBe(printOf(second));
    expect(notices).toContain(
      'A new certificate was refused. The board goes on with the one before.',
    );
  });

  test('the log goes on in a new file after a reload', async () => {
    const log = join(folder, 'data', 'logs', 'sallyport.log');
    await rename(log, `${log}.moved`);
    await bbs.reload();
    const text = await readFile(log, 'utf8');
    expect(text).toContain('board.reloaded');
    expect(await readFile(`${log}.moved`, 'utf8')).toContain('board.open');
    expect(notices).toContain('An edit went live.');
  });

  test('a stop is in the log', async () => {
    await bbs.close();
    const log = join(folder, 'data', 'logs', 'sallyport.log');
    const last = (await readFile(log, 'utf8')).trim().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject({ event: 'board.stopped' });
  });
});
