import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { withFreePorts } from './board-process';
import { eventually } from './raw-caller';

const PROGRAM = resolve(__dirname, '..', '..', 'dist', 'main.js');

export interface RunFile {
  readonly pid: number;
  readonly servers: Readonly<Record<string, { readonly address: string; readonly port: number }>>;
}

/** The program as a sysop starts it: a separate process on a data folder. */
export class SpawnedBoard {
  out = '';
  err = '';
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  private hasEnded = false;

  private constructor(
    readonly process: ChildProcess,
    readonly dataDir: string,
  ) {
    process.stdout?.on('data', (chunk: Buffer) => (this.out += chunk.toString()));
    process.stderr?.on('data', (chunk: Buffer) => (this.err += chunk.toString()));
    this.ended = new Promise((resolveEnd) => {
      process.once('close', (code, signal) => {
        this.hasEnded = true;
        resolveEnd(code ?? signal ?? 'SIGKILL');
      });
    });
  }

  /** A data folder with a configuration that uses free ports. */
  static async makeDataDir(config: unknown = withFreePorts({})): Promise<string> {
    const dataDir = await mkdtemp(join(tmpdir(), 'sallyport-spawned-'));
    await writeFile(join(dataDir, 'config.hjson'), JSON.stringify(config));
    return dataDir;
  }

  /** Starts it, also where the start is expected to fail. */
  static spawn(dataDir: string, ...args: readonly string[]): SpawnedBoard {
    const config = join(dataDir, 'config.hjson');
    const child = spawn(
      process.execPath,
      [
        PROGRAM,
        '--data',
        dataDir,
        ...(args.includes('--config') ? [] : ['--config', config]),
        ...args,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    return new SpawnedBoard(child, dataDir);
  }

  /** Starts it and resolves once it reports that it is open. */
  static async start(dataDir: string, ...args: readonly string[]): Promise<SpawnedBoard> {
    const board = SpawnedBoard.spawn(dataDir, ...args);
    await eventually(
      'the board to open or to end',
      () => board.out.includes('the board is open') || board.hasEnded,
    );
    if (board.hasEnded) throw new Error(`the board ended at once: ${board.err}`);
    return board;
  }

  /** The file in which the board records its pid and ports. */
  get runFile(): string {
    return join(this.dataDir, 'run.json');
  }

  get running(): boolean {
    return existsSync(this.runFile);
  }

  async run(): Promise<RunFile> {
    return JSON.parse(await readFile(this.runFile, 'utf8')) as RunFile;
  }

  /**
   * The sysop's password, which the first start writes into a file when its output is not a
   * terminal.
   */
  async firstPassword(): Promise<string> {
    return (await readFile(join(this.dataDir, 'first-password'), 'utf8')).trim();
  }

  async port(server: string): Promise<number> {
    const port = (await this.run()).servers[server]?.port;
    if (port === undefined) throw new Error(`this board has no ${server} server`);
    return port;
  }

  signal(name: NodeJS.Signals): void {
    this.process.kill(name);
  }

  /** Ends the process as a power cut would. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }

  async remove(): Promise<void> {
    if (!this.hasEnded) await this.kill();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
