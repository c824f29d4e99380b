import { addAudit } from '../../src/store/audit';
import { listLostFactors } from '../../src/store/factors';
import { onSqlite } from '../support/database-kind';
import { NOON, openAccounts, type TestAccounts } from '../support/accounts';

let accounts: TestAccounts;

beforeEach(async () => {
  accounts = await openAccounts();
});
afterEach(() => accounts.close());

/** An audit row about a second factor, as changes of it leave one. */
function record(userId: number, kind: string): Promise<void> {
  const place = { node: 1, server: 'ssh', source: '192.0.2.7' };
  const entry = { atMs: NOON, userId, factor: 2, kind, result: 'done', reason: '' } as const;
  return accounts.db.run((sql) => addAudit(sql, { ...place, ...entry }));
}

test('an account whose factor was switched on last and has no row is listed, no other', async () => {
  const lost = await accounts.addUser('ann');
  const off = await accounts.addUser('bob');
  const never = await accounts.addUser('cora');
  const bound = await accounts.addUser('dan');
  await record(lost, 'second-factor-off');
  await record(lost, 'second-factor-on');
  await record(off, 'second-factor-on');
  await record(off, 'second-factor-off');
  await record(never, 'second-factor-pending');
  await accounts.enrollment.bind(bound, 'googleAuth');
  expect(await accounts.db.run(listLostFactors)).toEqual([lost]);
});

onSqlite('of an audit however long, only the rows about second factors are read', async () => {
  const plans = await accounts.db.run(async (sql) => {
    const asked: { readonly sql: string; readonly bindings: readonly unknown[] }[] = [];
    const listen = (query: (typeof asked)[number]): number => asked.push(query);
    sql.on('query', listen);
    await listLostFactors(sql);
    sql.removeListener('query', listen);
    const rows: { detail: string }[] = [];
    for (const query of asked) {
      const plan: { detail: string }[] = await sql.raw(`explain query plan ${query.sql}`, [
        ...(query.bindings as string[]),
      ]);
      rows.push(...plan);
    }
    return rows.map(({ detail }) => detail);
  });
  expect(plans.join('\n')).toContain('audit_factor');
  expect(plans.filter((detail) => /^SCAN audit(?! USING .*audit_factor)/.test(detail))).toEqual([]);
});
