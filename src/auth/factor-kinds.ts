import type { OtpType } from '../base/otp-types';
import type { AccountFactor, User } from '../store/users';

/** All that differs between the kinds of second factors, for those who do not check one. */
interface FactorKindFacts {
  /** In the list of sign-ins that an account's owner sees. */
  readonly label: string;
  /** What a caller is asked. Kinds with one question are asked for once: their form tells them apart. */
  readonly question: string;
  /**
   * True for what an account is accepted by only after it was bound to it. The others are accepted from
   * every account with a second factor, so that the list of kinds does not tell whether there are any left.
   */
  readonly isBound: boolean;
  /** True where each one works once and the owner has a limited number of them. */
  readonly runsOut: boolean;
  /** True for what leads to the set-up of a new factor and nowhere else (rule N1). */
  readonly onlyBinds?: boolean;
  /** The mail to the owner where it led to a set-up. */
  readonly usedMail?: 'entry-code-used' | 'recovery-used';
  /** The mail where it let nobody in and is void, because others may have read it. */
  readonly heardMail?: 'backup-code-heard' | 'entry-code-heard';
}

/** The one table of second factors: the names stand in login results and in the audit. */
const FACTOR_KINDS = {
  otp: { label: 'code', question: 'One-time code', isBound: true, runsOut: false },
  'backup-code': {
    label: 'backup code',
    question: 'One-time code',
    isBound: false,
    runsOut: true,
    heardMail: 'backup-code-heard',
  },
  // From the sysop, to bind a new factor with.
  'entry-code': {
    label: 'entry code',
    question: 'One-time code',
    isBound: false,
    runsOut: true,
    onlyBinds: true,
    usedMail: 'entry-code-used',
    heardMail: 'entry-code-heard',
  },
  // A mailed link whose waiting time is over; its word is asked for at the code screen.
  'recovery-mail': {
    label: 'mail link',
    question: 'One-time code',
    isBound: false,
    runsOut: true,
    onlyBinds: true,
    usedMail: 'recovery-used',
  },
} as const satisfies Readonly<Record<AccountFactor['kind'], FactorKindFacts>> &
  Readonly<Record<string, FactorKindFacts>>;

export type FactorKind = keyof typeof FACTOR_KINDS;

/** In the order in which they are offered. */
export const FACTOR_KIND_NAMES = Object.keys(FACTOR_KINDS) as readonly FactorKind[];

/** The facts about the kind that an audit row names; undefined for any other text. */
export function findFactorKind(name: string): FactorKindFacts | undefined {
  const kind = FACTOR_KIND_NAMES.find((each) => each === name);
  return kind && FACTOR_KINDS[kind];
}

/** True for a kind that leads to the set-up of a new factor and nowhere else. */
export function onlyBinds(kind: FactorKind): boolean {
  const facts: FactorKindFacts = FACTOR_KINDS[kind];
  return facts.onlyBinds === true;
}

/** The kinds by one of which the account completes a sign-in; none where the first factor completes it. */
export function acceptedKinds(user: Pick<User, 'factors'>): readonly FactorKind[] {
  if (!hasSecondFactor(user)) return [];
  const bound = new Set<FactorKind>(user.factors.map(({ kind }) => kind));
  return FACTOR_KIND_NAMES.filter((kind) => !FACTOR_KINDS[kind].isBound || bound.has(kind));
}

/** What a caller is asked who must show one of these kinds. */
export function questionFor(kinds: readonly FactorKind[]): string {
  return [...new Set(kinds.map((kind) => FACTOR_KINDS[kind].question))].join(' or ');
}

/** True where a password or key alone does not sign in. */
export function hasSecondFactor(user: Pick<User, 'factors'>): boolean {
  return user.factors.length > 0;
}

/** The type of the account's one-time codes; undefined where it has none. */
export function otpTypeOf(user: Pick<User, 'factors'>): OtpType | undefined {
  return user.factors.find((factor) => factor.kind === 'otp')?.type;
}
