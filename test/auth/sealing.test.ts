import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '../../src/base/random';
import { openSealing } from '../../src/auth/sealing';
import type { SealPlace } from '../../src/store/sealed';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-seal-'));
  file = join(folder, 'keys', 'sealing.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = () => openSealing({ file, random: systemRandom });
const place: SealPlace = { table: 'otp_factor', column: 'secret', userId: 7 };

test('the first start makes a key file that only its owner can read, and the next one uses it', async () => {
  const sealed = open().seal('JBSWY3DPEHPK3PXP', place);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, 'keys'))).mode & 0o777).toBe(0o700);
  expect(open().open(sealed, place)).toBe('JBSWY3DPEHPK3PXP');
});

test('the same text never seals to the same value', () => {
  const sealing = open();
  const values = new Set(Array.from({ length: 100 }, () => sealing.seal('x', place)));
  expect(values.size).toBe(100);
});

test.each<[string, Partial<SealPlace>]>([
  ['another user', { userId: 8 }],
  ['another column', { column: 'other' }],
  ['another table', { table: 'otp_pending' }],
])('a value moved to %s does not open', (_, elsewhere) => {
  const sealing = open();
  const sealed = sealing.seal('x', place);
  expect(() => sealing.open(sealed, { ...place, ...elsewhere })).toThrow(
    expect.objectContaining({ code: 'SEAL_BROKEN' }),
  );
});

test('a value changed in any place does not open', () => {
  const sealing = open();
  const sealed = sealing.seal('some text to change', place);
  for (let at = 0; at < sealed.length - 1; at += 1) {
    const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
    expect(() => sealing.open(changed, place)).toThrow(
      expect.objectContaining({ code: 'SEAL_BROKEN' }),
    );
  }
  for (const broken of ['', 'v1', 'v1..', sealed.slice(0, -8), `${sealed.slice(0, 24)}.`]) {
    expect(() => sealing.open(broken, place)).toThrow(/seal|open/);
  }
});

test('a key file that others can read is refused with what to do', async () => {
  open();
  await chmod(file, 0o640);
  expect(open).toThrow(/chmod 600/);
});

test.each(['', '{}', '{"keys":[]}', '{"keys":[{"key":"c2hvcnQ="}]}', 'null'])(
  'a key file that holds %j is refused',
  async (content) => {
    open();
    await writeFile(file, content);
    expect(open).toThrow(expect.objectContaining({ code: 'KEY_UNREADABLE' }));
  },
);

test('a lost key file is not papered over where sealed values exist', () => {
  expect(() => openSealing({ file, random: systemRandom, mayCreate: false })).toThrow(/restore/);
  expect(existsSync(file)).toBe(false);
});

test('a new key seals, the old one still opens, and a running server sees both at once', () => {
  const server = open();
  const before = server.seal('before', place);
  const code = server.hash('7:code');
  const tool = open();
  const added = tool.addKey(1_000);
  expect(tool.currentKeyId()).toBe(added);
  expect(server.currentKeyId()).toBe(added);
  expect(server.open(before, place)).toBe('before');
  expect(server.open(tool.seal('after', place), place)).toBe('after');
  expect(server.hashes('7:code')).toContain(code.hash);
  expect(server.hash('7:code')).not.toEqual(code);
});

test('only keys that are retired long enough and unused are dropped', () => {
  const sealing = open();
  const first = sealing.currentKeyId();
  sealing.addKey(1_000);
  expect(sealing.dropKeys(() => false, 1_000)).toEqual([]);
  expect(sealing.dropKeys((id) => id === first, 1_001)).toEqual([]);
  expect(sealing.dropKeys(() => false, 1_001)).toEqual([first]);
  expect(open().keyIds()).toHaveLength(1);
});

test('keys may come from the environment instead, several for a rotation', () => {
  const one = Buffer.alloc(32, 1).toString('base64');
  const two = Buffer.alloc(32, 2).toString('base64');
  const withKeys = (text: string) =>
    openSealing({ file, random: systemRandom, given: { text, source: 'THE KEY' } });
  const sealed = withKeys(one).seal('x', place);
  expect(withKeys(`${two}, ${one}`).open(sealed, place)).toBe('x');
  expect(() => withKeys(two).open(sealed, place)).toThrow(/unknown key/);
  expect(() => withKeys('c2hvcnQ=')).toThrow(/THE KEY must hold 32 bytes/);
  expect(withKeys(one).addKey(1)).toBeUndefined();
  expect(existsSync(file)).toBe(false);
});
