import { LIMITS } from '../base/limits';

/** The fields of a greeting as they came, each without its NUL. */
interface GreetingFields {
  readonly clientName: Buffer;
  readonly serverName: Buffer;
  /** `terminal/speed`. */
  readonly terminal: Buffer;
}

type ReadGreeting =
  /** Not all of it has come yet. */
  | { readonly kind: 'more' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'greeting'; readonly fields: GreetingFields; readonly length: number };

const NUL = 0;
const FIELDS = 3;

/** Reads what an rlogin client sends first: a NUL, then three fields that each end in one (RFC 1282). */
export function readRloginGreeting(heard: Buffer): ReadGreeting {
  if (heard.length === 0) return { kind: 'more' };
  if (heard[0] !== NUL) return { kind: 'refused' };
  const within = heard.subarray(0, LIMITS.rloginGreetingBytes);
  const fields: Buffer[] = [];
  let from = 1;
  while (fields.length < FIELDS) {
    const end = within.indexOf(NUL, from);
    if (end < 0) {
      return { kind: heard.length < LIMITS.rloginGreetingBytes ? 'more' : 'refused' };
    }
    fields.push(within.subarray(from, end));
    from = end + 1;
  }
  const [clientName = within, serverName = within, terminal = within] = fields;
  return { kind: 'greeting', fields: { clientName, serverName, terminal }, length: from };
}

/** A window-size message begins with these bytes; rows, columns and pixels follow, two bytes each. */
const SIZE_BEGINS = Buffer.from([0xff, 0xff, 0x73, 0x73]);
const SIZE_BYTES = 12;

interface RloginInputEvents {
  readonly onText: (bytes: Buffer) => void;
  readonly onSize: (size: { readonly columns: number; readonly rows: number }) => void;
}

/** Takes the window-size messages out of what a client sends, wherever TCP cuts them (RFC 1282). */
export class RloginInput {
  private rest: Buffer = Buffer.alloc(0);
  /** Whether bytes pass as they are: a file may hold what looks like such a message. */
  isRaw = false;

  constructor(private readonly events: RloginInputEvents) {}

  receive(chunk: Buffer): void {
    const data = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    this.rest = Buffer.alloc(0);
    let from = 0;
    while (!this.isRaw && from < data.length) {
      const at = beginOf(data, from);
      this.text(data.subarray(from, at));
      if (data.length - at < SIZE_BYTES) {
        // Copied, so that the chunk itself can be let go.
        this.rest = Buffer.from(data.subarray(at));
        return;
      }
      this.events.onSize({ rows: data.readUInt16BE(at + 4), columns: data.readUInt16BE(at + 6) });
      from = at + SIZE_BYTES;
    }
    this.text(data.subarray(from));
  }

  private text(bytes: Buffer): void {
    if (bytes.length > 0) this.events.onText(bytes);
  }
}

/** Where a message begins, or may begin at the end of the data; the length of the data where none does. */
function beginOf(data: Buffer, from: number): number {
  const whole = data.indexOf(SIZE_BEGINS, from);
  if (whole >= 0) return whole;
  for (let length = SIZE_BEGINS.length - 1; length > 0; length -= 1) {
    const at = data.length - length;
    if (at >= from && data.subarray(at).equals(SIZE_BEGINS.subarray(0, length))) return at;
  }
  return data.length;
}
