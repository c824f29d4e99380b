import type { OtpParameters, OtpType } from '../base/otp-types';
import { BbsError } from '../base/errors';
import type { Sql } from './database';
import { selectRows } from './dialect';
import { send } from './sending';

/** Parameters by which the codes of one secret are computed. */
export interface OtpProfile extends OtpParameters {
  readonly type: OtpType;
}

/** What was learned from one code of a clock that is off (rule A5). */
export interface DriftSighting {
  readonly step: number;
  readonly skew: number;
}

/** One authenticator app of an account. The secret is sealed. */
export interface FactorRow extends OtpProfile {
  readonly userId: number;
  /** 0 for the first app of the account; the id of a further one. */
  readonly app: number;
  /** What its owner calls it. */
  readonly label: string;
  readonly secret: string;
  readonly binding: string;
  readonly lastPosition: number;
  readonly resync: { readonly position: number; readonly atMs: number } | undefined;
  readonly drift: number;
  readonly driftTrail: readonly DriftSighting[];
  readonly boundAtMs: number;
  readonly usedAtMs: number | undefined;
}

/** An authenticator app that was bound, or is copied, with what its owner calls it. */
export type NewFactor = Pick<
  FactorRow,
  | 'userId'
  | 'label'
  | 'secret'
  | 'binding'
  | 'lastPosition'
  | 'boundAtMs'
  | 'usedAtMs'
  | keyof OtpProfile
>;

/** A second factor that is not confirmed yet. The secret is sealed. */
export interface PendingRow extends OtpProfile {
  readonly userId: number;
  readonly secret: string;
  /** The session that began it; undefined for one that the sysop sent. */
  readonly sessionId: string | undefined;
  /** What its page asks for, sealed; a set-up that a session began cannot be confirmed without one. */
  readonly word: string | undefined;
  /** Where that session calls from. */
  readonly server: string | undefined;
  readonly source: string | undefined;
  /** The name of the further app that it adds; undefined where it replaces all apps of the account. */
  readonly label: string | undefined;
  readonly createdAtMs: number;
}

type Stored = Readonly<Record<string, unknown>>;

/** The first authenticator app of an account, which it has where it has any. */
export async function findFactor(sql: Sql, userId: number): Promise<FactorRow | undefined> {
  const row: Stored | undefined = await sql('otp_factor').where({ user_id: userId }).first();
  return row === undefined ? undefined : toFactor(row);
}

/** The type of an account's second factor: what `auth_factor2_otp` says in ENiGMA½. */
export async function findFactorType(sql: Sql, userId: number): Promise<OtpType | undefined> {
  const row: Stored | undefined = await sql('otp_factor').where({ user_id: userId }).first('type');
  return row === undefined ? undefined : (row['type'] as OtpType);
}

/** Accounts whose secrets were lost with their key: no code of an app is right until a new binding. */
export async function listShutFactors(sql: Sql): Promise<readonly number[]> {
  return sql('otp_factor')
    .where({ secret: '' })
    .whereNotIn('user_id', sql('otp_app').select('user_id'))
    .orderBy('user_id')
    .pluck<number[]>('user_id');
}

/** Accounts whose secret is still in clear text, as ENiGMA½ stores it. */
export async function listImportedFactors(sql: Sql): Promise<readonly number[]> {
  const rows: readonly Stored[] = await sql('user_property')
    .where({ prop_name: 'auth_factor2_otp_secret' })
    .whereIn('user_id', sql('user').select('id'))
    .orderBy('user_id')
    .select('user_id');
  return rows.map((row) => Number(row['user_id']));
}

/** Binds a first app in place of all that the account has. */
export async function replaceFactor(sql: Sql, factor: NewFactor): Promise<void> {
  await removeFactor(sql, factor.userId);
  await sql('otp_factor').insert({
    user_id: factor.userId,
    label: factor.label,
    ...profileColumns(factor),
    secret: factor.secret,
    binding: factor.binding,
    last_position: factor.lastPosition,
    bound_at: factor.boundAtMs,
    used_at: factor.usedAtMs ?? null,
  });
}

/** Removes all apps of an account; false when there was none. */
export async function removeFactor(sql: Sql, userId: number): Promise<boolean> {
  await sql('otp_app').where({ user_id: userId }).delete();
  return (await sql('otp_factor').where({ user_id: userId }).delete()) > 0;
}

/** One position of an app, and when it is spent. */
type Spend = AppKey & { readonly position: number; readonly nowMs: number };

/**
 * Spends a TOTP step or HOTP counter value; of several concurrent submissions one returns true (rules
 * A2, A6). False when it, or a later one, was spent before.
 */
export async function spendPosition(sql: Sql, spend: Spend): Promise<boolean> {
  return (await spending(sql, spend)) === 1;
}

/** The same, as `send` does it: the transaction fails with SpentMeanwhile where it was spent before. */
export function sendSpending(sql: Sql, spend: Spend): Promise<void> {
  return send(sql, spending(sql, spend), () => new SpentMeanwhile());
}

/** A right code was spent after it was compared (rule A2). */
export class SpentMeanwhile extends Error {
  constructor() {
    super('the code was spent meanwhile');
  }
}

function spending(sql: Sql, spend: Spend) {
  return rowsOf(sql, spend).andWhere('last_position', '<', spend.position).update({
    last_position: spend.position,
    used_at: spend.nowMs,
    resync_position: null,
    resync_at: null,
    drift_trail: null,
  });
}

/** What names an app, and that it was not bound anew since. */
type AppKey = Pick<FactorRow, 'userId' | 'app' | 'binding'>;

/** The row of one app. */
function rowsOf(sql: Sql, { userId, app, binding }: AppKey) {
  return sql(app === 0 ? 'otp_factor' : 'otp_app').where({ user_id: userId, binding });
}

/** Stores or clears the position of a code beyond the look-ahead (rule A6). */
export async function rememberResync(
  sql: Sql,
  factor: AppKey,
  resync: FactorRow['resync'],
): Promise<void> {
  const columns = { resync_position: resync?.position ?? null, resync_at: resync?.atMs ?? null };
  await rowsOf(sql, factor).update(columns);
}

/** Stores observations of a clock; `learned` sets the drift and spends the codes of the observations. */
export async function rememberDrift(
  sql: Sql,
  factor: AppKey,
  change: {
    readonly trail: readonly DriftSighting[];
    readonly learned?: { readonly drift: number; readonly lastPosition: number };
  },
): Promise<void> {
  const { learned } = change;
  const rows = rowsOf(sql, factor);
  if (learned !== undefined) void rows.andWhere('last_position', '<', learned.lastPosition);
  await rows.update({
    drift_trail: change.trail.length === 0 ? null : JSON.stringify(change.trail),
    ...(learned === undefined ? {} : { drift: learned.drift, last_position: learned.lastPosition }),
  });
}

export async function findPending(sql: Sql, userId: number): Promise<PendingRow | undefined> {
  const row: Stored | undefined = await sql('otp_pending').where({ user_id: userId }).first();
  if (row === undefined) return undefined;
  return {
    ...toProfile(row),
    userId: Number(row['user_id']),
    secret: String(row['secret']),
    sessionId: toText(row['session_id']),
    word: toText(row['word']),
    server: toText(row['server']),
    source: toText(row['source']),
    label: toText(row['label']),
    createdAtMs: Number(row['created_at']),
  };
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The unconfirmed factors begun by this session, or by any session. */
export async function listPendingOf(
  sql: Sql,
  sessionId: string | 'all',
): Promise<readonly { readonly userId: number; readonly sessionId: string }[]> {
  const rows = sql('otp_pending').whereNotNull('session_id').select('user_id', 'session_id');
  if (sessionId !== 'all') void rows.where({ session_id: sessionId });
  return ((await rows) as readonly Stored[]).map((row) => ({
    userId: Number(row['user_id']),
    sessionId: String(row['session_id']),
  }));
}

/** Stores an unconfirmed factor and replaces an earlier one. */
export async function replacePending(sql: Sql, pending: PendingRow): Promise<void> {
  await removePending(sql, pending.userId);
  await sql('otp_pending').insert({
    user_id: pending.userId,
    ...profileColumns(pending),
    secret: pending.secret,
    session_id: pending.sessionId ?? null,
    word: pending.word ?? null,
    server: pending.server ?? null,
    source: pending.source ?? null,
    label: pending.label ?? null,
    created_at: pending.createdAtMs,
  });
}

export async function removePending(sql: Sql, userId: number): Promise<boolean> {
  return (await sql('otp_pending').where({ user_id: userId }).delete()) > 0;
}

/** The columns of a profile, of every table that has one. */
export function profileColumns(profile: OtpProfile): Stored {
  return {
    type: profile.type,
    hash: profile.hash,
    digits: profile.digits,
    encoding: profile.encoding,
  };
}

function toProfile(row: Stored): OtpProfile {
  return {
    type: row['type'] as OtpType,
    hash: row['hash'] as OtpProfile['hash'],
    digits: Number(row['digits']) as OtpProfile['digits'],
    encoding: row['encoding'] as OtpProfile['encoding'],
  };
}

/** An app from its row; a row of `otp_factor` has no id. */
export function toFactor(row: Stored): FactorRow {
  const { resync_position: position, resync_at: at } = row;
  const trail = row['drift_trail'];
  return {
    ...toProfile(row),
    userId: Number(row['user_id']),
    app: Number(row['id'] ?? 0),
    label: String(row['label']),
    secret: String(row['secret']),
    binding: String(row['binding']),
    lastPosition: Number(row['last_position']),
    resync: position === null ? undefined : { position: Number(position), atMs: Number(at) },
    drift: Number(row['drift']),
    driftTrail: typeof trail === 'string' ? (JSON.parse(trail) as readonly DriftSighting[]) : [],
    boundAtMs: Number(row['bound_at']),
    usedAtMs: row['used_at'] === null ? undefined : Number(row['used_at']),
  };
}

/**
 * The audit rows that switch a second factor on or off. Without bound values: the partial index
 * (migration 0012) has exactly this condition.
 */
const FACTOR_KINDS = `kind in ('second-factor-on', 'second-factor-off')`;

/**
 * Accounts without the row of a second factor that have a trace of one: backup codes, or an audit row
 * `second-factor-on` that is newer than any `second-factor-off`. The row was lost, e.g. with a damaged
 * database, and the password alone signs in.
 */
export async function listLostFactors(sql: Sql): Promise<readonly number[]> {
  const newest = sql('audit').whereRaw(FACTOR_KINDS).groupBy('user_id').max('id');
  const switchedOn = sql('audit')
    .whereIn('id', newest)
    .where({ kind: 'second-factor-on' })
    .select('user_id');
  return sql('user')
    .whereNotIn('id', sql('otp_factor').select('user_id'))
    .andWhere((trace) => {
      void trace.whereIn('id', sql('backup_code').select('user_id')).orWhereIn('id', switchedOn);
    })
    .orderBy('id')
    .pluck<number[]>('id');
}

/** How long an account has gone without the second factor that the board asks of it. */
export interface FactorGrace {
  /** Of the timeline. */
  readonly sinceMs: number;
  readonly signIns: number;
}

/** Counts one more sign-in without the second factor that is asked for; the first begins the grace. */
export async function countGrace(
  sql: Sql,
  userId: number,
  timelineMs: number,
): Promise<FactorGrace> {
  const [row] = await selectRows<{ readonly since: number; readonly sign_ins: number }>(
    sql,
    'insert into factor_grace (user_id, since, sign_ins) values (?, ?, 1)' +
      ' on conflict (user_id) do update set sign_ins = factor_grace.sign_ins + 1' +
      ' returning since, sign_ins',
    [userId, timelineMs],
  );
  if (row === undefined) throw new BbsError('STORE_FAILED', 'a sign-in was not counted');
  return { sinceMs: Number(row.since), signIns: Number(row.sign_ins) };
}
