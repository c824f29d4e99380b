/** One key press, decoded from a caller's bytes. */
export interface Key {
  /**
   * The name menus use (contract A8): `a`, `A` for plain characters, `escape`, `return`, `tab`,
   * `backspace`, `delete`, `insert`, `home`, `end`, `page up`, `page down`, `up arrow`, `down arrow`,
   * `left arrow`, `right arrow`, `f1`..`f12`, `space`, and with modifiers `ctrl + s`, `shift + tab`.
   */
  readonly name: string;
  /** The printable character typed, or '' when the key prints nothing. */
  readonly text: string;
}
