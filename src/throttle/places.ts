import type { Clock } from '../base/clock';
import { Crowd } from './crowd';
import type { ConnectionSlot } from './connection-slot';

/**
 * Without a greedier network, only a caller that was silent for this long is ended for a newcomer.
 */
const SILENT_MS = 30_000;
/** One slot in this many is reserved for favoured callers. */
const SHARE = 10;

export interface PlacesOptions {
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
   * any unknown one.
   */
  makeRoom(
    newcomer: Pick<ConnectionSlot, 'favoured' | 'networks'>,
    { most, taken }: { readonly most: number; readonly taken: number },
  ): boolean {
    const { favoured, networks } = newcomer;
    const share = favoured ? 0 : Math.floor(most / SHARE);
    const isFull = taken >= most || (!favoured && this.strangers.size >= most - share);
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
