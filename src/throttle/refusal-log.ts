import type { Cancel, Clock } from '../base/clock';
import type { Log } from '../base/log';
import { networksOf } from '../base/source';
import type { RefusalReason } from './connection-limiter';
import type { ProxyRefusal } from './proxy-door';

export interface RefusalLogOptions {
  readonly server: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Reason for a refusal or an early end: refused at accept, no free node, or ended for another
 * caller.
 */
type RefusalCause = RefusalReason | ProxyRefusal | 'nodes-busy' | 'made-room';

/** Events of the causes that are no `call.refused`. */
const EVENTS: Readonly<Partial<Record<RefusalCause, string>>> &
  Readonly<Record<ProxyRefusal, string>> = {
  'made-room': 'call.made-room',
  'not-a-proxy': 'proxy.refused',
  'no-header': 'proxy.refused',
  'bad-header': 'proxy.refused',
  'impossible-address': 'proxy.refused',
  'headers-waiting': 'proxy.refused',
  'forged-header': 'proxy.forged',
  'in-clear': 'proxy.in-clear',
};

interface Entry {
  readonly reason: RefusalCause;
  readonly network: string;
  remoteIp: string;
  /** Since the previous line. */
  calls: number;
}

const EVERY_MS = 60_000;
/**
 * Limit of kinds and networks that are counted separately per minute; all others are counted
 * together by kind.
 */
const MAX_ENTRIES = 256;
const OTHERS = 'others';

/**
 * Logs the refusals of one port: one line a minute for each reason and /24 or /48, with the number
 * of calls since the previous line; otherwise a flood would also fill the log.
 */
export class RefusalLog {
  private entries = new Map<string, Entry>();
  private cancel: Cancel | undefined;

  constructor(private readonly options: RefusalLogOptions) {}

  note(remoteIp: string, reason: RefusalCause): void {
    const [network] = networksOf(remoteIp);
    const entry = this.entryOf(reason, network);
    entry.remoteIp = remoteIp;
    entry.calls += 1;
    // The first of a minute is logged at once, so that a watcher of the log need not wait.
    if (this.entries.get(keyOf(entry)) === entry) return;
    this.entries.set(keyOf(entry), entry);
    this.say(entry);
    this.cancel ??= this.options.clock.after(EVERY_MS, () => this.turn());
  }

  /** Logs the refusals that were counted but not logged yet. */
  close(): void {
    this.cancel?.();
    this.cancel = undefined;
    for (const entry of this.entries.values()) if (entry.calls > 0) this.say(entry);
    this.entries.clear();
  }

  private entryOf(reason: RefusalCause, network: string): Entry {
    const key = keyOf({ reason, network });
    const isNew = !this.entries.has(key);
    const name = isNew && this.entries.size >= MAX_ENTRIES ? OTHERS : network;
    const known = this.entries.get(keyOf({ reason, network: name }));
    return known ?? { reason, network: name, remoteIp: '', calls: 0 };
  }

  /** At the end of a minute: logs what was counted, and forgets entries without new refusals. */
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
    log.warn(EVENTS[reason] ?? 'call.refused', { remoteIp, server, reason, network, calls });
    entry.calls = 0;
  }
}

function keyOf({ reason, network }: Pick<Entry, 'reason' | 'network'>): string {
  return `${reason} ${network}`;
}
