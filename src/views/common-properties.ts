import type { ViewProperty } from './properties';

// Properties that several kinds of views have; what each kind has is in `registry.ts`.

/** A property of a view, as the checks and the manual need it. */
export const property = (
  name: string,
  type: ViewProperty['type'],
  doc: string,
  fallback = '',
): ViewProperty => ({ name, type, default: fallback, doc });

/** For the kinds of views that have it. */
export const TEXT = property('text', 'text', 'What it shows at first.');
/** For the kinds of views that have it. */
export const WIDTH_OF_TEXT = property(
  'width',
  'number',
  'Columns; longer text grows past them.',
  'the text',
);
/** For the kinds of views that have it. */
export const WIDTH_OF_ITEM = property(
  'width',
  'number',
  'Columns of an item; longer ones grow past them.',
  'the widest item, 15 at least',
);
/** For the kinds of views that have it. */
export const JUSTIFY = property(
  'justify',
  'justify',
  'Where shorter text stands: left, right, center.',
  'left',
);
/** For the kinds of views that have it. */
export const FILL = property(
  'fillChar',
  'character',
  'Fills what the text leaves free.',
  'a space',
);
/** For the kinds of views that have it. */
export const FOCUS_FILL = property(
  'focusFillChar',
  'character',
  'The same while in focus, in the colours of the focus.',
  'fillChar',
);
/** For the kinds of views that have it. */
export const OVERFLOW = property(
  'textOverflow',
  'text',
  'Longer text is cut to the width and ends with this; "" just cuts.',
  'not cut',
);
/** For the kinds of views that have it. */
export const TEXT_STYLE = property('textStyle', 'text style', 'Changes the letters.', 'normal');
/** For the kinds of views that have it. */
export const FOCUS_TEXT_STYLE = property(
  'focusTextStyle',
  'text style',
  'The same while in focus.',
  'textStyle',
);
/** For the kinds of views that have it. */
export const FILL_STYLE = property(
  'styleSGR1',
  'colours',
  'Colours of the fill characters.',
  "the view's",
);

/** For the kinds of views that have it. */
export const POSITION = property(
  'position',
  'place',
  'Where it stands, { row, col } from 1, when no art places it.',
);

/** For the kinds of views that have it. */
export const FOCUSABLE: readonly ViewProperty[] = [
  POSITION,
  property('argName', 'text', "Name of its value in the form's data.", 'its number'),
  property('focus', 'boolean', 'true: the cursor starts here.', 'false'),
  property('acceptsFocus', 'boolean', 'false: the cursor never comes here.', 'true'),
  property(
    'tabAfter',
    'number',
    'Number of the view behind which the cursor comes here; without it views follow by their own numbers.',
  ),
  property('acceptsInput', 'boolean', 'false: as acceptsFocus.', 'true'),
  property('omit', 'boolean', "true: its value is left out of the form's data.", 'false'),
  property(
    'submit',
    'boolean',
    'true: return here submits the form. Without any, the last that the cursor comes to does.',
    'false',
  ),
  property(
    'validate',
    'address',
    'Checks the value when the cursor goes on and on submit; Tab leaves an empty one unchecked.',
  ),
  property(
    'help',
    'text',
    'One sentence about it: shown in the view `config.helpView` while it is in focus, said with its question line by line.',
  ),
];

/** For the kinds of views that have it. */
export const ITEMS: readonly ViewProperty[] = [
  property('items', 'items', 'Texts, or { text, data } where `data` is the value.', 'none'),
  property('itemFormat', 'format', 'How an item is drawn, from {text} and its other fields.'),
  property('focusItemFormat', 'format', 'How the chosen item is drawn.', 'itemFormat'),
  property(
    'ownItemFormat',
    'format',
    "How the caller's own item of a list of the board is drawn.",
    'itemFormat',
  ),
  property('focusItems', 'items', 'Texts of the items while they are chosen, in the same order.'),
  property('focusItemIndex', 'number', 'Item that is chosen at first, from 0.', '0'),
  property('hotKeys', 'hot keys', 'Keys that choose an item by its number, from 0.'),
  property('hotKeySubmit', 'boolean', 'true: a hot key also submits.', 'false'),
  property('caseInsensitiveHotKeys', 'boolean', 'false: hot keys tell capitals apart.', 'true'),
  JUSTIFY,
  FILL,
  OVERFLOW,
  TEXT_STYLE,
  FOCUS_TEXT_STYLE,
];
