import { systemClock, type Clock } from '../base/clock';
import { escapeUnseen } from '../base/unseen';
import type { OputilIo } from './oputil-io';

// Colours and places, as a canvas writes them.
const OWN_SEQUENCE = /(\x1b\[[\d;]*[ABCDHJKm])/;

/**
 * The only way out of the tool, to the terminal and as JSON: what came from a user, a file or the command
 * line acts on no terminal (rules H1, H3). In JSON an escaped character reads back as it was.
 */
export class HarmlessIo implements OputilIo {
  constructor(private readonly io: OputilIo) {}

  get env(): OputilIo['env'] {
    return this.io.env;
  }

  get interactive(): boolean {
    return this.io.interactive === true;
  }

  get colors(): boolean {
    return this.io.colors === true;
  }

  get columns(): number | undefined {
    return this.io.columns;
  }

  get clock(): Clock {
    return this.io.clock ?? systemClock;
  }

  out(text: string): void {
    this.io.out(escapeUnseen(text, '\n\t'));
  }

  err(text: string): void {
    this.io.err(escapeUnseen(text, '\n\t'));
  }

  /** Prints a drawing whose sequences are the tool's own: a QR code, a screen. */
  draw(text: string): void {
    const parts = text.split(OWN_SEQUENCE);
    // Every second part is a sequence.
    const safe = parts.map((part, at) => (at % 2 === 1 ? part : escapeUnseen(part, '\r\n\t')));
    this.io.out(safe.join(''));
  }

  readLine(prompt: string, secret?: boolean): Promise<string> {
    return this.io.readLine(escapeUnseen(prompt), secret);
  }
}
