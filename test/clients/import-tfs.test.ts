import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePort } from '../support/relay';
import { endProgram, run, talkTo, type Ran } from './programs';

const OPUTIL = resolve(__dirname, '../../dist/oputil/main.js');
/** Where .ci/programs puts the driver, which is not among this program's own packages. */
const CACHE = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
const DRIVER = join(CACHE, 'sallyport', 'mysql2', 'node_modules');
const PASSWORD = 'a sealed: door/7@';
const TABLE = `
CREATE DATABASE tfs; USE tfs;
CREATE TABLE accounts (
  id int NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(32) NOT NULL UNIQUE, password char(40) NOT NULL,
  secret char(16) DEFAULT NULL, type int NOT NULL DEFAULT 1, email varchar(255) NOT NULL DEFAULT ''
) ENGINE=InnoDB DEFAULT CHARACTER SET=utf8;
INSERT INTO accounts (id, name, password, secret, email) VALUES
  (7, 'joe', SHA1('x'), 'JBSWY3DPEHPK3PXP', 'joe@example.org'), (9, 'ann', SHA1('x'), NULL, ''),
  (12, 'bob', SHA1('x'), 'NOT-A-SECRET-16!', 'bob@example.org');
CREATE USER reader@localhost IDENTIFIED BY '${PASSWORD}';
CREATE USER reader@'127.0.0.1' IDENTIFIED BY '${PASSWORD}';
GRANT SELECT ON tfs.accounts TO reader@localhost, reader@'127.0.0.1';`;

interface Report {
  readonly results: readonly { line: number; name: string; kind: string }[];
}

describe('oputil user import-tfs --dsn, from MariaDB of Debian', () => {
  let folder: string;
  let server: ChildProcess;
  let port = 0;
  const socket = (): string => join(folder, 'db.sock');
  const sql = (statements: string): Promise<Ran> =>
    run('mariadb', ['--no-defaults', '-u', 'root', '-S', socket(), '-e', statements]);

  beforeAll(async () => {
    if (!existsSync(join(DRIVER, 'mysql2')))
      throw new Error(`${DRIVER} has no mysql2: .ci/programs installs it`);
    folder = await mkdtemp(join(tmpdir(), 'sallyport-tfs-'));
    port = await freePort();
    const data = `--datadir=${join(folder, 'db')}`;
    const user = process.getuid?.() === 0 ? ['--user=root'] : [];
    const made = await run('mariadb-install-db', [
      ...['--no-defaults', '--skip-test-db', '--auth-root-authentication-method=normal'],
      ...[data, ...user],
    ]);
    if (made.exitCode !== 0) throw new Error(made.out + made.err);
    server = talkTo('mariadbd', [
      ...['--no-defaults', data, ...user, `--socket=${socket()}`, `--port=${port}`],
      ...['--bind-address=127.0.0.1', `--pid-file=${join(folder, 'pid')}`],
    ]);
    // It answers as soon as it listens; until then nobody does.
    for (let answer = 1; answer !== 0;) ({ exitCode: answer } = await sql('SELECT 1'));
    const filled = await sql(TABLE);
    if (filled.exitCode !== 0) throw new Error(filled.err);
  });
  afterAll(async () => {
    await endProgram(server);
    await rm(folder, { recursive: true, force: true });
  });

  function oputil(name: string, ...args: readonly string[]): Promise<Ran> {
    const all = [OPUTIL, '--data', join(folder, name), ...args, '--json'];
    return run('node', all, { NODE_PATH: DRIVER, MYSQL_PWD: PASSWORD });
  }
  const take = (name: string, dsn: string, ...more: readonly string[]): Promise<Ran> =>
    oputil(name, 'user', 'import-tfs', '--dsn', dsn, ...more);
  const kinds = ({ out }: Ran): readonly string[] =>
    (JSON.parse(out) as Report).results.map(({ line, name, kind }) => `${line} ${name} ${kind}`);
  const byPort = (more = 'tfs'): string => `mysql://reader@127.0.0.1:${port}/${more}`;

  it('takes over each account with its secret, and changes nothing there', async () => {
    const before = await sql('CHECKSUM TABLE tfs.accounts');
    const expected = ['7 joe made', '9 ann made', '12 bob failed'];
    expect(kinds(await take('all', byPort(), '--dry-run'))).toEqual(expected);
    const taken = await take('all', byPort());
    expect(taken.exitCode).toBe(1);
    expect(kinds(taken)).toEqual(expected);
    const joe = await oputil('all', 'user', 'info', 'joe', '--security');
    expect(JSON.parse(joe.out)).toMatchObject({
      ...{ email: 'joe@example.org', secondFactor: 'googleAuth' },
    });
    const ann = await oputil('all', 'user', 'info', 'ann');
    expect(JSON.parse(ann.out)).toMatchObject({ secondFactor: null });
    expect((await sql('CHECKSUM TABLE tfs.accounts')).out).toBe(before.out);
  });

  it('comes by a Unix socket, and with the password in the address', async () => {
    const at = `socket=${encodeURIComponent(socket())}`;
    const dsn = `mysql://reader:${encodeURIComponent(PASSWORD)}@localhost/tfs?${at}`;
    expect(kinds(await take('socket', dsn, '--dry-run'))).toContain('7 joe made');
  });

  it('says why the database refuses, and never the password', async () => {
    const wrong = await take('wrong', `mysql://reader:sesame-7@127.0.0.1:${port}/tfs`);
    expect(wrong.exitCode).toBe(1);
    expect(wrong.err).toContain('Access denied for user');
    expect(wrong.err).not.toContain('sesame-7');
    const other = await take('wrong', byPort('other'));
    expect(other.err).toContain("to database 'other'");
    const closed = await take('wrong', `mysql://reader@127.0.0.1:1/tfs`);
    expect(closed.err).toContain('ECONNREFUSED');
  });

  it('reads no secret over a network without TLS', async () => {
    // 127.0.0.1, written in a way that is not taken for this machine.
    const far = await take('far', `mysql://reader@2130706433:${port}/tfs`);
    expect(far.exitCode).toBe(1);
    expect(far.err).toContain('secure connection');
  });
});
