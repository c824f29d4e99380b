import type { Sql } from './database';

/**
 * The audit rows that say whether an account has a second factor from then on. Without bound values: the
 * index of them (migration 0012) is for exactly this condition.
 */
const FACTOR_KINDS = `kind in ('second-factor-on', 'second-factor-off')`;

/**
 * Accounts without the row of a second factor that have a trace of one: backup codes, or an audit in which
 * it was switched on last. The row was lost, e.g. with a damaged database, and the password alone lets in.
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
