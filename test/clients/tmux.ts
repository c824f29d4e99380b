import { KEYS } from '../support/dial';
import { output, pathOf, run } from './programs';

const PATIENCE_MS = 15_000;
const LOOK_EVERY_MS = 40;

/** Keys of tests as tmux names them. */
const NAMES: Readonly<Record<string, string>> = {
  [KEYS.return]: 'Enter',
  [KEYS.escape]: 'Escape',
  [KEYS.tab]: 'Tab',
  [KEYS.up]: 'Up',
  [KEYS.down]: 'Down',
  [KEYS.left]: 'Left',
  [KEYS.right]: 'Right',
};

let made = 0;

/** A terminal of tmux in which a program runs: what a person in front of it sees and types. */
export class TmuxTerminal {
  private constructor(private readonly socket: string) {}

  static async open(
    command: readonly string[],
    options: {
      readonly width?: number;
      readonly height?: number;
      readonly env?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<TmuxTerminal> {
    const [program = '', ...args] = command;
    made += 1;
    const terminal = new TmuxTerminal(`sallyport-${process.pid}-${made}`);
    const size = ['-x', String(options.width ?? 80), '-y', String(options.height ?? 24)];
    const env = Object.entries(options.env ?? {}).flatMap(([name, value]) => [
      '-e',
      `${name}=${value}`,
    ]);
    await terminal.tmux(
      ...['set', '-g', 'status', 'off', ';', 'set', '-g', 'remain-on-exit', 'on', ';'],
      ...['new-session', '-d', ...size, ...env, pathOf(program), ...args],
    );
    return terminal;
  }

  async type(text: string): Promise<void> {
    await this.tmux('send-keys', '-l', '--', text);
  }

  /** Text and the named keys of `KEYS`, in order. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const name = NAMES[key];
      if (name === undefined) await this.type(key);
      else await this.tmux('send-keys', name);
    }
  }

  /** A line of text and Return. */
  async enter(text: string): Promise<void> {
    await this.press(...(text === '' ? [] : [text]), KEYS.return);
  }

  async resize(width: number, height: number): Promise<void> {
    await this.tmux('resize-window', '-x', String(width), '-y', String(height));
  }

  screen(): Promise<string> {
    return this.tmux('capture-pane', '-p');
  }

  /** Resolves with the screen as soon as it shows `wanted`. */
  sees(wanted: string | RegExp): Promise<string> {
    return this.until(() => this.screen(), {
      what: `to show ${String(wanted)}`,
      holds: (text) => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)),
    });
  }

  /** Resolves with the screen once the program has ended. */
  async ended(): Promise<string> {
    await this.until(() => this.tmux('display-message', '-p', '#{pane_dead}'), {
      what: 'to end',
      holds: (dead) => dead.trim() === '1',
    });
    return this.screen();
  }

  async close(): Promise<void> {
    // It may have ended by itself.
    await run('tmux', ['-L', this.socket, 'kill-server']);
  }

  private async until(
    look: () => Promise<string>,
    wanted: { readonly what: string; readonly holds: (seen: string) => boolean },
  ): Promise<string> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (;;) {
      const seen = await look();
      if (wanted.holds(seen)) return seen;
      if (Date.now() > giveUpAt) {
        throw new Error(`waited for the terminal ${wanted.what}; it is\n${await this.screen()}`);
      }
      // A terminal tells nobody when it changes.
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  private tmux(...args: readonly string[]): Promise<string> {
    return output('tmux', ['-u', '-L', this.socket, '-f', '/dev/null', ...args]);
  }
}
