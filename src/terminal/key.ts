/** A row and a column of the screen, from 1. */
export interface ScreenPlace {
  readonly row: number;
  readonly column: number;
}

/** One key press, decoded from a caller's bytes. */
export interface Key {
  /**
   * The name menus use (contract A8): `a`, `A` for plain characters, `escape`, `return`, `tab`,
   * `backspace`, `delete`, `insert`, `home`, `end`, `page up`, `page down`, `up arrow`, `down arrow`,
   * `left arrow`, `right arrow`, `f1`..`f12`, `space`, and with modifiers `ctrl + s`, `shift + tab`.
   * `tap` comes from terminals that were asked for it (ansi.ts, `requestTaps`).
   */
  readonly name: string;
  /** The printable character typed, or '' when the key prints nothing. */
  readonly text: string;
  /** Where a finger or a mouse button was pressed, for the name `tap`. */
  readonly at?: ScreenPlace;
}

const ALIASES: Readonly<Record<string, string>> = {
  enter: 'return',
  esc: 'escape',
  del: 'delete',
  ins: 'insert',
  pgup: 'page up',
  pageup: 'page up',
  pgdn: 'page down',
  pagedown: 'page down',
  up: 'up arrow',
  down: 'down arrow',
  left: 'left arrow',
  right: 'right arrow',
  bs: 'backspace',
  ' ': 'space',
};

/**
 * A menu's key name in its normal form: spaces, case and alternative spellings are unified; one
 * letter keeps its case.
 */
export function normalizeKeyName(name: string): string {
  const parts = name === '+' || name === ' ' ? [name] : name.split(/\s*\+\s*(?=.)/);
  const last = parts.pop() ?? '';
  const modifiers = parts.map((part) => part.trim().toLowerCase().replace('meta', 'alt'));
  const lower = last.trim().toLowerCase();
  const key = ALIASES[last] ?? ALIASES[lower] ?? ([...last].length === 1 ? last : lower);
  // `shift + q` is how some menus write a capital Q.
  if (modifiers.join() === 'shift' && [...key].length === 1) return key.toUpperCase();
  const single = modifiers.length > 0 ? key.toLowerCase() : key;
  return [...modifiers.sort(), single].join(' + ');
}

/** True when `name` is a menu's name for `key`. */
export function keyMatches(key: Key, name: string): boolean {
  return key.name === name || key.name === normalizeKeyName(name);
}

/** True for the keys that go back: Esc, and ^C, which people type to get out of something. */
export function isEscape({ name }: Key): boolean {
  return name === 'escape' || name === 'ctrl + c';
}

/** True for the keys that have a screen drawn again. */
export function isRedraw({ name }: Key): boolean {
  return name === 'ctrl + l' || name === 'ctrl + r';
}
