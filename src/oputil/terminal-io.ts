import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { LineReader, type OputilIo } from './oputil-io';

/** Input and output over a terminal or a pipe. */
export class TerminalIo implements OputilIo {
  readonly interactive: boolean;
  readonly colors: boolean;
  readonly columns: number | undefined;
  private lines: LineReader | undefined;

  constructor(
    private readonly input: ReadStream,
    private readonly output: WriteStream,
    private readonly errors: NodeJS.WritableStream,
    readonly env: Readonly<Record<string, string | undefined>>,
  ) {
    this.interactive = input.isTTY === true;
    this.columns = output.isTTY === true ? output.columns : undefined;
    this.colors = output.isTTY === true && (env['NO_COLOR'] ?? '') === '';
  }

  out(text: string): void {
    this.output.write(text);
  }

  err(text: string): void {
    this.errors.write(text);
  }

  async readLine(prompt: string, secret = false): Promise<string> {
    if (this.interactive) return this.ask(prompt, secret);
    // One reader for all lines of a pipe: each reader consumes more than its own line.
    this.lines ??= new LineReader(this.input);
    return this.lines.next();
  }

  /** Calls `then` once all output is written. */
  finish(then: () => void): void {
    this.output.write('', () => this.errors.write('', () => then()));
  }

  private ask(prompt: string, secret: boolean): Promise<string> {
    // Questions go to standard error, so that the result can be piped on.
    this.errors.write(prompt);
    const asking: Interface = createInterface({
      input: this.input,
      output: secret ? new Silence() : this.errors,
      terminal: true,
    });
    return new Promise((resolve) => {
      let answer = '';
      asking.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      asking.once('line', (line) => {
        answer = line;
        asking.close();
      });
      asking.once('close', () => {
        if (secret) this.errors.write('\n');
        resolve(answer);
      });
    });
  }
}

/** Discards the echo of typed characters. */
class Silence extends Writable {
  override _write(_chunk: unknown, _encoding: unknown, done: () => void): void {
    done();
  }
}
