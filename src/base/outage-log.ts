import type { Cancel, TimeSource } from './clock';
import { BbsError, type ErrorCode, isError } from './errors';
import type { Log, LogFields } from './log';

/** Failures of the database: while it is away everything that asks it fails alike. */
const OUTAGE_CODES: ReadonlySet<ErrorCode> = new Set(['STORE_FAILED', 'STORE_UNSURE']);

/** Interval of lines of one event while the database is away. */
const LINE_EVERY_MS = 60_000;

type Level = 'warn' | 'error';

interface Repeated {
  /** Lines that were left out since the last one. */
  times: number;
  last: () => void;
  cancel: Cancel;
}

/**
 * A log in which an outage of the database leaves one line per event and minute: the first at once, then the
 * last of each minute with `times`, how many there were. Their errors are messages without stacks, for
 * they tell of no fault in the code.
 */
export function outageLog(log: Log, clock: TimeSource): Log {
  return withEvents(log, clock, new Map());
}

function withEvents(log: Log, clock: TimeSource, events: Map<string, Repeated>): Log {
  const write = (level: Level, event: string, fields: LogFields = {}): void => {
    if (!Object.values(fields).some(isOfOutage)) {
      log[level](event, fields);
      return;
    }
    const short = withoutStacks(fields);
    const known = events.get(event);
    if (known === undefined) {
      log[level](event, short);
      wait(event, clock, events);
      return;
    }
    known.times += 1;
    known.last = () => log[level](event, { ...short, times: known.times });
  };
  return {
    debug: (event, fields) => log.debug(event, fields),
    info: (event, fields) => log.info(event, fields),
    warn: (event, fields) => write('warn', event, fields),
    error: (event, fields) => write('error', event, fields),
    with: (fields) => withEvents(log.with(fields), clock, events),
  };
}

/** Keeps an event quiet for a minute, and for another one where it came again. */
function wait(event: string, clock: TimeSource, events: Map<string, Repeated>): void {
  const repeated: Repeated = { times: 0, last: () => undefined, cancel: () => undefined };
  repeated.cancel = clock.after(LINE_EVERY_MS, () => {
    events.delete(event);
    if (repeated.times === 0) return;
    repeated.last();
    wait(event, clock, events);
  });
  events.set(event, repeated);
}

function isOfOutage(value: unknown): boolean {
  return value instanceof BbsError && OUTAGE_CODES.has(value.code);
}

function withoutStacks(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      isError(value) ? { message: value.message, ...codeOf(value), ...causeOf(value) } : value,
    ]),
  );
}

function codeOf(error: Error): { readonly code?: string } {
  return 'code' in error ? { code: String(error.code) } : {};
}

/** The code of the driver's error; its message stands in that of the board's. */
function causeOf({ cause }: Error): { readonly cause?: string } {
  const { code } = isError(cause) ? codeOf(cause) : {};
  return code === undefined ? {} : { cause: code };
}
