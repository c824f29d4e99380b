import type { Log, LogFields, LogLevel } from '../../src/base/log';

export interface LogEntry extends LogFields {
  readonly event: string;
  readonly level: LogLevel;
}

/** A log that keeps its entries, for tests of what is logged rather than how it is written. */
export class MemoryLog implements Log {
  constructor(
    readonly entries: LogEntry[] = [],
    private readonly bound: LogFields = {},
  ) {}

  debug(event: string, fields?: LogFields): void {
    this.add('debug', event, fields);
  }

  info(event: string, fields?: LogFields): void {
    this.add('info', event, fields);
  }

  warn(event: string, fields?: LogFields): void {
    this.add('warn', event, fields);
  }

  error(event: string, fields?: LogFields): void {
    this.add('error', event, fields);
  }

  with(fields: LogFields): Log {
    return new MemoryLog(this.entries, { ...this.bound, ...fields });
  }

  of(event: string): readonly LogEntry[] {
    return this.entries.filter((entry) => entry.event === event);
  }

  private add(level: LogLevel, event: string, fields: LogFields = {}): void {
    this.entries.push({ ...this.bound, ...fields, event, level });
  }
}
