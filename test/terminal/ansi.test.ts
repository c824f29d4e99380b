import { clearScreen, knowsFonts, moveTo, selectFont, sgr } from '../../src/terminal/ansi';
import { PLAIN } from '../../src/terminal/style';

test('a style is told whole, whatever was before', () => {
  expect(sgr(PLAIN)).toBe('\x1b[0m');
  expect(sgr({ ...PLAIN, foreground: 11, background: 4 })).toContain('1');
  expect(moveTo(3, 7)).toBe('\x1b[3;7H');
  expect(clearScreen()).toContain('\x1b[2J\x1b[H');
});

test('fonts are selected by the names that sysops and SAUCE records use', () => {
  expect(selectFont('Amiga Topaz 2+')).toBe('\x1b[0;40 D');
  expect(selectFont('IBM VGA')).toBe('\x1b[0;0 D');
  expect(selectFont('topaz_plus')).toBe('\x1b[0;40 D');
  expect(selectFont('Comic Sans')).toBeUndefined();
  expect(knowsFonts('syncterm')).toBe(true);
  expect(knowsFonts('xterm')).toBe(false);
});
