import type { PenaltyKind, SourcePenalties } from './source-penalties';
import type { Clock } from '../base/clock';
import type { Crowd } from './crowd';

export interface ConnectionSlotOptions {
  readonly remoteIp: string;
  readonly networks: readonly string[];
  /** True for a slot that unknown callers cannot take over (rule M11). */
  readonly favoured: boolean;
  readonly clock: Clock;
  readonly guard: Pick<SourceGuard, 'penalize'>;
  /** Closes the connection because its slot is needed. */
  readonly end: () => void;
  readonly onLeftPreAuth: () => void;
  readonly onReleased: () => void;
}

/** A caller's slot among the open connections, from TCP accept until the socket is closed. */
export class ConnectionSlot {
  heardMs: number;
  private state: 'pre-auth' | 'signed-in' | 'gone' = 'pre-auth';
  private charged = false;
  private hasTried: (() => boolean) | undefined;
  private readonly crowds = new Set<Crowd<ConnectionSlot>>();

  constructor(private readonly options: ConnectionSlotOptions) {
    this.heardMs = options.clock.monotonicMs();
  }

  get networks(): readonly string[] {
    return this.options.networks;
  }

  get favoured(): boolean {
    return this.options.favoured;
  }

  /** Adds the slot to a crowd until the sign-in or the end of the connection. */
  join(crowd: Crowd<ConnectionSlot>): void {
    if (this.state !== 'pre-auth') return;
    this.crowds.add(crowd);
    crowd.add(this);
  }

  leave(crowd: Crowd<ConnectionSlot>): void {
    if (this.crowds.delete(crowd)) crowd.remove(this);
  }

  /** To be called after each input of the caller. */
  heard(): void {
    this.heardMs = this.options.clock.monotonicMs();
    for (const crowd of this.crowds) crowd.heard(this);
  }

  /**
   * Marks the connection as a call on a login server: the source is charged if it ends without an
   * attempt to sign in (rule K1).
   */
  isCall(hasTried: () => boolean): void {
    this.hasTried = hasTried;
  }

  /** Charges the source; it is not charged again for a call without a sign-in. */
  charge(kind: PenaltyKind): void {
    this.charged = true;
    this.options.guard.penalize(this.options.remoteIp, kind);
  }

  /** The caller is fully signed in: the slot no longer counts as one before sign-in. */
  signedIn(): void {
    if (this.state !== 'pre-auth') return;
    this.state = 'signed-in';
    this.leavePreAuth();
  }

  /** Frees the slot for another caller at once, and closes the connection. */
  makeRoom(): void {
    this.release();
    this.options.end();
  }

  release(): void {
    if (this.state === 'gone') return;
    if (this.state === 'pre-auth') {
      this.leavePreAuth();
      if (!this.charged && this.hasTried?.() === false) this.charge('no-auth');
    }
    this.state = 'gone';
    this.options.onReleased();
  }

  private leavePreAuth(): void {
    for (const crowd of [...this.crowds]) this.leave(crowd);
    this.options.onLeftPreAuth();
  }
}

/**
 * The listeners' access to the penalties of sources (rule K1); answered from memory, at TCP accept.
 */
export type SourceGuard = Pick<SourcePenalties, 'admit' | 'penalize'>;
