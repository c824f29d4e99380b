import type { PendingFactor } from '../menu/services';
import { renderTerminalQr } from '../terminal/qr';

/** The QR of a registration with a line of text, or undefined where the screen has no room for it. */
export function qrLines(
  pending: PendingFactor,
  screen: { readonly width: number; readonly height: number },
): readonly string[] | undefined {
  // One row stays free for the text and the pause prompt; the last column is never written.
  const qr = renderTerminalQr(pending.uri, { width: screen.width - 1, height: screen.height - 2 });
  if (!qr.fits) return undefined;
  const left = ' '.repeat(Math.floor((screen.width - qr.width) / 2));
  return [
    ' |07Scan this, type its code on the page of the link, and stay signed in.',
    ...qr.lines.map((line) => `${left}|15${line}`),
  ];
}

/** The secret of a registration in groups of four, as people type it into an app. */
export function secretLines(pending: PendingFactor): readonly string[] {
  const groups = pending.secret.match(/.{1,4}/g) ?? [];
  const rows = [];
  for (let from = 0; from < groups.length; from += 8) {
    rows.push(`     |15${groups.slice(from, from + 8).join(' ')}|07`);
  }
  return [
    '',
    ' |15Your new secret|07',
    '',
    ' Type it into your authenticator app if you cannot scan the QR code:',
    '',
    ...rows,
    '',
    ' It counts once you have typed a code of it on the page of the link.',
    ' Stay signed in until then: the link ends with this call.',
    ' After that nobody can look it up again, and neither can you.',
  ];
}

/** New backup codes, two in a row, with what to do with them. */
export function backupCodeLines(codes: readonly string[]): readonly string[] {
  const rows = [];
  for (let from = 0; from < codes.length; from += 2) {
    rows.push(`     |15${codes.slice(from, from + 2).join('     ')}|07`);
  }
  return [
    '',
    ' |15Your new backup codes|07',
    '',
    ' Each lets you in once in place of a one-time code. Keep them where your',
    ' phone is not. They are shown this once; the old ones no longer work.',
    '',
    ...rows,
    '',
  ];
}
