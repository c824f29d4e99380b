import type { LoginHistory } from '../auth/login';

/** So few backup codes left that a caller should make new ones (rule B8). */
const FEW = 3;

/** What the code that let a caller in has cost him, as a sentence; undefined when it cost nothing. */
export function signInNews(history: LoginHistory): string | undefined {
  if (history.factorRemoved === true) {
    return 'You used your recovery code: two-factor sign-in is now switched off.';
  }
  const left = history.backupCodesLeft;
  if (left === undefined) return undefined;
  if (left === 0) return 'You used your last backup code. Please make new ones now.';
  if (left > FEW) return `You used a backup code; ${left} are left.`;
  return left === 1
    ? 'You used a backup code. Only 1 is left: please make new ones.'
    : `You used a backup code. Only ${left} are left: please make new ones.`;
}
