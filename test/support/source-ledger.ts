import type { SourceGuard } from '../../src/throttle/connection-slot';

/**
 * A guard that refuses a source once it was charged twice, for tests of what the servers charge.
 */
export class SourceLedger implements SourceGuard {
  readonly charges: { readonly ip: string; readonly kind: string }[] = [];

  constructor(private readonly isExempt: (ip: string) => boolean = () => false) {}

  admit(ip: string): ReturnType<SourceGuard['admit']> {
    const charged = this.charges.filter((charge) => charge.ip === ip).length;
    return charged < 2 ? { ok: true } : { ok: false, retryAfterMs: 20_000 };
  }

  penalize: SourceGuard['penalize'] = (ip, kind, isShared = false) => {
    if (isShared || !this.isExempt(ip)) this.charges.push({ ip, kind });
  };
}
