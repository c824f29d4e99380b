import type { Refusal } from '../auth/login-attempt';
import type { CallEnd } from '../menu/run/caller';
import { mapWays, type WayInName } from '../protocols/ways-in';

type Counts<Name extends string> = Readonly<Record<Name, number>>;

/** Counts of one board in this process since its start, as of the time of asking. */
export interface BbsMetrics {
  /** Unix milliseconds. */
  readonly startedAtMs: number;
  /** Calls that are on now, by way in. */
  readonly online: Counts<WayInName>;
  /** Calls that began, by way in. */
  readonly connected: Counts<WayInName>;
  /** Calls whose caller has passed, and bound, all that account and policy ask for, by way in. */
  readonly signedIn: Counts<WayInName>;
  /** Credentials that were not accepted, by reason; on pages and by other programs too. */
  readonly refused: Counts<string>;
  /** Calls that are over, by how they ended. */
  readonly left: Counts<string>;
  /** How long those took together. */
  readonly callSeconds: number;
}

/** Counts what happens to calls. */
export class CallCounts {
  private readonly connected = zeroes();
  private readonly over = zeroes();
  private readonly entered = zeroes();
  private readonly refusals = new Map<string, number>();
  private readonly ends = new Map<string, number>();
  private seconds = 0;

  constructor(private readonly startedAtMs: number) {}

  began(server: WayInName): void {
    this.connected[server] += 1;
  }

  signedIn(server: WayInName): void {
    this.entered[server] += 1;
  }

  refused({ reason }: Pick<Refusal, 'reason'>): void {
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1);
  }

  left(server: WayInName, { reason, seconds }: CallEnd): void {
    this.over[server] += 1;
    this.ends.set(reason, (this.ends.get(reason) ?? 0) + 1);
    this.seconds += seconds;
  }

  /** A copy. */
  read(): BbsMetrics {
    const { connected, over } = this;
    return {
      startedAtMs: this.startedAtMs,
      online: mapWays((way) => connected[way] - over[way]),
      connected: { ...connected },
      signedIn: { ...this.entered },
      refused: Object.fromEntries(this.refusals),
      left: Object.fromEntries(this.ends),
      callSeconds: this.seconds,
    };
  }
}

function zeroes(): Record<WayInName, number> {
  return { ...mapWays(() => 0) };
}
