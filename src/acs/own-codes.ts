import { ACS_CODES, type AcsCode } from './codes';
import type { AcsArgument } from './parse';
import type { AcsSubject } from './subject';

/** A condition of a program or of mods/, under a code of two capital letters that is none of ours. */
export interface OwnCondition {
  /** What it asks, in a few words. */
  readonly doc?: string;
  /**
   * True where this caller meets it. Whatever else it returns, and what it throws, makes the whole condition false,
   * also where it is turned round.
   */
  test(subject: AcsSubject, argument: AcsArgument): boolean;
}

/** The conditions of programs and of mods/, by code. */
export type OwnCodes = ReadonlyMap<string, AcsCode>;

export const NO_OWN_CODES: OwnCodes = new Map();

/** A condition that gave no answer. */
export class NoAnswer extends Error {
  constructor(code: string, cause: unknown) {
    super(`the condition ${code} gave no answer`, { cause });
  }
}

/** A condition of others as a code; `onFailure` is told of what it threw. */
export function ownCode(
  code: string,
  { doc = 'a condition of this board', test }: OwnCondition,
  onFailure: (code: string, error: unknown) => void,
): AcsCode {
  const ask = (subject: AcsSubject, argument: AcsArgument): boolean => {
    try {
      const answer: unknown = test(subject, argument);
      if (typeof answer === 'boolean') return answer;
      throw new TypeError(`${code} answered with ${typeof answer}, not with true or false`);
    } catch (error) {
      onFailure(code, error);
      throw new NoAnswer(code, error);
    }
  };
  return {
    ...{ code, doc, form: 'any', source: 'moment', known: 'yes' },
    compile: (argument) => (subject) => ask(subject, argument),
    show: () => 'a condition of its own',
  };
}

/** A code of the board, else one of programs and of mods/. */
export function findCode(code: string, own: OwnCodes = NO_OWN_CODES): AcsCode | undefined {
  return ACS_CODES.get(code) ?? own.get(code);
}
