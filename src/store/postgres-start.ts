import type { Knex } from 'knex';
import { BbsError, isError } from '../base/errors';
import { codeOf, selectRows } from './dialect';
import { isFailure } from './postgres-client';

/** The oldest version that is tested and that still gets mends from its makers. */
const LEAST_VERSION = 15;

/** Throws DATABASE_REFUSED where the server or the role cannot do what the board needs. */
export async function verify(sql: Knex, where: string): Promise<void> {
  const [found] = await selectRows<{
    readonly version: number;
    readonly encoding: string;
    readonly schema: string | null;
    readonly may_create: boolean | null;
    readonly read_only: string;
  }>(
    sql,
    "select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding," +
      ' current_schema() as schema, has_schema_privilege(current_schema(), ?) as may_create,' +
      " current_setting('transaction_read_only') as read_only",
    ['CREATE'],
  );
  if (found === undefined) return;
  const { version, encoding, schema, may_create: mayCreate, read_only: readOnly } = found;
  const major = Math.floor(version / 10_000);
  if (major < LEAST_VERSION)
    throw refused(`${where} is PostgreSQL ${major}; the least version is ${LEAST_VERSION}`);
  if (encoding !== 'UTF8')
    throw refused(`${where} is encoded as ${encoding}; make one with encoding UTF8`);
  if (schema === null) throw refused(`${where} has no schema that the role may use; make one`);
  if (readOnly === 'on')
    throw refused(`${where} is read-only: a replica, or switched so; name the primary server`);
  if (mayCreate !== true)
    throw refused(
      `the role may not make tables in the schema ${schema} of ${where}; grant it CREATE there`,
    );
}

function refused(message: string, cause?: unknown): BbsError {
  return new BbsError('DATABASE_REFUSED', message, { cause });
}

/** What prevents a start, as one line; none of them shows the address. */
export function explain(error: unknown, where: string): unknown {
  if (error instanceof BbsError || !isError(error)) return error;
  const code = codeOf(error);
  const { message } = error;
  const remedy = REMEDIES[code];
  if (remedy !== undefined) return refused(`${where} ${remedy}`, error);
  if (message.includes('client password must be'))
    return refused(`${where} wants a password; put it into database.connection`, error);
  if (message.includes('does not support SSL'))
    return refused(
      `${where} has no TLS; set it up there, or database.tls.enabled: false where the way to it is safe`,
      error,
    );
  if (/certificate|CERT_|ERR_TLS/i.test(`${code} ${message}`))
    return refused(
      `the certificate of ${where} is not believed: ${message}; see database.tls.ca`,
      error,
    );
  if (code === '42501')
    return refused(`the role may not do what the board needs on ${where}: ${message}`, error);
  // A table that is not there yet is for whoever asked for it.
  if (!code.startsWith('42') && isFailure(error))
    return new BbsError('DATABASE_UNAVAILABLE', `cannot reach ${where}: ${message || code}`, {
      cause: error,
    });
  return error;
}

const REMEDIES: Readonly<Record<string, string>> = {
  '28P01': 'refuses the user and password of database.connection',
  '28000': 'refuses the user of database.connection, or the way in which it connects',
  '3D000': 'does not exist; make it with createdb',
  '3F000': 'has no such schema; make it first',
};
