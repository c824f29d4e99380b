import type { Page } from 'playwright-core';
import type { ScreenEmulator } from '../../test/support/screen';

const CELL_WIDTH = 9;
const CELL_HEIGHT = 18;

/** VGA's sixteen colours, in ANSI order. */
const PALETTE = [
  ...['#000000', '#aa0000', '#00aa00', '#aa5500', '#0000aa', '#aa00aa', '#00aaaa', '#aaaaaa'],
  ...['#555555', '#ff5555', '#55ff55', '#ffff55', '#5555ff', '#ff55ff', '#55ffff', '#ffffff'],
];

interface DrawnCell {
  readonly character: string;
  readonly foreground: string;
  readonly background: string;
}

/** Draws an emulated screen as a PNG, cell by cell, as a VGA text screen shows it. */
export async function drawScreen(page: Page, screen: ScreenEmulator): Promise<Buffer> {
  const cells: DrawnCell[][] = Array.from({ length: screen.height }, (_row, row) =>
    Array.from({ length: screen.width }, (_column, column) => cellAt(screen, row + 1, column + 1)),
  );
  const width = screen.width * CELL_WIDTH;
  const height = screen.height * CELL_HEIGHT;
  await page.setViewportSize({ width, height });
  await page.setContent(
    `<body style="margin:0"><canvas width="${width}" height="${height}"></canvas></body>`,
  );
  // A string, so that no compiler of ours touches what runs in the browser.
  await page.evaluate(
    `(${DRAW})(${JSON.stringify({ cells, cellWidth: CELL_WIDTH, cellHeight: CELL_HEIGHT, cursor: screen.cursor })})`,
  );
  return page.locator('canvas').screenshot();
}

function cellAt(screen: ScreenEmulator, row: number, column: number): DrawnCell {
  const cell = screen.cell(row, column);
  const bright = cell.bold && cell.foreground < 8 ? cell.foreground + 8 : cell.foreground;
  const foreground = PALETTE[bright] ?? '#aaaaaa';
  const background = PALETTE[cell.background] ?? '#000000';
  return cell.inverse
    ? { character: cell.character, foreground: background, background: foreground }
    : { character: cell.character, foreground, background };
}

const DRAW = `({ cells, cellWidth: w, cellHeight: h, cursor }) => {
  const context = document.querySelector('canvas').getContext('2d');
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  context.font = '15px "DejaVu Sans Mono", monospace';
  const shades = { '\\u2591': 0.25, '\\u2592': 0.5, '\\u2593': 0.75 };
  const parts = {
    '\\u2588': [0, 0, 1, 1], '\\u2580': [0, 0, 1, 0.5], '\\u2584': [0, 0.5, 1, 0.5],
    '\\u258c': [0, 0, 0.5, 1], '\\u2590': [0.5, 0, 0.5, 1], '\\u25a0': [0.1, 0.25, 0.8, 0.5],
  };
  cells.forEach((row, y) => row.forEach((cell, x) => {
    const [left, top] = [x * w, y * h];
    context.fillStyle = cell.background;
    context.fillRect(left, top, w, h);
    context.fillStyle = cell.foreground;
    const part = parts[cell.character];
    if (part) {
      const [px, py, pw, ph] = part;
      context.fillRect(left + Math.floor(px * w), top + py * h, Math.ceil(pw * w), ph * h);
    } else if (shades[cell.character]) {
      context.globalAlpha = shades[cell.character];
      context.fillRect(left, top, w, h);
      context.globalAlpha = 1;
    } else if (cell.character.trim() !== '') {
      context.fillText(cell.character, left + w / 2, top + h / 2 + 1);
    }
  }));
  context.fillStyle = '#ffffff';
  context.fillRect((cursor.column - 1) * w, cursor.row * h - 3, w, 2);
}`;
