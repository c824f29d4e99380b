import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBbs } from '../../src/app/bbs';
import type { RunningBbs } from '../../src/app/embedding';
import { systemClock } from '../../src/base/clock';
import { LIMITS } from '../../src/base/limits';
import { dialTelnet } from '../support/dial';
import { PASSWORD, signIn } from '../support/sign-in';
import { browse } from '../support/browse';
import { withFreePorts } from '../support/board-process';
import { schemaOf, serverOf } from './database-place';
import { Cluster } from './cluster';

test('a machine whose clock is ahead of the server does not start', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-ahead-'));
  const { address: connection } = serverOf(schemaOf(join(folder, 'board')));
  const clock = { ...systemClock, nowMs: () => Date.now() + 60_000 };
  const config = withFreePorts({ database: { client: 'postgres', connection } });
  await expect(startBbs({ dataDir: folder, config, clock })).rejects.toMatchObject({
    code: 'CLOCK_WRONG',
    message: expect.stringContaining('60 s ahead of') as unknown,
  });
  await rm(folder, { recursive: true, force: true });
});

describe('a database server that stands still', () => {
  let cluster: Cluster;
  let folder: string;
  let bbs: RunningBbs;
  let closing: Promise<unknown> | undefined;
  beforeAll(async () => {
    cluster = Cluster.start();
    folder = await mkdtemp(join(tmpdir(), 'sallyport-frozen-'));
    const connection = `postgres://board@localhost/board?host=${encodeURIComponent(cluster.folder)}`;
    bbs = await startBbs({
      dataDir: folder,
      config: withFreePorts({ database: { client: 'postgres', connection } }),
    });
  });
  afterAll(async () => {
    cluster.thaw();
    await closing;
    cluster.remove();
    await rm(folder, { recursive: true, force: true });
  });

  test('keeps neither the balancer waiting nor the stop, with a caller who is signing in', async () => {
    const ask = async (path: string): Promise<readonly [number, string, boolean]> => {
      const startedMs = performance.now();
      const port = bbs.addresses['https']?.port ?? 0;
      const { status, body } = await browse(folder, `https://localhost:${port}${path}`);
      return [status, body, performance.now() - startedMs < 2_000];
    };
    expect(await ask('/_enig/ready')).toEqual([200, '{"status":"ready"}', true]);
    const caller = await dialTelnet({ port: bbs.addresses['telnet']?.port ?? 0 });
    await caller.sees('Sign in');
    cluster.freeze();
    const said = '{"status":"not ready","reasons":["database"]}';
    // A write of a moment ago counts for a second.
    for (let [status] = await ask('/_enig/ready'); status === 200;)
      [status] = await ask('/_enig/ready');
    expect(await ask('/_enig/ready')).toEqual([503, said, true]);
    expect((await ask('/_enig/health')).slice(0, 3)).toEqual([503, expect.any(String), true]);
    void signIn(caller, 'nobody', PASSWORD).catch(() => undefined);
    const startedMs = performance.now();
    // That the end of the board is not recorded is told; that it ends is what counts.
    closing = bbs.close().catch((error: unknown) => error);
    await closing;
    expect(performance.now() - startedMs).toBeLessThan(LIMITS.shutdownMs);
  });
});
