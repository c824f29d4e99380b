import type { OwnEnrollment } from '../auth/pending-enrollment';
import { wrapWords } from '../menu/screen/message-line';
import { fittingQr, secretGroups } from '../menu/run/set-up-here';

/** The QR of a registration with a line of text, or undefined where the screen has no room for it. */
export function qrLines(
  pending: Pick<OwnEnrollment, 'uri' | 'word'>,
  screen: { readonly width: number; readonly height: number },
): readonly string[] | undefined {
  // One row stays free for the text and the pause prompt; the last column is never written.
  const qr = fittingQr(pending.uri, { width: screen.width - 1, height: screen.height - 2 });
  if (qr === undefined) return undefined;
  const left = ' '.repeat(Math.floor((screen.width - qr.width) / 2));
  const told = `Scan this, type ${pending.word} and its code on the page of the link. Stay signed in.`;
  return [
    `|07 ${told.length < screen.width ? told : `Scan this. Word: ${pending.word}. Stay signed in.`}`,
    ...qr.lines.map((line) => `${left}|15${line}`),
  ];
}

/** The secret of a registration in groups of four, as people type it into an app; no group is cut. */
export function secretLines(
  pending: Pick<OwnEnrollment, 'secret' | 'word'>,
  width: number,
): readonly string[] {
  const groups = secretGroups(pending.secret);
  return [
    '',
    ' |15Your new secret|07',
    '',
    ...sentence('Type it into your authenticator app if you cannot scan the QR code:', width),
    '',
    ...rowsOf(groups, { perRow: width < NARROW ? 4 : 8, gap: ' ' }),
    '',
    ...sentence(
      `It counts once you have typed ${pending.word} and a code of it on the page of the link. Stay signed in until then: the link ends with this call. After that nobody can look it up again, and neither can you.`,
      width,
    ),
  ];
}

/** New backup codes with what to do with them: two in a row, or one where two have no room. */
export function backupCodeLines(codes: readonly string[], width: number): readonly string[] {
  return [
    '',
    ' |15Your new backup codes|07',
    '',
    ...sentence(
      'Each lets you in once in place of a one-time code. Keep them where your phone is not. They are shown this once; the old ones no longer work.',
      width,
    ),
    '',
    ...rowsOf(codes, { perRow: width < NARROW ? 1 : 2, gap: '     ' }),
    '',
  ];
}

/** Columns below which two codes, or a whole secret, do not fit side by side. */
const NARROW = 60;

function rowsOf(
  parts: readonly string[],
  row: { readonly perRow: number; readonly gap: string },
): readonly string[] {
  const rows: string[] = [];
  for (let from = 0; from < parts.length; from += row.perRow) {
    rows.push(`     |15${parts.slice(from, from + row.perRow).join(row.gap)}|07`);
  }
  return rows;
}

function sentence(text: string, width: number): readonly string[] {
  // A column before each line, and the last one free.
  return wrapWords(text, Math.min(width, 80) - 2).map((line) => ` ${line}`);
}
