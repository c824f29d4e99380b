import jsQR from 'jsqr';
import { sgr, moveTo } from '../../src/terminal/ansi';
import { encodeText } from '../../src/terminal/encoding';
import { QR_STYLE, renderTerminalQr } from '../../src/terminal/qr';
import { ScreenEmulator } from '../support/screen';

const LINK =
  'otpauth://totp/Sallyport:sysop?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Sallyport';

/** What a camera would see of the screen: half a cell is a pixel row, eight pixels to a module. */
function photograph(screen: ScreenEmulator): string | undefined {
  const scale = 8;
  const width = screen.width * scale;
  const height = screen.height * 2 * scale;
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const half = Math.floor(y / scale);
      const cell = screen.cell(Math.floor(half / 2) + 1, Math.floor(x / scale) + 1);
      const lit = half % 2 === 0 ? '█▀' : '█▄';
      const bright = lit.includes(cell.character) && cell.bold && cell.foreground === 7;
      pixels.fill(bright ? 255 : 0, (y * width + x) * 4, (y * width + x) * 4 + 3);
      pixels[(y * width + x) * 4 + 3] = 255;
    }
  }
  return jsQR(pixels, width, height, { inversionAttempts: 'dontInvert' })?.data;
}

test.each(['cp437', 'utf8'] as const)(
  'a phone reads the code from a %s screen',
  async (encoding) => {
    const qr = renderTerminalQr(LINK, { width: 80, height: 24 });
    expect(qr).toMatchObject({ fits: true, width: 41, height: 21 });
    const screen = new ScreenEmulator({ encoding });
    const text = qr.lines
      .map((line, index) => moveTo(2 + index, 10) + sgr(QR_STYLE) + line)
      .join('');
    screen.write(encodeText(text, encoding));
    await screen.settled();
    expect(screen.scrolled).toBe(0);
    expect(photograph(screen)).toBe(LINK);
  },
);

test('a code that is larger than the space says so', () => {
  expect(renderTerminalQr(LINK, { width: 40, height: 24 }).fits).toBe(false);
  expect(renderTerminalQr(LINK, { width: 80, height: 20 }).fits).toBe(false);
});

test('text that no code can hold is an error with a plain reason', () => {
  expect(() => renderTerminalQr('x'.repeat(5000))).toThrow('too long for a QR code');
});
