import { parseArt } from '../../art/art-token';
import type { Art } from '../../art/art-file';
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

/** Art as this caller sees it. */
export interface Picture extends RenderedArt {
  readonly art: Art;
  readonly resolve: ResolveMci;
}

interface PictureOptions {
  /** For MCI code MD. */
  readonly description: string;
  readonly encodedAs?: string | undefined;
}

/** Art that was found, and where it wants views; nobody's values are in it yet. */
export interface ArtLayout {
  readonly art: Art;
  readonly drawn: LaidOutArt;
}

/** Finds and draws what is to be shown; undefined when there is no such art, which is never fatal. */
export async function drawPicture(
  call: CallContext,
  shown: ShownArt,
  options: PictureOptions,
): Promise<Picture | undefined> {
  const layout = await findLayout(call, shown, options.encodedAs);
  return layout && fillIn(call, layout, { description: options.description, texts: [] });
}

/** The first half of that: before it is known which form goes with the art. */
export async function findLayout(
  call: CallContext,
  shown: ShownArt,
  encodedAs: string | undefined,
): Promise<ArtLayout | undefined> {
  const { width } = call.caller.terminal;
  if (shown.kind === 'lines') {
    const art = artOfLines(call, shown.lines);
    return { art, drawn: layOutArt(art, width) };
  }
  const art = await findArt(call, shown.spec, encodedAs);
  return art && { art, drawn: call.services.art.layout(art, width) };
}

/** The other half: the caller's values. */
export async function fillIn(
  call: CallContext,
  { art, drawn }: ArtLayout,
  options: {
    readonly description: string;
    /** Texts of views and formats, in which predefined codes may stand as well. */
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
  const { height } = caller.terminal;
  const { canvas, placements, predefined, rows, tall, endRow, endColumn } = fillLayout(drawn, {
    height,
    resolve,
  });
  // Field by field: an object spread into another has a hidden class of its own, for each caller.
  return { canvas, placements, predefined, rows, tall, endRow, endColumn, art, resolve };
}

/** Codes in a format of a sysop's: `{LC}`, `{TC:,}`, `{BN!upper}`. */
function codesIn(text: string): readonly string[] {
  return [...text.matchAll(/\{([A-Z]{2})[!:}]/g)].map((match) => match[1] ?? '');
}

async function findArt(
  call: CallContext,
  spec: string,
  encodedAs: string | undefined,
): Promise<Art | undefined> {
  const { caller, services } = call;
  try {
    const art = await services.art.find(spec, {
      themeDirs: call.artDirectories,
      lastDirs: call.lastArtDirectories,
      encoding: caller.terminal.encoding,
      encodedAs,
    });
    if (art === undefined) caller.log.debug('menu.art-missing', { art: spec });
    return art;
  } catch (thrown) {
    // A broken file is the sysop's to mend; the caller goes on without the picture.
    caller.log.warn('menu.art-unreadable', { art: spec, error: toError(thrown) });
    return undefined;
  }
}

/** Lines of our own making as art, in which colour codes count. */
function artOfLines(call: CallContext, lines: readonly string[]): Art {
  const text = lines.join('\r\n');
  return {
    file: '',
    text,
    tokens: parseArt(text, kindOfCode),
    sauce: undefined,
    width: call.caller.terminal.width,
    height: undefined,
    font: undefined,
    iceColors: false,
  };
}
