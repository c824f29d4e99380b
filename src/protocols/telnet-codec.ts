import { TelnetInput, TelnetOutput } from 'telnet-stream';
import type { Clock } from '../base/clock';
import { LIMITS } from '../base/limits';
import { QMethod, type Side, type Verb } from './q-method';
import { RateWindow } from '../base/event-counters';
import { dataBefore, doubled } from './telnet-data';
import { COMMAND, OPTION } from './telnet-protocol';

interface TelnetCodecOptions {
  readonly clock: Clock;
  readonly agreed: Readonly<Record<Side, ReadonlySet<number>>>;
  /** Bytes for the socket. */
  readonly onEncoded: (bytes: Buffer) => void;
  /** The caller's input, each line end as one CR; raw and with BINARY, the bytes as they are. */
  readonly onText: (bytes: Buffer) => void;
  readonly onOption: (side: Side, option: number, on: boolean) => void;
  readonly onRefused: (side: Side, option: number) => void;
  /** A complete sub-negotiation of an enabled option; the buffer belongs to the listener. */
  readonly onSub: (option: number, data: Buffer) => void;
  readonly onAreYouThere: () => void;
  /** The peer violates the protocol; the call should end. */
  readonly onAbuse: (what: string) => void;
}

const WINDOW_MS = 10_000;
// Dragging a window's corner sends NAWS dozens of times a second.
const SUBS_PER_WINDOW = 512;
const MAX_OVERFLOWS = 3;
// A client that does not double an IAC in NAWS (a 255-column window) is broken, not hostile.
const MAX_MALFORMED = 16;
// Limit for the bytes of a sub-negotiation beyond its buffer.
const MAX_OVERRUN_BYTES = 64 * 1024;

/** What TelnetInput of telnet-stream is in while no command has begun. */
const PARSER_AT_REST = 'TELNET_DATA';

const CR = 13;
const LF = 10;
const NUL = 0;

/**
 * Telnet's escaping and option negotiation for one caller, in both directions. The only file that
 * uses telnet-stream, whose parsers are used without pipe() and each with an error handler of its
 * own.
 */
export class TelnetCodec {
  private readonly input = new TelnetInput({
    bufferSize: LIMITS.subnegotiationBytes,
    errorPolicy: 'discardBoth',
  });
  private readonly output = new TelnetOutput();
  private readonly negotiation: QMethod;
  private readonly negotiations: RateWindow;
  private readonly subs: RateWindow;
  private overflows = 0;
  private malformed = 0;
  private overrunBytes: number | undefined;
  private afterCr = false;
  private closed = false;
  /** Whether the peer has negotiated anything; netcat and bare TCP never do. */
  private speaksTelnet = false;
  /** Whether bytes are passed through instead of text; without BINARY, by the rules of the NVT. */
  isRaw = false;

  constructor(private readonly options: TelnetCodecOptions) {
    const { clock } = options;
    this.negotiations = new RateWindow(clock, WINDOW_MS, LIMITS.negotiationsPer10s);
    this.subs = new RateWindow(clock, WINDOW_MS, SUBS_PER_WINDOW);
    this.negotiation = new QMethod({
      agreed: options.agreed,
      send: (verb, option) => this.sendVerb(verb, option),
      changed: options.onOption,
      refused: options.onRefused,
    });
    this.output.on('data', (bytes: Buffer) => options.onEncoded(bytes));
    this.output.on('error', () => this.abuse('output'));
    this.listen();
  }

  /** Processes bytes from the socket. */
  receive(chunk: Buffer): void {
    if (this.closed) return;
    const rest = this.isRaw && this.isBetweenCommands() ? this.passData(chunk) : chunk;
    if (rest.length === 0) return;
    this.input.write(rest);
    if (this.overrunBytes === undefined) return;
    this.overrunBytes += rest.length;
    if (this.overrunBytes > MAX_OVERRUN_BYTES) this.abuse('endless sub-negotiation');
  }

  /** Sends text to the caller; 0xFF is doubled. */
  send(bytes: Buffer): void {
    if (this.closed) return;
    const encoded = this.isRaw ? this.asNvt(bytes) : bytes;
    if (this.isRaw && isEmpty(this.output)) this.options.onEncoded(doubled(encoded));
    else this.output.write(encoded);
  }

  enable(side: Side, option: number): void {
    this.negotiation.enable(side, option);
  }

  isOn(side: Side, option: number): boolean {
    return this.negotiation.isOn(side, option);
  }

  sendSub(option: number, data: Buffer): void {
    if (!this.closed) this.output.writeSub(option, data);
  }

  close(): void {
    this.closed = true;
    this.input.destroy();
    this.output.destroy();
  }

  /** Most of what a board sends goes past the parser, which looks at each byte by itself; returns the rest. */
  private passData(chunk: Buffer): Buffer {
    const { data, length } = dataBefore(chunk);
    // Where the text is changed, it is in a copy.
    if (length > 0) this.text(this.isTransparent('peer') ? data : Buffer.from(data));
    return this.closed ? chunk.subarray(chunk.length) : chunk.subarray(length);
  }

  /** True where bytes without a command would come out of the parser as they are, and before no others. */
  private isBetweenCommands(): boolean {
    const { state } = this.input as unknown as { readonly state: unknown };
    return state === PARSER_AT_REST && isEmpty(this.input);
  }

  private listen(): void {
    this.input.on('data', (bytes: Buffer) => this.text(bytes));
    this.input.on('error', (error: Error) => this.broken(error));
    for (const verb of ['will', 'wont', 'do', 'dont'] as const)
      this.input.on(verb, (option: number) => this.negotiate(verb, option));
    this.input.on('sub', (option: number, data: Buffer) => this.sub(option, data));
    this.input.on('command', (command: number) => {
      // IP, BRK, AO, EC, EL, GA, NOP and all others have no effect (rule F7): the equivalent keys
      // are used instead.
      if (command === COMMAND.ayt && this.withinLimit(this.negotiations))
        this.options.onAreYouThere();
    });
  }

  private negotiate(verb: Verb, option: number): void {
    if (!this.withinLimit(this.negotiations)) return;
    this.speaksTelnet = true;
    this.negotiation.receive(verb, option);
  }

  private sub(option: number, data: Buffer): void {
    const overflowed = this.overrunBytes !== undefined;
    this.overrunBytes = undefined;
    if (overflowed || !this.withinLimit(this.subs)) return;
    // Copied, because telnet-stream reuses the buffer for the next one.
    const isOn = this.isOn('peer', option) || this.isOn('us', option);
    if (isOn) this.options.onSub(option, Buffer.from(data));
  }

  private withinLimit(window: RateWindow): boolean {
    if (this.closed) return false;
    if (window.count()) return true;
    this.abuse('negotiation flood');
    return false;
  }

  private broken(error: Error): void {
    if (error.message.includes('overflow')) {
      this.overflows += 1;
      this.overrunBytes = 0;
      if (this.overflows >= MAX_OVERFLOWS) this.abuse('sub-negotiation overflow');
      return;
    }
    this.malformed += 1;
    if (this.malformed >= MAX_MALFORMED) this.abuse('malformed sub-negotiation');
  }

  private abuse(what: string): void {
    if (this.closed) return;
    this.close();
    this.options.onAbuse(what);
  }

  private sendVerb(verb: Verb, option: number): void {
    if (this.closed) return;
    switch (verb) {
      case 'will':
        this.output.writeWill(option);
        return;
      case 'wont':
        this.output.writeWont(option);
        return;
      case 'do':
        this.output.writeDo(option);
        return;
      case 'dont':
        this.output.writeDont(option);
        return;
    }
  }

  /**
   * Without BINARY a CR that ends no line is CR NUL (RFC 854), also while a request for BINARY waits
   * for its answer.
   */
  private asNvt(bytes: Buffer): Buffer {
    if (this.isTransparent('us')) return bytes;
    return Buffer.from(bytes.toString('latin1').replace(/\r(?!\n)/g, '\r\0'), 'latin1');
  }

  /** True where a side sends bytes as they are: with BINARY (RFC 856), or without telnet. */
  private isTransparent(side: Side): boolean {
    return this.isOn(side, OPTION.binary) || !this.speaksTelnet;
  }

  /**
   * CR LF, CR NUL, CR and LF each end one line (RFC 854, RFC 1123 3.3.1), wherever TCP splits them.
   */
  private text(bytes: Buffer): void {
    if (this.closed) return;
    // Only while taken: data and options of one packet arrive in no fixed order.
    if (this.isRaw && this.isTransparent('peer')) {
      this.afterCr = false;
      this.options.onText(bytes);
      return;
    }
    let length = 0;
    for (const byte of bytes) {
      const second = this.afterCr && (byte === NUL || (byte === LF && !this.isRaw));
      this.afterCr = byte === CR;
      if (second) continue;
      bytes[length] = byte === LF && !this.isRaw ? CR : byte;
      length += 1;
    }
    if (length > 0) this.options.onText(bytes.subarray(0, length));
  }
}

/** True where nothing waits in a parser, which what comes now would overtake. */
function isEmpty({ readableLength, writableLength }: TelnetInput | TelnetOutput): boolean {
  return readableLength === 0 && writableLength === 0;
}
