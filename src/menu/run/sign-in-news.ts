import type { LoginHistory } from '../../auth/login';

/** With so few backup codes left a caller should make new ones (rule B8). */
const FEW = 3;

/** The notice about a sign-in; undefined when there is nothing to tell. */
export function signInNews(history: LoginHistory): string | undefined {
  const news = [setUpNews(history), codeNews(history)].filter((text) => text !== undefined);
  return news.length === 0 ? undefined : news.join(' ');
}

/** Another person who knows the password may have begun the set-up (rule M2). */
function setUpNews({ setUp }: LoginHistory): string | undefined {
  if (setUp === undefined) return undefined;
  // Fits one line of 80 columns; the address comes last, because the end may be cut.
  return `2FA was begun elsewhere. Not you? Change your password. (${setUp.remoteIp})`;
}

function codeNews(history: LoginHistory): string | undefined {
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
