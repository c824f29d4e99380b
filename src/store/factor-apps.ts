import type { Sql } from './database';
import { selectRows } from './dialect';
import { type FactorRow, type NewFactor, profileColumns, toFactor } from './factors';

/** What an authenticator app is called that was given no name. */
export const DEFAULT_APP_LABEL = 'Authenticator app';

/** The columns that the first app of an account, in `otp_factor`, and the further ones have in common. */
const COLUMNS = [
  ...['user_id', 'label', 'type', 'hash', 'digits', 'encoding', 'secret', 'binding'],
  ...['last_position', 'resync_position', 'resync_at', 'drift', 'drift_trail', 'bound_at'],
  'used_at',
].join(', ');

/** All authenticator apps of an account in one statement: the first one, then the others as they were added. */
export async function listApps(sql: Sql, userId: number): Promise<readonly FactorRow[]> {
  const rows = await selectRows<Readonly<Record<string, unknown>>>(
    sql,
    `select 0 as id, ${COLUMNS} from otp_factor where user_id = ?` +
      ` union all select id, ${COLUMNS} from otp_app where user_id = ? order by 1`,
    [userId, userId],
  );
  return rows.map(toFactor);
}

/** Adds a further app behind the first one. */
export async function insertApp(sql: Sql, app: NewFactor): Promise<void> {
  await sql('otp_app').insert({
    user_id: app.userId,
    label: app.label,
    ...profileColumns(app),
    secret: app.secret,
    binding: app.binding,
    last_position: app.lastPosition,
    bound_at: app.boundAtMs,
    used_at: app.usedAtMs ?? null,
  });
}

/** Removes a further app; false where it is gone. */
export async function removeFurtherApp(
  sql: Sql,
  { userId, app }: Pick<FactorRow, 'userId' | 'app'>,
): Promise<boolean> {
  return (await sql('otp_app').where({ user_id: userId, id: app }).delete()) === 1;
}

/** Puts a further app in the place of the first one, with all that is known of it; `secret` is sealed for there. */
export async function moveToFirst(sql: Sql, app: FactorRow, secret: string): Promise<void> {
  await sql('otp_factor').where({ user_id: app.userId }).delete();
  await sql('otp_factor').insert({
    user_id: app.userId,
    label: app.label,
    ...profileColumns(app),
    secret,
    binding: app.binding,
    last_position: app.lastPosition,
    resync_position: app.resync?.position ?? null,
    resync_at: app.resync?.atMs ?? null,
    drift: app.drift,
    drift_trail: app.driftTrail.length === 0 ? null : JSON.stringify(app.driftTrail),
    bound_at: app.boundAtMs,
    used_at: app.usedAtMs ?? null,
  });
  await removeFurtherApp(sql, app);
}

/** Gives an app another name. */
export async function renameApp(
  sql: Sql,
  { userId, app, binding }: Pick<FactorRow, 'userId' | 'app' | 'binding'>,
  label: string,
): Promise<void> {
  const table = app === 0 ? 'otp_factor' : 'otp_app';
  await sql(table).where({ user_id: userId, binding }).update({ label });
}
