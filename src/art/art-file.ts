import { isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { glyphOfCp437 } from '../terminal/encoding';
import { parseArt, type ArtToken, type FindCodeKind } from './art-token';
import { splitSauce, type Sauce } from './sauce';

/** Extensions of art, in the order in which they are tried for a spec without one (contract A8). */
export const ART_EXTENSIONS = [
  '.ans',
  '.utf8ans',
  '.asc',
  '.pcb',
  '.bbs',
  '.amiga',
  '.txt',
] as const;

/** One decoded and tokenized art file; drawn by `renderArt`. */
export interface Art {
  readonly file: string;
  readonly text: string;
  readonly tokens: readonly ArtToken[];
  readonly sauce: Sauce | undefined;
  /** Column to wrap at: SAUCE's, or 80. */
  readonly width: number;
  /** Rows according to the SAUCE record. */
  readonly height: number | undefined;
  /** SyncTERM font name according to the SAUCE record. */
  readonly font: string | undefined;
  readonly iceColors: boolean;
  /**
   * True for text files: a line break after a full row ends that row. On a DOS console, for which
   * ANSI art is drawn, the cursor is on the next row by then and the break produces an empty one.
   */
  readonly softBreaks?: boolean;
  /** True for a file that is read as CP437 and was saved as UTF-8. */
  readonly isUtf8?: boolean;
}

interface DecodeOptions {
  readonly file: string;
  /** Overrides the encoding that follows from the extension: `cp437`, `utf8`, `latin1`, ... */
  readonly encodedAs?: string | undefined;
  /** False ignores a SAUCE record. */
  readonly readSauce?: boolean | undefined;
  /** Without it only cursor codes are codes. */
  readonly kindOf?: FindCodeKind;
}

const DEFAULT_WIDTH = 80;

/** Decodes an art file's bytes. */
export function decodeArt(bytes: Buffer, options: DecodeOptions): Art {
  const { body, sauce } = splitSauce(bytes);
  const known = options.readSauce === false ? undefined : sauce;
  const text = decodeText(body, encodingOf(options));
  return {
    file: options.file,
    text,
    tokens: parseArt(text, options.kindOf ?? (() => undefined)),
    sauce: known,
    width: known?.width ?? DEFAULT_WIDTH,
    height: known?.height,
    font: known?.font,
    iceColors: known?.iceColors ?? false,
    softBreaks: ['.asc', '.txt'].includes(artExtension(options.file)),
    isUtf8: encodingOf(options) === 'cp437' && isUtf8(body) && !isAscii(body),
  };
}

/** Lower-case extension with its dot, '' without one. */
export function artExtension(file: string): string {
  return /\.[^./\\]+$/.exec(file)?.[0].toLowerCase() ?? '';
}

function encodingOf(options: DecodeOptions): string {
  const { encodedAs } = options;
  if (encodedAs !== undefined && iconv.encodingExists(encodedAs)) return encodedAs;
  const extension = artExtension(options.file);
  if (extension === '.utf8ans') return 'utf8';
  return extension === '.amiga' ? 'latin1' : 'cp437';
}

function decodeText(body: Buffer, encoding: string): string {
  const text = iconv.decode(body, encoding);
  const isDos = /^(?:cp|ibm)?437$/i.test(encoding);
  return (isDos ? drawControls(text) : text).replace(/\r?\n/g, '\r\n');
}

/**
 * Replaces the low bytes that art does not use as controls (those are NUL, BEL, BS, TAB, LF, FF,
 * CR, ESC) by their glyphs; control-Y and control-Q stay where they begin a CNET code.
 */
function drawControls(text: string): string {
  return text.replace(
    /[\u0001-\u0006\u000b\u000e-\u0010\u0012-\u0018\u001a\u001c-\u001f\u007f]|[\u0011\u0019](?!c[0-9a-fA-F]|z[0-7]|[nfq]1)/g,
    (control) => glyphOfCp437(control.charCodeAt(0)),
  );
}
