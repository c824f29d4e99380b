import jsQR from 'jsqr';
import type { ScreenEmulator } from './screen';

const PIXELS = 8;

/** Reads the QR code from a screen as a phone's camera would; half a cell is a row of pixels. */
export function readQrCode(screen: ScreenEmulator): string | undefined {
  const width = screen.width * PIXELS;
  const height = screen.height * 2 * PIXELS;
  const image = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    const half = Math.floor(y / PIXELS);
    const lit = half % 2 === 0 ? '█▀' : '█▄';
    for (let x = 0; x < width; x++) {
      const cell = screen.cell(Math.floor(half / 2) + 1, Math.floor(x / PIXELS) + 1);
      const at = (y * width + x) * 4;
      const isBright = cell.bold || cell.foreground === 15;
      image.fill(lit.includes(cell.character) && isBright ? 255 : 0, at, at + 3);
      image[at + 3] = 255;
    }
  }
  return jsQR(image, width, height, { inversionAttempts: 'dontInvert' })?.data;
}
