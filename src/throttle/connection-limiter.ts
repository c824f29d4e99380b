import type { Clock } from '../base/clock';
import type { Random } from '../base/random';
import { networksOf, type Peer } from '../base/source';
import type { Config } from '../config/schema';
import { Places } from './connection-slot';
import { ConnectionSlot, type SourceGuard } from './connection-slot';
import { readFile } from 'node:fs/promises';

export type RefusalReason =
  /** Only the file descriptors that the board itself needs are left (rule L6). */
  | 'reserve'
  /** The source was penalized recently (rule K1). */
  | 'penalty'
  | 'source-total'
  | 'source-pre-auth'
  /** The /24, /56 or /48 around the source has reached its limit (rule M11). */
  | 'network-pre-auth'
  /**
   * The limit of callers before sign-in is reached, and none of them could be ended for this one
   * (rule K2).
   */
  | 'full';

type AcceptResult =
  | { readonly ok: true; readonly slot: ConnectionSlot }
  | { readonly ok: false; readonly reason: RefusalReason };

/** A connection that asks to be accepted. */
interface ConnectionRequest {
  readonly remoteIp: string;
  /** True for a connection from the machine that the board runs on. */
  readonly isLocal?: boolean;
  /** True for an address that may stand for many callers: it is limited also where it is exempt. */
  readonly isShared?: boolean;
  /** Closes the connection when its slot is needed before the caller has signed in. */
  readonly end: () => void;
}

interface ConnectionLimiterOptions {
  readonly config: () => Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly guard: SourceGuard;
  /** Sources without penalties and without a limit of their own. */
  readonly isExempt: (ip: string) => boolean;
  /** Sources from which accounts were signed in to recently. */
  readonly isKnown: (source: string) => boolean;
  /** Limit of open connections that leaves the board its own descriptors; undefined is no limit. */
  readonly mostConnections: number | undefined;
}

interface Count {
  total: number;
  preAuth: number;
}

/**
 * Limits of wider networks for connections before sign-in, as multiples of the limit per source.
 */
const WIDER = [4, 16] as const;
/** Limit of connections of a proxy in front of the pages. */
const MAX_PROXIED = 1_000;
/** Limits of connections whose proxy has not named the caller, and of them when no room is left. */
const MAX_UNNAMED = 1_000;
const FEW_UNNAMED = 16;

/**
 * Decides which connections are accepted: one limiter for all servers, asked before a byte is read
 * or written.
 */
export class ConnectionLimiter {
  private readonly sources = new Map<string, Count>();
  private readonly places: Places;
  private total = 0;
  private preAuth = 0;
  private proxied = 0;
  private readonly unnamed = new Set<{ readonly end: () => void }>();

  constructor(private readonly options: ConnectionLimiterOptions) {
    this.places = new Places(options);
  }

  /** Number of open connections, and of those that are not signed in. */
  get open(): { readonly total: number; readonly preAuth: number } {
    return { total: this.total, preAuth: this.preAuth };
  }

  accept(request: ConnectionRequest): AcceptResult {
    const { remoteIp, isLocal, isShared } = request;
    const networks = networksOf(remoteIp);
    const source = networks[networks.length - 1] ?? remoteIp;
    const exempt = isShared !== true && this.options.isExempt(remoteIp);
    const favoured = exempt || isLocal === true || this.options.isKnown(source);
    const reason =
      (exempt ? undefined : this.refusalOfSource(remoteIp, source)) ??
      (favoured ? undefined : this.refusalOfStranger(networks)) ??
      this.refusalOfAll({ networks, favoured });
    if (reason !== undefined) return { ok: false, reason };
    return { ok: true, slot: this.take(request, { networks, source, favoured }) };
  }

  /** True where the source of a request, on a connection that is open, is not shut out. */
  admits({ remoteIp, isShared }: Peer): boolean {
    return (!isShared && this.options.isExempt(remoteIp)) || this.options.guard.admit(remoteIp).ok;
  }

  /** For a sysop's proxy that connects for many callers: its address does not identify them. */
  acceptProxy(request: ConnectionRequest): AcceptResult {
    const networks = networksOf(request.remoteIp);
    const reason =
      this.proxied < MAX_PROXIED ? this.refusalOfAll({ networks, favoured: true }) : 'full';
    if (reason !== undefined) return { ok: false, reason };
    this.proxied += 1;
    const source = networks[networks.length - 1] ?? request.remoteIp;
    const leave = (): void => void (this.proxied -= 1);
    const slot = this.take(request, { networks, source, favoured: true }, leave);
    slot.signedIn();
    return { ok: true, slot };
  }

  /**
   * Counts a connection of a proxy that has not named its caller: it takes a descriptor, and no
   * share of any source. Of too many the one that has waited longest ends, because proxies send
   * their header at once. Returns what to call when the wait is over.
   */
  awaitHeader(end: () => void): () => void {
    const { mostConnections: most = Infinity } = this.options;
    const isFull = this.total + this.unnamed.size >= most;
    const room = isFull ? FEW_UNNAMED : Math.max(FEW_UNNAMED, Math.min(MAX_UNNAMED, most / 4));
    for (const oldest of this.unnamed) {
      if (this.unnamed.size < room) break;
      this.unnamed.delete(oldest);
      oldest.end();
    }
    const waiting = { end };
    this.unnamed.add(waiting);
    return () => void this.unnamed.delete(waiting);
  }

  private refusalOfSource(remoteIp: string, source: string): RefusalReason | undefined {
    const { security } = this.options.config();
    if (!this.options.guard.admit(remoteIp).ok) return 'penalty';
    const count = this.sources.get(source);
    if ((count?.total ?? 0) >= security.maxPerSource) return 'source-total';
    if ((count?.preAuth ?? 0) >= security.maxPreAuthPerSource) return 'source-pre-auth';
    return undefined;
  }

  /**
   * Limits that apply only to unknown sources: those of the networks around them, and the total of
   * all of them.
   */
  private refusalOfStranger(networks: readonly string[]): RefusalReason | undefined {
    const { security } = this.options.config();
    const { strangers } = this.places;
    for (const [step, times] of WIDER.entries()) {
      const depth = networks.length - 1 - step;
      if (depth < 1) break;
      if (strangers.sizeOf(networks, depth) < times * security.maxPreAuthPerSource) continue;
      if (!this.places.makeRoomAmongStrangers(networks, depth)) return 'network-pre-auth';
    }
    return this.makesRoomEarly(networks, security.earlyDrop) ? undefined : 'full';
  }

  /**
   * start:percent:full: from `start` unknown callers on, `percent` of 100 new connections end one
   * whose network has more than theirs, rising to all of them at `full`; from there on no unknown
   * caller is accepted unless another one is ended.
   */
  private makesRoomEarly(networks: readonly string[], rule: string): boolean {
    const [start = 0, percent = 0, full = 0] = rule.split(':').map(Number);
    const open = this.places.strangers.size;
    if (open < start) return true;
    if (open >= full) return this.places.makeRoomAmongStrangers(networks);
    const chance = percent + ((100 - percent) * (open - start)) / (full - start);
    if (this.options.random.below(10_000) < chance * 100) this.places.thinOut(networks);
    return true;
  }

  private refusalOfAll(
    newcomer: Pick<ConnectionSlot, 'favoured' | 'networks'>,
  ): RefusalReason | undefined {
    const most = this.options.mostConnections;
    if (most === undefined) return undefined;
    const taken = this.total + this.unnamed.size;
    return this.places.makeRoom(newcomer, { most, taken }) ? undefined : 'reserve';
  }

  private take(
    { remoteIp, isShared = false, end }: ConnectionRequest,
    at: { readonly networks: readonly string[]; readonly source: string; favoured: boolean },
    onReleased: () => void = () => undefined,
  ): ConnectionSlot {
    const { source, networks, favoured } = at;
    const count = this.sources.get(source) ?? { total: 0, preAuth: 0 };
    this.sources.set(source, count);
    count.total += 1;
    count.preAuth += 1;
    this.total += 1;
    this.preAuth += 1;
    const { clock, guard } = this.options;
    const slot = new ConnectionSlot({
      ...{ remoteIp, isShared, networks, favoured, clock, guard, end },
      onLeftPreAuth: () => {
        count.preAuth -= 1;
        this.preAuth -= 1;
      },
      onReleased: () => {
        this.total -= 1;
        count.total -= 1;
        if (count.total === 0) this.sources.delete(source);
        onReleased();
      },
    });
    this.places.add(slot);
    return slot;
  }
}

// Descriptors reserved for the board itself: database, logs, mail, web, and Node.js (rule L6).
const MAX_RESERVED = 1_000;
const RESERVED_SHARE = 0.1;
const MIN_RESERVED = 64;

/**
 * Limit of callers that leaves the board the descriptors it needs; undefined where the system's
 * limit is unknown.
 */
export async function mostConnections(
  limitsFile = '/proc/self/limits',
): Promise<number | undefined> {
  // Only Linux has the file; on other systems the operating system refuses connections itself.
  const text = await readFile(limitsFile, 'utf8').catch(() => '');
  const limit = Number(/^Max open files\s+(\d+)/m.exec(text)?.[1]);
  return Number.isFinite(limit) && limit > 0 ? withoutReserve(limit) : undefined;
}

/** The part of `limit` descriptors that callers may use. */
export function withoutReserve(limit: number): number {
  const reserve = Math.min(MAX_RESERVED, Math.max(MIN_RESERVED, limit * RESERVED_SHARE));
  return Math.max(1, Math.floor(limit - reserve));
}
