import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findDataGaps } from '../../src/readiness/board-gaps';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sallyport-data-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

it('a disk with less room than the least is told with what is left, and another is not', () => {
  const [gap] = findDataGaps(dataDir, Number.MAX_SAFE_INTEGER);
  expect(gap?.weight).toBe('missing');
  expect(gap?.text).toMatch(/^the disk that holds .* has \d+ MiB left: .*"A full disk" in docs/);
  expect(findDataGaps(dataDir, 0)).toEqual([]);
});

it('a folder that is not there yet has no gap', () => {
  expect(findDataGaps(join(dataDir, 'none'), Number.MAX_SAFE_INTEGER)).toEqual([]);
});
