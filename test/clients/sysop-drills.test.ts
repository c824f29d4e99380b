import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CaughtMail } from '../support/smtp-catcher';
import { DocsPage } from './docs-page';
import { FreshMachine, MachineProcess } from './fresh-machine';
import { oathtool } from './programs';
import { goToMainMenu, PASSWORD } from './real-board';
import type { TmuxTerminal } from './tmux';

jest.setTimeout(180_000);

const ROOT = join(__dirname, '..', '..');
const USER = 'sallyport';
const BOARD = '/home/sallyport/myboard';
const SECOND = '/home/sallyport/second';
const TLS = '/etc/ssl/bbs';
const OWN_MAIL = 'me@example.org';
/** Nothing of the caller's own SSH set-up plays a part. */
const SSH = 'ssh -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -p 8889';
const EC = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';

const sysops = new DocsPage('sysops.md');
const runbook = new DocsPage('runbook.md');

/**
 * A user of a fresh machine follows docs/sysops.md to a public board, and docs/runbook.md through the drills.
 * Commands are those of the pages; where one stands for another, it says so here.
 */
describe('a sysop who follows the docs', () => {
  let machine: FreshMachine;
  let board: MachineProcess;
  let gateway: MachineProcess;
  const terminals: TmuxTerminal[] = [];

  beforeAll(async () => {
    machine = await FreshMachine.start();
    await machine.output('root', `useradd --create-home --shell /bin/bash ${USER}`);
    await machine.output('root', `mkdir ${TLS} && cd ${TLS} && ${newAuthority()}`);
    await machine.output('root', `cd ${TLS} && ${newCertificate('mail')}`);
    const files = ['mail.key', 'mail.pem'].map((name) => machine.path(join(TLS, name)));
    const script = ['misc/scripts/run-ts.cjs', 'test/clients/mail-gateway.ts'];
    gateway = machine.spawnInNetwork([process.execPath, ...script, ...files, 'the mail password']);
    await gateway.says('"port":465');
  });
  afterAll(async () => {
    for (const terminal of terminals) await terminal.close();
    await machine.remove();
  });

  /** A command of the sysop, in his board's folder. */
  const sysop = (command: string, input = ''): Promise<string> =>
    machine.output(USER, `cd ${BOARD} && ${command}`, input);
  /** The same as root, from elsewhere; the runbook writes `oputil` for this. */
  const root = (command: string, dir = BOARD): Promise<string> =>
    machine.output('root', `${oputilOn(dir)}\n${forBoard(command, dir)}`);

  const start = async (dir = BOARD, command = `sallyport --board ${dir}`): Promise<void> => {
    board = new MachineProcess(machine.spawn(USER, `exec ${command}`));
    await board.says('the board is open');
  };
  const runFile = (): { readonly pid: number; readonly servers: object } =>
    JSON.parse(readFileSync(machine.path(`${BOARD}/data/run.json`), 'utf8')) as ReturnType<
      typeof runFile
    >;
  const stop = async (dir = BOARD): Promise<void> => {
    await machine.output(USER, `kill $(jq .pid ${dir}/data/run.json)`);
    expect(await board.ended).toBe(0);
  };
  const log = (): string => readFileSync(machine.path(`${BOARD}/data/logs/sallyport.log`), 'utf8');

  /** An account with a password and a second factor, whose Base32 secret it returns. */
  const addUser = async (name: string, as = sysop): Promise<string> => {
    const file = '~/password';
    await machine.output(USER, `echo '${PASSWORD}' > ${file}`);
    const add = sysops.command('Manage accounts', 'oputil user add joe --password-stdin');
    await as(add.replace('joe', name).replace(/file$/, `/home/${USER}/password`));
    return bind(name, as);
  };
  const bind = async (name: string, as = sysop): Promise<string> => {
    const command = sysops.command('Bind a second factor', 'oputil user 2fa-otp joe google');
    return secretIn(await as(command.replace('joe', name)));
  };

  const call = async (name: string): Promise<TmuxTerminal> => {
    const caller = await machine.terminal('root', `exec ${SSH} ${name}@127.0.0.1`);
    terminals.push(caller);
    await caller.sees('Password:');
    await caller.enter(PASSWORD);
    return caller;
  };
  const signIn = async (name: string, secret: string): Promise<TmuxTerminal> => {
    const caller = await call(name);
    await caller.sees('One-time code:');
    await caller.enter(await oathtool(secret));
    await goToMainMenu(caller);
    return caller;
  };

  it('has a board of his own within the first hour', async () => {
    const line = (text: string): string => sysops.command('Start a board of your own', text);
    await machine.output(USER, line('sallyport init'));
    await start(BOARD, line('sallyport --board'));
    const [, file = ''] = /first password is in (\S+)/.exec(board.out) ?? [];
    expect(await machine.output(USER, `cat ${file}`)).toMatch(/^\S{12,}\n$/);

    const inFolder = (text: string): string => `${line('cd ~/myboard')} && ${line(text)}`;
    const terminal = await machine.terminal(USER, inFolder('oputil user pw sysop'));
    terminals.push(terminal);
    await terminal.sees(/password/i);
    await terminal.enter(PASSWORD);
    await terminal.sees(/again/i);
    await terminal.enter(PASSWORD);
    await terminal.ended();
    const secret = secretIn(
      await machine.output(USER, inFolder('oputil user 2fa-otp sysop google')),
    );
    await (await signIn('sysop', secret)).close();

    const { exitCode, out } = await machine.run(USER, inFolder('oputil doctor'));
    expect(exitCode).toBe(1);
    expect(out).toContain('Missing for a public board:');
    expect(out).not.toContain('password of the first start');
  });

  it('opens it to the world until doctor finds nothing', async () => {
    const line = (text: string): string => sysops.command('Open the board to the world', text);
    const file = machine.path(`${BOARD}/config/config.hjson`);
    const block = sysops.block('Open the board to the world', 'loginServers');
    await renew(machine);
    await sysop("umask 077 && echo 'the mail password' > config/smtp-password");
    writeFileSync(file, withBlocks(readFileSync(file, 'utf8'), block));

    expect(await sysop(line('oputil config check'))).toContain('fine');
    await sysop(line('oputil user set sysop'));
    await stop();
    await start();
    expect(await sysop(sysops.command('Start a board of your own', 'oputil doctor'))).toMatch(
      /\n\nNothing is missing\.\n$/,
    );
    await sysop('oputil mail test me@example.org');
    await gateway.says(OWN_MAIL);
    const shown = await machine.output('root', servedCertificate());
    expect(shown).toBe(await machine.output('root', ownCertificate()));
  });

  it('comes through a lost sealing key, with a copy of it and without', async () => {
    const section = 'A lost sealing key';
    const line = (text: string): string => runbook.command(section, text);
    const secret = await addUser('joe');
    await machine.output('root', `cp ${BOARD}/data/keys/sealing.json copy-of-sealing.json`);
    await stop();
    await sysop('rm data/keys/sealing.json');
    const refused = await machine.run(USER, `sallyport --board ${BOARD}`);
    expect(refused.exitCode).toBe(78);
    expect(refused.err).toMatch(/the sealing key \S+ is missing, but the database holds/);
    expect(await sysop('oputil user list')).toContain('joe');
    expect(await sysop('oputil user info joe')).toContain('joe');
    expect(await sysop('oputil audit')).toContain('joe');
    expect((await machine.run(USER, `cd ${BOARD} && oputil key check`)).out).toContain('MISSING');

    await root(line('install'));
    expect(await root(line('oputil key check'))).toContain('Every sealed value opens.');
    await sysop('rm data/keys/sealing.json');
    const given = await sysop(line('oputil key new'), 'y\n');
    expect(given).toMatch(/joe[^]*sysop|sysop[^]*joe/);

    await start();
    const caller = await call('joe');
    await caller.sees('One-time code:');
    await caller.enter(await oathtool(secret));
    await caller.sees('Wrong code');
    await caller.close();
    const bound = secretIn(await root(line('oputil user 2fa-otp').replace('NAME', 'joe')));
    await (await signIn('joe', bound)).close();
    await sysop('oputil user set joe --email joe@example.org');
    await sysop(line('oputil user 2fa-link').replace('NAME', 'joe'));
    expect(await letterTo(gateway, 'joe@example.org')).toContain('https://bbs.example.org');
    expect(await sysop('oputil key check')).toContain('sysop');
    await bind('sysop');
    expect(runbook.unused(section)).toEqual([]);
  });

  it('moves to another machine by a backup', async () => {
    const section = 'A restored backup';
    const line = (text: string): string => runbook.command(section, text);
    const secret = await addUser('ada');
    await sysop(sysops.command('Back up keys and database', 'oputil backup'));
    await stop();
    await machine.output(USER, `mkdir ${SECOND} && cp -r ${BOARD}/{config,art,misc} ${SECOND}`);
    await machine.output('root', `cp -r ${BOARD}/copy.sqlite3 ${BOARD}/data/keys .`);
    for (const step of ['mkdir', 'install -m 600 copy', 'rm -f', 'install -m 600 keys', 'chown'])
      await root(line(step), SECOND);
    expect(await root(line('oputil key check'), SECOND)).toContain('Every sealed value opens.');
    expect(await root(line('oputil doctor'), SECOND)).toContain('Nothing is missing.');
    // For `systemctl start sallyport`.
    expect(runbook.unused(section)).toEqual(['systemctl start sallyport']);
    await start(SECOND);
    await (await signIn('ada', secret)).close();
    await stop(SECOND);
    await start();
  });

  it('renews the certificate while a call goes on', async () => {
    const section = 'A renewed certificate';
    const line = (text: string): string => runbook.command(section, text);
    const served = (): Promise<string> => root(line('openssl s_client'));
    const before = await served();
    const caller = await signIn('bob', await addUser('bob'));
    await renew(machine);
    const renewed = await root(line('openssl x509'));
    expect(renewed).not.toBe(before);
    await until('the new certificate', async () => (await served()) === renewed);

    await machine.output('root', `echo broken > ${TLS}/fullchain.pem`);
    const sinceTaken = (): string => log().split('web.certificate-taken').at(-1) ?? '';
    await until('the refusal', () =>
      Promise.resolve(sinceTaken().includes('web.certificate-refused')),
    );
    expect(await root(line('grep'))).toMatch(/certificate-taken.*\n.*certificate-refused.*\n$/);
    expect(await served()).toBe(renewed);
    expect((await machine.run(USER, `cd ${BOARD} && ${line('oputil doctor')}`)).out).toContain(
      'the certificate /etc/ssl/bbs/fullchain.pem cannot be used',
    );
    await renew(machine);
    const last = await root(line('openssl x509'));
    await until('the last certificate', async () => (await served()) === last);
    await caller.enter('w');
    await caller.sees('Who is online');
    await caller.close();
    expect(runbook.unused(section)).toEqual([]);
  });

  it('rotates the log, and fail2ban goes on finding who fails', async () => {
    const logFile = `${BOARD}/data/logs/sallyport.log`;
    const shipped = readFileSync(join(ROOT, 'misc/logrotate/sallyport'), 'utf8');
    writeFileSync(machine.path('/etc/logrotate.d/sallyport'), forBoard(shipped, BOARD));
    const filter = 'fail2ban/filter.d/sallyport.conf';
    await machine.output('root', `cp ${BOARD}/misc/${filter} /etc/${filter}`);
    const [, rotate = ''] =
      /as root: `([^`]+)`/.exec(sysops.paragraph('Keep more of the log', 'logrotate')) ?? [];
    const before = log();
    expect(before).not.toBe('');
    await machine.output('root', rotate);
    expect(readFileSync(machine.path(`${logFile}.1`), 'utf8')).toContain(before);
    await rejected('carl');
    await until('the new file', () => Promise.resolve(hasLine(log, 'login.rejected')));
    const find = `fail2ban-regex -o ip ${logFile} /etc/${filter}`;
    // An ssh whose terminal is closed at the prompt may still answer it with an empty password.
    const sources = async (): Promise<readonly string[]> => [
      ...new Set((await machine.output('root', find)).trim().split('\n')),
    ];
    expect(await sources()).toEqual(['127.0.0.1']);

    await sysop(`mv data/logs/sallyport.log data/logs/by-hand.log && kill -HUP ${runFile().pid}`);
    await rejected('carl');
    await until('the next file', () => Promise.resolve(hasLine(log, 'login.rejected')));
    expect(await sources()).toEqual(['127.0.0.1']);
  });

  it('uses oputil as root, and nothing becomes what the board cannot read', async () => {
    const secret = await addUser('rita', root);
    await root(sysops.command('Back up keys and database', 'oputil key rotate'));
    await root(`cd ${BOARD} && oputil backup by-root.sqlite3`);
    await root('oputil user set rita --email rita@example.org');
    await root(
      runbook.command('A lost sealing key', 'oputil user 2fa-link').replace('NAME', 'rita'),
    );
    expect(await letterTo(gateway, 'rita@example.org')).toContain('https://bbs.example.org');
    expect(await root('oputil doctor')).toContain('Nothing is missing.');
    expect(await machine.output('root', `find ${BOARD} -user root`)).toBe('');
    await (await signIn('rita', secret)).close();
    await stop();
    await start();
    expect(await sysop('oputil key check')).toContain('Every sealed value opens.');
  });

  it('is refused a second start, and starts again after a kill', async () => {
    const { pid, servers } = runFile();
    const second = await machine.run(USER, `sallyport --board ${BOARD}`);
    expect(second.exitCode).toBe(78);
    expect(second.err).toContain(String(pid));
    expect(second.err).toContain('8889');
    expect(runFile()).toEqual({ ...runFile(), pid, servers });
    await machine.output(USER, `kill -9 ${pid}`);
    await board.ended;
    await start();
    expect(runFile().pid).not.toBe(pid);
    expect(await sysop('oputil doctor')).toContain('Nothing is missing.');
    await stop();
  });

  /** Somebody types a wrong password for an account that exists. */
  async function rejected(name: string): Promise<void> {
    const known = await machine.run(USER, `cd ${BOARD} && oputil user info ${name}`);
    if (known.exitCode !== 0) await addUser(name);
    const caller = await machine.terminal('root', `exec ${SSH} ${name}@127.0.0.1`);
    await caller.sees('Password:');
    await caller.enter('not the password');
    await caller.sees('Wrong user name or password');
    await caller.close();
  }
});

function newAuthority(): string {
  return `openssl req -x509 ${EC} -keyout ca.key -out ca.pem -subj '/CN=Own authority' -days 90`;
}

/** NAME.key and NAME.pem in this folder. */
function newCertificate(name: string): string {
  const names = 'subjectAltName=DNS:bbs.example.org,DNS:smtp.example.org';
  return [
    `openssl req ${EC} -keyout ${name}.key -out ${name}.csr -subj /CN=bbs.example.org`,
    `openssl x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 90 -out ${name}.pem -extfile <(echo ${names})`,
  ].join(' && ');
}

/** What an issuer's program does: new files, and the hook of the docs that puts them in place. */
async function renew(machine: FreshMachine): Promise<void> {
  const lineage = '/root/lineage';
  await machine.output(
    'root',
    `mkdir -p ${lineage} && cp ${TLS}/ca.* ${lineage} && cd ${lineage} && ${newCertificate('new')} && mv new.key privkey.pem && mv new.pem fullchain.pem`,
  );
  for (const file of ['/etc/ssl/bbs/key.pem', '/etc/ssl/bbs/fullchain.pem'])
    await machine.output('root', `RENEWED_LINEAGE=${lineage}; ${hookFor(file)}`);
}

function hookFor(file: string): string {
  const mode = file.endsWith('key.pem') ? '0600' : '0644';
  const hook = sysops.command(
    'Install a certificate',
    `install -o sallyport -g sallyport -m ${mode}`,
  );
  if (!hook.endsWith(file)) throw new Error(`the hook of docs/sysops.md does not write ${file}`);
  return hook;
}

function servedCertificate(): string {
  return runbook.command('A renewed certificate', 'openssl s_client');
}

function ownCertificate(): string {
  return runbook.command('A renewed certificate', 'openssl x509');
}

/** The blocks of the docs in place of those of the same names. */
function withBlocks(config: string, blocks: string): string {
  const names = [...blocks.matchAll(/^(\w+): \{/gm)].map(([, name = '']) => name);
  expect(names).toContain('email');
  const kept = names.reduce(
    (text, name) => text.replace(new RegExp(`^ {4}${name}: \\{\\n[^]*?^ {4}\\}\\n`, 'm'), ''),
    config,
  );
  return kept.replace(/\}\s*$/, `${blocks}}\n`);
}

/** The folder and the user that the docs tell the reader to set. */
function forBoard(text: string, dir: string): string {
  return text.replaceAll(/\/srv\/(?:bbs|myboard)/g, dir).replaceAll('BOARDUSER', USER);
}

/** "`oputil` stands for the tool as you call it for your board." */
function oputilOn(dir: string): string {
  return `oputil() { command oputil --board ${dir} "$@"; }`;
}

function secretIn(out: string): string {
  const [, secret] = /Secret\s+: (\S+)/.exec(out) ?? [];
  if (secret === undefined) throw new Error(`no secret in:\n${out}`);
  return secret;
}

async function letterTo(gateway: MachineProcess, address: string): Promise<string> {
  await gateway.says(`"to":["${address}"]`);
  const mails = gateway.out
    .split('\n')
    .slice(1, -1)
    .map((line) => JSON.parse(line) as CaughtMail);
  return mails.find(({ to }) => to.includes(address))?.raw ?? '';
}

function hasLine(read: () => string, event: string): boolean {
  try {
    return read().includes(event);
  } catch {
    // Not there yet.
    return false;
  }
}

const LOOK_EVERY_MS = 100;
const PATIENCE_MS = 20_000;

/** Neither a file nor a page tells when it changes. */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error(`waited in vain for ${what}`);
    await delay(LOOK_EVERY_MS);
  }
}
