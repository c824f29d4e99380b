const SEQUENCE = /\x1b(?:\[([0-?]*)[ -/]*([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[^[\]])/g;

/** Final letters of the sequences that leave the row or go back in it: what follows is a new line. */
const NEW_LINE = new Set(['A', 'B', 'E', 'F', 'G', 'H', 'J', 'd', 'f', 'u']);

/**
 * Converts output for a terminal that shows text line by line (`dumb`, Emacs shells, line printers,
 * screen readers): no colours and no cursor movements; what would be somewhere else on a screen is
 * on a new line. There are no blank lines, and one space stands for any number of them.
 */
export class LineText {
  private isAtStart = true;

  convert(text: string): string {
    let output = '';
    let hasGap = false;
    let index = 0;
    const plain = (part: string): void => {
      for (const character of part) {
        if (character === '\n') newLine();
        else if (character === ' ' || character === '\t') hasGap = true;
        else if (character >= ' ' || character === '\b' || character === '\x07') {
          if (hasGap && !this.isAtStart) output += ' ';
          hasGap = false;
          output += character;
          this.isAtStart &&= character === '\x07';
        }
      }
    };
    const newLine = (): void => {
      if (!this.isAtStart) output += '\r\n';
      this.isAtStart = true;
      hasGap = false;
    };
    for (const found of text.matchAll(SEQUENCE)) {
      plain(text.slice(index, found.index));
      if (NEW_LINE.has(found[2] ?? '')) newLine();
      else if (found[2] === 'C') hasGap = true;
      index = found.index + found[0].length;
    }
    plain(text.slice(index));
    // What is typed comes next: the space behind a question, or one that was typed.
    return hasGap && !this.isAtStart ? `${output} ` : output;
  }
}
