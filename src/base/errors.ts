import { types } from 'node:util';

/**
 * Every code of a BbsError, with the exit code of a program that ends because of it. Exit codes
 * (docs/sysops.md): 0 success, 1 failure, 2 wrong usage, 78 bad configuration.
 */
export const ERROR_CODES = {
  CONFIG_UNREADABLE: 78,
  CONFIG_SYNTAX: 78,
  CONFIG_INVALID: 78,
  MENU_INVALID: 78,
  THEME_INVALID: 78,
  KEY_UNREADABLE: 78,
  ADDRESS_IN_USE: 78,
  DATA_IN_USE: 78,
  DATABASE_TOO_NEW: 78,
  DATABASE_DAMAGED: 78,
  DATABASE_MISSING: 78,
  DATABASE_REFUSED: 78,
  CLOCK_WRONG: 78,
  DISK_FULL: 78,
  DATABASE_UNAVAILABLE: 1,
  STORE_FAILED: 1,
  /** The database did not say whether it kept a change. */
  STORE_UNSURE: 1,
  SEAL_BROKEN: 1,
  MAIL_FAILED: 1,
  PREREQUISITE_MISSING: 1,
  USER_UNKNOWN: 1,
  USER_EXISTS: 1,
  USER_INVALID: 1,
  TIMED_OUT: 1,
  /** A board that callers are handed on to does not answer. */
  UNREACHABLE: 1,
  /** Its host key is another one, or it refuses the account. */
  HAND_ON_REFUSED: 1,
  /** A module, method or validator that is not this program's failed or took too long. */
  MODULE_FAILED: 1,
  USAGE: 2,
  INTERNAL: 1,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** A place in a sysop's file. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

interface BbsErrorOptions {
  readonly cause?: unknown;
  readonly place?: Place | undefined;
}

/**
 * An error that is caused by a bug, the disk or the sysop. What a caller causes is a returned value
 * instead. The message is lower case and names the thing and the next step.
 */
export class BbsError extends Error {
  readonly code: ErrorCode;
  readonly place: Place | undefined;

  constructor(code: ErrorCode, message: string, options: BbsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BbsError';
    this.code = code;
    this.place = options.place;
  }

  get exitCode(): number {
    return ERROR_CODES[this.code];
  }

  /** `file:line:column: message`, or the message alone when no place is known. */
  describe(): string {
    return this.place === undefined ? this.message : `${formatPlace(this.place)}: ${this.message}`;
  }
}

export function formatPlace(place: Place): string {
  return [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
}

/**
 * True for an Error, also for one of another realm (jest and vm contexts have an Error of their
 * own).
 */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** Converts any thrown value to an Error, so that `cause` and `message` are always there. */
export function toError(thrown: unknown): Error {
  return isError(thrown) ? thrown : new Error(String(thrown));
}
