import type { Notice } from '../store/notice';
import { type FactorKind, findFactorKind } from './factor-kinds';

interface Where {
  readonly userId: number;
  readonly remoteIp: string;
}

/** The mail to the owner about what led to a set-up; undefined for any other code. */
export function usedNotice({ by }: { readonly by: FactorKind }, where: Where): Notice | undefined {
  const kind = findFactorKind(by)?.usedMail;
  return kind === undefined ? undefined : { kind, ...where };
}

/** The mail about a code on paper that let nobody in and is void, because others may have read it (rules N1, N7). */
export function heardNotice(
  { by, left = 0 }: { readonly by: FactorKind; readonly left?: number },
  where: Where,
): Notice | undefined {
  const kind = findFactorKind(by)?.heardMail;
  if (kind === undefined) return undefined;
  return kind === 'backup-code-heard' ? { kind, ...where, left } : { kind, ...where };
}
