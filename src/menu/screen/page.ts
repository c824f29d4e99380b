import { Canvas } from '../../terminal/canvas';
import { QR_STYLE } from '../../terminal/qr';
import { PLAIN, type Style } from '../../terminal/style';
import { sanitizeUserText } from '../../terminal/untrusted';
import type { ViewProperties } from '../../views/properties';
import type { ViewSpec } from '../../views/view';
import type { Picture } from '../run/module';
import type { CallContext } from '../run/call-context';
import { drawingSize } from './art-layout';
import { composePrompt } from './compose';
import { fitSentence } from './message-line';

/** A page of the theme, with its title, before anything is written on it. */
interface Page {
  readonly canvas: Canvas;
  /** Where text and fields stand. */
  readonly body: {
    readonly row: number;
    readonly column: number;
    readonly width: number;
    /** Rows, without those of the message. */
    readonly height: number;
    readonly style: Style;
  };
  /** Looks of the fields. */
  readonly field: Pick<ViewSpec, 'style' | 'focusStyle'> & { readonly properties: ViewProperties };
  /** Where a message stands at the latest; it follows the fields. */
  readonly message: Pick<ViewSpec, 'code' | 'style' | 'row' | 'properties'>;
  readonly hint: Pick<ViewSpec, 'row' | 'column' | 'style'>;
}

/** Prompts of the menu file whose art is the page; the second one where a picture stands at the left. */
const PROMPT = 'page';
const PROMPT_BESIDE = 'pageBeside';
/** Views of that art: title, text, message, keys, and the look of a field. */
const VIEWS = { title: 1, text: 2, message: 3, keys: 4, field: 5 } as const;

/** Columns that text and fields need beside a picture. */
const BESIDE_PICTURE = 32;
/** Rows of text that a page has at least, to be of use. */
const LEAST_ROWS = 8;

/** Properties of the art's field that say how it looks. */
const LOOKS = ['fillChar', 'focusFillChar', 'styleSGR1', 'textStyle', 'focusTextStyle'] as const;

/**
 * The page on which a module asks or tells something: that of the theme, where the menu file has the prompt
 * `page`, else a plain one. Line by line it is the plain one too, which is text alone.
 */
export async function layPage(
  call: CallContext,
  { title, picture }: { readonly title: string; readonly picture?: Picture | undefined },
): Promise<Page> {
  const { width, height } = drawingSize(call);
  const heading = sanitizeUserText(title, call.caller.terminal.encoding);
  const space = { width: width - BESIDE_PICTURE - 3, height: height - 1 };
  const { isLineByLine } = call.caller.terminal;
  const lines = isLineByLine ? [] : (picture?.(space) ?? []);
  // A column before and one behind it stay free.
  const edge = lines.length === 0 ? 0 : (lines[0]?.length ?? 0) + 2;
  const page =
    (isLineByLine ? undefined : await themePage(call, heading, edge)) ??
    plainPage(call, heading, edge);
  for (const [index, line] of lines.entries()) page.canvas.print(index + 1, 1, line, QR_STYLE);
  return page;
}

async function themePage(
  call: CallContext,
  title: string,
  edge: number,
): Promise<Page | undefined> {
  const name = edge === 0 ? PROMPT : PROMPT_BESIDE;
  if (!call.menus.prompts.has(name)) return undefined;
  const { width, height } = drawingSize(call);
  const canvas = new Canvas(width, height);
  const prompt = await composePrompt(call, name, {
    canvas,
    row: 1,
    description: title,
    validate: () => Promise.resolve(undefined),
  });
  const spec = (id: number): ViewSpec | undefined => prompt?.form.view(id)?.spec;
  const [heading, text, message] = [spec(VIEWS.title), spec(VIEWS.text), spec(VIEWS.message)];
  const [keys, field] = [spec(VIEWS.keys), spec(VIEWS.field)];
  if (!heading || !text || !message || !keys) return undefined;
  // Words of 40 columns stand at the left edge: beside a picture they move to its right.
  const columnOf = ({ column }: ViewSpec): number => (column > edge ? column : edge + 1);
  const keysRow = Math.min(keys.row, height);
  const messageHeight = Number(message.properties['height'] ?? 1);
  const messageRow = Math.min(message.row, keysRow - messageHeight);
  const room = width - columnOf(text);
  const rows = messageRow - text.row;
  if (rows < LEAST_ROWS) return undefined;
  const at = columnOf(heading);
  canvas.print(heading.row, at, fitSentence(title, width - at), heading.style);
  return {
    canvas,
    body: {
      row: text.row,
      column: columnOf(text),
      width: Math.min(Number(text.properties['width'] ?? room), room),
      height: rows,
      style: text.style,
    },
    field: fieldLook(field),
    message: { ...message, row: messageRow, properties: { height: messageHeight } },
    hint: { row: keysRow, column: columnOf(keys), style: keys.style },
  };
}

function fieldLook(field: ViewSpec | undefined): Page['field'] {
  if (field === undefined) return PLAIN_FIELD;
  const properties = Object.fromEntries(
    LOOKS.flatMap((name) => {
      const value = field.properties[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return { style: field.style, focusStyle: field.focusStyle, properties };
}

const TITLE: Style = { ...PLAIN, foreground: 15 };
const TEXT: Style = { ...PLAIN, foreground: 7 };
const KEYS: Style = { ...PLAIN, foreground: 6 };
const MESSAGE: Style = { ...PLAIN, foreground: 11 };
const PLAIN_FIELD: Page['field'] = {
  style: { ...PLAIN, foreground: 15, background: 4 },
  focusStyle: undefined,
  properties: {},
};
const FIRST_ROW = 3;
const COLUMN = 5;

function plainPage(call: CallContext, title: string, edge: number): Page {
  const { width, height } = drawingSize(call);
  // Line by line the canvas is wider than the window, which would wrap its lines once more.
  const windowWidth = call.caller.terminal.width - 1;
  const canvas = new Canvas(width, height);
  const column = edge === 0 ? COLUMN : edge + 1;
  canvas.print(FIRST_ROW, column, title, TITLE);
  // Beside a picture a sentence has no room on one row.
  const message =
    edge === 0
      ? { code: 'TL', properties: { textOverflow: '' } }
      : { code: 'MT', properties: { height: 3 } };
  const messageHeight = edge === 0 ? 1 : 3;
  const last = height - 2;
  return {
    canvas,
    body: {
      row: FIRST_ROW + 2,
      column,
      width: Math.min(width - column, windowWidth),
      height: last - messageHeight - FIRST_ROW - 2,
      style: TEXT,
    },
    field: PLAIN_FIELD,
    message: { ...message, style: MESSAGE, row: last - messageHeight },
    hint: { row: height, column, style: KEYS },
  };
}
