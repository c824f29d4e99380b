import type { Clock } from '../base/clock';
import type { Random } from '../base/random';
import { addAudit } from '../store/audit';
import type { Database, Sql } from '../store/database';
import {
  addInvite,
  type Invite,
  isInvited,
  listInvites,
  removeInvite,
  takeInvite,
} from '../store/invites';
import { hashToken } from '../store/tokens';
import { canonicalBackupCode, makeBackupCode } from './backup-codes';

const DAY_MS = 86_400_000;

/** Limits of `oputil invite make`. */
export const INVITE_LIMITS = { days: 365, uses: 1000, note: 60 } as const;

/** The stored form of a code. */
type InviteKey = string;

/**
 * Codes by which people may apply for an account on a board that is by invitation (`users.inviteOnly`). A code
 * has 64 bits and is stored as its SHA-256; it opens the application and nothing else.
 */
export class Invites {
  constructor(
    private readonly parts: {
      readonly db: Database;
      readonly clock: Clock;
      readonly random: Random;
    },
  ) {}

  /** Makes one, good for some accounts and days; its code is shown here and never again. */
  async make(asked: {
    readonly uses: number;
    readonly days: number;
    readonly note: string;
  }): Promise<{ readonly id: number; readonly code: string }> {
    const { db, clock, random } = this.parts;
    const code = makeBackupCode(random);
    const id = await db.transaction('board', async (sql) => {
      const made = await addInvite(sql, {
        codeHash: hashToken(canonicalBackupCode(code) ?? code),
        note: asked.note,
        usesLeft: asked.uses,
        createdAtMs: clock.nowMs(),
        expiresAtMs: clock.timelineMs() + asked.days * DAY_MS,
      });
      await this.record(sql, 'invite-made', made);
      return made;
    });
    return { id, code };
  }

  list(): Promise<readonly Invite[]> {
    const { db, clock } = this.parts;
    return db.run((sql) => listInvites(sql, clock.timelineMs()));
  }

  /** Ends one; false where there is none of this number. */
  revoke(id: number): Promise<boolean> {
    return this.parts.db.transaction('board', async (sql) => {
      if (!(await removeInvite(sql, id))) return false;
      await this.record(sql, 'invite-revoked', id);
      return true;
    });
  }

  /** The typed code, where it lets somebody apply now; read as backup codes are (rule B8). */
  async find(typed: string): Promise<InviteKey | undefined> {
    const code = canonicalBackupCode(typed);
    if (code === undefined) return undefined;
    const codeHash = hashToken(code);
    const { db, clock } = this.parts;
    const timelineMs = clock.timelineMs();
    return (await db.run((sql) => isInvited(sql, { codeHash, timelineMs }))) ? codeHash : undefined;
  }

  /** Takes one use within the transaction that makes the account; undefined where none is left. */
  async take(sql: Sql, codeHash: InviteKey): Promise<string | undefined> {
    const id = await takeInvite(sql, { codeHash, timelineMs: this.parts.clock.timelineMs() });
    return id === undefined ? undefined : `invite ${id}`;
  }

  private async record(sql: Sql, kind: 'invite-made' | 'invite-revoked', id: number) {
    await addAudit(sql, {
      ...{ atMs: this.parts.clock.nowMs(), node: 0, server: 'oputil', source: '' },
      ...{ userId: undefined, factor: 0, kind, result: 'done', reason: String(id) },
    });
  }
}
