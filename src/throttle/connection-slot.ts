import type { PenaltyKind, SourcePenalties } from './source-penalties';
import type { Clock } from '../base/clock';
import { Crowd } from './crowd';

interface ConnectionSlotOptions {
  readonly remoteIp: string;
  /** True for an address that may stand for many callers: it is charged also where it is exempt. */
  readonly isShared: boolean;
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

  get isShared(): boolean {
    return this.options.isShared;
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
    this.options.guard.penalize(this.options.remoteIp, kind, this.isShared);
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

/**
 * Without a greedier network, only a caller that was silent for this long is ended for a newcomer.
 */
const SILENT_MS = 30_000;
/** One slot in this many is reserved for favoured callers. */
const SHARE = 10;

interface PlacesOptions {
  readonly clock: Clock;
  /** Called when a caller who was not signed in is ended for another. */
  readonly onMadeRoom?: (slot: ConnectionSlot) => void;
}

/**
 * The callers who are not signed in; chooses which of them is ended when there is no free slot
 * (rule M11).
 */
export class Places {
  readonly strangers = new Crowd<ConnectionSlot>();
  readonly favoured = new Crowd<ConnectionSlot>();

  constructor(private readonly options: PlacesOptions) {}

  /** Adds a caller until the sign-in or the end of the connection. */
  add(slot: ConnectionSlot): void {
    slot.join(slot.favoured ? this.favoured : this.strangers);
  }

  remove(slot: ConnectionSlot): void {
    slot.leave(slot.favoured ? this.favoured : this.strangers);
  }

  /**
   * Ensures that one of `most` slots is free, of which `taken` are in use. An unknown caller
   * replaces one whose network has more slots, or one that was silent; a favoured caller replaces
   * any unknown one. Of `all` slots of the board, which so many `processes` share, unknown callers have
   * nine in ten, each process its part of them: a favoured caller replaces those of one process alone.
   */
  makeRoom(
    newcomer: Pick<ConnectionSlot, 'favoured' | 'networks'>,
    places: {
      readonly most: number;
      readonly taken: number;
      readonly all?: number;
      readonly processes?: number;
    },
  ): boolean {
    const { favoured, networks } = newcomer;
    const { most, taken, all = most, processes = 1 } = places;
    const forStrangers = Math.floor((all - Math.floor(all / SHARE)) / processes);
    const isFull = taken >= most || (!favoured && this.strangers.size >= forStrangers);
    if (!isFull) return true;
    if (!favoured) return this.makeRoomAmongStrangers(networks);
    const stranger = this.strangers.findGreediest(networks);
    if (stranger === undefined) return this.end(this.favoured, { networks });
    this.endOne(stranger.member);
    return true;
  }

  /** Ends one unknown caller for another, among all or within a network of the newcomer's. */
  makeRoomAmongStrangers(networks: readonly string[], depth?: number): boolean {
    return this.end(this.strangers, { networks, depth });
  }

  /** Ends a caller only where its network has more slots than the newcomer's would have. */
  thinOut(networks: readonly string[]): void {
    const candidate = this.strangers.findGreediest(networks);
    if (candidate?.greedy === true) this.endOne(candidate.member);
  }

  private end(
    crowd: Crowd<ConnectionSlot>,
    at: { readonly networks: readonly string[]; readonly depth?: number | undefined },
  ): boolean {
    const candidate = crowd.findGreediest(at.networks, at.depth);
    if (candidate === undefined) return false;
    const silentMs = this.options.clock.monotonicMs() - candidate.member.heardMs;
    if (!candidate.greedy && silentMs < SILENT_MS) return false;
    this.endOne(candidate.member);
    return true;
  }

  private endOne(slot: ConnectionSlot): void {
    this.options.onMadeRoom?.(slot);
    slot.makeRoom();
  }
}
