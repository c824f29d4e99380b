import { statfs } from 'node:fs/promises';
import type { Backend } from '../backend';
import { type BoardClock, type Clock, withLimit } from '../base/clock';
import { toError } from '../base/errors';
import type { Log } from '../base/log';
import { ConfiguredNetworks, type Peer } from '../base/source';
import type { Board } from '../config/board';
import type { Config } from '../config/schema';
import type { Listening } from '../mail/links';
import { findBoardGaps } from '../readiness/board-gaps';
import { countWrite, type Database } from '../store/database';

/** Longest wait for one check: the answer comes within two seconds, whatever the database does. */
const CHECK_MS = 1_500;
/** How long what was found of database and disk counts: those who ask all the time cost no more. */
const FRESH_MS = 1_000;
const LEAST_FREE_BYTES = 32 * 1024 * 1024;

interface ReadinessOptions {
  readonly db: Pick<Database, 'run'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly dataDir: string;
  /** Least room on the disk of the data folder. */
  readonly leastFreeBytes?: number;
}

/** A reason that something else than the checks of this file finds at once; undefined where there is none. */
type ReadinessCheck = () => string | undefined;

/** Whether a balancer may send callers here, and if not, why. */
export class Readiness {
  private readonly checks: ReadinessCheck[] = [];
  private state: 'starting' | 'open' | 'stopping' = 'starting';
  private asking: Promise<readonly string[]> | undefined;
  private found: { readonly reasons: readonly string[]; readonly untilMs: number } | undefined;
  private writing: Promise<boolean> | undefined;
  private looking: Promise<boolean> | undefined;
  private told = '';

  constructor(private readonly options: ReadinessOptions) {}

  add(check: ReadinessCheck): void {
    this.checks.push(check);
  }

  opened(): void {
    this.state = 'open';
  }

  stopping(): void {
    this.state = 'stopping';
  }

  /** Empty where callers may come. */
  async reasons(): Promise<readonly string[]> {
    const slow = await this.slowReasons();
    const reasons = [
      ...(this.state === 'open' ? [] : [this.state]),
      ...slow,
      ...this.checks.flatMap((check) => check() ?? []),
    ];
    const text = reasons.join(', ');
    // Balancers ask every second: only what changed has a line.
    if (text !== this.told) {
      if (text === '') this.options.log.info('board.ready');
      else this.options.log.warn('board.not-ready', { reasons: text });
    }
    this.told = text;
    return reasons;
  }

  /** What database and disk say: asked once for all who want to know at the same time, and not again for a while. */
  private slowReasons(): Promise<readonly string[]> {
    const { found } = this;
    if (found !== undefined && this.options.clock.monotonicMs() < found.untilMs)
      return Promise.resolve(found.reasons);
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    return this.asking;
  }

  private async ask(): Promise<readonly string[]> {
    // What does not answer is not asked a second time meanwhile.
    this.writing ??= this.write().finally(() => (this.writing = undefined));
    this.looking ??= this.hasRoom().finally(() => (this.looking = undefined));
    const [writes, hasRoom] = await Promise.all([
      this.inTime(this.writing, 'a write to the database'),
      this.inTime(this.looking, 'the disk'),
    ]);
    const reasons = [...(writes ? [] : ['database']), ...(hasRoom ? [] : ['disk'])];
    this.found = { reasons, untilMs: this.options.clock.monotonicMs() + FRESH_MS };
    return reasons;
  }

  private async write(): Promise<boolean> {
    const { db, log } = this.options;
    try {
      await db.run(countWrite);
      return true;
    } catch (error) {
      log.debug('board.no-write', { error: toError(error) });
      return false;
    }
  }

  private async hasRoom(): Promise<boolean> {
    const { dataDir, leastFreeBytes = LEAST_FREE_BYTES } = this.options;
    try {
      const { bavail, bsize } = await statfs(dataDir);
      return bavail * bsize >= leastFreeBytes;
    } catch {
      // The folder is gone, or its disk.
      return false;
    }
  }

  private inTime(check: Promise<boolean>, what: string): Promise<boolean> {
    return withLimit(this.options.clock, check, { limitMs: CHECK_MS, what }).catch(() => false);
  }
}

/**
 * True for who may read why the board takes no callers: exempt networks, and proxies that ask for
 * themselves. Everybody may stand behind an address that many share.
 */
export function mayReadReasons(
  { remoteIp, isShared }: Pick<Peer, 'remoteIp' | 'isShared'>,
  {
    config,
    isExempt,
  }: { readonly config: () => Config; readonly isExempt: (ip: string) => boolean },
): boolean {
  const { contentServers } = config();
  const { behindProxy, https } = contentServers.web;
  if (isShared || (behindProxy && https.proxyProtocol !== 'required')) return false;
  return (
    isExempt(remoteIp) || new ConfiguredNetworks('proxies', () => config().proxies).has(remoteIp)
  );
}

/** Its id tells nothing of the key, and which one to copy. */
export function missingKey(keyId: string | undefined): string | undefined {
  return keyId === undefined ? undefined : `sealing key ${keyId}`;
}

/** What a public board still lacks, a sentence each. */
export async function findMissing(
  config: Config,
  parts: {
    readonly board: Board;
    readonly clock: BoardClock;
    readonly listening: Listening;
    readonly backend: Backend;
  },
): Promise<readonly string[]> {
  const { board, clock, listening, backend } = parts;
  const gaps = await findBoardGaps(config, {
    ...{ board, nowMs: clock.nowMs(), listening },
    backend: () => Promise.resolve(backend),
  });
  return gaps.filter(({ weight }) => weight === 'missing').map(({ text }) => text);
}
