import { BbsError } from '../base/errors';
import type { MenuContext, Transition } from '../menu/run/module';
import type { TakenConnection } from '../menu/run/caller';
import { bridge, type BridgeEnd, type BridgeOptions } from '../onward/bridge';
import { dial, type Address, type FarSide } from '../onward/connect';
import { foldName } from '../store/user-name';
import { encodeText } from '../terminal/encoding';
import { userOf } from '../menu/run/caller';

/** How long a board may take to answer before the caller is told that it does not. */
export const ANSWER_MS = 3_000;

/** Keys of `config` that every module has which hands a caller on. */
export const HAND_ON_KEYS: Readonly<Record<string, string>> = {
  host: 'Name or address of the board; `extraArgs.host` wins.',
  port: 'Its port; `extraArgs.port` wins.',
  name: 'What callers read it is called; the host where nothing is said.',
  encoding:
    '`cp437` or `utf8`: what the board sends; text is converted for callers of the other encoding. `as-is`, where nothing is said, passes bytes unchanged, which file transfers need.',
  escapeKey:
    'Key that opens the line "h: hang up, b: back to the board", as `^]` (where nothing is said); `none` for none. Twice sends it to the board.',
  idleSeconds:
    'Silence of both sides after which the caller is back; 0, where nothing is said, for no limit.',
  maxSeconds: 'Longest stay; 0, where nothing is said, for no limit.',
  names:
    'Names of accounts there: `{ alice: "ALICE SMITH" }`; others have their own, and nobody else has one of these.',
  onlyNames: 'true: only callers whose accounts are in `names` are handed on.',
  font: 'Font of the terminal while there, for SyncTERM and its kin: a name such as `topaz`, or its number.',
};

const ENCODINGS = [
  'cp437',
  'utf8',
  'as-is',
] as const satisfies readonly BridgeOptions['encoding'][];
const DEFAULT_ESCAPE_KEY = '^]';

/** What a protocol adds: the board's side of a call, on a connection that nothing was sent on yet. */
type OpensFarSide = (
  socket: Awaited<ReturnType<typeof dial>>,
  call: {
    readonly taken: TakenConnection;
    readonly signal: AbortSignal;
    /** Name of the caller's account there. */
    readonly userName: string;
  },
) => Promise<FarSide>;

/** Fonts by ENiGMA½'s names and their numbers in SyncTERM's `CSI 0 ; n SP D`. */
const FONTS: Readonly<Record<string, number>> = {
  cp437: 0,
  c64_upper: 32,
  c64_lower: 33,
  atari: 36,
  pot_noodle: 37,
  mo_soul: 38,
  microknight_plus: 39,
  topaz_plus: 40,
  microknight: 41,
  topaz: 42,
};

/** What a board may have left on: colours, a hidden cursor, no wrap, mouse reports, bracketed paste. */
const RESET = '\x1b[0m\x1b[?25h\x1b[?7h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l';

/** Typed before the board answers and passed on then, at most. */
const MAX_TYPED_BYTES = 4096;
const ESC = 0x1b;
const CTRL_C = 0x03;

/** Sentences for callers who come back other than by their own wish or the board's. */
const SENTENCES: Readonly<Partial<Record<BridgeEnd, string>>> = {
  broken: 'The connection to {name} broke.',
  idle: 'The connection to {name} ended: nothing was sent for too long.',
  time: 'Your time at {name} is over.',
};

/**
 * The name of the caller's account on the board, without control characters; undefined where he has none
 * there: the name is another account's by `names`, or `onlyNames` is set and it is not among them.
 */
function nameThere(context: MenuContext): string | undefined {
  const { name } = userOf(context.caller);
  const { names, onlyNames } = context.config;
  const given = typeof names === 'object' && names !== null ? Object.entries(names) : [];
  const isMine = ([key]: readonly [string, unknown]): boolean => foldName(key) === foldName(name);
  const mapped = given.find(isMine)?.[1];
  if (typeof mapped === 'string') return withoutControls(mapped);
  const isTaken = given.some(([, there]) => foldName(String(there)) === foldName(name));
  return isTaken || onlyNames === true ? undefined : withoutControls(name);
}

function withoutControls(text: string): string {
  return text.replaceAll(/[\x00-\x1f\x7f]/g, '');
}

/**
 * Hands the caller on to the board that the menu names, and comes back when that ends. A board that does not
 * answer is told to the caller and to the log; nobody else notices.
 */
export async function handOn(
  context: MenuContext,
  protocol: { readonly port: number; readonly open: OpensFarSide },
): Promise<Transition> {
  const address = addressOf(context, protocol.port);
  if (address === undefined) {
    context.caller.log.error('onward.no-address', { menu: context.menu });
    return tell(context, 'This menu does not say which board it leads to. Please tell the sysop.');
  }
  const { config } = context;
  const name = typeof config['name'] === 'string' ? config['name'] : address.host;
  const userName = nameThere(context);
  if (userName === undefined)
    return tell(context, `Your name has no account at ${name}. Please ask the sysop.`);
  const sentence = await context.caller.takeOver((taken) =>
    visit(context, { taken, address, name, userName, open: protocol.open }),
  );
  return sentence === undefined
    ? leave(context)
    : tell(
        context,
        sentence.replaceAll('{name}', () => name),
      );
}

async function tell(context: MenuContext, sentence: string): Promise<Transition> {
  const lines = ['', ` ${sentence}`];
  await context.showPages({ data: lines.map((text) => ({ color: '', text })) });
  return leave(context);
}

function leave({ leadsOn }: MenuContext): Transition {
  return { kind: leadsOn ? 'next' : 'previous' };
}

async function visit(
  context: MenuContext,
  call: {
    readonly taken: TakenConnection;
    readonly address: Address;
    readonly name: string;
    readonly userName: string;
    readonly open: OpensFarSide;
  },
): Promise<string | undefined> {
  const { taken, address, name } = call;
  const { log } = context.caller;
  const user = userOf(context.caller).name;
  const { clock } = context.services;
  const say = (text: string): void =>
    void taken.stream.write(encodeText(text, taken.facts.encoding));
  say(`\x1b[0m\x1b[2J\x1b[H Connecting to ${name}. Esc cancels.\r\n\r\n`);
  const waiting = new Waiting(taken);
  let far: FarSide;
  try {
    const { signal } = waiting;
    const socket = await dial(address, { clock, limitMs: ANSWER_MS, signal });
    far = await call.open(socket, { taken, signal, userName: call.userName });
  } catch (error) {
    taken.signal.throwIfAborted();
    if (waiting.isCancelled) return undefined;
    if (!(error instanceof BbsError) || error.code !== 'UNREACHABLE') throw error;
    log.warn('onward.failed', { user, ...address, error });
    return '{name} does not answer. Please try again later.';
  } finally {
    waiting.end();
  }
  const options = bridgeOptionsOf(context);
  say(
    `\x1b[2J\x1b[H${options.escapeKey === undefined ? '' : ` ${keyName(options.escapeKey)} brings you back.\r\n\r\n`}`,
  );
  const font = fontOf(context.config['font']);
  if (font !== undefined) say(`\x1b[0;${font} D`);
  const startedMs = clock.monotonicMs();
  log.info('onward.began', { user, ...address });
  const result = await bridge(taken, far, { clock, ...options });
  const { end, sent, received, error } = result;
  const seconds = Math.round((clock.monotonicMs() - startedMs) / 1000);
  log.info('onward.ended', {
    user,
    ...address,
    end,
    sent,
    received,
    seconds,
    ...(error && { error }),
  });
  if (end === 'call-over') taken.signal.throwIfAborted();
  say(`${RESET}${font === undefined ? '' : '\x1b[0;0 D'}`);
  return SENTENCES[end];
}

/** A caller who waits for a board: Esc and ^C cancel, other keys are for the board. */
class Waiting {
  isCancelled = false;
  private readonly cancelling = new AbortController();
  private typed: Buffer = Buffer.alloc(0);
  readonly signal: AbortSignal;

  constructor(private readonly taken: TakenConnection) {
    this.signal = AbortSignal.any([taken.signal, this.cancelling.signal]);
    taken.stream.on('data', this.heard);
  }

  end(): void {
    const { stream } = this.taken;
    stream.pause();
    stream.off('data', this.heard);
    if (!this.isCancelled && this.typed.length > 0 && !stream.readableEnded)
      stream.unshift(this.typed);
  }

  private readonly heard = (chunk: Buffer): void => {
    if (chunk.length === 1 && (chunk[0] === ESC || chunk[0] === CTRL_C)) {
      this.isCancelled = true;
      this.cancelling.abort(new BbsError('UNREACHABLE', 'cancelled by the caller'));
    } else if (this.typed.length + chunk.length <= MAX_TYPED_BYTES) {
      this.typed = Buffer.concat([this.typed, chunk]);
    }
  };
}

/** What is wrong in the `config` of such a menu, by key. */
export function handOnProblems(
  config: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const { host, port, encoding, escapeKey, font } = config;
  const problems: [key: string, text: string][] = [];
  const say = (key: string, text: string): void => void problems.push([key, text]);
  if (host !== undefined && (typeof host !== 'string' || host === ''))
    say('host', '\'host\' is the name or address of a board, such as "bbs.example.org"');
  if (port !== undefined && portOf(port) === undefined)
    say('port', "'port' is a number from 1 to 65535");
  if (encoding !== undefined && encodingOf(encoding) === undefined)
    say('encoding', `'encoding' is one of ${ENCODINGS.join(', ')}; bytes are passed as they are`);
  if (escapeKey !== undefined && escapeKey !== 'none' && controlCode(escapeKey) === undefined)
    say('escapeKey', `'escapeKey' is a key such as ^] or none; ${DEFAULT_ESCAPE_KEY} is used`);
  for (const key of ['idleSeconds', 'maxSeconds'] as const) {
    const seconds = config[key];
    if (seconds !== undefined && !(Number(seconds) >= 0))
      say(key, `'${key}' is a number of seconds; there is no limit now`);
  }
  if (font !== undefined && fontOf(font) === undefined)
    say('font', `'font' is a number or one of ${Object.keys(FONTS).join(', ')}; none is set`);
  return Object.fromEntries(problems);
}

function addressOf({ config, extraArgs }: MenuContext, port: number): Address | undefined {
  const given = typeof extraArgs === 'object' && extraArgs !== null ? extraArgs : {};
  const all: Readonly<Record<string, unknown>> = { ...config, ...given };
  const { host } = all;
  const wanted = portOf(all['port'] ?? port);
  if (typeof host !== 'string' || host === '' || wanted === undefined) return undefined;
  return { host, port: wanted };
}

function portOf(value: unknown): number | undefined {
  const port = Number(value);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

function bridgeOptionsOf({ config }: MenuContext): Omit<BridgeOptions, 'clock'> {
  const { escapeKey } = config;
  return {
    encoding: encodingOf(config['encoding']) ?? 'as-is',
    escapeKey:
      escapeKey === 'none'
        ? undefined
        : (controlCode(escapeKey) ?? controlCode(DEFAULT_ESCAPE_KEY)),
    idleMs: secondsOf(config['idleSeconds']),
    maxMs: secondsOf(config['maxSeconds']),
  };
}

function encodingOf(value: unknown): BridgeOptions['encoding'] | undefined {
  return ENCODINGS.find((name) => name === value);
}

function secondsOf(value: unknown): number {
  const seconds = Number(value ?? 0);
  return seconds > 0 && Number.isFinite(seconds) ? seconds * 1000 : 0;
}

/** The code of a control key that is written as `^]`. */
function controlCode(value: unknown): number | undefined {
  const letter =
    typeof value === 'string' ? /^\^([A-Z[\\\]^_])$/.exec(value.toUpperCase())?.[1] : undefined;
  return letter === undefined ? undefined : letter.charCodeAt(0) & 0x1f;
}

function keyName(code: number): string {
  return `Ctrl-${String.fromCharCode(code + 0x40)}`;
}

function fontOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? value : undefined;
  return typeof value === 'string' && Object.hasOwn(FONTS, value) ? FONTS[value] : undefined;
}
