import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { eventually } from '../support/raw-caller';
import { SpawnedBoard } from '../support/spawned-board';
import { output } from './programs';
import { goToMainMenu } from './real-board';
import { TmuxTerminal } from './tmux';

describe('the first start of a fresh board', () => {
  it('prints a command that gets the sysop in with the password of its file', async () => {
    const dataDir = await SpawnedBoard.makeDataDir();
    const board = await SpawnedBoard.start(dataDir);
    const [, command = ''] = /^ +SSH +(ssh .*)$/m.exec(board.out) ?? [];
    const password = await board.firstPassword();
    const words = command.replace('YOURNAME', 'sysop').split(' ');
    const options = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'];
    const caller = await TmuxTerminal.open(['ssh', ...options, ...words.slice(1)]);
    await caller.sees('Password:');
    await caller.enter(password);
    await goToMainMenu(caller);
    await caller.close();

    const key = await hostKey(await board.port('ssh'));
    board.signal('SIGTERM');
    expect(await board.ended).toBe(0);
    const again = await SpawnedBoard.start(dataDir);
    expect(await hostKey(await again.port('ssh'))).toBe(key);
    await again.remove();
  });

  it('works by npm start, which a SIGTERM ends cleanly', async () => {
    const dataDir = await SpawnedBoard.makeDataDir();
    const args = ['start', '--', '--data', dataDir, '--config', join(dataDir, 'config.hjson')];
    const npm = spawn('npm', args, { cwd: resolve(__dirname, '../..'), stdio: 'pipe' });
    let out = '';
    npm.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await eventually('the board to open', () => out.includes('the board is open'));
    expect(existsSync(join(dataDir, 'run.json'))).toBe(true);
    npm.kill('SIGTERM');
    const [code] = (await once(npm, 'close')) as [number | null];
    expect(code).toBe(0);
    expect(existsSync(join(dataDir, 'run.json'))).toBe(false);
    await rm(dataDir, { recursive: true });
  });
});

/** Type and key, without the address that changes from start to start. */
async function hostKey(port: number): Promise<string> {
  const line = await output('ssh-keyscan', ['-t', 'ed25519', '-p', String(port), '127.0.0.1']);
  return line.trim().split(' ').slice(1).join(' ');
}
