import { createTerminal } from '../../src/terminal/caller-terminal';
import { isMonochromeName } from '../../src/terminal/monochrome';
import { FakeClock } from '../support/fake-clock';
import { ScreenEmulator } from '../support/screen';

test.each([
  ['vt100-m', true],
  ['xterm-mono', true],
  ['linux-m', true],
  ['screen-nocolor', true],
  ['vt52', true],
  ['vt100', false],
  ['vt102', false],
  ['xterm-256color', false],
  ['xterm-m2', false],
  ['ansi', false],
])('the terminal %s is monochrome: %s', (type, expected) => {
  expect(isMonochromeName(type)).toBe(expected);
});

describe.each(['cp437', 'utf8'] as const)('without colours, in %s', (encoding) => {
  async function show(text: string): Promise<{ screen: ScreenEmulator; sent: string }> {
    const screen = new ScreenEmulator({ encoding });
    const terminal = createTerminal({ output: screen, clock: new FakeClock(), encoding });
    terminal.hasNoColor = true;
    terminal.write(text);
    await screen.settled();
    return { screen, sent: Buffer.concat(screen.sent).toString('latin1') };
  }

  test('no colour code is sent, and the rest is as it was', async () => {
    const { screen, sent } = await show(
      '\x1b[?33h\x1b[0;1;31;44mred\x1b[2;5H\x1b[38;5;200mx\x1b[48;2;1;2;3my\x1b[97;105mz\x1b[0m.',
    );
    expect(sent).not.toMatch(/\x1b\[[0-9;]*(?:3[0-9]|4[0-9]|9[0-9]|10[0-7])[0-9;]*m|\?33/);
    expect([screen.row(1), screen.row(2)]).toEqual(['red', '    xyz.']);
  });

  test('bright ink is bold, and what stands on a colour is inverse', async () => {
    const { screen } = await show(
      '\x1b[1;33ma\x1b[0mb\x1b[44mc\x1b[7md\x1b[0;7me\x1b[0;90mf\x1b[0;4mg\x1b[0;5mh',
    );
    const cells = Array.from({ length: 8 }, (_, index) => screen.cell(1, index + 1));
    const told = cells.map(({ bold, inverse, underline, blink }) =>
      [bold && 'bold', inverse && 'inverse', underline && 'underline', blink && 'blink']
        .filter(Boolean)
        .join(),
    );
    expect(told).toEqual(['bold', '', 'inverse', '', 'inverse', '', 'underline', '']);
  });
});
