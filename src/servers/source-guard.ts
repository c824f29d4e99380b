import { isIP } from 'node:net';
import type { Clock } from '../base/clock';
import { plainIp, sourceOf } from '../base/source';

/** What a source can be charged with (rule K1). */
export type PenaltyKind = 'auth-failure' | 'unknown-user' | 'no-auth' | 'grace' | 'protocol';

export type SourceAdmission =
  { readonly ok: true } | { readonly ok: false; readonly retryAfterMs: number };

/** Penalties per source. Asked at TCP accept, so it answers from memory. */
export interface SourceGuard {
  admit(ip: string): SourceAdmission;
  penalize(ip: string, kind: PenaltyKind): void;
}

/** Milliseconds each offence adds. */
const PENALTY_MS: Readonly<Record<PenaltyKind, number>> = {
  'auth-failure': 5_000,
  'unknown-user': 5_000,
  'no-auth': 1_000,
  grace: 10_000,
  protocol: 10_000,
};

// Below this a penalty is only remembered: one mistyped password shuts nobody out.
const ENFORCED_FROM_MS = 15_000;
const MOST_MS = 600_000;
const SOURCES_PER_FAMILY = 65_536;

interface Penalty {
  /** On the monotonic clock: a step of the wall clock neither frees nor shuts out anybody. */
  untilMs: number;
  enforced: boolean;
}

export interface MemorySourceGuardOptions {
  readonly clock: Clock;
  /** Sources that are never charged. */
  readonly isExempt: (ip: string) => boolean;
  readonly sourcesPerFamily?: number;
}

/** Penalties in memory: at most 65,536 sources per family, and further ones are let in (rule K1). */
export class MemorySourceGuard implements SourceGuard {
  private readonly families = { 4: new Map<string, Penalty>(), 6: new Map<string, Penalty>() };

  constructor(private readonly options: MemorySourceGuardOptions) {}

  admit(ip: string): SourceAdmission {
    const known = this.family(ip);
    const source = sourceOf(ip);
    const penalty = known.get(source);
    if (penalty === undefined) return { ok: true };
    const leftMs = penalty.untilMs - this.options.clock.monotonicMs();
    if (leftMs <= 0) known.delete(source);
    return leftMs > 0 && penalty.enforced ? { ok: false, retryAfterMs: leftMs } : { ok: true };
  }

  penalize(ip: string, kind: PenaltyKind): void {
    if (this.options.isExempt(ip)) return;
    const nowMs = this.options.clock.monotonicMs();
    const known = this.family(ip);
    const source = sourceOf(ip);
    const before = known.get(source);
    if (before === undefined && !this.makeRoom(known, nowMs)) return;
    const running = before !== undefined && before.untilMs > nowMs;
    const untilMs = Math.min(
      nowMs + MOST_MS,
      (running ? before.untilMs : nowMs) + PENALTY_MS[kind],
    );
    const enforced = (running && before.enforced) || untilMs - nowMs >= ENFORCED_FROM_MS;
    // Put at the end, so that the map stays in order of the last offence.
    known.delete(source);
    known.set(source, { untilMs, enforced });
  }

  /** Sources remembered now. */
  get size(): number {
    return this.families[4].size + this.families[6].size;
  }

  private family(ip: string): Map<string, Penalty> {
    return isIP(plainIp(ip)) === 6 ? this.families[6] : this.families[4];
  }

  private makeRoom(known: Map<string, Penalty>, nowMs: number): boolean {
    const most = this.options.sourcesPerFamily ?? SOURCES_PER_FAMILY;
    if (known.size < most) return true;
    for (const [source, penalty] of known) {
      // A few from the front are enough: whoever offends again moves to the end.
      if (penalty.untilMs > nowMs) break;
      known.delete(source);
    }
    return known.size < most;
  }
}
