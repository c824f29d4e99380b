import { Readable } from 'node:stream';
import { LineReader } from '../../src/oputil/oputil-io';
import { PASSWORD, Shell } from './shell';

let shell: Shell;

beforeAll(async () => {
  shell = await Shell.open();
  await shell.run('user', 'add', 'joe', '--password', PASSWORD);
});

afterAll(() => shell.close());

test('a key file without an end is given up', async () => {
  const { exitCode, err } = await shell.try('user', 'import-ssh-key', 'joe', '/dev/zero');
  expect([exitCode, err]).toEqual([
    2,
    'oputil: cannot read /dev/zero: it is too large for a public key\n',
  ]);
});

test('a line of a list that is longer than any account is refused with its place', async () => {
  const file = await shell.file('long.csv', `name,email,secret\n${'x'.repeat(100_000)},,\n`);
  const { exitCode, err } = await shell.try('user', 'import-tfs', '--csv', file, '--dry-run');
  expect([exitCode, err]).toEqual([2, `oputil: ${file}:2: this line is longer than 64 KiB\n`]);
});

test('many accounts cost no look-up each', async () => {
  const names = Array.from({ length: 20_000 }, (_, index) => `user${index},,`);
  const file = await shell.file('many.csv', `name,email,secret\n${names.join('\n')}\nJOE,,\n`);
  const out = await shell.run('user', 'import-tfs', '--csv', file, '--dry-run');
  expect(out).toContain('20001 lines: 20000 accounts made, 0 secrets bound, 1 kept, 0 failed');
});

test('lines of a pipe are read one by one, and one without an end is refused', async () => {
  const pieces = ['one\r\nt', 'wo\n', 'thr', 'ee'].map((piece) => Buffer.from(piece));
  const lines = new LineReader(Readable.from(pieces));
  expect(await lines.next()).toBe('one');
  expect(await lines.next()).toBe('two');
  expect(await lines.next()).toBe('three');
  expect(await lines.next()).toBe('');
  function* endless(): Iterable<Buffer> {
    for (;;) yield Buffer.alloc(16 * 1024, 'x');
  }
  await expect(new LineReader(Readable.from(endless())).next()).rejects.toMatchObject({
    code: 'USAGE',
  });
});
