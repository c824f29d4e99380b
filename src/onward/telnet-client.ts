import { Duplex } from 'node:stream';
import type { Clock } from '../base/clock';
import type { Side } from '../protocols/q-method';
import { TelnetCodec } from '../protocols/telnet-codec';
import { encodeUserVariable, OPTION, SUB } from '../protocols/telnet-protocol';
import type { TerminalSize } from '../terminal/terminal';
import type { FarSide } from './connect';

const { binary, echo, suppressGoAhead, terminalType, windowSize, newEnvironment, sendLocation } =
  OPTION;

/** Twice what Node.js reads from a socket at a time: one piece can wait without a pause of the other side. */
const HIGH_WATER_BYTES = 128 * 1024;

interface TelnetClientOptions {
  readonly clock: Clock;
  /** Name of the caller's terminal (TTYPE, RFC 1091). */
  readonly terminalType: string;
  /** Size of the caller's window (NAWS, RFC 1073), as it is when read. */
  readonly size: () => TerminalSize;
  /** Where the caller is (SEND-LOCATION, RFC 779); offered where it is given. */
  readonly location?: string | undefined;
  /** Value of the variable USER (NEW-ENVIRON, RFC 1572); agreed to where it is given. */
  readonly userName?: string | undefined;
}

/**
 * The telnet client of another board: the stream has the board's data, and its options are answered
 * here. The caller's own options are not passed through. Nothing is negotiated before the board does,
 * but for SEND-LOCATION.
 */
export class TelnetClient extends Duplex implements FarSide {
  private readonly codec: TelnetCodec;

  constructor(
    private readonly socket: Duplex,
    private readonly options: TelnetClientOptions,
  ) {
    super({ highWaterMark: HIGH_WATER_BYTES });
    const { clock, location, userName } = options;
    this.codec = new TelnetCodec({
      clock,
      agreed: {
        us: new Set([
          ...[binary, suppressGoAhead, terminalType, windowSize],
          ...(location === undefined ? [] : [sendLocation]),
          ...(userName === undefined ? [] : [newEnvironment]),
        ]),
        peer: new Set([binary, echo, suppressGoAhead]),
      },
      onEncoded: (bytes) => void (socket.writable && socket.write(bytes)),
      onText: (bytes) => {
        if (!this.push(bytes)) socket.pause();
      },
      onOption: (side, option, on) => on && this.agreed(side, option),
      onRefused: () => undefined,
      onSub: (option, data) => this.asked(option, data),
      onAreYouThere: () => undefined,
      onAbuse: (what) => this.destroy(new Error(`the board breaks the telnet protocol: ${what}`)),
    });
    this.codec.isRaw = true;
    if (location !== undefined) this.codec.enable('us', sendLocation);
    socket.on('data', (chunk: Buffer) => this.codec.receive(chunk));
    // The codec hands data on in a later turn.
    socket.once('end', () => setImmediate(() => this.push(null)));
    socket.once('error', (error) => this.destroy(error));
    socket.once('close', () => setImmediate(() => this.destroy()));
  }

  resized(): void {
    if (!this.codec.isOn('us', windowSize)) return;
    const { width, height } = this.options.size();
    const data = Buffer.alloc(4);
    data.writeUInt16BE(width, 0);
    data.writeUInt16BE(height, 2);
    this.codec.sendSub(windowSize, data);
  }

  override _read(): void {
    this.socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.codec.send(chunk);
    if (this.socket.writableNeedDrain) this.socket.once('drain', done);
    else done();
  }

  override _final(done: () => void): void {
    setImmediate(() => this.socket.end(done));
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.codec.close();
    this.socket.destroy();
    done(error);
  }

  private agreed(side: Side, option: number): void {
    if (side === 'peer') return;
    if (option === windowSize) this.resized();
    if (option === sendLocation)
      this.codec.sendSub(sendLocation, Buffer.from(this.options.location ?? '', 'latin1'));
  }

  private asked(option: number, data: Buffer): void {
    if (data[0] !== SUB.send) return;
    if (option === terminalType) {
      const name = Buffer.from(this.options.terminalType, 'latin1');
      this.codec.sendSub(terminalType, Buffer.concat([Buffer.from([SUB.is]), name]));
    }
    if (option === newEnvironment && this.options.userName !== undefined)
      this.codec.sendSub(newEnvironment, encodeUserVariable('USER', this.options.userName));
  }
}
