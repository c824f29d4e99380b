import { listUserNames, listUsers } from '../../src/store/user-list';
import { countInactive, listGroups, removeUser, setGroups } from '../../src/store/users';
import { openAccounts, type TestAccounts } from '../support/accounts';

describe('the list of a board with thousands of accounts', () => {
  const COUNT = 2_500;
  let accounts: TestAccounts;
  const rowsRead: number[] = [];

  beforeAll(async () => {
    accounts = await openAccounts();
    const numbers = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${COUNT})`;
    // Ids and names run the other way round.
    await accounts.db.run(async (sql) => {
      await sql.raw(
        `${numbers} insert into "user" (id, user_name, name_folded) select 10 + i, 'U' || (9000 - i), 'u' || (9000 - i) from n`,
      );
      await sql.raw(
        `${numbers} insert into user_property (user_id, prop_name, prop_value) select 10 + i, 'login_count', i % 7 from n`,
      );
      await sql.raw(
        `${numbers} insert into user_property (user_id, prop_name, prop_value) select 10 + i, 'account_status', 1 + i % 2 from n`,
      );
      sql.on('query-response', (answer: { readonly rows?: unknown } | undefined) => {
        // PostgreSQL's driver wraps the rows of a statement that is written out.
        const rows = Array.isArray(answer) ? answer : answer?.rows;
        if (Array.isArray(rows)) rowsRead.push(rows.length);
      });
    });
  });
  beforeEach(() => rowsRead.splice(0));
  afterAll(() => accounts.close());

  const list = async (options?: Parameters<typeof listUsers>[1]): Promise<readonly number[]> => {
    const ids: number[] = [];
    for await (const page of listUsers((work) => accounts.db.run(work), options))
      ids.push(...page.map(({ id }) => id));
    return ids;
  };
  const upwards = Array.from({ length: COUNT }, (_, at) => 11 + at);

  it('has each account once, in the order asked for', async () => {
    expect(await list({ sort: 'id' })).toEqual(upwards);
    expect(await list()).toEqual([...upwards].reverse());
    const byLogins = [...upwards].sort((a, b) => ((a - 10) % 7) - ((b - 10) % 7) || a - b);
    expect(await list({ sort: 'logins' })).toEqual(byLogins);
    expect(await list({ sort: 'id', status: 2 })).toEqual(upwards.filter((id) => id % 2 === 1));
    expect(await list({ sort: 'id', search: 'U8999' })).toEqual([11]);
  });

  it('says how many await activation', async () => {
    expect(await accounts.db.run(countInactive)).toBe(upwards.filter((id) => id % 2 === 0).length);
  });

  it('reads a page at a time, and no more pages than are wanted', async () => {
    await list({ sort: 'id' });
    // Of a thousand accounts at once what they are sorted by, of two hundred everything: name, logins, status.
    expect(Math.max(...rowsRead)).toBe(1_000);
    rowsRead.splice(0);
    expect(await list({ sort: 'username', limit: 3 })).toEqual(upwards.slice(-3).reverse());
    expect(rowsRead).toEqual([1_000, 9]);
  });

  it('leaves out nobody when an account goes that was listed before', async () => {
    const seen: number[] = [];
    for await (const page of listUsers((work) => accounts.db.run(work), { sort: 'id' })) {
      if (seen.length === 0) await accounts.db.run((sql) => removeUser(sql, 11));
      seen.push(...page.map(({ id }) => id));
    }
    expect(seen).toEqual(upwards);
    expect(await list({ sort: 'id' })).toEqual(upwards.slice(1));
  });

  it('of names alone has all', async () => {
    const names = new Set<string>();
    for await (const page of listUserNames((work) => accounts.db.run(work)))
      for (const name of page) names.add(name);
    expect(names.size).toBe(COUNT - 1);
  });
});

test('the groups of all accounts are listed, each once', async () => {
  const accounts = await openAccounts();
  const groups = await accounts.db.run(async (sql) => {
    await sql.raw(
      `insert into "user" (id, user_name, name_folded) values (11, 'A', 'a'), (12, 'B', 'b')`,
    );
    await setGroups(sql, 11, ['users', 'crew']);
    await setGroups(sql, 12, ['users', 'Crew', 'sysops']);
    return listGroups(sql);
  });
  expect([...groups].sort()).toEqual(['Crew', 'crew', 'sysops', 'users']);
  await accounts.close();
});
