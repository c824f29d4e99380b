/** The statements by which a process on a PostgreSQL database is one of those that run the board. */

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
