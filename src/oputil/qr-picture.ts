import { extname } from 'node:path';
import QRCode from 'qrcode';
import { renderTerminalQr } from '../terminal/qr';

/** Half blocks for a terminal, a data URL, an HTML image, or SVG (contract A5); and PNG for --out. */
export type QrKind = 'ascii' | 'data' | 'img' | 'svg' | 'png';

/** What --qr-type may be. */
export const QR_KINDS: readonly QrKind[] = ['ascii', 'data', 'img', 'svg'];

const KIND_BY_EXTENSION: Readonly<Record<string, QrKind>> = {
  '.svg': 'svg',
  '.png': 'png',
  '.html': 'img',
  '.htm': 'img',
};

/** What was asked for, else what the file's name says. */
export function qrKindOf(asked: QrKind | undefined, file: string | undefined): QrKind {
  return asked ?? KIND_BY_EXTENSION[extname(file ?? '').toLowerCase()] ?? 'ascii';
}

/** Draws a QR code. `colored` sets white on black, so that it is no negative on a light terminal. */
export async function drawQr(
  text: string,
  kind: QrKind,
  colored: boolean,
): Promise<string | Buffer> {
  const options = { errorCorrectionLevel: 'L', margin: 4 } as const;
  switch (kind) {
    case 'ascii': {
      const { lines } = renderTerminalQr(text);
      return lines.map((line) => (colored ? `\x1b[97;40m${line}\x1b[0m` : line)).join('\n');
    }
    case 'svg':
      return (await QRCode.toString(text, { ...options, type: 'svg' })).trim();
    case 'data':
      return QRCode.toDataURL(text, { ...options, scale: 8 });
    case 'img':
      return `<img src="${await QRCode.toDataURL(text, { ...options, scale: 8 })}" alt="QR code">`;
    case 'png':
      return QRCode.toBuffer(text, { ...options, scale: 8 });
  }
}
