import { systemClock } from '../../src/base/clock';
import { lastWords } from '../../src/menu/screen/message-line';
import { createTerminal } from '../../src/terminal/caller-terminal';
import { ScreenEmulator } from '../support/screen';

test.each([
  [80, 1],
  [40, 2],
])(
  'the last sentence of a call draws over no line of a form, at %i columns',
  async (width, rows) => {
    const screen = new ScreenEmulator({ width, height: 24 });
    const form = Array.from({ length: 24 }, (_, row) => `field ${row + 1}`);
    screen.write(Buffer.from(form.join('\r\n') + '\x1b[7;10H'));
    const terminal = createTerminal({
      output: screen,
      clock: systemClock,
      width,
      height: 24,
      encoding: 'cp437',
    });
    const sentence = 'Your account was changed. Please sign in again.';
    terminal.write(lastWords(terminal, sentence));
    await screen.settled();
    const shown = Array.from({ length: 24 }, (_, row) => screen.row(row + 1).trim());
    expect(shown.slice(0, 24 - rows)).toEqual(form.slice(rows));
    expect(shown.slice(24 - rows).join(' ')).toBe(sentence);
  },
);
