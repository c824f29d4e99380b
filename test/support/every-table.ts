import type { Knex } from 'knex';
import { COPIED_TABLES } from '../../src/store/copy-rows';
import type { Database } from '../../src/store/database';
import type { BackOffice } from './back-office';

export const PASSWORD = 'trumpet vine 88';
/** More than are read at once. */
export const AUDIT_ROWS = 4_100;

/** Has every table that a copy takes along hold something, ids with gaps among it. */
export async function fillEveryTable(office: BackOffice): Promise<void> {
  const { db } = office;
  await office.accounts.ensureSysop();
  const ann = await office.addAccount('ann', PASSWORD);
  const gone = await office.addAccount('gone', PASSWORD);
  await office.bind('ann');
  await db.transaction('board', async (sql) => {
    await sql('user').where({ id: gone }).delete();
    await sql('user_group_member').insert({ group_name: 'Zoo', user_id: ann });
    await sql('user_group_member').insert({ group_name: 'älter', user_id: ann });
    await sql('user_property').insert({ user_id: ann, prop_name: 'Signature', prop_value: null });
    const profile = { type: 'googleAuth', hash: 'sha1', digits: 6, encoding: 'base32' };
    await sql('otp_pending').insert({ user_id: ann, ...profile, secret: 'sealed', created_at: 5 });
    const app = { user_id: ann, ...profile, label: 'Löwe', secret: 'sealed', binding: 'b' };
    await sql('otp_app').insert({ ...app, bound_at: 5 });
    const token = { user_id: ann, created_at: 1, expires_at: 2 ** 41 };
    await sql('token').insert({ ...token, token_hash: 'b0', purpose: 'reset' });
    await sql('token').insert({ ...token, token_hash: 'B1', purpose: 'mail' });
    const key = { user_id: ann, algorithm: 'ssh-ed25519', blob: 'AAAA', added_at: 7 };
    await sql('ssh_key').insert({ ...key, fingerprint: 'SHA256:x', comment: "ann's" });
    const mail = { user_id: ann, kind: 'x', created_at: 1, next_at: 2 };
    await sql('outbox').insert({ ...mail, message: '{"text":"a?b\\nc"}' });
    await sql('outbox').insert({ ...mail, message: 'gone' });
    await sql('outbox').where({ message: 'gone' }).delete();
    const count = { failures: 1, wait_until: 3, charged_at: 4 };
    for (const budget of ['', '192.0.2.1', '2001:db8::'])
      await sql('attempt').insert({ subject: `${ann}`, factor: 'password', budget, ...count });
    await sql('known_source').insert({ user_id: ann, source: '192.0.2.1', used_at: 9 });
    const penalty = { until_at: 1, enforced: 0, reason: 'x', changed_at: 2 };
    await sql('source_penalty').insert({ source: '192.0.2.7', ...penalty });
    const call = { user_id: ann, user_name: 'Ann Löwe', node: 1, server: 'ssh', source: '::1' };
    await sql('call').insert({ ...call, session_id: 's1', started_at: 11, ended_at: null });
    await sql('budget').insert({ kind: 'reset', holder: 'h', used: 1, ends_at: 3 });
    await sql('timeline').insert({ id: 1, at: 10, wall_offset: -4 }).onConflict('id').ignore();
    await sql('unfinished').insert({ task: 'purge' });
    await sql('oneliner').insert({ user_id: ann, text: '|07höi', written_at: 1 });
    await sql('sealing_key').insert({ id: 1, key_id: 'k', since: 1 }).onConflict('id').ignore();
    await sql('factor_grace').insert({ user_id: ann, since: 1, sign_ins: 2 });
    const recovery = { link_hash: 'r', source: '', started_at: 1, ends_at: 2 };
    await sql('factor_recovery').insert({ user_id: ann, ...recovery });
    const invite = { code_hash: 'c', note: '', uses_left: 1, created_at: 1, expires_at: 2 };
    await sql('invite').insert(invite);
    const far = { board: 'far:23', title: 'Far', name: 'sealed', password: '' };
    await sql('far_account').insert({ user_id: ann, ...far });
    const code = { key_id: 'k', code_hash: 'c', group_hashes: 'a b c', created_at: 1 };
    await sql('sheet_code').insert({ user_id: ann, number: 2, ...code });
    const ask = { session_id: 's1', subject: 'u:1', number: 2, until_at: 3, source: 'a' };
    await sql('line_ask').insert(ask);
    const row = { at: 1, node: 1, server: 'ssh', source: '', factor: 0, kind: 'x', result: 'done' };
    for (let made = 0; made < AUDIT_ROWS; made += 100)
      await sql('audit').insert(
        Array.from({ length: 100 }, (_, at) => ({ ...row, reason: `${made + at}` })),
      );
  });
  const rows = await db.run((sql) => allRows(sql));
  const empty = [...rows].filter(([, text]) => text === '[]').map(([name]) => name);
  if (empty.length > 0) throw new Error(`nothing is in ${empty.join(', ')}`);
}

/** The rows of all tables that a copy takes along, as text, by table; in an order of their own. */
export async function allRows(sql: Knex): Promise<ReadonlyMap<string, string>> {
  const tables = new Map<string, string>();
  for (const { name } of COPIED_TABLES) {
    const rows: readonly Readonly<Record<string, unknown>>[] = await sql(name);
    const texts = rows.map((row) =>
      JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))),
    );
    tables.set(name, JSON.stringify(texts.sort()));
  }
  return tables;
}

/** The next id of a table whose ids the database gives, and of accounts. */
export async function nextIds(db: Pick<Database, 'run'>): Promise<readonly number[]> {
  return db.run(async (sql) => {
    const mail = { user_id: 0, kind: 'x', created_at: 1, next_at: 2, message: 'next' };
    const [added] = await sql('outbox').insert(mail, ['id']);
    const [audit] = await sql('audit').max({ id: 'id' });
    const [last] = await sql('id_sequence').select('last_id');
    return [added, audit, last].map((row) =>
      Number(Object.values((row ?? {}) as Readonly<Record<string, unknown>>)[0]),
    );
  });
}
