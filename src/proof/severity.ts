import { RULES } from '../config/warning-kinds';
import type { Finding } from '../menu/load/menu-entry';

/**
 * What keeps a board shut: the way in itself cannot work. Ways past the second factor are here for who
 * asks for them as errors; on a live board the runner turns callers away.
 */
const STOPS: ReadonlySet<string> = new Set([
  'no-menus',
  'no-first-menu',
  'first-menu',
  'no-sign-in',
  'no-fields',
  'flow-bypass',
  'needs-sign-in',
  'policy',
]);

/** What a start goes on with, and `oputil menu check` does not: callers pass where they should be asked. */
const ERRORS_OF_A_CHECK: ReadonlySet<string> = new Set(['lost-form']);

interface Weights {
  /** Every mistake is an error. */
  readonly strict?: boolean | undefined;
  /** For `oputil menu check`: the start goes on with more. */
  readonly isCheck?: boolean;
}

/**
 * The findings as they count. What no caller could be harmed by is a warning that says what happens
 * instead, so that a board from elsewhere opens as it lies; `strict` leaves it an error, and makes one of a screen
 * before the sign-in that turns callers away.
 */
export function weigh(
  findings: readonly Finding[],
  { strict = false, isCheck = false }: Weights = {},
): readonly Finding[] {
  // A sign-in whose fields stand nowhere is told in one sentence.
  const barred = new Set(
    findings.filter(({ rule }) => rule === 'no-fields').map(({ subject }) => subject),
  );
  const told = findings.filter(
    ({ rule, subject }) => rule !== 'view-not-placed' || !barred.has(subject),
  );
  if (strict)
    return told.map((finding) =>
      finding.rule === 'turned-away' ? { ...finding, severity: 'error' } : finding,
    );
  return told.map((finding) => {
    if (finding.severity === 'warning' || STOPS.has(finding.rule)) return finding;
    if (isCheck && ERRORS_OF_A_CHECK.has(finding.rule)) return finding;
    const instead = RULES[finding.rule]?.instead;
    const mistake = { ...finding, severity: 'warning', isMistake: true } as const;
    return instead === undefined ? mistake : { ...mistake, instead };
  });
}
