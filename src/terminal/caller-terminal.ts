import { BbsError } from '../base/errors';
import type { Cancel, Clock } from '../base/clock';
import { LIMITS } from '../base/limits';
import { requestCursor } from './ansi';
import { DrawnArea } from './drawn-area';
import { encodeText } from './encoding';
import type { Key } from './key';
import type { Report } from './key-sequences';
import { KeyDecoder } from './keys';
import { LineText } from './line-text';
import { isMonochromeName, MonochromeText } from './monochrome';
import { pace } from './pace';
import type { Encoding, Terminal, TerminalOutput, TerminalSize } from './terminal';

/** What is known of a terminal before it is probed. */
interface TerminalOptions {
  readonly output: TerminalOutput;
  readonly clock: Clock;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly type?: string | undefined;
  readonly encoding?: Encoding | undefined;
  /** Initial limit of the screen's size. */
  readonly most?: TerminalSize | undefined;
}

/** A terminal that writes to `output`; its input is passed to `feed`. */
export function createTerminal(options: TerminalOptions): Terminal {
  return new CallerTerminal(options);
}

/**
 * How long an ESC may be the start of a sequence, and how long the rest of a partial sequence is
 * awaited.
 */
const ESCAPE_MS = 100;
const TORN_MS = 500;

/**
 * Bytes decoded in one turn of the event loop, and the limit of bytes that wait for a later turn.
 */
const TURN_BYTES = 16 * 1024;
const WAITING_BYTES = 64 * 1024;

const NOTHING: Buffer = Buffer.alloc(0);
const ESC = 0x1b;

interface Reader {
  readonly resolve: (key: Key) => void;
  readonly reject: (reason: Error) => void;
}

interface CursorQuery {
  readonly resolve: (report: { row: number; column: number } | undefined) => void;
}

class CallerTerminal implements Terminal {
  type = 'unknown';
  encoding: Encoding;
  asksForLines = false;
  isSilent = false;
  hasNoColor = false;
  chosenLines: boolean | undefined;
  answersQueries = false;
  private isSetToLines = false;

  private readonly area: DrawnArea;
  private readonly output: TerminalOutput;
  private readonly clock: Clock;
  private readonly decoder: KeyDecoder;
  private readonly resizeListeners = new Set<() => void>();
  private readonly keyListeners = new Set<() => void>();
  private readonly lineText = new LineText();
  private readonly monochromeText = new MonochromeText();

  private keys: Key[] = [];
  /** The bytes of each queued key. */
  private rawKeys: Buffer[] = [];
  /** Bytes that are decoded and belong to no key yet; `decoding` is decoded now, from `mark` on. */
  private rawTail: Buffer = NOTHING;
  private decoding: Buffer = NOTHING;
  private mark = 0;
  private keyBytes = 0;
  private reader: Reader | undefined;
  private queries: CursorQuery[] = [];

  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private turnPlanned = false;
  private cancelTimer: Cancel | undefined;

  constructor(options: TerminalOptions) {
    this.output = options.output;
    this.clock = options.clock;
    this.encoding = options.encoding ?? 'cp437';
    this.area = new DrawnArea(options.most ?? { width: LIMITS.ptyMax, height: LIMITS.ptyMax });
    this.decoder = new KeyDecoder(
      { key: (key) => this.onKey(key), report: (report) => this.onReport(report) },
      this.encoding,
    );
    if (options.type !== undefined) this.setType(options.type);
    this.resize(options.width, options.height);
  }

  get canDraw(): boolean {
    return this.type !== 'dumb';
  }

  get isLineByLine(): boolean {
    return this.isSetToLines || !this.canDraw;
  }

  get window(): TerminalSize {
    return this.area.window;
  }

  get width(): number {
    return this.isLineByLine ? this.window.width : this.area.width;
  }

  get height(): number {
    return this.isLineByLine ? this.window.height : this.area.height;
  }

  drawWithin(most: TerminalSize | undefined): void {
    this.area.most = most;
  }

  setLineByLine(on: boolean): void {
    this.isSetToLines = on;
  }

  setEncoding(encoding: Encoding): void {
    const isSame = encoding === this.encoding;
    this.encoding = encoding;
    this.decoder.encoding = encoding;
    if (!isSame) this.lookChanged();
  }

  setType(type: string): void {
    const clean = type
      .toLowerCase()
      .replace(/[^a-z0-9._+ -]/g, '')
      .trim();
    this.type = clean.slice(0, LIMITS.terminalTypeCharacters) || 'unknown';
  }

  resize(width: number | undefined, height: number | undefined): void {
    if (this.area.report(width, height)) this.lookChanged();
  }

  allow(most: TerminalSize): void {
    if (this.area.allow(most)) this.lookChanged();
  }

  onResize(listener: () => void): () => void {
    this.resizeListeners.add(listener);
    return () => this.resizeListeners.delete(listener);
  }

  write(text: string): void {
    const shown = this.isLineByLine
      ? this.lineText.convert(text, this.width - 1)
      : this.area.toWindow(this.inItsColors(text));
    if (shown !== '') this.output.write(encodeText(shown, this.encoding));
  }

  private inItsColors(text: string): string {
    const isMonochrome = this.hasNoColor || isMonochromeName(this.type);
    return isMonochrome ? this.monochromeText.convert(text) : text;
  }

  writePaced(text: string, options: { baud: number; signal: AbortSignal }): Promise<void> {
    return pace(text, {
      ...options,
      clock: this.clock,
      write: (part) => this.write(part),
    });
  }

  feed(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    // Input beyond this limit is dropped, as are keys beyond the type-ahead limit; nobody types
    // that far ahead.
    const room = WAITING_BYTES + (this.turnPlanned ? 0 : TURN_BYTES) - this.waitingBytes;
    const taken = bytes.subarray(0, Math.max(0, room));
    if (taken.length > 0) {
      this.waiting.push(taken);
      this.waitingBytes += taken.length;
    }
    if (!this.turnPlanned) this.turn();
  }

  readKey(signal: AbortSignal): Promise<Key> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      if (this.reader !== undefined) {
        reject(new BbsError('INTERNAL', 'two readers wait for one terminal; await the first'));
        return;
      }
      const key = this.keys.shift();
      this.rawKeys.shift();
      if (key !== undefined) {
        this.keyBytes -= bytesOf(key);
        resolve(key);
        return;
      }
      const onAbort = (): void => this.stopReading(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      const settled = (): void => {
        this.reader = undefined;
        signal.removeEventListener('abort', onAbort);
      };
      this.reader = {
        resolve: (pressed) => {
          settled();
          resolve(pressed);
        },
        reject: (reason) => {
          settled();
          reject(reason);
        },
      };
    });
  }

  get hasTypedAhead(): boolean {
    return this.keys.length > 0 || this.waiting.length > 0;
  }

  onTypeAhead(listener: () => void): () => void {
    this.keyListeners.add(listener);
    return () => this.keyListeners.delete(listener);
  }

  stopReading(reason: Error): void {
    this.reader?.reject(reason);
  }

  takeInput(): Buffer {
    const bytes = Buffer.concat([...this.rawKeys, this.rawTail, ...this.waiting]);
    this.dropTypeAhead();
    this.rawTail = NOTHING;
    this.waiting = [];
    this.waitingBytes = 0;
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.decoder.reset();
    return bytes;
  }

  get nextTyped(): Key | undefined {
    return this.keys[0];
  }

  dropTypeAhead(): void {
    this.keys = [];
    this.rawKeys = [];
    this.keyBytes = 0;
  }

  queryCursor(
    limitMs: number,
    signal?: AbortSignal,
  ): Promise<{ row: number; column: number } | undefined> {
    if (this.isLineByLine || signal?.aborted === true) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const settle = (position: { row: number; column: number } | undefined): void => {
        cancel();
        signal?.removeEventListener('abort', giveUp);
        this.queries = this.queries.filter((other) => other !== query);
        resolve(position);
      };
      const query: CursorQuery = { resolve: settle };
      const giveUp = (): void => settle(undefined);
      const cancel = this.clock.after(limitMs, giveUp);
      signal?.addEventListener('abort', giveUp, { once: true });
      this.queries.push(query);
      this.write(requestCursor());
    });
  }

  private lookChanged(): void {
    for (const listener of [...this.resizeListeners]) listener();
  }

  /** Decodes one turn's share of the input, and schedules another turn if more is waiting. */
  private turn(): void {
    this.turnPlanned = false;
    let left = TURN_BYTES;
    while (left > 0) {
      const bytes = this.waiting[0];
      if (bytes === undefined) break;
      const part = Math.min(left, bytes.length);
      this.decode(bytes.subarray(0, part));
      left -= part;
      this.waitingBytes -= part;
      if (part === bytes.length) this.waiting.shift();
      else this.waiting[0] = bytes.subarray(part);
    }
    if (this.waiting.length > 0) {
      this.turnPlanned = true;
      setImmediate(() => this.turn());
    } else {
      this.watchForTornSequence();
    }
  }

  private decode(bytes: Buffer): void {
    this.decoding = bytes;
    this.mark = 0;
    this.decoder.position = 0;
    this.decoder.push(bytes);
    const rest = bytes.subarray(this.mark);
    this.decoding = NOTHING;
    this.mark = 0;
    this.decoder.position = 0;
    // A sequence without an end is no input that anybody waits for.
    if (rest.length > 0 && this.rawTail.length + rest.length <= LIMITS.typeAheadBytes)
      this.rawTail = Buffer.concat([this.rawTail, rest]);
  }

  /** The bytes that made a key or report: all up to here, of the escape key only the ESC. */
  private takeRaw(isEscape: boolean): Buffer {
    const { rawTail, mark } = this;
    const upTo = this.decoder.position;
    const bytes =
      rawTail.length === 0
        ? this.decoding.subarray(mark, upTo)
        : Buffer.concat([rawTail, this.decoding.subarray(mark, upTo)]);
    const most = isEscape ? bytes.indexOf(ESC) + 1 : bytes.length;
    this.mark = upTo;
    this.rawTail = bytes.subarray(most);
    return bytes.subarray(0, most);
  }

  private watchForTornSequence(): void {
    const { waiting } = this.decoder;
    if (waiting === 'nothing') return;
    this.cancelTimer?.();
    this.cancelTimer = this.clock.after(waiting === 'escape' ? ESCAPE_MS : TORN_MS, () => {
      this.cancelTimer = undefined;
      this.decoder.timeOut();
    });
  }

  private onKey(pressed: Key): void {
    const { reader } = this;
    const raw = this.takeRaw(pressed.name === 'escape');
    const at = pressed.at && this.area.fromWindow(pressed.at);
    // Nothing is drawn outside the area.
    if (pressed.at !== undefined && at === undefined) return;
    const key = at === undefined ? pressed : { ...pressed, at };
    if (reader !== undefined) {
      reader.resolve(key);
      return;
    }
    const bytes = bytesOf(key);
    if (this.keyBytes + bytes > LIMITS.typeAheadBytes) return;
    this.keys.push(key);
    this.rawKeys.push(Buffer.from(raw));
    this.keyBytes += bytes;
    for (const listener of [...this.keyListeners]) listener();
  }

  private onReport(report: Report): void {
    this.takeRaw(false);
    if (report.kind !== 'cursor') return;
    this.answersQueries = true;
    this.queries.shift()?.resolve({ row: report.row, column: report.column });
  }
}

/** Bytes that a queued key counts for; keys that print nothing count as one. */
function bytesOf(key: Key): number {
  return key.text === '' ? 1 : Buffer.byteLength(key.text);
}
