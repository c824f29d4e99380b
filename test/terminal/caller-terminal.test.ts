import { BbsError } from '../../src/base/errors';
import { createTerminal } from '../../src/terminal/caller-terminal';
import { FakeClock } from '../support/fake-clock';

function open(options: Partial<Parameters<typeof createTerminal>[0]> = {}) {
  const clock = new FakeClock();
  const sent: Buffer[] = [];
  const terminal = createTerminal({
    output: { write: (bytes) => sent.push(bytes) },
    clock,
    ...options,
  });
  const never = new AbortController().signal;
  const names = async (count: number): Promise<string[]> => {
    const found: string[] = [];
    for (let index = 0; index < count; index++) found.push((await terminal.readKey(never)).name);
    return found;
  };
  return {
    clock,
    terminal,
    never,
    names,
    sent,
    text: () => Buffer.concat(sent).toString('latin1'),
  };
}

test('keys typed ahead wait for their reader', async () => {
  const { terminal, names } = open();
  terminal.feed(Buffer.from('sysop\rsecret\r'));
  expect((await names(13)).join('')).toBe('sysopreturnsecretreturn');
});

test('a lone escape is a key after a tenth of a second, not before', async () => {
  const { terminal, clock, never } = open();
  let pressed = '';
  void terminal.readKey(never).then((key) => (pressed = key.name));
  terminal.feed(Buffer.from('\x1b'));
  await clock.advance(99);
  expect(pressed).toBe('');
  await clock.advance(1);
  expect(pressed).toBe('escape');
});

test('a sequence that TCP splits is one key', async () => {
  const { terminal, clock, names } = open();
  terminal.feed(Buffer.from('\x1b'));
  await clock.advance(90);
  terminal.feed(Buffer.from('['));
  await clock.advance(90);
  terminal.feed(Buffer.from('A'));
  expect(await names(1)).toEqual(['up arrow']);
});

test('waiting for a key ends with the signal and leaves the next key to the next reader', async () => {
  const { terminal, names } = open();
  const controller = new AbortController();
  const waiting = terminal.readKey(controller.signal);
  controller.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  await expect(terminal.readKey(controller.signal)).rejects.toThrow('gone');
  terminal.feed(Buffer.from('x'));
  expect(await names(1)).toEqual(['x']);
});

test('a second reader at the same time is a bug and is told so', async () => {
  const { terminal, never } = open();
  const first = terminal.readKey(never);
  await expect(terminal.readKey(never)).rejects.toBeInstanceOf(BbsError);
  terminal.feed(Buffer.from('x'));
  expect((await first).name).toBe('x');
});

test('type-ahead ends at its limit and can be forgotten', async () => {
  const { terminal, never, names } = open();
  terminal.feed(Buffer.from('x'.repeat(10_000)));
  await new Promise((resolve) => setImmediate(resolve));
  expect(await names(4096)).toHaveLength(4096);
  expect(terminal.nextTyped).toBeUndefined();
  terminal.feed(Buffer.from('abc'));
  expect(terminal.nextTyped?.name).toBe('a');
  terminal.dropTypeAhead();
  expect(terminal.nextTyped).toBeUndefined();
  const next = terminal.readKey(never);
  terminal.feed(Buffer.from('y'));
  expect((await next).name).toBe('y');
});

test('much input is decoded in turns, and others get theirs in between (rule F10)', async () => {
  const { terminal } = open();
  const order: string[] = [];
  const answer = terminal.queryCursor(500).then(() => order.push('the end of the input'));
  // The answer is the last of 60 KB, of which a turn takes 16.
  terminal.feed(Buffer.from(`${'\x1b[A'.repeat(20_000)}\x1b[5;7R`));
  setImmediate(() => order.push('somebody else'));
  await answer;
  expect(order).toEqual(['somebody else', 'the end of the input']);
});

test('cursor queries are answered in order, and end by themselves', async () => {
  const { terminal, clock, text } = open();
  const first = terminal.queryCursor(500);
  const second = terminal.queryCursor(500);
  expect(text()).toBe('\x1b[6n\x1b[6n');
  terminal.feed(Buffer.from('\x1b[24;80R'));
  expect(await first).toEqual({ row: 24, column: 80 });
  await clock.advance(500);
  expect(await second).toBeUndefined();
  expect(clock.waiting).toBe(0);
});

test('size and type are held to something sane', () => {
  const { terminal } = open({ width: 0, height: 65_535, type: 'XTerm-256color\x1b]0;evil' });
  expect([terminal.width, terminal.height]).toEqual([80, 500]);
  expect(terminal.type).toBe('xterm-256color0evil');
  let changes = 0;
  const stop = terminal.onResize(() => (changes += 1));
  terminal.resize(Number.NaN, 25);
  terminal.resize(80, 25);
  stop();
  terminal.resize(40, 12);
  expect(changes).toBe(1);
  expect([terminal.width, terminal.height]).toEqual([40, 12]);
});

test('text goes out in the encoding of the terminal, in one write', () => {
  const { terminal, sent } = open();
  terminal.write('é█');
  terminal.setEncoding('utf8');
  terminal.write('é█');
  expect(sent).toEqual([Buffer.from([0x82, 0xdb]), Buffer.from('é█')]);
});

test('paced text keeps the speed and never cuts a sequence', async () => {
  const { terminal, clock, sent, text, never } = open();
  const whole = `ab\x1b[1;33;44m${'x'.repeat(96)}\x1b[0m`;
  const done = terminal.writePaced(whole, { baud: 1200, signal: never });
  await clock.advance(500);
  expect(text().length).toBeGreaterThanOrEqual(55);
  expect(text().length).toBeLessThan(75);
  await clock.advance(600);
  await done;
  expect(text()).toBe(whole);
  for (const part of sent) {
    expect(part.toString('latin1').replace(/\x1b\[[0-9;]*m/g, '')).not.toContain('\x1b');
  }
});

test('paced text stops with the signal', async () => {
  const { terminal, clock, text } = open();
  const controller = new AbortController();
  const done = terminal.writePaced('x'.repeat(1000), { baud: 300, signal: controller.signal });
  done.catch(() => undefined);
  await clock.advance(100);
  controller.abort(new Error('hung up'));
  await expect(done).rejects.toThrow('hung up');
  expect(text().length).toBeLessThan(10);
});

describe('a terminal that shows text line by line', () => {
  test('gets no sequence, no blank line, and one space for many', () => {
    const { terminal, text } = open({ type: 'dumb' });
    terminal.write(
      '\x1b[0m\x1b[2J\x1b[H\x1b[1;33m  Sign   in \x1b[3;1H\r\n\r\nA\x1b[5Cb\tc\x1b]0;t\x07',
    );
    terminal.write('\x1b[9;1H\x1b[K\x1b[?25l');
    terminal.write('Name: ');
    expect(text()).toBe('Sign in\r\nA b c\r\nName: ');
  });

  test('may correct what is typed, and hears the bell', () => {
    const { terminal, text } = open({ type: 'dumb' });
    for (const echo of ['Name: ', 'a', ' ', 'b', '\b \b', '\r\n', '\x07']) terminal.write(echo);
    expect(text()).toBe('Name: a b\b \b\r\n\x07');
  });

  test('is asked for no cursor', async () => {
    const { terminal, text } = open();
    terminal.setLineByLine(true);
    expect(await terminal.queryCursor(500)).toBeUndefined();
    expect(text()).toBe('');
    terminal.setLineByLine(false);
    terminal.write('\x1b[H');
    expect(text()).toBe('\x1b[H');
  });

  test('stays so where its name says that it has no cursor', () => {
    const { terminal } = open({ type: 'dumb' });
    terminal.setLineByLine(false);
    expect([terminal.isLineByLine, terminal.canDraw]).toEqual([true, false]);
  });
});
