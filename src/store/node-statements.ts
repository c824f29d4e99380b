/** The statements by which a process on a PostgreSQL database is one of those that run the board. */
import type { Knex } from 'knex';

/** A process that was killed is known to be gone, and its numbers are free, within fifteen seconds. */
export const LEASE_MS = 14_500;

export const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint';

export const REGISTER =
  'insert into node (host, pid, version, started_at, lease_until)' +
  ` values ($1, $2, $3, ${NOW}, ${NOW} + ${LEASE_MS}) returning id, (select at from timeline) as timeline`;

/** The mark of the timeline is that of the process that is ahead. */
export const BEAT = `with mine as (
  update node n set lease_until = t.now + ${LEASE_MS}
  from (select id, lease_until, ${NOW} as now from node where id = $1 for update) t
  where n.id = t.id returning t.now, t.lease_until - ${LEASE_MS} as before
), level as (
  update timeline set at = greatest(at, $2::bigint),
    wall_offset = case when at < $2 then $3::bigint else wall_offset end
  where exists (select from mine) returning at
)
select o.id, o.lease_until - mine.now as left_ms, mine.now - mine.before as since_ms,
  (select at from level) as timeline,
  (select count(*) from node_slot s where s.node_id = o.id) as slots
from mine join node o on true`;

export const SET_STATE = `update node set state = $2, drain_until = ${NOW} + $3::bigint where id = $1`;

export const NEWS = `select h.horizon::text as horizon, e.id, e.xid::text as xid, e.kind, e.node_id, e.payload
from (select pg_snapshot_xmin(pg_current_snapshot()) as horizon) h
left join board_event e on e.xid >= $1::xid8 order by e.id`;

export const RESERVE = `insert into node_slot (number, node_id)
select g, $1 from generate_series(1, least($2, (select coalesce(max(number), 0) + $3 from node_slot))) g
where not exists (select 1 from node_slot s where s.number = g) order by g limit $3
on conflict (number) do nothing returning number`;

/**
 * Ends nodes that ended without a word, with their calls, in one statement: the connection has others between
 * those of a transaction. Their numbers go with their rows.
 */
export const BURY = `with dead as (
  select id from node where id = any($1) and lease_until < ${NOW} for update skip locked
), left_behind as (
  select session_id from node_slot where node_id in (select id from dead) and session_id is not null
), ended as (
  update call set ended_at = ${NOW}
  where ended_at is null and session_id in (select session_id from left_behind)
), buried as (
  delete from node where id in (select id from dead) returning id
)
select array(select id from buried) as nodes, array(select session_id from left_behind) as sessions`;

export interface Beat {
  readonly id: number;
  readonly left_ms: number;
  readonly since_ms: number;
  readonly slots: number;
  /** null before the first start has written it. */
  readonly timeline: number | null;
}

export interface News {
  readonly horizon: string;
  readonly id: number | null;
  readonly xid: string;
  readonly kind: string;
  readonly node_id: number | null;
  readonly payload: string;
}

/** Has the database tell every process what changed: by events that it reads, or only that it did. */
export async function tellChanges(sql: Knex): Promise<void> {
  await sql.raw(
    'alter table board_event add column xid xid8 not null default pg_current_xact_id()',
  );
  await sql.raw(`alter table board_event alter column at set default ${NOW}`);
  await sql.raw('create index board_event_xid on board_event (xid)');
  await sql.raw(
    'create function board_tell() returns trigger language plpgsql as $$ begin' +
      " perform pg_notify('sallyport_' || (select relnamespace from pg_class where oid = tg_relid), tg_argv[0]);" +
      ' return null; end $$',
  );
  await sql.raw(
    'create function board_tell_account() returns trigger language plpgsql as $$ begin' +
      " insert into board_event (kind, payload) values ('account', new.id); return null; end $$",
  );
  const triggers: readonly (readonly [name: string, when: string, what: string])[] = [
    [
      'node_told',
      'insert or delete or update of state, drain_until on node',
      "board_tell('nodes')",
    ],
    ['node_beat_told', 'update of lease_until on node', "board_tell('beat')"],
    ['board_event_told', 'insert on board_event', "board_tell('events')"],
  ];
  for (const [name, when, what] of triggers)
    await sql.raw(`create trigger ${name} after ${when} execute function ${what}`);
  // A statement that finds no row to change tells nothing.
  const rowTriggers: typeof triggers = [
    ['penalty_told', 'insert or update on source_penalty', "board_tell('changed')"],
    ['outbox_told', 'insert or update or delete on outbox', "board_tell('changed')"],
    ['account_event_told', 'insert on account_event', 'board_tell_account()'],
    // A place that is known already is only used again.
    ['known_source_told', 'insert on known_source', "board_tell('changed')"],
    ['node_slot_told', 'update on node_slot', "board_tell('callers')"],
  ];
  for (const [name, when, what] of rowTriggers)
    await sql.raw(`create trigger ${name} after ${when} for each row execute function ${what}`);
  await sql.raw(
    'create trigger node_slot_freed after delete on node_slot for each row' +
      " when (old.user_id is not null) execute function board_tell('callers')",
  );
}
