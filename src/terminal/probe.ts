import type { Clock } from '../base/clock';
import { moveTo } from './ansi';
import type { Encoding, Terminal } from './terminal';

/** The part of the configuration about terminals (`term` in config.hjson). */
interface TerminalPolicy {
  readonly checkUtf8Encoding: boolean;
  readonly checkAnsiHomePosition: boolean;
  readonly probeUtf8Encoding: boolean;
  readonly forceOutputEncoding: Encoding | null;
  readonly cp437TermList: readonly string[];
  readonly utf8TermList: readonly string[];
}

/**
 * What the protocol reports of the terminal, possibly later than the start of the call; a
 * Connection is one of these.
 */
export interface TerminalHints {
  readonly terminalType: string | undefined;
  readonly columns: number | undefined;
  readonly rows: number | undefined;
  /** By telnet's CHARSET or MTTS, or the locale that an SSH client sends. */
  readonly charset?: Encoding | undefined;
  /** True where the client asks for text line by line: a screen reader (MTTS), `ssh plain+NAME`. */
  readonly asksForLines?: boolean | undefined;
  /** True where the caller wants no colours (NO_COLOR). */
  readonly hasNoColor?: boolean | undefined;
  /** True for a terminal that says that it reports taps when it is asked to. */
  readonly reportsTaps?: boolean | undefined;
  onHints?(listener: () => void): void;
}

interface ProbeOptions {
  readonly term: TerminalPolicy;
  readonly hints: TerminalHints;
  readonly clock: Clock;
  /** The encoding that an earlier call of this client was found to have, for a terminal of this name. */
  readonly recall?: (type: string) => Encoding | undefined;
  /** Longest wait for all replies together. */
  readonly limitMs?: number;
  /** What becomes of replies that come behind that wait; without it they count for nothing. */
  readonly late?: Late;
}

/** For terminals behind slow lines: the screen is drawn meanwhile, and again where a reply changes it. */
interface Late {
  /** The end of the call. */
  readonly signal: AbortSignal;
  /** Each late reply has been applied. */
  found(result: ProbeResult): void;
}

/** The result, for the log. */
interface ProbeResult {
  readonly type: string;
  readonly width: number;
  readonly height: number;
  readonly encoding: Encoding;
  /** What the test of the terminal showed; undefined where it showed nothing. */
  readonly tested: Encoding | undefined;
  /** False for a client that sent no reply at all. */
  readonly answered: boolean;
}

type Position = { readonly row: number; readonly column: number };

const LIMIT_MS = 900;
/** Replies that come until then count, as on ENiGMA½. */
const LATE_MS = 3_000;

/**
 * U+1EA0: three bytes in UTF-8, none of them a control character in any other encoding. It takes
 * one column on a terminal that uses UTF-8, three on any other.
 */
const THREE_BYTES = '\u1ea0';

/**
 * Finds out type, size and encoding, and sets them on the terminal. All queries are sent at once
 * and the replies share one time limit, so that a client without replies is finished in less than a
 * second. What comes later is applied when it comes.
 */
export async function probeTerminal(
  terminal: Terminal,
  options: ProbeOptions,
): Promise<ProbeResult> {
  const { hints, term } = options;
  takeHints(terminal, hints);
  terminal.setEncoding(encodingOf(terminal.type, term));
  const replies: Replies = [undefined, undefined, undefined];
  const late = await ask(terminal, options, replies);
  const result = conclude(terminal, options, replies);
  if (options.late !== undefined)
    followLate(terminal, { ...options, late: options.late }, { replies, late, result });
  return result;
}

/** Home position, bottom-right corner and position after the test character, as far as the terminal has replied. */
type Replies = (Position | undefined)[];

/** Sets on the terminal what is known by now. */
function conclude(terminal: Terminal, options: ProbeOptions, replies: Replies): ProbeResult {
  const { hints, term } = options;
  takeHints(terminal, hints);
  const known = hints.terminalType !== undefined;
  const answered = known || replies.some((reply) => reply !== undefined);

  const [home, corner, afterTest] = replies;
  if (!hasSize(hints) && corner !== undefined) {
    // Some terminals count from 0.
    const offset = term.checkAnsiHomePosition && home?.row === 0 && home.column === 0 ? 1 : 0;
    const { column, row } = corner;
    if (column > 1 && row > 1) terminal.resize(column + offset, row + offset);
  }
  const tested = term.forceOutputEncoding === null ? encodingShown(home, afterTest) : undefined;
  terminal.setEncoding(tested ?? assumedEncoding(terminal.type, options, answered));
  return {
    tested,
    type: terminal.type,
    width: terminal.width,
    height: terminal.height,
    encoding: terminal.encoding,
    answered,
  };
}

/**
 * Asks for the cursor's positions and waits for them, within the limit; `replies` also takes those that come
 * later. What is returned has the replies that are still to come.
 */
async function ask(
  terminal: Terminal,
  options: ProbeOptions,
  replies: Replies,
): Promise<readonly Promise<void>[]> {
  const { hints, clock, limitMs = LIMIT_MS } = options;
  const typeKnown = hints.terminalType !== undefined;
  const wantsTest = typeKnown ? wantsUtf8Test(terminal.type, options.term) : true;
  const settled = typeKnown && hasSize(hints) && !wantsTest;
  if (settled || terminal.isLineByLine) return [];

  const query = async (index: number): Promise<void> => {
    const patienceMs = options.late === undefined ? limitMs : LATE_MS;
    replies[index] = await terminal.queryCursor(patienceMs, options.late?.signal);
  };
  terminal.write(moveTo(1, 1));
  const queries = [query(0)];
  terminal.write(moveTo(999, 999));
  queries.push(query(1));
  const wasEncoding = terminal.encoding;
  terminal.setEncoding('utf8');
  terminal.write(moveTo(1, 1) + THREE_BYTES);
  terminal.setEncoding(wasEncoding);
  queries.push(query(2));
  const startedMs = clock.monotonicMs();
  await within(limitMs, { clock, work: Promise.all(queries) });
  terminal.isSilent = replies.every((reply) => reply === undefined);
  terminal.write(`${moveTo(1, 1)}   ${moveTo(1, 1)}`);
  // A terminal that replied at once may still be sending its type. Its size is known from its reply: rlogin has no
  // other word for it.
  await hintsComplete(options, replies, limitMs - (clock.monotonicMs() - startedMs));
  return queries;
}

/** Resolves when the work is done, or after the limit. */
function within(
  limitMs: number,
  { clock, work }: { readonly clock: Clock; readonly work: Promise<unknown> },
): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(limitMs, resolve);
    void work.then(() => {
      cancel();
      resolve();
    });
  });
}

interface Probed {
  readonly replies: Replies;
  readonly late: readonly Promise<void>[];
  readonly result: ProbeResult;
}

/** Applies each reply and each hint that comes within LATE_MS, unless the caller has chosen an encoding meanwhile. */
function followLate(
  terminal: Terminal,
  options: ProbeOptions & { readonly late: Late },
  { replies, late, result }: Probed,
): void {
  let known = result;
  let seen = told(options.hints, replies);
  const { signal, found } = options.late;
  const startedMs = options.clock.monotonicMs();
  const apply = (): void => {
    const now = told(options.hints, replies);
    const isOver = signal.aborted || options.clock.monotonicMs() - startedMs > LATE_MS;
    if (now === seen || isOver || terminal.encoding !== known.encoding) return;
    seen = now;
    terminal.isSilent &&= replies.every((reply) => reply === undefined);
    known = conclude(terminal, options, replies);
    found(known);
  };
  for (const reply of late) void reply.then(apply);
  options.hints.onHints?.(apply);
}

/** What the encoding and the size depend on, to be compared. */
function told({ terminalType, charset }: TerminalHints, replies: Replies): string {
  return JSON.stringify([terminalType, charset, replies]);
}

/** Resolves when type and size are known, the size by the corner that was replied too, or after the limit. */
function hintsComplete(options: ProbeOptions, replies: Replies, limitMs: number): Promise<void> {
  const { clock, hints } = options;
  const complete = (): boolean =>
    hints.terminalType !== undefined && (hasSize(hints) || replies[1] !== undefined);
  if (complete() || hints.onHints === undefined || limitMs <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const cancel = clock.after(limitMs, resolve);
    hints.onHints?.(() => {
      if (!complete()) return;
      cancel();
      resolve();
    });
  });
}

function takeHints(terminal: Terminal, hints: TerminalHints): void {
  if (hints.terminalType !== undefined) terminal.setType(hints.terminalType);
  terminal.resize(hints.columns, hints.rows);
  terminal.hasNoColor = hints.hasNoColor === true;
  if (hints.asksForLines !== true || terminal.asksForLines) return;
  terminal.asksForLines = true;
  terminal.setLineByLine(true);
}

function hasSize(hints: TerminalHints): boolean {
  return (hints.columns ?? 0) > 0 && (hints.rows ?? 0) > 0;
}

/** Programs that draw CP437 whatever is set around them: SyncTERM 1.x. */
const CP437_ONLY: ReadonlySet<string> = new Set(['syncterm']);

/**
 * Any other name says little: `ansi` is an xterm just as often, and terminals that are in no list
 * are mostly newer than the lists.
 */
function wantsUtf8Test(type: string, term: TerminalPolicy): boolean {
  if (term.forceOutputEncoding !== null || type === 'dumb') return false;
  return term.probeUtf8Encoding || (term.checkUtf8Encoding && !CP437_ONLY.has(type));
}

/**
 * Encoding by the type's name: exact, else by the longest listed name that is its prefix (up to a
 * `-`).
 */
function encodingOf(type: string, term: TerminalPolicy): Encoding {
  if (term.forceOutputEncoding !== null) return term.forceOutputEncoding;
  return nearestName(type, term.utf8TermList) > nearestName(type, term.cp437TermList)
    ? 'utf8'
    : 'cp437';
}

/** True for a name that one of the lists has, also as the beginning of it. */
export function isListed(type: string, term: TerminalPolicy): boolean {
  return nearestName(type, [...term.utf8TermList, ...term.cp437TermList]) > 0;
}

/** Length of the longest of the names that `type` is or begins with. */
function nearestName(type: string, names: readonly string[]): number {
  const fitting = names
    .map((name) => name.toLowerCase())
    .filter((name) => type === name || type.startsWith(`${name}-`));
  return Math.max(0, ...fitting.map((name) => name.length));
}

/** The encoding by the way that the test character took. */
function encodingShown(
  home: Position | undefined,
  afterTest: Position | undefined,
): Encoding | undefined {
  if (afterTest === undefined) return undefined;
  const moved = afterTest.column - (home?.column ?? 1);
  return moved === 1 ? 'utf8' : moved === 3 ? 'cp437' : undefined;
}

/** What a terminal is taken for that shows nothing: what it says, said before, or is called. */
function assumedEncoding(type: string, options: ProbeOptions, answered: boolean): Encoding {
  const { term, hints, recall } = options;
  if (term.forceOutputEncoding !== null) return term.forceOutputEncoding;
  if (CP437_ONLY.has(type)) return 'cp437';
  // No terminal type and no reply: probably netcat in a modern UTF-8 terminal.
  const byName = type === 'unknown' && !answered ? 'utf8' : encodingOf(type, term);
  return hints.charset ?? recall?.(type) ?? byName;
}
