import { parseArt } from '../../art/art-token';
import { ART_EXTENSIONS, type Art } from '../../art/art-file';
import {
  fillLayout,
  layOutArt,
  type LaidOutArt,
  type RenderedArt,
  type ResolveMci,
} from '../../art/render';
import { toError } from '../../base/errors';
import { kindOfCode, mciValue } from './mci-codes';
import type { ShownArt } from '../run/module';
import type { CallContext } from '../run/call-context';

/** Art with the values of one caller. */
export interface Picture extends RenderedArt {
  readonly art: Art;
  readonly resolve: ResolveMci;
}

interface PictureOptions {
  /** For MCI code MD. */
  readonly description: string;
  readonly encodedAs?: string | undefined;
  readonly fits?: FitsForm | undefined;
}

/** Art with the places of its views, without any caller's values. */
export interface ArtLayout {
  readonly art: Art;
  readonly drawn: LaidOutArt;
}

/** Does the art place what the form cannot do without? */
type FitsForm = (layout: ArtLayout) => boolean;

/** Finds and draws art; undefined when there is none, which is never fatal. */
export async function drawPicture(
  call: CallContext,
  shown: ShownArt,
  options: PictureOptions,
): Promise<Picture | undefined> {
  const layout = await findLayout(call, shown, options.encodedAs, options.fits);
  return layout && fillIn(call, layout, { description: options.description, texts: [] });
}

/**
 * Finds the art and its layout; the form is selected by its codes. Art that does not fit the form counts as
 * missing where the themes above, or another variant, have some that does.
 */
export async function findLayout(
  call: CallContext,
  shown: ShownArt,
  encodedAs: string | undefined,
  fits: FitsForm = () => true,
): Promise<ArtLayout | undefined> {
  const { width } = drawingSize(call);
  if (shown.kind === 'lines') {
    const art = artOfLines(call, shown.lines, width);
    return { art, drawn: layOutArt(art, width) };
  }
  const passOver = new Set<string>();
  let first: ArtLayout | undefined;
  for (;;) {
    const art = await findArt(call, shown.spec, { encodedAs, passOver });
    if (art === undefined) return first;
    const layout = { art, drawn: call.services.art.layout(art, width) };
    if (fits(layout)) return layout;
    first ??= layout;
    passOver.add(art.file);
  }
}

/** Draws the caller's values over a layout. */
export async function fillIn(
  call: CallContext,
  { art, drawn }: ArtLayout,
  options: {
    readonly description: string;
    /** Texts of views and formats, which may contain predefined codes too. */
    readonly texts: readonly string[];
  },
): Promise<Picture> {
  const { caller, services, theme } = call;
  const codes = [...drawn.predefined.map(({ code }) => code), ...options.texts.flatMap(codesIn)];
  const source = {
    caller,
    services,
    theme,
    description: options.description,
    figures: await call.figures(codes),
  };
  const resolve: ResolveMci = (code) => mciValue(code, source);
  const { height } = drawingSize(call);
  const { canvas, placements, predefined, rows, tall, endRow, endColumn } = fillLayout(drawn, {
    height,
    resolve,
  });
  // Field by field: a spread object would get a separate hidden class for each caller.
  return { canvas, placements, predefined, rows, tall, endRow, endColumn, art, resolve };
}

/** Codes in a format: `{LC}`, `{TC:,}`, `{BN!upper}`. */
function codesIn(text: string): readonly string[] {
  return [...text.matchAll(/\{([A-Z]{2})[!:}]/g)].map((match) => match[1] ?? '');
}

async function findArt(
  call: CallContext,
  spec: string,
  find: { readonly encodedAs: string | undefined; readonly passOver: ReadonlySet<string> },
): Promise<Art | undefined> {
  const { caller, services } = call;
  try {
    const art = await services.art.find(spec, {
      themeDirs: call.artDirectories,
      lastDirs: call.lastArtDirectories,
      encoding: caller.terminal.encoding,
      ...find,
      ...(caller.terminal.isLineByLine ? { types: TEXT_FIRST } : {}),
    });
    if (art === undefined && find.passOver.size === 0)
      caller.log.debug('menu.art-missing', { art: spec });
    return art;
  } catch (thrown) {
    // Only the sysop can repair the file; the caller continues without the art.
    caller.log.warn('menu.art-unreadable', { art: spec, error: toError(thrown) });
    return undefined;
  }
}

/** Where there is no cursor, a sysop's text lies beside the picture that it is said instead of. */
const TEXT_FIRST: readonly string[] = ['.asc', '.txt', ...ART_EXTENSIONS];

/** Art where there is no cursor has no edges: nothing of it is cut off, and nothing scrolls. */
const EDGELESS = { width: 132, height: 1000 } as const;

/** The size that screens are composed for: that of the window, where there is a cursor. */
export function drawingSize({ caller: { terminal } }: CallContext): {
  readonly width: number;
  readonly height: number;
} {
  return terminal.isLineByLine ? EDGELESS : { width: terminal.width, height: terminal.height };
}

/** Lines made by the program as art, in which colour codes count. */
function artOfLines({ services }: CallContext, lines: readonly string[], width: number): Art {
  const own = services.ownCodes?.mci;
  const text = lines.join('\r\n');
  return {
    file: '',
    text,
    tokens: parseArt(text, (code) => kindOfCode(code, own)),
    sauce: undefined,
    width,
    height: undefined,
    font: undefined,
    iceColors: false,
  };
}
