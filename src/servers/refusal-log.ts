import type { Cancel, Clock } from '../base/clock';
import type { Log } from '../base/log';
import { networksOf } from '../base/source';
import type { RefusalReason } from './admission';

export interface RefusalLogOptions {
  readonly server: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Why somebody was turned away: refused at the door, no node, or ended for another caller. */
export type TurnedAway = RefusalReason | 'nodes-busy' | 'made-room';

interface Entry {
  readonly reason: TurnedAway;
  readonly network: string;
  remoteIp: string;
  /** Since the line before. */
  calls: number;
}

const EVERY_MS = 60_000;
/** Kinds and networks that are told apart in a minute; all others are counted together by kind. */
const MOST_ENTRIES = 256;
const OTHERS = 'others';

/**
 * Says of one port whom it turns away: one line a minute for each reason and /24 or /48, with the calls since
 * the line before, or the log would be a flood's second victim.
 */
export class RefusalLog {
  private entries = new Map<string, Entry>();
  private cancel: Cancel | undefined;

  constructor(private readonly options: RefusalLogOptions) {}

  note(remoteIp: string, reason: TurnedAway): void {
    const [network] = networksOf(remoteIp);
    const entry = this.entryOf(reason, network);
    entry.remoteIp = remoteIp;
    entry.calls += 1;
    // The first of a minute at once, so that whoever watches the log need not wait for it.
    if (this.entries.get(keyOf(entry)) === entry) return;
    this.entries.set(keyOf(entry), entry);
    this.say(entry);
    this.cancel ??= this.options.clock.after(EVERY_MS, () => this.turn());
  }

  /** Says what is counted and not said yet. */
  close(): void {
    this.cancel?.();
    this.cancel = undefined;
    for (const entry of this.entries.values()) if (entry.calls > 0) this.say(entry);
    this.entries.clear();
  }

  private entryOf(reason: TurnedAway, network: string): Entry {
    const key = keyOf({ reason, network });
    const isNew = !this.entries.has(key);
    const name = isNew && this.entries.size >= MOST_ENTRIES ? OTHERS : network;
    const known = this.entries.get(keyOf({ reason, network: name }));
    return known ?? { reason, network: name, remoteIp: '', calls: 0 };
  }

  /** A minute is over: what was counted is said, and what was quiet is forgotten. */
  private turn(): void {
    const before = this.entries;
    this.entries = new Map([...before].filter(([, { calls }]) => calls > 0));
    for (const entry of this.entries.values()) this.say(entry);
    this.cancel =
      this.entries.size > 0 ? this.options.clock.after(EVERY_MS, () => this.turn()) : undefined;
  }

  private say(entry: Entry): void {
    const { server, log } = this.options;
    const { remoteIp, reason, network, calls } = entry;
    const event = reason === 'made-room' ? 'call.made-room' : 'call.refused';
    log.warn(event, { remoteIp, server, reason, network, calls });
    entry.calls = 0;
  }
}

function keyOf({ reason, network }: Pick<Entry, 'reason' | 'network'>): string {
  return `${reason} ${network}`;
}
