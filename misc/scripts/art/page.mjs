// A screen of 24 rows that is drawn on and then written as an .ans file with SAUCE.
import iconv from 'iconv-lite';

/** Colours by their use: the same on every screen. Ink, then ground. */
export const STYLES = {
  text: [7, 0],
  strong: [15, 0],
  hint: [6, 0],
  key: [11, 0],
  field: [7, 4],
  focus: [11, 4],
  warning: [9, 0],
  caution: [11, 0],
  line: [8, 0],
  letters: [11, 0],
  star: [8, 0],
  entry: [15, 0],
};

const ROWS = 24;

export class Page {
  constructor(title, { columns = 80 } = {}) {
    this.title = title;
    this.columns = columns;
    this.cells = Array.from({ length: ROWS }, () =>
      Array.from({ length: columns }, () => ({ character: ' ', ink: 7, ground: 0 })),
    );
  }

  /** Puts a picture's cells down; black empty ones leave what is there. */
  picture(cells, { row = 1, column = 1, from = 1, to = this.columns } = {}) {
    cells.forEach((line, y) =>
      line.slice(from - 1, to).forEach((cell, x) => {
        if (cell.character === ' ' && cell.ground === 0) return;
        this.cells[row + y - 1][column + x - 1] = cell;
      }),
    );
    return this;
  }

  text(row, column, text, style = 'text') {
    const [ink, ground] = STYLES[style];
    [...text].forEach((character, offset) => {
      if (column + offset > this.columns) throw new Error(`${this.title}: too long: ${text}`);
      this.cells[row - 1][column + offset - 1] = { character, ink, ground };
    });
    return this;
  }

  /** A view: its code in its colour, and again in its colour in focus. */
  view(row, column, code, style = 'field', focus = 'focus') {
    this.text(row, column, `%${code}`, style);
    return focus === undefined ? this : this.text(row, column + code.length + 1, `%${code}`, focus);
  }

  /** A view that nobody types in. */
  label(row, column, code, style = 'text') {
    return this.text(row, column, `%${code}`, style);
  }

  /** A key and what it does. */
  key(row, column, key, meaning, gap = 2) {
    this.text(row, column, key, 'key');
    return this.text(row, column + [...key].length + gap, meaning);
  }

  stars(places) {
    for (const [row, column, character = '·'] of places) this.text(row, column, character, 'star');
    return this;
  }

  get rows() {
    for (let row = ROWS; row > 0; row--) {
      if (this.usedColumns(row) > 0) return row;
    }
    return 0;
  }

  usedColumns(row) {
    const cells = this.cells[row - 1];
    let used = this.columns;
    while (used > 0 && cells[used - 1].character === ' ' && cells[used - 1].ground === 0) used -= 1;
    return used;
  }

  /** The file: a full row has no line break, because the last column wraps by itself. */
  toFile() {
    let out = '';
    let state = { ink: -1, ground: -1 };
    for (let row = 1; row <= this.rows; row++) {
      const used = this.usedColumns(row);
      if (row === ROWS && used === this.columns)
        throw new Error(`${this.title}: bottom-right cell in use`);
      for (const cell of this.cells[row - 1].slice(0, used)) {
        const blank = cell.character === ' ' && cell.ground === 0 && state.ground === 0;
        if (!blank && (cell.ink !== state.ink || cell.ground !== state.ground)) {
          out += colorOf(cell);
          state = cell;
        }
        out += cell.character;
      }
      if (used > 0 && state.ground !== 0) {
        out += '\x1b[0m';
        state = { ink: 7, ground: 0 };
      }
      if (used < this.columns && row < this.rows) out += '\r\n';
    }
    const body = iconv.encode(`${out}\x1b[0m`, 'cp437');
    const { title, columns, rows } = this;
    const record = sauceOf({ title, columns, rows, bytes: body.length });
    return Buffer.concat([body, Buffer.from([0x1a]), record]);
  }
}

/** The record at the end of a file of character art: `kind` is 1 for ANSI, 0 for text. */
export function sauceOf({ title, columns, rows, bytes, kind = 1 }) {
  const record = Buffer.alloc(128);
  record.fill(0x20, 7, 90);
  record.write('SAUCE00', 0, 'latin1');
  record.write(title, 7, 35, 'latin1');
  record.write('Sallyport', 42, 20, 'latin1');
  record.write('20260101', 82, 8, 'latin1');
  record.writeUInt32LE(bytes, 90);
  record.writeUInt8(1, 94);
  record.writeUInt8(kind, 95);
  record.writeUInt16LE(columns, 96);
  record.writeUInt16LE(rows, 98);
  record.write('IBM VGA', 106, 22, 'latin1');
  return record;
}

function colorOf({ ink, ground }) {
  const codes = [0, ...(ink > 7 ? [1] : []), ...((ink & 7) === 7 ? [] : [30 + (ink & 7)])];
  return `\x1b[${[...codes, ...(ground === 0 ? [] : [40 + ground])].join(';')}m`;
}
