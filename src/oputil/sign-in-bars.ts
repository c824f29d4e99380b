import { PASSWORD_RULE_KEY, passwordRule } from '../config/login-servers';
import { wallTimeOf, type Clock } from '../base/clock';
import { WAYS_IN, type WayInName } from '../protocols/ways-in';
import { hasSecondFactor, otpTypeOf } from '../auth/factor-kinds';
import { isCounterBased, STEP_MS, stepAt } from '../auth/otp';
import { currentStatus } from '../auth/login-records';
import { sourceOf } from '../base/source';
import type { Config } from '../config/schema';
import { accountSubject, listWaits, sumFailures, type AttemptFactor } from '../store/attempts';
import { listFailedSources } from '../store/audit';
import type { Sql } from '../store/database';
import { listApps } from '../store/factor-apps';
import type { FactorRow } from '../store/factors';
import { listSheetNumbers } from '../store/sheets';
import { findPassword } from '../store/passwords';
import { findPenalty } from '../store/penalties';
import type { Sealer } from '../store/sealed';
import { listSshKeys } from '../store/ssh-keys';
import { nameInCommand } from '../store/user-name';
import type { User } from '../store/users';
import { opensFactor } from '../readiness/factor-state';
import { minuteOf, statusWord } from './account';

/** Server and source of the call in question; an absent one stands for any. */
interface CallAsked {
  readonly config: Config;
  readonly clock: Clock;
  /** The sealing keys of the board. */
  readonly sealing: Sealer;
  readonly way?: WayInName;
  readonly remoteIp?: string;
}

/** What prevents the owner of an account from signing in now: one sentence each, with the remedy. */
export async function findSignInBars(
  sql: Sql,
  user: User,
  asked: CallAsked,
): Promise<readonly string[]> {
  return [
    ...(await statusBars(sql, user, asked)),
    ...(await waitBars(sql, user, asked)),
    ...(await passwordBars(sql, user, asked)),
    ...(await factorBars(sql, user, asked)),
    ...(await sourceBars(sql, user, asked)),
  ];
}

async function statusBars(
  sql: Sql,
  user: User,
  { config, clock }: CallAsked,
): Promise<readonly string[]> {
  const status = await currentStatus(sql, user, {
    users: config.users,
    timelineMs: clock.timelineMs(),
  });
  if (status === 2) return [];
  const lockedAtMs = Date.parse(user.properties.get('account_locked_timestamp') ?? '');
  const minutes = config.users.failedLogin.autoUnlockMinutes;
  if (status === 3 && minutes > 0 && !Number.isNaN(lockedAtMs)) {
    const until = minuteOf(wallTimeOf(clock, lockedAtMs + minutes * 60_000));
    return [`locked after failed sign-ins until ${until} UTC: ${verb('unlock', user)}`];
  }
  return [`the account is ${statusWord(status)}: ${verb('activate', user)}`];
}

const TRIED: Readonly<Record<AttemptFactor, string>> = {
  password: 'passwords',
  second: 'one-time codes',
  line: 'codes without a password',
};

async function waitBars(sql: Sql, user: User, asked: CallAsked): Promise<readonly string[]> {
  const waits = await listWaits(sql, accountSubject(user.id), asked.clock.timelineMs());
  return waits.map(({ factor, budget, failures, untilMs }) => {
    const from = budget === '' ? 'places that are new for the account' : budget;
    return `${TRIED[factor]} from ${from} wait until ${minuteOf(wallTimeOf(asked.clock, untilMs))} UTC after ${failures} that were wrong: ${verb('unlock', user)}`;
  });
}

async function passwordBars(sql: Sql, user: User, asked: CallAsked): Promise<readonly string[]> {
  const bars: string[] = [];
  const password = await findPassword(sql, user.id);
  if (password === undefined && (await listSshKeys(sql, user.id)).length === 0) {
    bars.push(`the account has neither password nor SSH key: ${verb('pw', user)}`);
  }
  if (asked.way === undefined) return bars;
  const rule = passwordRule(asked.config, WAYS_IN[asked.way]);
  if (rule === 'never') {
    const hasSheet = (await listSheetNumbers(sql, user.id)).length > 0;
    if (!hasSecondFactor(user) && !hasSheet)
      bars.push(
        `${asked.way} takes codes only (${PASSWORD_RULE_KEY} is never), and the account has neither an app nor a sheet with codes left`,
      );
  } else if (rule === 'refuse') {
    bars.push(`${asked.way} takes no passwords: ${PASSWORD_RULE_KEY} is refuse`);
  } else if (rule === 'with-otp' && !hasSecondFactor(user)) {
    bars.push(
      `${asked.way} is for accounts with a second factor: ${PASSWORD_RULE_KEY} is with-otp`,
    );
  }
  return bars;
}

async function factorBars(sql: Sql, user: User, asked: CallAsked): Promise<readonly string[]> {
  if (otpTypeOf(user) === undefined) return [];
  const bind = bindAgain(user);
  const apps = await listApps(sql, user.id);
  if (apps.length === 0) return [`the second factor could not be taken over: ${bind}`];
  if (apps.every(({ secret }) => secret === ''))
    return [`the key of the second factor was lost: ${bind}`];
  const opened = apps.filter((app) => opensFactor(asked.sealing, app));
  if (opened.length === 0) {
    return [
      'the sealing key does not open the second factor, and no code is right: restore the key file ' +
        '(oputil key check), or see "A lost sealing key" in docs/runbook.md',
    ];
  }
  return [...(await lockBars(sql, user, asked)), ...clockBars(user, opened, asked)];
}

async function lockBars(sql: Sql, user: User, asked: CallAsked): Promise<readonly string[]> {
  const { disableAfter } = asked.config.users.twoFactorAuth.otp;
  const failures = await sumFailures(sql, accountSubject(user.id), 'second');
  if (failures < disableAfter) return [];
  return [`the second factor is locked after ${failures} wrong codes: ${bindAgain(user)}`];
}

/** After the clock was set back, steps up to the last used one stay closed (rule A14). */
function clockBars(user: User, apps: readonly FactorRow[], asked: CallAsked): readonly string[] {
  if (apps.some(({ type }) => isCounterBased(type))) return [];
  const { window, driftMemory } = asked.config.users.twoFactorAuth.otp;
  const firstSteps = apps.map(
    ({ drift, lastPosition }) => lastPosition + 1 - window - (driftMemory ? drift : 0),
  );
  const first = Math.min(...firstSteps);
  if (first <= stepAt(asked.clock.nowMs()) + 1) return [];
  const until = minuteOf(first * STEP_MS);
  return [
    `one-time codes are refused until ${until} UTC, for the clock went back behind one that was used: a backup code lets in, or ${bindAgain(user)}`,
  ];
}

function bindAgain(user: User): string {
  return `${verb('2fa-link', user)}, or 2fa-otp`;
}

const SOURCES_LOOKED_AT = 20;

/** Penalties of the given source, else of the sources that failed to sign in to this account. */
async function sourceBars(sql: Sql, user: User, asked: CallAsked): Promise<readonly string[]> {
  const { clock, remoteIp } = asked;
  const tried =
    remoteIp === undefined
      ? await listFailedSources(sql, { userId: user.id, limit: SOURCES_LOOKED_AT })
      : [remoteIp];
  const bars: string[] = [];
  for (const source of new Set(tried.filter((ip) => ip !== '').map(sourceOf))) {
    const penalty = await findPenalty(sql, source, clock.timelineMs());
    if (penalty?.enforced !== true) continue;
    const until = `${minuteOf(wallTimeOf(clock, penalty.untilMs))} UTC (${penalty.reason})`;
    bars.push(`calls from ${source} are refused until ${until}: oputil ban remove ${source}`);
  }
  return bars;
}

function verb(name: string, user: User): string {
  return `oputil user ${name} ${nameInCommand(user.name)}`;
}
