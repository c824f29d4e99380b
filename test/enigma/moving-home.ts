import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ENIGMA_BOARD } from './support';

const ROOT = resolve(__dirname, '..', '..');

/** What docs/moving.md promises of either way of moving; a test holds the page to it. */
export const MOST_MINUTES = 3;

/** The commands of one section of docs/moving.md, in their order. */
export function commandsOf(heading: string): readonly string[] {
  const page = readFileSync(join(ROOT, 'docs', 'moving.md'), 'utf8');
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return [...section.matchAll(/^ {4}(\S.*)$/gm)].map(([, command = '']) => command);
}

/** The home of a sysop who has an ENiGMA½ board in ~/enigma-bbs, with the commands `sallyport` and `oputil`. */
export class MovingHome {
  private board: ChildProcess | undefined;

  private constructor(readonly folder: string) {}

  static async make(): Promise<MovingHome> {
    const home = new MovingHome(await mkdtemp(join(tmpdir(), 'sallyport-moving-')));
    await cp(ENIGMA_BOARD, home.oldBoard, { recursive: true });
    spawnSync('chmod', ['-R', 'u+w', home.oldBoard]);
    // Ports that are free on this machine, as those of the old board are on its own.
    const file = join(home.oldBoard, 'config', 'config.hjson');
    const text = readFileSync(file, 'utf8')
      .replace('port: 7888', `port: ${await freePort()}`)
      .replace('port: 7889', `port: ${await freePort()}`);
    writeFileSync(file, text);
    mkdirSync(join(home.folder, 'bin'));
    for (const [name, main] of [
      ['sallyport', 'main.js'],
      ['oputil', 'oputil/main.js'],
    ] as const) {
      const program = join(home.folder, 'bin', name);
      writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${ROOT}/dist/${main}" "$@"\n`);
      chmodSync(program, 0o755);
    }
    return home;
  }

  get oldBoard(): string {
    return join(this.folder, 'enigma-bbs');
  }

  run(command: string) {
    return spawnSync('/bin/sh', ['-c', command], { env: this.env, encoding: 'utf8' });
  }

  /** Runs the command until `remove`; resolves with the port of SSH once the board is open. */
  async start(command: string): Promise<number> {
    const board = spawn('/bin/sh', ['-c', `exec ${command}`], { env: this.env });
    this.board = board;
    await new Promise<void>((opened, failed) => {
      board.stdout.once('data', () => opened());
      board.once('exit', (code) => failed(new Error(`the board ended with ${code}`)));
    });
    const { servers } = JSON.parse(
      readFileSync(join(this.folder, 'myboard', 'data', 'run.json'), 'utf8'),
    ) as { readonly servers: Readonly<Record<string, { readonly port: number }>> };
    return servers['ssh']?.port ?? 0;
  }

  async remove(): Promise<void> {
    this.board?.kill('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }

  private get env(): NodeJS.ProcessEnv {
    return { HOME: this.folder, PATH: `${this.folder}/bin:/usr/bin:/bin` };
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
