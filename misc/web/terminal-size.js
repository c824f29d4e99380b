// The size of the terminal in the browser: as many columns as can be read, and letters as large as
// they can be. Part of misc/web/terminal.js.

const WIDE = 80;
const NARROW = 40;
const ROWS = 24;
/** Narrower letters cannot be read: then there are 40 columns. */
const LEGIBLE_PX = 7;
const MIN_FONT_PX = 5;
const MAX_FONT_PX = 96;
/** Share of the letters' size that may be given up for pictures without seams. */
const MAX_SHRUNK = 0.05;
const STEP_PX = 0.05;
const FULL_BLOCK = '\u2588';
const SOLID = 255;
/** From this size on 40 columns stand where 80 would. */
const REFLOW = 1.5;
const SIZES = [1, 1.25, 1.5, 1.75, 2, 2.5, 3];

/** The size for a terminal that is open in `stage`; `tell` is called with each new one. */
export class ScreenSize {
  columns = WIDE;
  rows = ROWS;
  #letters = 1;
  /** How much the browser's zoom has changed since the page was opened. */
  #zoom = 1;
  #seen = { ratio: devicePixelRatio, width: innerWidth, height: 0 };

  constructor(terminal, stage, tell) {
    this.terminal = terminal;
    this.stage = stage;
    this.room = stage.parentElement;
    this.tell = tell;
    this.ruler = makeRuler();
  }

  watch() {
    new ResizeObserver(() => this.fit()).observe(this.room);
    document.fonts.ready.then(() => this.fit());
    window.addEventListener('resize', () => this.#noteZoom());
    // A soft keyboard covers the page in some browsers, without a change of its size.
    visualViewport?.addEventListener('resize', () => {
      if (visualViewport.scale < 1.01) document.body.style.height = `${visualViewport.height}px`;
    });
    this.terminal.onRender(() => this.#followCursor());
  }

  get letters() {
    return this.#letters;
  }

  set letters(wanted) {
    if (SIZES.includes(wanted)) this.#letters = wanted;
    this.fit();
  }

  /** The next size of letters, or the one before. */
  step(by) {
    this.letters = SIZES[SIZES.indexOf(this.#letters) + by];
  }

  /**
   * Large letters with which the whole screen fits into the window; 40 columns fit by their width
   * alone. A caller's own size and the browser's zoom enlarge them beyond, and the screen scrolls.
   */
  fit() {
    const { terminal, room } = this;
    const width = room.clientWidth;
    const scale = Math.max(1, this.#letters * this.#zoom);
    const fitting = width / WIDE >= LEGIBLE_PX ? WIDE : NARROW;
    const columns = scale >= REFLOW ? NARROW : fitting;
    if (columns !== this.columns || terminal.cols !== columns) {
      this.columns = columns;
      terminal.resize(columns, ROWS);
      this.tell(this);
    }
    const limits = {
      width: (width * columns) / fitting,
      height: fitting === WIDE ? this.#height() : Infinity,
    };
    const px = this.#withoutSeams(this.#largest(limits)) * scale;
    terminal.options.fontSize = Math.min(MAX_FONT_PX, px);
    this.#followCursor();
  }

  /** Of a phone the height that it has without its keyboard, which must not make letters small. */
  #height() {
    const height = this.room.clientHeight;
    if (!matchMedia('(pointer: coarse)').matches) return height;
    if (innerWidth !== this.#seen.width) this.#seen = { ...this.#seen, width: innerWidth, height };
    this.#seen.height = Math.max(this.#seen.height, height);
    return this.#seen.height;
  }

  /** Zoom changes the pixels of a letter and keeps those of the window; another monitor does not. */
  #noteZoom() {
    const before = this.#seen;
    const ratio = devicePixelRatio;
    const isZoom = Math.abs((innerWidth * ratio) / (before.width * before.ratio) - 1) < 0.02;
    if (ratio !== before.ratio && isZoom) this.#zoom *= ratio / before.ratio;
    this.#seen = { ratio, width: innerWidth, height: 0 };
    this.fit();
  }

  #largest({ width, height }) {
    let [fitting, tooLarge] = [MIN_FONT_PX, MAX_FONT_PX];
    while (tooLarge - fitting > STEP_PX) {
      const px = (fitting + tooLarge) / 2;
      this.terminal.options.fontSize = px;
      const screen = this.stage.querySelector('.xterm-screen').getBoundingClientRect();
      if (screen.width <= width && screen.height <= height) fitting = px;
      else tooLarge = px;
    }
    return fitting;
  }

  /** A little smaller is better where the blocks of a picture then touch. */
  #withoutSeams(largest) {
    let best = { px: largest, cover: this.#blockCover(largest) };
    for (let px = largest; best.cover < SOLID && px > largest * (1 - MAX_SHRUNK); px -= STEP_PX) {
      const cover = this.#blockCover(px);
      if (cover > best.cover) best = { px, cover };
    }
    return best.px;
  }

  /** How solid a full block is where it meets its neighbours: the least of the pixels at its edges. */
  #blockCover(px) {
    const { ruler } = this;
    const { canvas } = ruler;
    ruler.clearRect(0, 0, canvas.width, canvas.height);
    ruler.font = `${px * devicePixelRatio}px ${this.terminal.options.fontFamily}`;
    const { width, fontBoundingBoxAscent, fontBoundingBoxDescent } = ruler.measureText(FULL_BLOCK);
    ruler.fillText(FULL_BLOCK, 0, fontBoundingBoxAscent);
    const [columns, rows] = [Math.round(width), fontBoundingBoxAscent + fontBoundingBoxDescent];
    const { data } = ruler.getImageData(0, 0, columns, rows);
    const alpha = (x, y) => data[(y * columns + x) * 4 + 3];
    const [x, y] = [columns >> 1, rows >> 1];
    return Math.min(alpha(x, 0), alpha(x, rows - 1), alpha(0, y), alpha(columns - 1, y));
  }

  /** Row and column of a place of the window, from 1; undefined outside of the screen. */
  cellAt({ clientX, clientY }) {
    const { left, top, width, height } = this.#screen;
    const column = Math.floor(((clientX - left) / width) * this.columns) + 1;
    const row = Math.floor(((clientY - top) / height) * ROWS) + 1;
    const isInside = row >= 1 && row <= ROWS && column >= 1 && column <= this.columns;
    return isInside ? { row, column } : undefined;
  }

  get #screen() {
    return this.stage.querySelector('.xterm-screen').getBoundingClientRect();
  }

  /** Where the screen is larger than its room, what is typed stays in sight. */
  #followCursor() {
    const { room, terminal } = this;
    const screen = this.#screen;
    const { cursorX, cursorY } = terminal.buffer.active;
    const seen = room.getBoundingClientRect();
    const [cell, line] = [screen.width / this.columns, screen.height / ROWS];
    const [x, y] = [screen.left + cursorX * cell, screen.top + cursorY * line];
    if (y < seen.top) room.scrollTop -= seen.top - y + line;
    else if (y + line > seen.bottom) room.scrollTop += y + 2 * line - seen.bottom;
    if (x < seen.left) room.scrollLeft -= seen.left - x + 4 * cell;
    else if (x + cell > seen.right) room.scrollLeft += x + 4 * cell - seen.right;
  }
}

/** A canvas that holds one letter of any size. */
function makeRuler() {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = Math.ceil(2 * MAX_FONT_PX * devicePixelRatio);
  return canvas.getContext('2d', { willReadFrequently: true });
}
