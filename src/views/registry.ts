import { ButtonView } from './button';
import {
  property,
  TEXT,
  WIDTH_OF_TEXT,
  WIDTH_OF_ITEM,
  JUSTIFY,
  FILL,
  FOCUS_FILL,
  OVERFLOW,
  TEXT_STYLE,
  FOCUS_TEXT_STYLE,
  FILL_STYLE,
  POSITION,
  FOCUSABLE,
  ITEMS,
} from './common-properties';
import { EditView } from './edit';
import { KeyEntryView } from './key-entry';
import { LabelView, StatusBarView, PlaceView } from './label';
import { LetteringView } from './lettering';
import { MaskedEditView } from './masked-edit';
import { FullMenuView, HorizontalMenuView, VerticalMenuView } from './menu-list';
import { MultiLineView } from './multi-line';
import { MultiLineEditView } from './multi-line-edit';
import type { ViewProperty } from './properties';
import { SpinnerView, ToggleView } from './toggle';
import { MOTION_NAMES, TickerView } from './ticker';
import type { View, ViewContext, ViewSpec } from './view';

/** One kind of view: its constructor and its properties. */
interface ViewEntry {
  readonly name: string;
  readonly doc: string;
  /** False for views whose value is not part of the form's data. */
  readonly hasValue: boolean;
  readonly properties: readonly ViewProperty[];
  /** True where the view that submits a form has the value true, whatever it shows. */
  readonly marksSubmitter?: boolean;
  /** How a sentence on the message line goes in; without it the view shows none. */
  readonly messages?: 'wrapped' | 'cut';
  /** True where the code may be left out of the key of a form's variant (contract A2.2). */
  readonly isOptionalInKey?: boolean;
  create(spec: ViewSpec, context: ViewContext): View;
}

/** One kind of view, with its code. */
export interface ViewType extends ViewEntry {
  readonly code: string;
}

/**
 * The one table of view codes. What art and menus know of them, the checks and the manual are derived
 * from it; a new view needs its entry here and its file.
 */
const VIEWS: Readonly<Record<string, ViewEntry>> = {
  TL: {
    name: 'label',
    doc: 'Text that only shows; `text` may hold {format} fields and predefined codes.',
    hasValue: false,
    messages: 'cut',
    isOptionalInKey: true,
    properties: [
      POSITION,
      TEXT,
      WIDTH_OF_TEXT,
      property('resizable', 'boolean', 'false: longer text is cut to the width.', 'true'),
      JUSTIFY,
      FILL,
      OVERFLOW,
      TEXT_STYLE,
      FILL_STYLE,
    ],
    create: (spec, context) => new LabelView(spec, context),
  },
  ET: {
    name: 'edit text',
    doc: 'One line of typing; scrolls sideways past its width.',
    hasValue: true,
    properties: [
      ...FOCUSABLE,
      TEXT,
      property('width', 'number', 'Columns of the field.', '15'),
      property('maxLength', 'number', 'Most characters, up to 1024.', '255'),
      property(
        'password',
        'boolean',
        'true: shows the theme\'s password character. So does every other value but false, 0, null and "".',
        'false',
      ),
      property(
        'textMaskChar',
        'character',
        'Shows this character for each that is typed, as a password field.',
      ),
      property('prefixFormat', 'format', 'Drawn before the text; no part of the value.'),
      JUSTIFY,
      FILL,
      FOCUS_FILL,
      property('textOverflow', 'text', 'Ends longer text while not in focus.', '""'),
      property('textStyle', 'text style', 'Changes the letters, also in the value.', 'normal'),
      FOCUS_TEXT_STYLE,
      FILL_STYLE,
    ],
    create: (spec, context) => new EditView(spec, context),
  },
  ME: {
    name: 'masked edit',
    doc: 'Typing into a pattern, such as a date.',
    hasValue: true,
    properties: [
      ...FOCUSABLE,
      TEXT,
      property('maskPattern', 'text', '# digit, A letter, @ either, & printable; others stand.'),
      property('width', 'number', 'Columns; never fewer than the pattern.', 'the pattern'),
      FILL,
      FOCUS_FILL,
      property('textStyle', 'text style', 'Changes the letters, also in the value.', 'normal'),
      property('styleSGR1', 'colours', 'Colours of the literals.', "the view's"),
      property('styleSGR2', 'colours', 'Colours of the literals in focus.', 'styleSGR1'),
      property('styleSGR3', 'colours', 'Colours of the fill characters.', "the view's"),
    ],
    create: (spec, context) => new MaskedEditView(spec, context),
  },
  MT: {
    name: 'multi-line text',
    doc: 'Text of several lines, wrapped at words.',
    hasValue: true,
    messages: 'wrapped',
    properties: [
      ...FOCUSABLE,
      TEXT,
      property('width', 'number', 'Columns.', 'to the right edge'),
      property('height', 'number', 'Rows.', 'the text'),
      property(
        'mode',
        'mode',
        'read-only shows, preview scrolls by arrow and page keys, edit is typed into: return makes a line, tab goes on.',
        'read-only',
      ),
      property('autoScroll', 'boolean', 'true: text is shown from its last lines.', 'false'),
      {
        ...property('hyperlinks', 'boolean', 'Without effect here: links are plain text.'),
        instead: 'links are plain text, which a terminal may make links of',
      },
      property('maxLength', 'number', 'Most characters with `edit`, up to 16000.', '4000'),
      FILL,
      FOCUS_FILL,
      TEXT_STYLE,
      FILL_STYLE,
    ],
    create: (spec, context) =>
      spec.properties['mode'] === 'edit'
        ? new MultiLineEditView(spec, context)
        : new MultiLineView(spec, context),
  },
  BT: {
    name: 'button',
    doc: 'Return or space presses it; its name is in the data of the form that it submits.',
    hasValue: true,
    marksSubmitter: true,
    properties: [
      ...FOCUSABLE,
      TEXT,
      property('width', 'number', 'Columns; longer text grows past them.', '15'),
      property('justify', 'justify', 'Where shorter text stands: left, right, center.', 'center'),
      FILL,
      OVERFLOW,
      TEXT_STYLE,
      FOCUS_TEXT_STYLE,
      FILL_STYLE,
    ],
    create: (spec, context) => new ButtonView(spec, context),
  },
  VM: {
    name: 'vertical menu',
    doc: 'Items one below the other: up, down, page up, page down, home, end.',
    hasValue: true,
    properties: [
      ...FOCUSABLE,
      ...ITEMS,
      WIDTH_OF_ITEM,
      property('height', 'number', 'Rows; further items scroll.', 'to the last row'),
      property('itemSpacing', 'number', 'Empty rows between items.', '0'),
      FILL_STYLE,
    ],
    create: (spec, context) => new VerticalMenuView(spec, context),
  },
  HM: {
    name: 'horizontal menu',
    doc: 'Items side by side: left, right, home, end.',
    hasValue: true,
    properties: [
      ...FOCUSABLE,
      ...ITEMS,
      property('itemSpacing', 'number', 'Columns before and behind each item.', '1'),
      FILL_STYLE,
    ],
    create: (spec, context) => new HorizontalMenuView(spec, context),
  },
  FM: {
    name: 'full menu',
    doc: 'Items in columns: all four arrows, home, end.',
    hasValue: true,
    properties: [
      ...FOCUSABLE,
      ...ITEMS,
      property('height', 'number', 'Rows of a column.', 'to the last row'),
      property('itemSpacing', 'number', 'Empty rows between items.', '0'),
      property('itemHorizSpacing', 'number', 'Columns between columns of items.', '2'),
      FILL_STYLE,
    ],
    create: (spec, context) => new FullMenuView(spec, context),
  },
  SM: {
    name: 'spinner menu',
    doc: 'One item at a time: up and down.',
    hasValue: true,
    properties: [...FOCUSABLE, ...ITEMS, WIDTH_OF_ITEM, FILL_STYLE],
    create: (spec, context) => new SpinnerView(spec, context),
  },
  TM: {
    name: 'toggle menu',
    doc: 'Two items (or a few) side by side: the arrow keys, space.',
    hasValue: true,
    properties: [
      ...FOCUSABLE,
      ...ITEMS,
      property('styleSGR1', 'colours', 'Colours of the strokes between the items.', "the view's"),
    ],
    create: (spec, context) => new ToggleView(spec, context),
  },
  KE: {
    name: 'key entry',
    doc: 'The next key is the value.',
    hasValue: true,
    properties: [...FOCUSABLE, property('keys', 'keys', 'The keys that count.', 'any that prints')],
    create: (spec, context) => new KeyEntryView(spec, context),
  },
  LG: {
    name: 'lettering',
    doc: "The board's name in large letters that are drawn from it, in small ones where they are too wide, else as text.",
    hasValue: false,
    isOptionalInKey: true,
    properties: [
      POSITION,
      property('text', 'text', 'What is written; predefined codes such as {UN} count.', '{BN}'),
      property('width', 'number', 'Columns that it may take.', 'to the right edge'),
      property(
        'height',
        'number',
        'Rows: 5 have room for large letters, 3 for small ones, 1 for text.',
        '5',
      ),
      JUSTIFY,
      property('styleSGR1', 'colours', 'Colours of the upper edge, and of the text.', "the view's"),
      property('styleSGR2', 'colours', 'Colours of the lower edge.', "the view's"),
      property('styleSGR3', 'colours', 'Colours of the shadow of large letters.', 'dark grey'),
    ],
    create: (spec, context) => new LetteringView(spec, context),
  },
  XY: {
    name: 'place',
    doc: 'Marks a place for a module.',
    hasValue: false,
    isOptionalInKey: true,
    properties: [POSITION],
    create: (spec, context) => new PlaceView(spec, context),
  },
  TK: {
    name: 'ticker',
    doc: 'Text that moves by itself within its width; its colour codes are left out.',
    hasValue: false,
    isOptionalInKey: true,
    properties: [
      POSITION,
      TEXT,
      property('width', 'number', 'Columns.', '15'),
      property('motion', 'text', `How it moves: ${MOTION_NAMES.join(', ')}.`, 'left'),
      property('effect', 'text', 'A text style, or rainbow, scramble, glitch.', 'normal'),
      property('tickInterval', 'number', 'Milliseconds between two steps, 50 at least.', '100'),
      property('holdTicks', 'number', 'Steps for which the whole text stands.', '20'),
      FILL,
      TEXT_STYLE,
      FILL_STYLE,
    ],
    create: (spec, context) => new TickerView(spec, context),
  },
  SB: {
    name: 'status bar',
    doc: 'A label that is written anew at times; `text` may hold predefined codes such as {CT}.',
    hasValue: false,
    isOptionalInKey: true,
    properties: [
      POSITION,
      TEXT,
      property('width', 'number', 'Columns.', '15'),
      property(
        'refreshInterval',
        'number',
        'Milliseconds until it is written anew, 250 at least; 0: never.',
        '0',
      ),
      JUSTIFY,
      FILL,
      OVERFLOW,
      TEXT_STYLE,
      FILL_STYLE,
    ],
    create: (spec, context) => new StatusBarView(spec, context),
  },
};

/** Every kind of view by its code. */
export const VIEW_TYPES: Readonly<Record<string, ViewType>> = Object.fromEntries(
  Object.entries(VIEWS).map(([code, view]) => [code, { code, ...view }]),
);

/** Every code that places a view. */
export const VIEW_CODES: readonly string[] = [...Object.keys(VIEW_TYPES)];

/** True for a code that places a view; the art is read with it. */
export function isViewCode(code: string): boolean {
  return VIEW_CODES.includes(code);
}

/** The kind of view with this code; undefined for codes that are not views. */
export function findViewType(code: string): ViewType | undefined {
  return Object.hasOwn(VIEW_TYPES, code) ? VIEW_TYPES[code] : undefined;
}

/** A view's property by its name; undefined for an unknown name. */
export function findProperty(type: ViewType, name: string): ViewProperty | undefined {
  return type.properties.find((candidate) => candidate.name === name);
}
