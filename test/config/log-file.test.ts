import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog } from '../../src/config/log-file';
import { configSchema } from '../../src/config/schema';
import { FakeClock } from '../support/fake-clock';

describe('a log file that is moved away', () => {
  let dataDir: string;
  let clock: FakeClock;
  let file: string;
  let opened: ReturnType<typeof openLog>;

  const linesOf = async (path: string): Promise<string[]> =>
    (await readFile(path, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event: string }).event);

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'sallyport-log-'));
    file = join(dataDir, 'logs', 'sallyport.log');
    clock = new FakeClock();
    opened = openLog(dataDir, configSchema.parse({}), clock);
    opened.log.info('before');
    await rename(file, `${file}.moved`);
  });

  afterEach(async () => {
    opened.close();
    await rm(dataDir, { recursive: true });
  });

  test('is opened anew for the next lines when that is asked for', async () => {
    opened.reopen();
    opened.log.info('after');
    expect(await linesOf(`${file}.moved`)).toEqual(['before']);
    expect(await linesOf(file)).toEqual(['after']);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('is noticed within a second without being asked', async () => {
    await clock.advance(1_000);
    opened.log.info('after');
    opened.log.info('later');
    expect(await linesOf(`${file}.moved`)).toEqual(['before']);
    expect(await linesOf(file)).toEqual(['after', 'later']);
  });
});
