import type { OwnEnrollment } from '../auth/set-up';
import { fittingQr, secretGroups } from '../menu/run/set-up-here';
import type { PageContent } from '../menu/run/module';
import type { Say } from '../texts/texts';

/** Columns that the text beside a QR code needs, with the free ones around it. */
const BESIDE_QR = 35;

/** The QR of a registration with what to do with it, or undefined where the screen has no room for it. */
export function qrPage(
  say: Say,
  pending: Pick<OwnEnrollment, 'uri' | 'word'>,
  screen: { readonly width: number; readonly height: number },
): PageContent | undefined {
  const { width, height } = screen;
  const beside = fittingQr(pending.uri, { width: width - BESIDE_QR, height: height - 1 });
  if (beside !== undefined) {
    return {
      title: say('secret.scan-title'),
      lines: [
        say('secret.scan'),
        '',
        say('secret.type', { word: pending.word }),
        '',
        say('secret.stay'),
      ],
      picture: (space) => fittingQr(pending.uri, space)?.lines,
    };
  }
  // One row stays free for the text and the pause prompt; the last column is never written.
  const qr = fittingQr(pending.uri, { width: width - 1, height: height - 2 });
  if (qr === undefined) return undefined;
  const left = ' '.repeat(Math.floor((width - qr.width) / 2));
  return [
    `|07 ${say('secret.scan-short', { word: pending.word })}`,
    ...qr.lines.map((line) => `${left}|15${line}`),
  ];
}

/** The secret of a registration in groups of four, as people type it into an app; no group is cut. */
export function secretPage(
  say: Say,
  pending: Pick<OwnEnrollment, 'secret' | 'word'>,
  width: number,
): PageContent {
  const groups = secretGroups(pending.secret);
  return {
    title: say('secret.title'),
    lines: [
      say('secret.type-secret'),
      '',
      ...rowsOf(groups, { perRow: width < NARROW ? 4 : 8, gap: ' ' }),
      '',
      say('secret.counts-once', { word: pending.word }),
    ],
  };
}

/** New backup codes with what to do with them: two in a row, or one where two have no room. */
export function backupCodePage(say: Say, codes: readonly string[], width: number): PageContent {
  return {
    title: say('secret.codes-title'),
    lines: [
      say('secret.codes-new'),
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
