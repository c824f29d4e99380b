import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandsOf, MOST_MINUTES, MovingHome } from '../enigma/moving-home';
import { describeEnigma } from '../enigma/support';
import { dialSsh } from '../support/dial';
import { oathtool, output } from './programs';
import { TmuxTerminal } from './tmux';

/** The pause of that board's welcome, behind the last factor. */
const IN = 'smash your keyboard';

// Beside the suites that need Node alone: its commands need the program `sqlite3`.
describeEnigma('docs/moving.md, the move by hand', () => {
  let home: MovingHome;

  beforeAll(async () => {
    home = await MovingHome.make();
    // The private halves of the keys on the old board are with their owners: this one takes the place of one there.
    const keyFile = join(home.folder, 'erin');
    await output('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile]);
    const [type, base64] = readFileSync(`${keyFile}.pub`, 'utf8').split(' ');
    inOldBoard(
      `update user_property set prop_value = '${type} ${base64}' where prop_name = 'ssh_public_key'` +
        " and user_id = (select id from user where user_name = 'erin')",
    );
  });
  afterAll(() => home.remove());

  /** What the old board's own database answers. */
  function inOldBoard(sql: string): string {
    const { status, stdout, stderr } = home.run(`sqlite3 ~/enigma-bbs/db/user.sqlite3 "${sql}"`);
    if (status !== 0) throw new Error(stderr);
    return stdout.trim();
  }

  function propertyOf(name: string, property: string): string {
    return inOldBoard(
      `select prop_value from user_property where prop_name = '${property}'` +
        ` and user_id = (select id from user where user_name = '${name}')`,
    );
  }

  async function callByOpenSsh(port: number): Promise<void> {
    const call = (name: string, ...options: readonly string[]): Promise<TmuxTerminal> =>
      TmuxTerminal.open([
        ...['ssh', '-F', 'none', '-o', 'IdentitiesOnly=yes', '-o', 'StrictHostKeyChecking=no'],
        ...['-o', 'UserKnownHostsFile=/dev/null', ...options],
        ...['-p', String(port), `${name}@127.0.0.1`],
      ]);
    const byApp = await call('alice');
    await byApp.sees('Password:');
    await byApp.enter('alice-secret-pass');
    await byApp.sees('One-time code:');
    await byApp.enter(await oathtool(propertyOf('alice', 'auth_factor2_otp_secret')));
    await byApp.sees(IN);
    await byApp.close();
    const [code = ''] = JSON.parse(propertyOf('dave', 'auth_factor2_otp_backup')) as string[];
    const byBackupCode = await call('dave');
    await byBackupCode.sees('Password:');
    await byBackupCode.enter('dave-secret-pass');
    await byBackupCode.sees('One-time code:');
    await byBackupCode.enter(code);
    await byBackupCode.sees(IN);
    await byBackupCode.close();
    const byKey = await call('erin', '-i', join(home.folder, 'erin'));
    await byKey.sees(IN);
    await byKey.close();
  }

  test('the copied board opens, and accounts of the old one sign in by password, code, backup code and key', async () => {
    const startedMs = performance.now();
    const commands = commandsOf('By hand').filter((line) =>
      /^(?:mkdir|cp|install|sqlite3|chmod) /.test(line),
    );
    expect(commands.length).toBe(6);
    // This board has no history of calls, which may be left out.
    for (const command of commands.filter((line) => !line.includes('system.sqlite3'))) {
      const { status, stderr } = home.run(command);
      expect(`${command}: ${status} ${status === 0 ? '' : stderr}`).toBe(`${command}: 0 `);
    }
    const [start = ''] = commandsOf('3. ');
    const port = await home.start(start);
    const caller = await dialSsh({ port, userName: 'joe', password: 'joe-secret-pass' });
    caller.hangUp();
    const { stdout } = home.run('oputil --board ~/myboard user list --json');
    expect(stdout).toContain('"oldsysop"');
    // With accounts there, none is made.
    expect(stdout).not.toContain('"sysop"');
    await callByOpenSsh(port);
    const minutes = (performance.now() - startedMs) / 60_000;
    console.log(`docs/moving.md, by hand: ${minutes.toFixed(1)} minutes`);
    expect(minutes).toBeLessThan(MOST_MINUTES);
  }, 240_000);
});
