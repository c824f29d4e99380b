import { parseArt } from '../art/art-token';
import type { Art } from '../art/art-file';
import { renderArt, type RenderedArt, type ResolveMci } from '../art/render';
import { toError } from '../base/errors';
import { isFigure, mciValue, readFigures, type BoardFigures } from './mci-values';
import type { ShownArt } from './module';
import type { Stage } from './stage';

/** Art as this caller sees it. */
export interface Picture extends RenderedArt {
  readonly art: Art;
  readonly resolve: ResolveMci;
}

export interface PictureOptions {
  /** For MCI code MD. */
  readonly description: string;
  readonly encodedAs?: string | undefined;
  readonly height?: number;
}

/** Finds and draws what is to be shown; undefined when there is no such art, which is never fatal. */
export async function drawPicture(
  stage: Stage,
  shown: ShownArt,
  options: PictureOptions,
): Promise<Picture | undefined> {
  const art =
    shown.kind === 'lines'
      ? artOfLines(stage, shown.lines)
      : await findArt(stage, shown.spec, options);
  if (art === undefined) return undefined;
  const asked = { figures: false };
  const first = render(stage, art, { ...options, figures: undefined, asked });
  if (!asked.figures) return first;
  return render(stage, art, { ...options, figures: await readFigures(stage.services), asked });
}

async function findArt(
  stage: Stage,
  spec: string,
  options: PictureOptions,
): Promise<Art | undefined> {
  const { caller, services } = stage;
  try {
    const art = await services.art.find(spec, {
      themeDirs: stage.artDirectories,
      encoding: caller.terminal.encoding,
      encodedAs: options.encodedAs,
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
function artOfLines(stage: Stage, lines: readonly string[]): Art {
  const text = lines.join('\r\n');
  return {
    file: '',
    text,
    tokens: parseArt(text),
    sauce: undefined,
    width: stage.caller.terminal.width,
    height: undefined,
    font: undefined,
    iceColors: false,
  };
}

function render(
  stage: Stage,
  art: Art,
  options: PictureOptions & {
    readonly figures: BoardFigures | undefined;
    readonly asked: { figures: boolean };
  },
): Picture {
  const { caller, services, theme } = stage;
  const { terminal } = caller;
  const source = {
    caller,
    services,
    theme,
    description: options.description,
    figures: options.figures,
  };
  const resolve: ResolveMci = (code) => {
    options.asked.figures ||= isFigure(code);
    return mciValue(code, source);
  };
  const size = { width: terminal.width, height: options.height ?? terminal.height };
  return { ...renderArt(art, { ...size, resolve }), art, resolve };
}
