import type { Random } from '../base/random';
import { sourceOf } from '../base/source';
import type { Config } from '../config/schema';
import type { SourceGuard } from './source-guard';

export type RefusalReason =
  /** So few file descriptors are left that the board itself needs them (rule L6). */
  | 'reserve'
  /** The source has offended lately (rule K1). */
  | 'penalty'
  | 'source-total'
  | 'source-pre-auth'
  /** Random early drop (rule K2). */
  | 'early-drop';

/** A caller's place among the open connections. */
export interface Seat {
  /** Fully signed in: no longer counted among those who may still be anybody. */
  signedIn(): void;
  release(): void;
}

export type Admittance =
  | { readonly ok: true; readonly seat: Seat }
  | { readonly ok: false; readonly reason: RefusalReason };

export interface AdmissionOptions {
  readonly config: () => Config;
  readonly random: Random;
  readonly guard: SourceGuard;
  /** Sources without penalties and without a limit of their own. */
  readonly isExempt: (ip: string) => boolean;
  /** Most connections at once that leave the board its own descriptors; undefined is no limit. */
  readonly mostConnections: number | undefined;
}

interface Count {
  total: number;
  preAuth: number;
}

/** Who may connect at all: one for all servers, asked before a byte is read or written. */
export class Admission {
  private readonly sources = new Map<string, Count>();
  private total = 0;
  private preAuth = 0;

  constructor(private readonly options: AdmissionOptions) {}

  /** Connections open now, and those of them that are not signed in. */
  get open(): { readonly total: number; readonly preAuth: number } {
    return { total: this.total, preAuth: this.preAuth };
  }

  admit(ip: string): Admittance {
    const { security } = this.options.config();
    if (this.isFull()) return { ok: false, reason: 'reserve' };
    const source = sourceOf(ip);
    if (!this.options.isExempt(ip)) {
      if (!this.options.guard.admit(ip).ok) return { ok: false, reason: 'penalty' };
      const count = this.sources.get(source);
      if ((count?.total ?? 0) >= security.maxPerSource)
        return { ok: false, reason: 'source-total' };
      if ((count?.preAuth ?? 0) >= security.maxPreAuthPerSource)
        return { ok: false, reason: 'source-pre-auth' };
    }
    if (this.isDroppedEarly(security.earlyDrop)) return { ok: false, reason: 'early-drop' };
    return { ok: true, seat: this.take(source) };
  }

  /** For a proxy of the sysop's that calls for many: its address says nothing of who they are. */
  admitProxy(ip: string): Admittance {
    if (this.isFull()) return { ok: false, reason: 'reserve' };
    const seat = this.take(sourceOf(ip));
    seat.signedIn();
    return { ok: true, seat };
  }

  private isFull(): boolean {
    const most = this.options.mostConnections;
    return most !== undefined && this.total >= most;
  }

  /** start:percent:full: from `start` on `percent` in a hundred, rising to all of them at `full`. */
  private isDroppedEarly(rule: string): boolean {
    const [start = 0, percent = 0, full = 0] = rule.split(':').map(Number);
    if (this.preAuth < start) return false;
    if (this.preAuth >= full) return true;
    const chance = percent + ((100 - percent) * (this.preAuth - start)) / (full - start);
    return this.options.random.below(10_000) < chance * 100;
  }

  private take(source: string): Seat {
    const count = this.sources.get(source) ?? { total: 0, preAuth: 0 };
    this.sources.set(source, count);
    count.total += 1;
    count.preAuth += 1;
    this.total += 1;
    this.preAuth += 1;
    let state: 'pre-auth' | 'signed-in' | 'gone' = 'pre-auth';
    const leavePreAuth = (): void => {
      count.preAuth -= 1;
      this.preAuth -= 1;
    };
    return {
      signedIn: () => {
        if (state !== 'pre-auth') return;
        state = 'signed-in';
        leavePreAuth();
      },
      release: () => {
        if (state === 'gone') return;
        if (state === 'pre-auth') leavePreAuth();
        state = 'gone';
        this.total -= 1;
        count.total -= 1;
        if (count.total === 0) this.sources.delete(source);
      },
    };
  }
}
