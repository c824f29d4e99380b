import type { OwnEnrollment } from '../auth/pending-enrollment';
import { fittingQr, secretGroups } from '../menu/run/set-up-here';
import type { PageContent } from '../menu/run/module';

/** Columns that the text beside a QR code needs, with the free ones around it. */
const BESIDE_QR = 35;

/** The QR of a registration with what to do with it, or undefined where the screen has no room for it. */
export function qrPage(
  pending: Pick<OwnEnrollment, 'uri' | 'word'>,
  screen: { readonly width: number; readonly height: number },
): PageContent | undefined {
  const { width, height } = screen;
  const beside = fittingQr(pending.uri, { width: width - BESIDE_QR, height: height - 1 });
  if (beside !== undefined) {
    return {
      title: 'Scan this',
      lines: [
        '1  Scan it with your authenticator app.',
        '',
        `2  Type ${pending.word} and the code of the app on the page of the link.`,
        '',
        'Stay signed in until then: the link ends with this call.',
      ],
      picture: (space) => fittingQr(pending.uri, space)?.lines,
    };
  }
  // One row stays free for the text and the pause prompt; the last column is never written.
  const qr = fittingQr(pending.uri, { width: width - 1, height: height - 2 });
  if (qr === undefined) return undefined;
  const left = ' '.repeat(Math.floor((width - qr.width) / 2));
  return [
    `|07 Scan this. Word: ${pending.word}. Stay signed in.`,
    ...qr.lines.map((line) => `${left}|15${line}`),
  ];
}

/** The secret of a registration in groups of four, as people type it into an app; no group is cut. */
export function secretPage(
  pending: Pick<OwnEnrollment, 'secret' | 'word'>,
  width: number,
): PageContent {
  const groups = secretGroups(pending.secret);
  return {
    title: 'Your new secret',
    lines: [
      'Type it into your authenticator app if you cannot scan the QR code:',
      '',
      ...rowsOf(groups, { perRow: width < NARROW ? 4 : 8, gap: ' ' }),
      '',
      `It counts once you have typed ${pending.word} and a code of it on the page of the link. Stay signed in until then: the link ends with this call. After that nobody can look it up again, and neither can you.`,
    ],
  };
}

/** New backup codes with what to do with them: two in a row, or one where two have no room. */
export function backupCodePage(codes: readonly string[], width: number): PageContent {
  return {
    title: 'Your new backup codes',
    lines: [
      'Each lets you in once in place of a one-time code. Keep them where your phone is not. They are shown this once; the old ones no longer work.',
      '',
      ...rowsOf(codes, { perRow: width < NARROW ? 1 : 2, gap: '     ' }),
      '',
    ],
  };
}

/** Columns below which two codes, or a whole secret, do not fit side by side. */
const NARROW = 60;

function rowsOf(
  parts: readonly string[],
  row: { readonly perRow: number; readonly gap: string },
): readonly string[] {
  const rows: string[] = [];
  for (let from = 0; from < parts.length; from += row.perRow) {
    rows.push(`  |15${parts.slice(from, from + row.perRow).join(row.gap)}|07`);
  }
  return rows;
}
