import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where each comes from, for who runs these tests without .ci/programs. */
const PACKAGES: Readonly<Record<string, string>> = {
  ssh: 'openssh-client',
  sftp: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  'ssh-keyscan': 'openssh-client',
  sshd: 'openssh-server',
  plink: 'putty-tools',
  puttygen: 'putty-tools',
  dbclient: 'dropbear-bin',
  dropbearkey: 'dropbear-bin',
  telnet: 'inetutils-telnet',
  nc: 'netcat-openbsd',
  tmux: 'tmux',
  oathtool: 'oathtool',
  zbarimg: 'zbar-tools',
  chromium: 'chromium',
  'ssh-audit': 'ssh-audit',
  openssl: 'openssl',
  logrotate: 'logrotate',
  'fail2ban-regex': 'fail2ban',
  useradd: 'passwd',
  runuser: 'util-linux',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  mount: 'mount',
  ip: 'iproute2',
  sqlite3: 'sqlite3',
  haproxy: 'haproxy',
  nginx: 'nginx-light',
  caddy: 'caddy',
  python3: 'python3',
  mariadb: 'mariadb-client',
  mariadbd: 'mariadb-server',
  'mariadb-install-db': 'mariadb-server',
  sz: 'lrzsz',
  rz: 'lrzsz',
};

/** The path of a program; one that is not there is a failure, not a test to skip. */
export function pathOf(program: string): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  const from = PACKAGES[program];
  const hint = from === undefined ? '' : `: apt-get install ${from}`;
  throw new Error(`the program ${program} is not installed${hint}`);
}

export interface Ran {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

const PATIENCE_MS = 15_000;
const POLL_MS = 20;

/** Runs a program to its end. */
export function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      pathOf(program),
      [...args],
      { env: { ...process.env, ...env }, timeout: PATIENCE_MS, encoding: 'utf8' },
      (error, out, err) => {
        if (error?.killed === true) {
          reject(new Error(`${program} did not end; it said:\n${out}${err}`));
          return;
        }
        resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, out, err });
      },
    );
    child.stdin?.end();
  });
}

/** The same for a program that must succeed: what it printed. */
export async function output(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { exitCode, out, err } = await run(program, args, env);
  if (exitCode !== 0) throw new Error(`${program} ended with ${exitCode}:\n${out}${err}`);
  return out;
}

/** Starts a program that is spoken with over pipes. */
export function talkTo(program: string, args: readonly string[]): ChildProcess {
  return spawn(pathOf(program), [...args], { stdio: ['pipe', 'pipe', 'pipe'] });
}

/**
 * Waits until a program that was started answers: `ask` is called again until it resolves. Throws what the program
 * said where it ends before, or does not answer in time.
 */
export async function whenItAnswers<Answer>(
  program: ChildProcess,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  let said = '';
  const hear = (text: Buffer): void => void (said += text.toString());
  program.stderr?.on('data', hear);
  const deadlineMs = Date.now() + PATIENCE_MS;
  try {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        const isOver = program.exitCode !== null || Date.now() > deadlineMs;
        if (isOver) throw new Error(`it does not answer; it said:\n${said}`, { cause: error });
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    }
  } finally {
    program.stderr?.off('data', hear);
  }
}

/** Ends a program that was started; one that has ended by itself is no matter. */
export async function endProgram(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const gone = new Promise((resolve) => program.once('exit', resolve));
  program.kill();
  await gone;
}

/** What an authenticator app shows now, or `steps` of 30 seconds later: a generator of its own. */
export async function oathtool(
  base32Secret: string,
  steps = 0,
  nowMs = Date.now(),
): Promise<string> {
  const now = `@${Math.floor(nowMs / 1000) + steps * 30}`;
  return (await output('oathtool', ['--base32', '--totp', '--now', now, base32Secret])).trim();
}

/** What a camera reads from a picture. */
export async function zbarimg(file: string): Promise<string> {
  return (
    await output('zbarimg', ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', file])
  ).trim();
}
