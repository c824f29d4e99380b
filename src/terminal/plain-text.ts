const SEQUENCE = /\x1b(?:\[([0-?]*)[ -/]*([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[^[\]])/g;

/**
 * Converts the board's screens for a terminal that supports no sequences (`dumb`, Emacs shells,
 * line printers): colours are dropped, a move to a lower row becomes a new line, a move to the
 * right spaces, a short one to the left backspaces, so that typing and correcting in a field work.
 * Tracks only its own output.
 */
export class PlainText {
  private row = 1;
  private column = 1;

  convert(text: string): string {
    let output = '';
    let index = 0;
    for (const found of text.matchAll(SEQUENCE)) {
      output += this.plain(text.slice(index, found.index));
      output += this.sequence(found[2] ?? '', found[1] ?? '');
      index = found.index + found[0].length;
    }
    return output + this.plain(text.slice(index));
  }

  private plain(text: string): string {
    for (const character of text) {
      if (character === '\r') this.column = 1;
      else if (character === '\n') this.row += 1;
      else if (character === '\b') this.column = Math.max(1, this.column - 1);
      else if (character >= ' ') this.column += 1;
    }
    return text;
  }

  private sequence(final: string, parameters: string): string {
    const [first = 0, second = 0] = parameters.split(';').map(Number);
    if (final === 'H' || final === 'f') return this.move(first || 1, second || 1);
    if (final === 'C') return this.move(this.row, this.column + (first || 1));
    if (final === 'J' && first === 2) return this.newScreen();
    return '';
  }

  private newScreen(): string {
    const fresh = this.row === 1 && this.column === 1;
    this.row = 1;
    this.column = 1;
    return fresh ? '' : '\r\n\r\n';
  }

  private move(row: number, column: number): string {
    if (row !== this.row) {
      // Lines cannot be changed once they are written: a move up continues on a new line, too.
      const lines = row > this.row && row - this.row < 3 ? row - this.row : 1;
      this.row = row;
      this.column = column;
      return '\r\n'.repeat(lines) + ' '.repeat(column - 1);
    }
    const by = column - this.column;
    this.column = column;
    return by >= 0 ? ' '.repeat(by) : '\b'.repeat(-by);
  }
}
