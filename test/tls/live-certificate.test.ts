import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '../../src/base/random';
import { configSchema } from '../../src/config/schema';
import { LiveCertificate } from '../../src/tls/live-certificate';
import { makeSelfSigned } from '../../src/tls/self-signed';
import { FakeClock } from '../support/fake-clock';
import { MemoryLog } from '../support/memory-log';

type SelfSigned = ReturnType<typeof makeSelfSigned>;

describe('the files of a certificate', () => {
  let folder: string;
  let clock: FakeClock;
  let log: MemoryLog;
  let news: string[];
  let live: LiveCertificate;
  let first: SelfSigned;
  let second: SelfSigned;

  const make = (): SelfSigned =>
    makeSelfSigned({ names: ['localhost'], nowMs: clock.nowMs(), random: systemRandom });
  const write = (name: string, pem: string): Promise<void> =>
    writeFile(join(folder, name), pem, { mode: 0o600 });
  const printOf = ({ certPem }: SelfSigned): string => new X509Certificate(certPem).fingerprint256;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-renewal-'));
    clock = new FakeClock(Date.now());
    log = new MemoryLog();
    news = [];
    first = make();
    second = make();
    await write('cert.pem', first.certPem);
    await write('key.pem', first.keyPem);
    const config = configSchema.parse({
      contentServers: { web: { https: { certPem: 'cert.pem', keyPem: 'key.pem' } } },
    });
    live = await LiveCertificate.open({
      ...{ clock, log, random: systemRandom, dataDir: folder },
      config: () => config,
      resolveFile: (name) => join(folder, name),
      onNews: (kind, text) => news.push(`${kind}: ${text}`),
    });
  });

  afterEach(async () => {
    live.close();
    await rm(folder, { recursive: true });
  });

  /** The system tells of a change in its own time, and the clock moves only where something waits for it. */
  async function passes(what: string, holds: () => boolean): Promise<void> {
    const deadlineMs = Date.now() + 30_000;
    while (!holds()) {
      if (Date.now() > deadlineMs) throw new Error(`waited in vain: ${what}`);
      await clock.advance(Number.isFinite(clock.nextInMs) ? Math.min(100, clock.nextInMs) : 0);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  test('are taken up when both have changed, and until then the old ones stay', async () => {
    await write('key.pem', second.keyPem);
    await passes('a second look', () => clock.nextInMs === 5_000);
    expect(live.current.fingerprint).toBe(printOf(first));
    await write('cert.pem', second.certPem);
    await passes('the new one', () => live.current.fingerprint === printOf(second));
    expect(live.current.key).toBe(second.keyPem);
    expect(log.of('web.certificate-refused')).toEqual([]);
    expect(news).toEqual([`taken: the certificate changed, its fingerprint is ${printOf(second)}`]);
  });

  test('that do not fit for five seconds are refused with a line, and the old ones stay', async () => {
    await write('cert.pem', second.certPem);
    await passes('a refusal', () => news.length > 0);
    expect(live.current.fingerprint).toBe(printOf(first));
    expect(log.of('web.certificate-refused')).toHaveLength(1);
    expect(news[0]).toContain('is not the key of');
  });

  test('that are no certificate are refused at once where a reload is asked for', async () => {
    await write('cert.pem', 'nonsense');
    expect(await live.reload()).toBe(false);
    expect(live.current.fingerprint).toBe(printOf(first));
    expect(log.of('web.certificate-refused')).toHaveLength(1);
    await rm(join(folder, 'cert.pem'));
    expect(await live.reload()).toBe(false);
    expect(live.current.fingerprint).toBe(printOf(first));
  });
});

describe("the board's own certificate", () => {
  const openOn = (dataDir: string, log: MemoryLog): Promise<LiveCertificate> =>
    LiveCertificate.open({
      ...{ clock: new FakeClock(Date.now()), log, random: systemRandom, dataDir },
      config: () => configSchema.parse({}),
      resolveFile: (name) => name,
      onNews: () => undefined,
    });

  test.each([
    ['is made anew when it is lost', false, true],
    ['is not made in a folder that the board has left meanwhile', true, false],
  ])('%s', async (_, closes, isMade) => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-own-'));
    const keys = join(folder, 'keys');
    const log = new MemoryLog();
    const live = await openOn(folder, log);
    try {
      await rm(keys, { recursive: true });
      const reading = live.reload();
      // It asks for the files at the next step, and hears of them later.
      await Promise.resolve();
      if (closes) live.close();
      expect(await reading).toBe(isMade);
      expect(existsSync(keys)).toBe(isMade);
      expect(log.of('web.certificate-refused')).toEqual([]);
    } finally {
      live.close();
      await rm(folder, { recursive: true });
    }
  });
});
