import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readLetter, type Letter } from '../support/letter';
import { eventually } from '../support/raw-caller';
import { SpawnedBoard } from '../support/spawned-board';
import { output } from './programs';
import { TmuxTerminal } from './tmux';

const OPUTIL = resolve(__dirname, '..', '..', 'dist', 'oputil', 'main.js');

export const PASSWORD = 'a quiet harbour 7';

/** The server as it is installed, in a process of its own, and terminals that call it. */
export class RealBoard {
  private readonly terminals: TmuxTerminal[] = [];

  private constructor(
    readonly spawned: SpawnedBoard,
    readonly sshPort: string,
    readonly telnetPort: string,
    readonly httpsPort: string,
  ) {}

  static async start(): Promise<RealBoard> {
    const spawned = await SpawnedBoard.start(await SpawnedBoard.makeDataDir());
    const port = async (server: string): Promise<string> => String(await spawned.port(server));
    return new RealBoard(spawned, await port('ssh'), await port('telnet'), await port('https'));
  }

  get dataDir(): string {
    return this.spawned.dataDir;
  }

  /** The sysop's tool, as a process of its own beside the server. */
  oputil(...args: readonly string[]): Promise<string> {
    const config = join(this.dataDir, 'config.hjson');
    return output('node', [OPUTIL, '--data', this.dataDir, '--config', config, ...args]);
  }

  /** Adds a caller; with `otp` also a second factor, whose Base32 secret it returns. */
  async addUser(name: string, otp?: 'google'): Promise<string> {
    const mail = `${name}@example.org`;
    await this.oputil('user', 'add', name, '--password', PASSWORD, '--email', mail);
    if (otp === undefined) return '';
    const out = await this.oputil('user', '2fa-otp', name, otp);
    const secret = /Secret\s+: (\S+)/.exec(out)?.[1];
    if (secret === undefined) throw new Error(`no secret in:\n${out}`);
    return secret;
  }

  /** A terminal with this program in it; closed with the board at the latest. */
  async terminal(
    command: readonly string[],
    options?: Parameters<typeof TmuxTerminal.open>[1],
  ): Promise<TmuxTerminal> {
    const terminal = await TmuxTerminal.open(command, options);
    this.terminals.push(terminal);
    return terminal;
  }

  /** A file in the data folder, for keys and scripts of a caller. */
  async file(name: string, text: string, mode = 0o600): Promise<string> {
    const path = join(this.dataDir, name);
    await writeFile(path, text, { mode });
    return path;
  }

  /** Resolves with the mail to this address as soon as it is dropped. */
  async letterTo(address: string): Promise<Letter> {
    let letter: Letter | undefined;
    let reading = false;
    await eventually(`a mail to ${address}`, () => {
      if (letter === undefined && !reading) {
        reading = true;
        void this.findLetter(address).then((found) => {
          letter = found;
          reading = false;
        });
      }
      return letter !== undefined;
    });
    if (letter === undefined) throw new Error('unreachable');
    return letter;
  }

  async remove(): Promise<void> {
    for (const terminal of this.terminals) await terminal.close();
    await this.spawned.remove();
  }

  private async findLetter(address: string): Promise<Letter | undefined> {
    const folder = join(this.dataDir, 'mail');
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((each) => each.endsWith('.eml'))) {
      const letter = readLetter(await readFile(join(folder, name), 'utf8'));
      if (letter.to === address) return letter;
    }
    return undefined;
  }
}

/** From the matrix through the log-in form. */
export async function signIn(terminal: TmuxTerminal, name: string): Promise<void> {
  await terminal.sees('Sign in');
  await terminal.enter('');
  await terminal.sees('User name');
  await terminal.enter(name);
  await terminal.enter(PASSWORD);
}

/** From the welcome screen to the main menu. */
export async function goToMainMenu(terminal: TmuxTerminal): Promise<void> {
  await terminal.sees('Both doors are open.');
  await terminal.enter('');
  await terminal.sees('Command');
}
