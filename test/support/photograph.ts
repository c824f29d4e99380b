import jsQR from 'jsqr';
import type { ScreenEmulator } from './screen';

/** Of a cell's width, and of half its height. */
const PIXELS = 4;

/** Reads the QR code from a screen as a phone's camera would; half a cell is a row of pixels. */
export function readQrCode(screen: ScreenEmulator): string | undefined {
  const width = screen.width * PIXELS;
  const height = screen.height * 2 * PIXELS;
  const image = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let row = 0; row < screen.height; row += 1) {
    for (const [column, cell] of screen.cells(row + 1).entries()) {
      const isBright = cell.bold || cell.foreground === 15;
      for (const half of [0, 1]) {
        const lit = half === 0 ? '█▀' : '█▄';
        if (!isBright || !lit.includes(cell.character)) darken(row * 2 + half, column);
      }
    }
  }
  return jsQR(image, width, height, { inversionAttempts: 'dontInvert' })?.data;

  function darken(halfRow: number, column: number): void {
    for (let y = halfRow * PIXELS; y < (halfRow + 1) * PIXELS; y += 1) {
      for (let x = column * PIXELS; x < (column + 1) * PIXELS; x += 1) {
        const at = (y * width + x) * 4;
        image.fill(0, at, at + 3);
      }
    }
  }
}
