import type { Migration } from '../migrate';

/** An index of the few audit rows that `listLostFactors` asks for; its condition is the same there. */
export const auditFactor: Migration = {
  id: 12,
  name: '0012-audit-factor',
  async up(sql) {
    await sql.raw(
      `create index audit_factor on audit (user_id, id) where kind in ('second-factor-on', 'second-factor-off')`,
    );
  },
};
