import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PASSWORD, Shell } from '../oputil/shell';

let shell: Shell;

beforeEach(async () => {
  shell = await Shell.openEmpty();
});

afterEach(() => shell.close());

describe('the built program', () => {
  const bin = resolve(__dirname, '..', '..', 'dist', 'oputil', 'main.js');

  function oputil(
    args: readonly string[],
    input = '',
  ): Promise<{ code: number; out: string; err: string }> {
    return new Promise((done, failed) => {
      const child = spawn(process.execPath, [bin, '--data', shell.dataDir, ...args], {
        stdio: 'pipe',
      });
      let out = '';
      let err = '';
      child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString('utf8')));
      child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString('utf8')));
      child.once('error', failed);
      child.once('close', (code) => done({ code: code ?? -1, out, err }));
      child.stdin.end(input);
    });
  }

  test('ends with 1 when its output cannot be written', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(
      process.execPath,
      [bin, '--data', shell.dataDir, 'user', 'list', '--help'],
      {
        stdio: ['ignore', full, 'pipe'],
      },
    );
    closeSync(full);
    let err = '';
    child.stderr?.on('data', (bytes: Buffer) => (err += bytes.toString('utf8')));
    const code = await new Promise((done) => child.once('close', done));
    expect([code, err]).toEqual([1, expect.stringContaining('cannot write the result: ENOSPC')]);
  });

  test('adds an account with a password from a pipe, lists it, and ends with the right codes', async () => {
    const added = await oputil(['user', 'add', 'joe', '--password-stdin'], `${PASSWORD}\n`);
    expect(added).toMatchObject({ code: 0, out: 'User "joe" added with id 2\n' });
    const listed = await oputil(['user', 'list', '--json']);
    expect(JSON.parse(listed.out)).toMatchObject([{ name: 'sysop' }, { name: 'joe' }]);
    expect(listed.err).toBe('');
    expect((await oputil(['user', 'info', 'jeo'])).code).toBe(1);
    expect((await oputil(['user', 'inof', 'joe'])).code).toBe(2);
    expect((await oputil(['-c', '/no/file', 'user', 'list'])).code).toBe(78);
    const removed = await oputil(['user', 'rm', 'joe'], 'y\n');
    expect(removed).toMatchObject({ code: 0, out: 'User has been deleted.\n' });
    expect((await stat(join(shell.dataDir, 'db', 'user.sqlite3'))).mode & 0o777).toBe(0o600);
    expect((await stat(shell.dataDir)).mode & 0o777).toBe(0o700);
  });
});
