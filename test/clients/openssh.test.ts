import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { SIGNATURE_ALGORITHMS } from '../../src/servers/ssh/signature-algorithms';
import { KEYS } from '../support/dial';
import { oathtool, output, run } from './programs';
import { goToMainMenu, PASSWORD, RealBoard } from './real-board';

/** Nothing of the machine's own SSH set-up plays a part. */
const OPTIONS = [
  ...['-F', 'none', '-o', 'IdentitiesOnly=yes', '-o', 'StrictHostKeyChecking=no'],
  ...['-o', 'UserKnownHostsFile=/dev/null'],
];

describe('OpenSSH', () => {
  let board: RealBoard;
  beforeAll(async () => {
    board = await RealBoard.start();
  });
  afterAll(() => board.remove());

  const ssh = (name: string, ...options: readonly string[]): string[] => [
    ...['ssh', ...OPTIONS, ...options],
    ...['-p', board.sshPort, `${name}@127.0.0.1`],
  ];

  it('signs in by password and code in one dialogue, and gets the whole screen', async () => {
    const secret = await board.addUser('ada', 'google');
    const caller = await board.terminal(ssh('ada'));
    await caller.sees('Password:');
    await caller.enter(PASSWORD);
    await caller.sees('One-time code:');
    await caller.enter(await oathtool(secret));
    expect(await caller.sees('Both doors are open.')).toContain('Welcome, ada');
    await goToMainMenu(caller);
    await caller.enter('g');
    expect(await caller.ended()).not.toContain('Command');
  });

  it('gets in with agent, X11 and its whole environment offered, and is not ended for them', async () => {
    await board.addUser('abel');
    const names = Array.from({ length: 60 }, (_, at) => [`LC_TEST_${at}`, 'C'] as const);
    const env = {
      ...Object.fromEntries(names),
      DISPLAY: '127.0.0.1:9',
      SSH_AUTH_SOCK: '/dev/null',
    };
    const options = ['-A', '-X', '-o', 'SendEnv=*', '-R', '127.0.0.1:9:127.0.0.1:9'];
    const caller = await board.terminal(ssh('abel', ...options), { env });
    await caller.sees('Password:');
    await caller.enter(PASSWORD);
    await caller.sees('Both doors are open.');
    await goToMainMenu(caller);
    await caller.enter('g');
    await caller.ended();
  });

  it.each([
    ['no LANG', ''],
    ['LANG=de_DE.UTF-8', 'de_DE.UTF-8'],
    ['LANG=C', 'C'],
  ])(
    'with a TERM that is in no list draws and types the right letters, with %s',
    async (_locale, lang) => {
      const name = `frob${lang.length}`;
      await board.addUser(name);
      const env = ['-u', 'LC_ALL', '-u', 'LANG', 'TERM=frobterm-7'];
      const locale = lang === '' ? [] : [`LANG=${lang}`];
      const command = ssh(name, '-o', 'SendEnv=LANG LC_*');
      const caller = await board.terminal(['env', ...env, ...locale, ...command]);
      await caller.sees('Password:');
      await caller.enter(PASSWORD);
      expect(await caller.sees('Press a key')).toMatch(/[█▓▒].*▀/);
      await caller.enter('');
      await caller.sees('Command');
      await caller.enter('åß');
      await caller.sees('No such command: Åß.');
      await caller.close();
    },
  );

  it('is told what is wrong with a password or a code, and asked again', async () => {
    const secret = await board.addUser('berta', 'google');
    const caller = await board.terminal(ssh('berta'));
    await caller.sees('Password:');
    await caller.enter('not her password');
    await caller.sees(/Wrong user name or password. 2 tries are left.\n.*Password:/);
    await caller.enter(PASSWORD);
    await caller.sees(/Lost both\? The sysop has entry codes.\n.*One-time code:/);
    await caller.enter('000000');
    await caller.sees(/Wrong code. Each code works only once. One try is left.\n.*One-time code:/);
    await caller.enter(await oathtool(secret));
    await caller.sees('Both doors are open.');
    await caller.close();
  });

  it('signs in by the password method and gives the code on the screen', async () => {
    const secret = await board.addUser('cora', 'google');
    const caller = await board.terminal(ssh('cora', '-o', 'PreferredAuthentications=password'));
    await caller.sees("cora@127.0.0.1's password:");
    await caller.enter(PASSWORD);
    expect(await caller.sees('One-time code')).toContain('The first door is open.');
    await caller.enter(await oathtool(secret));
    await goToMainMenu(caller);
    await caller.close();
  });

  it('answers by a program of its own (SSH_ASKPASS)', async () => {
    const secret = await board.addUser('dina', 'google');
    const code = await oathtool(secret);
    const script = `#!/bin/sh\ncase "$1" in *code*) echo ${code};; *) echo '${PASSWORD}';; esac\n`;
    const askPass = await board.file('askpass', script, 0o700);
    const env = { SSH_ASKPASS: askPass, SSH_ASKPASS_REQUIRE: 'force' };
    const caller = await board.terminal(ssh('dina'), { env });
    expect(await caller.sees('Both doors are open.')).toContain('Welcome, dina');
    await caller.close();
  });

  it.each([
    ['ed25519', [], 'ssh-ed25519'],
    ['ecdsa', ['-b', '256'], 'ecdsa-sha2-nistp256'],
    ['ecdsa', ['-b', '384'], 'ecdsa-sha2-nistp384'],
    ['ecdsa', ['-b', '521'], 'ecdsa-sha2-nistp521'],
    ['rsa', ['-b', '3072'], 'rsa-sha2-256'],
    ['rsa', ['-b', '2048'], 'rsa-sha2-512'],
  ])(
    'signs in by a key of ssh-keygen -t %s %j with %s alone, and by the code',
    async (kind, bits, algorithm) => {
      const name = `k-${algorithm.slice(-13)}`;
      const secret = await board.addUser(name, 'google');
      const key = join(board.dataDir, name);
      await output('ssh-keygen', ['-q', '-t', kind, ...bits, '-N', '', '-C', 'a test', '-f', key]);
      await board.oputil('user', 'import-ssh-key', name, `${key}.pub`);
      const caller = await board.terminal(
        ssh(
          name,
          '-i',
          key,
          ...['-o', 'BatchMode=yes', '-o', `PubkeyAcceptedAlgorithms=${algorithm}`],
        ),
      );
      expect(await caller.sees('One-time code')).toContain('The first door is open.');
      await caller.enter(await oathtool(secret));
      await goToMainMenu(caller);
      await caller.close();
    },
  );

  it('is told the algorithms that are taken, and none that is refused', async () => {
    await board.addUser('fanny');
    const [, ...args] = ssh('fanny', '-v', '-o', 'BatchMode=yes');
    const { err } = await run('ssh', args);
    const [, told = ''] = /server-sig-algs=<([^>]*)>/.exec(err) ?? [];
    expect(told.split(',')).toEqual([...SIGNATURE_ALGORITHMS]);
  });

  it.each([
    ['disable', 'This account is disabled. Please ask the sysop.'],
    ['deactivate', 'This account is not active yet. The sysop has to let you in first.'],
  ])(
    'is told of an account under %s why nobody gets in, by key and by password',
    async (verb, told) => {
      const name = `not-${verb}`;
      await board.addUser(name);
      const key = join(board.dataDir, name);
      await output('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
      await board.oputil('user', 'import-ssh-key', name, `${key}.pub`);
      await board.oputil('user', verb, name, '-y');
      const [, ...byKey] = ssh(name, '-i', key, '-o', 'BatchMode=yes');
      const { exitCode, err } = await run('ssh', byKey);
      expect(exitCode).toBe(255);
      // The banner, and the end of the connection with its reason.
      expect(err.split(told)).toHaveLength(3);
      for (const method of ['password', 'keyboard-interactive']) {
        const caller = await board.terminal(ssh(name, '-o', `PreferredAuthentications=${method}`));
        await caller.sees(/[Pp]assword:/);
        await caller.enter(PASSWORD);
        await caller.sees(told);
        await caller.ended();
      }
    },
  );

  it('is refused with a key that is not on the account', async () => {
    await board.addUser('ella');
    const key = join(board.dataDir, 'stranger');
    await output('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    await access(key);
    const [, ...args] = ssh('ella', '-i', key, '-o', 'BatchMode=yes');
    const { exitCode, err } = await run('ssh', args);
    expect(exitCode).toBe(255);
    expect(err).toContain('Permission denied (publickey,keyboard-interactive,password)');
  });

  it('fills a larger window, and draws anew when its size changes', async () => {
    await board.addUser('flora');
    const caller = await board.terminal(ssh('flora'), { width: 100, height: 30 });
    await caller.sees('Password:');
    await caller.enter(PASSWORD);
    await goToMainMenu(caller);
    await caller.resize(80, 24);
    await caller.enter('w');
    const text = await caller.sees('flora');
    expect(text).toContain('Who is online');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(24);
    await caller.close();
  });

  it('gets a sentence for a command and for sftp, and no tunnel', async () => {
    await board.addUser('greta');
    const script = `#!/bin/sh\necho '${PASSWORD}'\n`;
    const env = {
      SSH_ASKPASS: await board.file('askpass2', script, 0o700),
      SSH_ASKPASS_REQUIRE: 'force',
      DISPLAY: ':0',
    };
    const [, ...args] = ssh('greta');
    const command = await run('ssh', [...args, 'cat', '/etc/passwd'], env);
    expect(command).toMatchObject({ exitCode: 1, out: '' });
    expect(command.err).toContain('it runs no commands and moves no files');
    const files = await run('sftp', [...OPTIONS, '-P', board.sshPort, 'greta@127.0.0.1'], env);
    expect(files.exitCode).not.toBe(0);
    const [, ...tunnel] = ssh('greta', '-W', `127.0.0.1:${board.telnetPort}`);
    const forward = await run('ssh', tunnel, env);
    expect(forward.exitCode).toBe(255);
    expect(forward.out).toBe('');
  });

  it('is asked line by line as plain+NAME, and is the account NAME', async () => {
    const secret = await board.addUser('hilda', 'google');
    const caller = await board.terminal(ssh('plain+hilda'));
    await caller.sees('Password:');
    await caller.enter(PASSWORD);
    await caller.sees('One-time code:');
    await caller.enter(await oathtool(secret));
    await caller.sees(/Welcome, hilda\n[^]*Press a key to go on/);
    await caller.enter('');
    await caller.sees(/G Log off\n\? Help\nMain menu\n[^]*\nCommand:/);
    await caller.enter('u');
    await caller.sees(/\d hilda [^]*(?:Enter for more|Number \(1\)):/);
    await caller.press(KEYS.escape);
    await caller.sees(/Main menu\n[^]*Command:/);
    await caller.enter('g');
    await caller.ended();
  });

  it('may apply for an account as "new"', async () => {
    const caller = await board.terminal(ssh('new'));
    expect(await caller.sees('Press a key')).not.toContain('Password:');
    await caller.enter('');
    await caller.sees('Real name');
    await caller.press(KEYS.escape);
    await caller.sees('You have not applied. To do so, call as new again.');
    await caller.ended();
  });
});
