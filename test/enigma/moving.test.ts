import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { dialSsh } from '../support/dial';
import { listTree } from '../support/enigma-installation';
import { describeEnigma, ENIGMA_BOARD } from './support';

const ROOT = resolve(__dirname, '..', '..');

/** The commands of one section of docs/moving.md, in their order. */
function commandsOf(heading: string): readonly string[] {
  const page = readFileSync(join(ROOT, 'docs', 'moving.md'), 'utf8');
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return [...section.matchAll(/^ {4}(\S.*)$/gm)].map(([, command = '']) => command);
}

describeEnigma('docs/moving.md, followed to the letter', () => {
  let home: string;
  let board: ChildProcess | undefined;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'sallyport-moving-'));
    await cp(ENIGMA_BOARD, join(home, 'enigma-bbs'), { recursive: true });
    spawnSync('chmod', ['-R', 'u+w', join(home, 'enigma-bbs')]);
    // Ports that are free on this machine, as those of the old board are on its own.
    const file = join(home, 'enigma-bbs', 'config', 'config.hjson');
    const text = readFileSync(file, 'utf8')
      .replace('port: 7888', `port: ${await freePort()}`)
      .replace('port: 7889', `port: ${await freePort()}`);
    writeFileSync(file, text);
    mkdirSync(join(home, 'bin'));
    for (const [name, main] of [
      ['sallyport', 'main.js'],
      ['oputil', 'oputil/main.js'],
    ] as const) {
      const program = join(home, 'bin', name);
      writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${ROOT}/dist/${main}" "$@"\n`);
      chmodSync(program, 0o755);
    }
  });

  afterAll(async () => {
    board?.kill('SIGKILL');
    await rm(home, { recursive: true, force: true });
  });

  const env = (): NodeJS.ProcessEnv => ({ HOME: home, PATH: `${home}/bin:/usr/bin:/bin` });
  const run = (command: string) =>
    spawnSync('/bin/sh', ['-c', command], { env: env(), encoding: 'utf8' });

  test('the board opens, and accounts of the old one sign in', async () => {
    const startedMs = performance.now();
    const before = listTree(join(home, 'enigma-bbs'));
    const made = [...commandsOf('1. '), ...commandsOf('2. ')];
    expect(made.length).toBe(4);
    for (const command of made) {
      const { status, stderr } = run(command);
      expect(`${command}: ${status} ${status === 0 ? '' : stderr}`).toBe(`${command}: 0 `);
    }
    const [start = '', doctor = ''] = commandsOf('3. ');
    board = spawn('/bin/sh', ['-c', `exec ${start}`], { env: env() });
    await new Promise<void>((opened, failed) => {
      board?.stdout?.once('data', () => opened());
      board?.once('exit', (code) => failed(new Error(`the board ended with ${code}`)));
    });
    const { servers } = JSON.parse(
      readFileSync(join(home, 'myboard', 'data', 'run.json'), 'utf8'),
    ) as { readonly servers: Readonly<Record<string, { readonly port: number }>> };
    const port = servers['ssh']?.port ?? 0;
    for (const [userName, password] of [
      ['joe', 'joe-secret-pass'],
      ['legacy', 'legacy-secret-pass'],
      ['Two Words', 'two-words-pass'],
    ] as const) {
      const caller = await dialSsh({ port, userName, password });
      caller.hangUp();
    }
    // It may miss things that the world would need; it is no failure of the move.
    expect([0, 1]).toContain(run(doctor).status);
    expect(listTree(join(home, 'enigma-bbs'))).toEqual(before);
    const minutes = (performance.now() - startedMs) / 60_000;
    console.log(`docs/moving.md, followed to the letter: ${minutes.toFixed(1)} minutes`);
  }, 180_000);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
