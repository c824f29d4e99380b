import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRealPath, readBoundedFile } from '../../src/base/bounded-file';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-bounded-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a bounded file', () => {
  it.each([0, 1, 99, 100])('of %d bytes is read whole where 100 are allowed', async (size) => {
    const file = join(folder, `of ${size}`);
    await writeFile(file, 'x'.repeat(size));
    expect((await readBoundedFile(file, 100)).bytes.toString()).toBe('x'.repeat(size));
  });

  it.each([101, 300_000])('of %d bytes is refused where 100 are allowed', async (size) => {
    const file = join(folder, `of ${size}`);
    await writeFile(file, 'x'.repeat(size));
    await expect(readBoundedFile(file, 100)).rejects.toThrow('it is larger than 100 bytes');
  });

  // What the kernel makes while it is read has no size before.
  const counted = '/proc/self/environ';
  (process.platform === 'linux' ? it : it.skip)(
    'that has more than its size is read whole, or refused',
    async () => {
      const { bytes } = await readBoundedFile(counted, 10_000_000);
      expect(bytes.length).toBeGreaterThan(2);
      expect(bytes.at(-1)).toBe(0);
      await expect(readBoundedFile(counted, 1)).rejects.toThrow('it is larger than 1 bytes');
    },
  );

  it('is judged by the real paths of its folders, also where they were asked for before', async () => {
    const file = join(folder, 'of 1');
    expect(await findRealPath(file, [folder])).toBe(file);
    expect(await findRealPath(file, [folder], ['/elsewhere'])).toBeUndefined();
  });
});
