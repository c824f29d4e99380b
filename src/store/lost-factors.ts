import type { Sql } from './database';

/** Kinds of the audit that say whether an account has a second factor from then on. */
const ON = 'second-factor-on';
const OFF = 'second-factor-off';

/**
 * Accounts without the row of a second factor that have a trace of one: backup codes, or an audit in which
 * it was switched on last. The row was lost, e.g. with a damaged database, and the password alone lets in.
 */
export async function listLostFactors(sql: Sql): Promise<readonly number[]> {
  const newest = sql('audit').whereIn('kind', [ON, OFF]).groupBy('user_id').max('id');
  const switchedOn = sql('audit').whereIn('id', newest).where({ kind: ON }).select('user_id');
  return sql('user')
    .whereNotIn('id', sql('otp_factor').select('user_id'))
    .andWhere((trace) => {
      void trace.whereIn('id', sql('backup_code').select('user_id')).orWhereIn('id', switchedOn);
    })
    .orderBy('id')
    .pluck<number[]>('id');
}
