import type { PenaltyKind } from '../auth/source-penalties';
import type { Clock } from '../base/clock';
import type { Crowd } from './crowd';
import type { SourceGuard } from './source-guard';

export interface SeatOptions {
  readonly remoteIp: string;
  readonly networks: readonly string[];
  /** Of a place that strangers cannot crowd out (rule M11). */
  readonly favoured: boolean;
  readonly clock: Clock;
  readonly guard: Pick<SourceGuard, 'penalize'>;
  /** Closes the connection, because its place is needed. */
  readonly end: () => void;
  readonly onLeftPreAuth: () => void;
  readonly onReleased: () => void;
}

/** A caller's place among the open connections, from TCP accept to the end of his socket. */
export class Seat {
  heardMs: number;
  private state: 'pre-auth' | 'signed-in' | 'gone' = 'pre-auth';
  private charged = false;
  private hasTried: (() => boolean) | undefined;
  private readonly crowds = new Set<Crowd<Seat>>();

  constructor(private readonly options: SeatOptions) {
    this.heardMs = options.clock.monotonicMs();
  }

  get networks(): readonly string[] {
    return this.options.networks;
  }

  get favoured(): boolean {
    return this.options.favoured;
  }

  /** Takes part in a crowd until he is signed in or gone. */
  join(crowd: Crowd<Seat>): void {
    if (this.state !== 'pre-auth') return;
    this.crowds.add(crowd);
    crowd.add(this);
  }

  leave(crowd: Crowd<Seat>): void {
    if (this.crowds.delete(crowd)) crowd.remove(this);
  }

  /** The caller has said something. */
  heard(): void {
    this.heardMs = this.options.clock.monotonicMs();
    for (const crowd of this.crowds) crowd.heard(this);
  }

  /**
   * It is a call now, whatever server took it: who ends it without having tried to sign in is charged
   * (rule K1).
   */
  isCall(hasTried: () => boolean): void {
    this.hasTried = hasTried;
  }

  /** Charges the source; what is charged here is not charged again as a call without a sign-in. */
  charge(kind: PenaltyKind): void {
    this.charged = true;
    this.options.guard.penalize(this.options.remoteIp, kind);
  }

  /** Fully signed in: no longer counted among those who may still be anybody. */
  signedIn(): void {
    if (this.state !== 'pre-auth') return;
    this.state = 'signed-in';
    this.leavePreAuth();
  }

  /** Gives the place to somebody else at once, and closes the connection. */
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
