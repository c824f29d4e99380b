import type { Sql } from './database';

/** An invite as the sysop's list has it; its code is kept as a hash only. */
export interface Invite {
  readonly id: number;
  readonly note: string;
  readonly usesLeft: number;
  readonly createdAtMs: number;
  /** By the timeline. */
  readonly expiresAtMs: number;
}

/** Adds an invite and returns its number. */
export async function addInvite(
  sql: Sql,
  { codeHash, ...invite }: Omit<Invite, 'id'> & { readonly codeHash: string },
): Promise<number> {
  const rows: readonly { id: number }[] = await sql('invite')
    .insert({
      code_hash: codeHash,
      note: invite.note,
      uses_left: invite.usesLeft,
      created_at: invite.createdAtMs,
      expires_at: invite.expiresAtMs,
    })
    .returning('id');
  return Number(rows[0]?.id);
}

/** An invite that is good now. */
interface Good {
  readonly codeHash: string;
  readonly timelineMs: number;
}

/** True where the code would let somebody apply now. */
export async function isInvited(sql: Sql, { codeHash, timelineMs }: Good): Promise<boolean> {
  const row: unknown = await sql('invite')
    .where({ code_hash: codeHash })
    .andWhere('uses_left', '>', 0)
    .andWhere('expires_at', '>', timelineMs)
    .first('id');
  return row !== undefined;
}

/** Takes one use in one conditional statement; returns the invite's number, undefined where none is left. */
export async function takeInvite(
  sql: Sql,
  { codeHash, timelineMs }: Good,
): Promise<number | undefined> {
  const rows: readonly { id: number }[] = await sql('invite')
    .where({ code_hash: codeHash })
    .andWhere('uses_left', '>', 0)
    .andWhere('expires_at', '>', timelineMs)
    .update({ uses_left: sql.raw('uses_left - 1') }, ['id']);
  return rows[0] === undefined ? undefined : Number(rows[0].id);
}

/** Those that still let somebody apply, the oldest first. */
export async function listInvites(sql: Sql, timelineMs: number): Promise<readonly Invite[]> {
  const rows = (await sql('invite')
    .where('uses_left', '>', 0)
    .andWhere('expires_at', '>', timelineMs)
    .orderBy('id')) as readonly Readonly<Record<string, unknown>>[];
  return rows.map((row) => ({
    id: Number(row['id']),
    note: String(row['note']),
    usesLeft: Number(row['uses_left']),
    createdAtMs: Number(row['created_at']),
    expiresAtMs: Number(row['expires_at']),
  }));
}

/** Ends an invite; false where there is none of this number. */
export async function removeInvite(sql: Sql, id: number): Promise<boolean> {
  return (await sql('invite').where({ id }).delete()) > 0;
}
