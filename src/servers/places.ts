import type { Clock } from '../base/clock';
import { Crowd } from './crowd';
import type { Seat } from './seat';

/** Among equals only one who has been silent for so long ends for a newcomer. */
const SILENT_MS = 30_000;
/** One place in so many is kept for those whom strangers must not crowd out. */
const SHARE = 10;

export interface PlacesOptions {
  readonly clock: Clock;
  /** A caller who is not signed in had to go. */
  readonly onMadeRoom?: (seat: Seat) => void;
}

/** The callers who are not signed in, and which of them ends where there is no place for another (rule M11). */
export class Places {
  readonly strangers = new Crowd<Seat>();
  readonly favoured = new Crowd<Seat>();

  constructor(private readonly options: PlacesOptions) {}

  /** Takes part until he is signed in or gone. */
  add(seat: Seat): void {
    seat.join(seat.favoured ? this.favoured : this.strangers);
  }

  remove(seat: Seat): void {
    seat.leave(seat.favoured ? this.favoured : this.strangers);
  }

  /**
   * Sees to it that one of `most` places is free, of which `taken` are. A stranger takes the place of one
   * whose network has more than his own, or of one who has been silent; who is favoured takes any stranger's.
   */
  makeRoom(
    newcomer: Pick<Seat, 'favoured' | 'networks'>,
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

  /** One of the strangers goes for another, in all of the crowd or in a network of the newcomer's own. */
  makeRoomAmongStrangers(networks: readonly string[], depth?: number): boolean {
    return this.end(this.strangers, { networks, depth });
  }

  /** Only one goes whose network has more places than the newcomer's would have. */
  thinOut(networks: readonly string[]): void {
    const candidate = this.strangers.findGreediest(networks);
    if (candidate?.greedy === true) this.endOne(candidate.member);
  }

  private end(
    crowd: Crowd<Seat>,
    at: { readonly networks: readonly string[]; readonly depth?: number | undefined },
  ): boolean {
    const candidate = crowd.findGreediest(at.networks, at.depth);
    if (candidate === undefined) return false;
    const silentMs = this.options.clock.monotonicMs() - candidate.member.heardMs;
    if (!candidate.greedy && silentMs < SILENT_MS) return false;
    this.endOne(candidate.member);
    return true;
  }

  private endOne(seat: Seat): void {
    this.options.onMadeRoom?.(seat);
    seat.makeRoom();
  }
}
