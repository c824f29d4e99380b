import type { AttemptKey, ChargeRule } from './attempts';
import { accountSubject, clearAttempts, raiseFailures } from './attempts';
import type { AuditEntry } from './audit';
import type { Sql } from './database';
import { selectRows } from './dialect';
import { listApps } from './factor-apps';
import { OLD_CALL_SERVER } from './old-calls';
import { readLater, send } from './sending';
import { toStoredPassword, type StoredPassword } from './passwords';
import { accountFacts, byId, byName, toUser, type User } from './users';

/**
 * What a sign-in does in the store, each in as few statements as it takes: read the account, charge the
 * attempt (`chargeAttempt`), grant the factor, read and record the arrival. test/auth/sign-in-cost.test.ts
 * names each statement with its reason.
 */
export interface SignInFacts {
  /** undefined for a name that no account has, for which the same statement is made. */
  readonly user: User | undefined;
  readonly password: StoredPassword | undefined;
  /** True when the account was fully signed in to from this source after `sinceMs` (rule C5). */
  readonly isKnownPlace: boolean;
}

/** Where an attempt comes from, and since when a source is known. */
export interface AttemptPlace {
  readonly source: string;
  readonly sinceMs: number;
}

/** All that checking a first factor needs to know of the account of this name. */
export function readSignInByName(
  sql: Sql,
  name: string,
  place: AttemptPlace,
): Promise<SignInFacts> {
  return readSignIn(sql, byName(name), place);
}

/** The same of an account whose first factor was right. */
export function readSignInById(sql: Sql, id: number, place: AttemptPlace): Promise<SignInFacts> {
  return readSignIn(sql, byId(id), place);
}

async function readSignIn(
  sql: Sql,
  wanted: ReturnType<typeof byId>,
  { source, sinceMs }: AttemptPlace,
): Promise<SignInFacts> {
  const { text, bindings, of } = accountFacts(wanted);
  const facts = await selectRows<Parameters<typeof toUser>[1][number]>(
    sql,
    `${text} union all select user_id, 'place', source, null from known_source where user_id in ${of} and source = ? and used_at > ?` +
      ` union all select user_id, 'hash', hash, null from user_password where user_id in ${of}`,
    [...bindings, ...wanted.values, source, sinceMs, ...wanted.values],
  );
  const valueOf = (name: string): string | undefined =>
    facts.find((fact) => fact.kind === 'property' && fact.name === name)?.value ?? undefined;
  const hash = facts.find(({ kind }) => kind === 'hash')?.name;
  return {
    user: facts[0] && toUser(Number(facts[0].user_id), facts),
    password: toStoredPassword(hash, valueOf),
    isKnownPlace: facts.some(({ kind }) => kind === 'place'),
  };
}

/**
 * Grants a factor, in the transaction that spends what proved it: writes the audit row and ends the count
 * of failures. The transaction fails with `changed` where the account is gone or has changed in a way that ends
 * logins since it was read as `account` (rules M1, M13).
 */
export async function grantFactor(
  sql: Sql,
  grant: {
    readonly account: Pick<User, 'id' | 'loginVersion' | 'properties'>;
    readonly entry: AuditEntry;
    readonly clears: (Partial<AttemptKey> & Pick<AttemptKey, 'subject' | 'factor'>) | undefined;
    readonly changed: () => Error;
  },
): Promise<void> {
  const { account, entry, clears } = grant;
  const statement = sql.raw(
    'insert into audit (at, node, server, source, user_id, factor, kind, result, reason)' +
      ' select cast(? as bigint), cast(? as integer), cast(? as varchar(20)), cast(? as varchar(45)), u.id,' +
      ' cast(? as integer), cast(? as varchar(24)), cast(? as varchar(12)), cast(? as varchar(64))' +
      ' from "user" as u where u.id = ? and u.login_version = ? and exists (select 1 from user_property as s' +
      " where s.user_id = u.id and s.prop_name = 'account_status' and s.prop_value = ?)",
    [
      ...[entry.atMs, entry.node, entry.server, entry.source],
      ...[entry.factor, entry.kind, entry.result, entry.reason],
      ...[account.id, account.loginVersion, account.properties.get('account_status') ?? ''],
    ],
  );
  await send(sql, statement, grant.changed);
  if (clears !== undefined) await clearAttempts(sql, clears);
}

/** What a complete sign-in finds of the ones before it. */
export interface ArrivalFacts {
  /** The previous complete sign-in. */
  readonly last:
    { readonly atMs: number; readonly server: string; readonly remoteIp: string } | undefined;
  /** Attempts that failed since then. */
  readonly failedSince: number;
  /** The session of a set-up that waits to be confirmed. */
  readonly setUpSession: string | undefined;
  /** True where a session began a set-up after `setUpSinceMs`. */
  readonly hasBegunSetUp: boolean;
  /** Sources from which the account was signed in to. */
  readonly places: readonly string[];
  /** End of the waiting time of a lost second factor, by the timeline. */
  readonly recoveryEndsAtMs: number | undefined;
  /** The property `login_count`. */
  readonly loginCount: string | undefined;
  /** True where codes in place of the password were wrong lately. */
  readonly hasLineFailures: boolean;
}

/** Reads them in one statement, as `readLater` does: what is sent before the call of what it returns is read before. */
export function readArrival(
  sql: Sql,
  query: {
    readonly userId: number;
    readonly kinds: readonly string[];
    readonly setUpSinceMs: number;
  },
): () => Promise<ArrivalFacts> {
  const { userId, kinds, setUpSinceMs } = query;
  // Past calls of an older system did not keep their places.
  const newest = (column: string): string =>
    `(select ${column} from "call" where user_id = ? and server <> ? order by started_at desc limit 1)`;
  const read = readLater<ArrivalFact>(
    sql,
    `select 'last' as kind, started_at as n, server as t, source as place from "call" where id = ${newest('id')}` +
      ` union all select 'failed', count(*), null, null from audit where user_id = ? and result = 'rejected'` +
      ` and kind in (${kinds.map(() => '?').join(',')}) and at > coalesce(${newest('started_at')}, 0)` +
      " union all select 'set-up', 1, session_id, null from otp_pending where user_id = ? and session_id is not null" +
      " union all select 'begun', 1, null, null where exists (select 1 from audit where user_id = ?" +
      " and kind = 'second-factor-pending' and at >= ?)" +
      " union all select 'recovery', ends_at, null, null from factor_recovery where user_id = ?" +
      " union all select 'place', 1, source, null from known_source where user_id = ?" +
      " union all select 'logins', 1, prop_value, null from user_property where user_id = ? and prop_name = 'login_count'" +
      " union all select 'line', failures, null, null from attempt where subject = ? and factor = 'line' and failures > 0",
    [
      ...[userId, OLD_CALL_SERVER, userId, ...kinds, userId, OLD_CALL_SERVER],
      ...[userId, userId, setUpSinceMs, userId, userId, userId, accountSubject(userId)],
    ],
  );
  return async () => toArrival(await read());
}

interface ArrivalFact {
  readonly kind: string;
  readonly n: number | string;
  readonly t: string | null;
  readonly place: string | null;
}

function toArrival(rows: readonly ArrivalFact[]): ArrivalFacts {
  const found = new Map(rows.map((row) => [row.kind, row]));
  const last = found.get('last');
  return {
    last: last && {
      atMs: Number(last.n),
      server: last.t ?? '',
      remoteIp: last.place ?? '',
    },
    failedSince: Number(found.get('failed')?.n ?? 0),
    setUpSession: found.get('set-up')?.t ?? undefined,
    hasBegunSetUp: found.has('begun'),
    recoveryEndsAtMs: found.has('recovery') ? Number(found.get('recovery')?.n) : undefined,
    places: rows.flatMap(({ kind, t }) => (kind === 'place' && t !== null ? [t] : [])),
    loginCount: found.get('logins')?.t ?? undefined,
    hasLineFailures: found.has('line'),
  };
}

/** Makes the statements of a sign-in for an account that is not there, in a transaction that fails by the last one. */
export async function rehearseSignIn(
  sql: Sql,
  rehearsal: {
    readonly rules: readonly ChargeRule[];
    readonly kinds: readonly string[];
    readonly timelineMs: number;
    /** What it ends with. */
    readonly done: () => Error;
  },
): Promise<void> {
  const { rules, kinds, timelineMs, done } = rehearsal;
  const userId = 0;
  const key = { subject: accountSubject(userId), factor: 'password', budget: '' } as const;
  await readSignInByName(sql, '', { source: '', sinceMs: 0 });
  for (const rule of rules) await raiseFailures(sql, key, { rule, timelineMs });
  await clearAttempts(sql, key);
  await readSignInById(sql, userId, { source: '', sinceMs: 0 });
  await listApps(sql, userId);
  await readArrival(sql, { userId, kinds, setUpSinceMs: 0 })();
  const step = {
    node: 0,
    server: 'system',
    source: '',
    userId,
    factor: 0,
    kind: 'rehearsal',
  } as const;
  await grantFactor(sql, {
    account: { id: userId, loginVersion: 0, properties: new Map() },
    entry: { ...step, atMs: timelineMs, result: 'rejected', reason: '' },
    clears: undefined,
    changed: done,
  });
}
