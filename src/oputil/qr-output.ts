import { closeSync, fchmodSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { extname } from 'node:path';
import QRCode from 'qrcode';
import { BbsError } from '../base/errors';
import { whyNotWritten } from '../base/file-reason';
import { renderTerminalQr } from '../terminal/qr';

/** Half blocks for a terminal, data URL, HTML image, SVG (contract A5); PNG with --out only. */
export type QrKind = 'ascii' | 'data' | 'img' | 'svg' | 'png';

/** Values of --qr-type. */
export const QR_KINDS: readonly QrKind[] = ['ascii', 'data', 'img', 'svg'];

const KIND_BY_EXTENSION: Readonly<Record<string, QrKind>> = {
  '.svg': 'svg',
  '.png': 'png',
  '.html': 'img',
  '.htm': 'img',
  '.txt': 'ascii',
  '': 'ascii',
};

const CODE = { errorCorrectionLevel: 'L', margin: 4 } as const;
/**
 * Eight pixels per module in greyscale with the `up` filter: two thirds of the bytes and a fifth of
 * the time of the package's defaults.
 */
const PICTURE = {
  ...CODE,
  scale: 8,
  rendererOpts: { deflateLevel: 9, colorType: 0, filterType: 2 },
} as const;

/** The requested kind, else the one of the file's extension; throws USAGE for an unknown extension. */
export function qrKindOf(asked: QrKind | undefined, file: string | undefined): QrKind {
  const extension = extname(file ?? '').toLowerCase();
  const kind = asked ?? KIND_BY_EXTENSION[extension];
  if (kind !== undefined) return kind;
  throw new BbsError('USAGE', `cannot draw a ${extension} file: .svg, .png, .html or .txt`);
}

/** Draws a QR code. `colored` sets white on black, so that a light terminal does not invert it. */
export async function drawQr(
  text: string,
  kind: QrKind,
  colored: boolean,
): Promise<string | Buffer> {
  switch (kind) {
    case 'ascii': {
      const { lines } = renderTerminalQr(text);
      return lines.map((line) => (colored ? `\x1b[97;40m${line}\x1b[0m` : line)).join('\n');
    }
    case 'svg':
      return (await QRCode.toString(text, { ...CODE, type: 'svg' })).trim();
    case 'data':
      return QRCode.toDataURL(text, PICTURE);
    case 'img':
      return `<img src="${await QRCode.toDataURL(text, PICTURE)}" alt="QR code">`;
    case 'png':
      return QRCode.toBuffer(text, PICTURE);
  }
}

/** A file of mode 0600, opened before the secret exists; every failure throws USAGE. */
export class SecretFile {
  private constructor(
    readonly path: string,
    private readonly handle: number,
  ) {}

  static open(path: string): SecretFile {
    try {
      const handle = openSync(path, 'a', 0o600);
      // An existing file may be readable by others.
      fchmodSync(handle, 0o600);
      return new SecretFile(path, handle);
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  /** Replaces the content of the file. */
  write(content: string | Buffer): void {
    try {
      const bytes = typeof content === 'string' ? Buffer.from(`${content}\n`, 'utf8') : content;
      ftruncateSync(this.handle);
      writeSync(this.handle, bytes);
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  close(): void {
    closeSync(this.handle);
  }
}

function cannotWrite(path: string, error: unknown): BbsError {
  const why = whyNotWritten(error);
  return new BbsError('USAGE', `cannot write ${path}: ${why}; choose another --out`, {
    cause: error,
  });
}
