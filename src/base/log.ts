import pino from 'pino';
import { isError } from './errors';
import { escapeUnseen } from './unseen';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * One JSON object per line: `event` and `remoteIp` first (misc/fail2ban matches on that), then
 * level and time, then the rest. Fields are named one by one; never pass a user record or a
 * credential.
 */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** A log that adds `fields` to each line. */
  with(fields: LogFields): Log;
}

interface LogOptions {
  readonly level: LogLevel | 'silent';
  /** Receives each finished line, newline included. */
  readonly write: (line: string) => void;
  /** Unix milliseconds, for the time field. */
  readonly nowMs: () => number;
}

export function createLog(options: LogOptions): Log {
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: false,
      formatters: { level: () => ({}) },
      serializers: { err: (value: unknown) => value },
    },
    // Without a level at the start, pino begins a line with a comma. It leaves DEL and the C1
    // controls unescaped, and some terminals act on them (rule H3).
    { write: (line: string) => options.write(escapeUnseen(line.replace(/^\{,/, '{'), '\n')) },
  );

  const withFields = (bound: LogFields): Log => {
    const line =
      (level: LogLevel) =>
      (event: string, fields: LogFields = {}): void => {
        if (!logger.isLevelEnabled(level)) return;
        const { remoteIp, ...rest } = { ...bound, ...fields };
        logger[level]({
          event,
          ...(remoteIp === undefined ? {} : { remoteIp }),
          level,
          time: new Date(options.nowMs()).toISOString(),
          ...describeErrors(rest),
        });
      };
    return {
      debug: line('debug'),
      info: line('info'),
      warn: line('warn'),
      error: line('error'),
      with: (fields) => withFields({ ...bound, ...fields }),
    };
  };
  return withFields({});
}

/**
 * Replaces an Error among the fields by its message, code and stack; its other enumerable
 * properties are left out.
 */
function describeErrors(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      isError(value) ? describeError(value) : value,
    ]),
  );
}

function describeError(error: Error): LogFields {
  return {
    message: error.message,
    ...('code' in error ? { code: String(error.code) } : {}),
    stack: error.stack,
    ...(isError(error.cause) ? { cause: describeError(error.cause) } : {}),
  };
}

/** Takes every line and writes none. */
export const SILENCE: Log = createLog({
  level: 'silent',
  write: () => undefined,
  nowMs: () => 0,
});
