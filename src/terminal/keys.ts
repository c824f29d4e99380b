import type { Key } from './key';
import { decodeText } from './encoding';
import type { Encoding } from './terminal';
import { keyOfSequence, reportOfSequence, type Report } from './key-sequences';

/** Receives what a KeyDecoder decodes. */
interface KeySink {
  key(key: Key): void;
  report(report: Report): void;
}

/** What an end of the input would leave: nothing, a lone ESC, or a partial sequence. */
type Waiting = 'nothing' | 'escape' | 'sequence';

type State = 'ground' | 'escape' | 'csi' | 'ss3' | 'linux' | 'overlong';

const ESC = 0x1b;
const MAX_SEQUENCE_CHARACTERS = 32;

const CONTROL_NAMES: Readonly<Record<number, string>> = {
  0x08: 'backspace',
  0x09: 'tab',
  0x0a: 'return',
  0x0d: 'return',
  0x1c: 'ctrl + \\',
  0x1d: 'ctrl + ]',
  0x1e: 'ctrl + ^',
  0x1f: 'ctrl + _',
  0x20: 'space',
  0x7f: 'backspace',
};

const ESCAPE_KEY: Key = { name: 'escape', text: '' };

/** The keys of the single bytes below 0x80. */
const ASCII_KEYS: readonly Key[] = Array.from({ length: 128 }, (_, byte) => {
  const text = byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '';
  const control = `ctrl + ${String.fromCharCode(byte + 0x60)}`;
  return { name: CONTROL_NAMES[byte] ?? (byte < 0x20 ? control : text), text };
});

const CP437_KEYS: readonly Key[] = Array.from({ length: 128 }, (_, index) => {
  const text = decodeText(Buffer.from([index + 128]), 'cp437');
  return { name: text, text };
});

/**
 * Decodes a caller's bytes into keys, one byte at a time without backtracking, so that the cost of
 * a stream of bytes is linear in its length (rule F10). It has no clock: its owner calls `timeOut`
 * when nothing more has arrived.
 */
export class KeyDecoder {
  encoding: Encoding;
  /** Index after the byte of the current `push` that is being decoded. */
  position = 0;
  private state: State = 'ground';
  private afterReturn = false;
  private parameters = '';
  private codePoint = 0;
  private missing = 0;
  private minCodePoint = 0;
  private readonly sink: KeySink;

  constructor(sink: KeySink, encoding: Encoding) {
    this.sink = sink;
    this.encoding = encoding;
  }

  get waiting(): Waiting {
    if (this.state === 'ground') return 'nothing';
    return this.state === 'escape' ? 'escape' : 'sequence';
  }

  /** Decodes `bytes` from `start` up to, not including, `end`. */
  push(bytes: Uint8Array, start = 0, end = bytes.length): void {
    for (let index = start; index < end; index++) {
      const byte = bytes[index];
      if (byte === undefined) return;
      this.position = index + 1;
      if (this.state === 'ground') this.ground(byte);
      else this.sequence(byte);
    }
  }

  /** Forgets what has begun. */
  reset(): void {
    this.toGround();
  }

  /** Nothing followed an ESC in time, so it was the escape key. A partial sequence is dropped. */
  timeOut(): void {
    const state = this.state;
    const started = this.parameters === '';
    this.toGround();
    if (state === 'escape') this.sink.key(ESCAPE_KEY);
    if ((state === 'csi' || state === 'ss3') && started) {
      // A person typed escape and then `[` or `O`.
      this.sink.key(ESCAPE_KEY);
      this.ascii(state === 'csi' ? 0x5b : 0x4f);
    }
  }

  private ground(byte: number): void {
    if (this.missing > 0) {
      if ((byte & 0xc0) === 0x80) {
        this.continuation(byte);
        return;
      }
      this.missing = 0;
    }
    // RFC 854: a line ends in CR LF or CR NUL; terminals also send a bare CR or LF.
    if (this.afterReturn) {
      this.afterReturn = false;
      if (byte === 0x0a || byte === 0x00) return;
    }
    if (byte === ESC) {
      this.state = 'escape';
    } else if (byte < 0x80) {
      this.afterReturn = byte === 0x0d;
      if (byte !== 0) this.ascii(byte);
    } else if (this.encoding === 'cp437') {
      const key = CP437_KEYS[byte - 128];
      if (key !== undefined) this.sink.key(key);
    } else {
      this.lead(byte);
    }
  }

  private ascii(byte: number): void {
    const key = ASCII_KEYS[byte];
    if (key !== undefined) this.sink.key(key);
  }

  /** First byte of a UTF-8 character (RFC 3629); a stray continuation byte is dropped. */
  private lead(byte: number): void {
    if (byte >= 0xc2 && byte <= 0xdf) this.expect(byte & 0x1f, 1, 0x80);
    else if (byte >= 0xe0 && byte <= 0xef) this.expect(byte & 0x0f, 2, 0x800);
    else if (byte >= 0xf0 && byte <= 0xf4) this.expect(byte & 0x07, 3, 0x10000);
  }

  private expect(bits: number, missing: number, minCodePoint: number): void {
    this.codePoint = bits;
    this.missing = missing;
    this.minCodePoint = minCodePoint;
  }

  private continuation(byte: number): void {
    this.codePoint = (this.codePoint << 6) | (byte & 0x3f);
    this.missing -= 1;
    if (this.missing > 0) return;
    const code = this.codePoint;
    const surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < this.minCodePoint || code > 0x10ffff || code < 0xa0 || surrogate) return;
    const text = String.fromCodePoint(code);
    this.sink.key({ name: text, text });
  }

  private sequence(byte: number): void {
    if (byte === ESC) {
      // Two ESC in a row are two key presses; a sequence that is cut off by a new one is dropped.
      const pressed = this.state === 'escape';
      this.toGround();
      this.state = 'escape';
      if (pressed) this.sink.key(ESCAPE_KEY);
      return;
    }
    switch (this.state) {
      case 'escape':
        this.afterEscape(byte);
        return;
      case 'csi':
      case 'ss3':
      case 'overlong':
        this.inSequence(byte);
        return;
      case 'linux':
        this.finish(`[[${String.fromCharCode(byte)}`);
        return;
      case 'ground':
        return;
    }
  }

  private afterEscape(byte: number): void {
    this.toGround();
    if (byte === 0x5b) this.state = 'csi';
    else if (byte === 0x4f) this.state = 'ss3';
    else {
      this.sink.key(ESCAPE_KEY);
      this.ground(byte);
    }
  }

  private inSequence(byte: number): void {
    if (byte < 0x20 || byte > 0x7e) {
      // Controls and eight-bit bytes cannot be part of a sequence: drop the partial sequence and
      // decode the byte by itself.
      this.toGround();
      this.ground(byte);
    } else if (byte === 0x5b && this.state === 'csi' && this.parameters === '') {
      this.state = 'linux';
    } else if (byte >= 0x40 || (byte === 0x24 && this.parameters !== '')) {
      const introducer = this.state === 'ss3' ? 'O' : '[';
      if (this.state === 'overlong') this.toGround();
      else this.finish(introducer + this.parameters + String.fromCharCode(byte));
    } else if (this.parameters.length >= MAX_SEQUENCE_CHARACTERS) {
      this.state = 'overlong';
    } else if (this.state !== 'overlong') {
      this.parameters += String.fromCharCode(byte);
    }
  }

  private finish(sequence: string): void {
    this.toGround();
    const report = reportOfSequence(sequence);
    if (report !== undefined) {
      this.sink.report(report);
      return;
    }
    const key = keyOfSequence(sequence);
    if (key !== undefined) this.sink.key(key);
  }

  private toGround(): void {
    this.state = 'ground';
    this.parameters = '';
    this.afterReturn = false;
    this.missing = 0;
  }
}
