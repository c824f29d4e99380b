import type { Cancel, Clock } from '../base/clock';
import { BbsError } from '../base/errors';
import type { Log } from '../base/log';
import type { ChangeMark } from '../store/change-mark';
import type { Database } from '../store/database';
import { claimCurrentKey, findCurrentKey, setCurrentKey } from '../store/sealed';
import { needsSealingKey } from './key-rotation';
import type { Sealing } from './sealing';

/**
 * Has new values sealed with the key that the database names as current, which is the same on all nodes;
 * where it names none, this node's is. Throws KEY_UNREADABLE where this node lacks it, unless `mayLack`.
 */
export async function agreeOnKey(
  db: Database,
  parts: {
    readonly sealing: Sealing;
    readonly clock: Clock;
    readonly mayLack?: boolean | undefined;
  },
): Promise<void> {
  const { sealing, clock, mayLack } = parts;
  const [own] = sealing.keyIds();
  if (own === undefined) return;
  const current = await db.run((sql) => claimCurrentKey(sql, own, clock.nowMs()));
  if (!sealing.keyIds().includes(current)) {
    // Only on a database of its own is it sure that no other node has the key.
    const isUnused = db.kind === 'sqlite' && !(await needsSealingKey(db));
    if (isUnused) return nameCurrentKey(db, { ...parts, keyId: own });
    if (mayLack !== true) throw lacks(current, own);
  }
  sealing.useKey(current);
}

/** Makes a key the current one on all nodes. */
export async function nameCurrentKey(
  db: Database,
  parts: { readonly sealing: Sealing; readonly clock: Clock; readonly keyId: string },
): Promise<void> {
  const { sealing, clock, keyId } = parts;
  await db.run((sql) => setCurrentKey(sql, keyId, clock.nowMs()));
  sealing.useKey(keyId);
}

function lacks(current: string, own: string): BbsError {
  return new BbsError(
    'KEY_UNREADABLE',
    `the sealing key ${current} is current in the database, and is not among this board's (${own}): ` +
      'copy it from where it is, or see "A lost sealing key" in docs/runbook.md',
  );
}

const LOOK_MS = 5_000;
/** How often the sealing keys are asked for again while the current one is missing. */
const ASK_MS = 30_000;

/** Follows which key is current, and tells whether this node has it. */
export class CurrentKeyWatch {
  private readonly changes: ChangeMark;
  private cancel: Cancel = () => undefined;
  private closed = false;
  private current: string | undefined;
  private told: string | undefined;
  private askedAtMs = -Infinity;

  constructor(
    private readonly parts: {
      readonly db: Database;
      readonly sealing: Sealing;
      readonly clock: Clock;
      readonly log: Log;
    },
  ) {
    this.changes = parts.db.followChanges();
  }

  /** Id of the current key where this node lacks it. */
  get missing(): string | undefined {
    const { current } = this;
    return current === undefined || this.parts.sealing.keyIds().includes(current)
      ? undefined
      : current;
  }

  start(): void {
    if (this.closed) return;
    this.cancel = this.parts.clock.after(LOOK_MS, () => void this.turn());
  }

  close(): void {
    this.closed = true;
    this.cancel();
  }

  private async turn(): Promise<void> {
    try {
      await this.changes.whenChanged(() => this.look());
      if (this.missing !== undefined) await this.askAgain();
      this.tell();
    } catch (error) {
      // The next look asks again.
      this.parts.log.warn('key.not-looked', { error });
    } finally {
      this.start();
    }
  }

  private async look(): Promise<void> {
    const { db, sealing } = this.parts;
    this.current = await db.run(findCurrentKey);
    sealing.useKey(this.current);
  }

  private async askAgain(): Promise<void> {
    const nowMs = this.parts.clock.monotonicMs();
    if (nowMs - this.askedAtMs < ASK_MS) return;
    this.askedAtMs = nowMs;
    await this.parts.sealing.refresh();
  }

  private tell(): void {
    const { missing } = this;
    if (missing === this.told) return;
    if (missing === undefined) this.parts.log.info('key.found', { keyId: this.told });
    else this.parts.log.error('key.missing', { keyId: missing });
    this.told = missing;
  }
}
