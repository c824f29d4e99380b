import { defaultConfig } from '../../src/config/schema';
import { probeTerminal, type TerminalHints } from '../../src/terminal/probe';
import { createTerminal } from '../../src/terminal/caller-terminal';
import type { TerminalOutput } from '../../src/terminal/terminal';
import { FakeClock } from '../support/fake-clock';
import { ScreenEmulator } from '../support/screen';

const TERM = defaultConfig().term;
const NONE: TerminalHints = { terminalType: undefined, columns: undefined, rows: undefined };

async function probeAgainst(screen: ScreenEmulator, hints: TerminalHints, term = TERM) {
  const clock = new FakeClock();
  const terminal = createTerminal({ output: screen, clock });
  screen.answerTo((bytes) => terminal.feed(bytes));
  const probing = probeTerminal(terminal, { term, hints, clock });
  await screen.settled();
  await screen.settled();
  await clock.advance(0);
  const waited = clock.waiting;
  await clock.advance(1000);
  const found = await probing;
  await screen.settled();
  return { found, terminal, waited, screen };
}

test('size and UTF-8 are found out from a terminal that says nothing of itself', async () => {
  const screen = new ScreenEmulator({ width: 100, height: 30, encoding: 'utf8' });
  const { found } = await probeAgainst(screen, NONE);
  expect(found).toMatchObject({
    type: 'unknown',
    width: 100,
    height: 30,
    encoding: 'utf8',
    answered: true,
  });
  expect(screen.text()).toBe('');
});

test('CP437 is found out from how far the cursor moved', async () => {
  const screen = new ScreenEmulator({ width: 80, height: 25, encoding: 'cp437' });
  const { found } = await probeAgainst(screen, NONE);
  expect(found).toMatchObject({ width: 80, height: 25, encoding: 'cp437' });
  expect(screen.text()).toBe('');
});

test('a terminal that calls itself xterm and is not UTF-8 gets CP437, without waiting', async () => {
  const screen = new ScreenEmulator({ encoding: 'cp437' });
  const hints = { terminalType: 'xterm', columns: 80, rows: 24 };
  const { found, waited } = await probeAgainst(screen, hints);
  expect(found.encoding).toBe('cp437');
  expect(waited).toBe(0);
});

test('a client that asks for text line by line is sent nothing, whatever it is called', async () => {
  const screen = new ScreenEmulator({ encoding: 'utf8' });
  const hints = { ...NONE, terminalType: 'xterm', asksForLines: true };
  const { found, terminal } = await probeAgainst(screen, hints);
  expect(screen.sent).toEqual([]);
  expect([terminal.isLineByLine, terminal.isSilent, found.encoding]).toEqual([true, false, 'utf8']);
});

test.each([
  ['answers nothing', true],
  ['answers', false],
])('a terminal that %s counts as silent: %s', async (_what, isSilent) => {
  const screen = new ScreenEmulator();
  const clock = new FakeClock();
  const terminal = createTerminal({ output: screen, clock });
  if (!isSilent) screen.answerTo((bytes) => terminal.feed(bytes));
  const probing = probeTerminal(terminal, { term: TERM, hints: NONE, clock });
  await screen.settled();
  await screen.settled();
  await clock.advance(1000);
  await probing;
  expect([terminal.isSilent, terminal.isLineByLine]).toEqual([isSilent, false]);
});

test('SyncTERM with its size is asked nothing', async () => {
  const screen = new ScreenEmulator();
  const hints = { terminalType: 'syncterm', columns: 80, rows: 25 };
  const { found } = await probeAgainst(screen, hints);
  expect(found).toMatchObject({ type: 'syncterm', height: 25, encoding: 'cp437' });
  expect(screen.sent).toEqual([]);
});

test('a dumb terminal is asked nothing either', async () => {
  const screen = new ScreenEmulator({ encoding: 'utf8' });
  const hints = { terminalType: 'dumb', columns: undefined, rows: undefined };
  const { found } = await probeAgainst(screen, hints);
  expect(found.encoding).toBe('utf8');
  expect(screen.sent).toEqual([]);
});

test('a client that answers nothing is through in less than a second', async () => {
  const clock = new FakeClock();
  const silent: TerminalOutput = { write: () => undefined };
  const terminal = createTerminal({ output: silent, clock });
  let found = false;
  const probing = probeTerminal(terminal, {
    term: TERM,
    hints: { ...NONE, onHints: () => undefined },
    clock,
  });
  void probing.then(() => (found = true));
  await clock.advance(999);
  expect(found).toBe(true);
  expect(await probing).toMatchObject({ answered: false, width: 80, height: 24, encoding: 'utf8' });
  expect(clock.waiting).toBe(0);
});

test('a type that arrives while we ask is taken', async () => {
  const screen = new ScreenEmulator({ encoding: 'cp437' });
  const clock = new FakeClock();
  const terminal = createTerminal({ output: screen, clock });
  screen.answerTo((bytes) => terminal.feed(bytes));
  let tell: () => void = () => undefined;
  const hints = {
    terminalType: undefined as string | undefined,
    columns: undefined as number | undefined,
    rows: undefined as number | undefined,
    onHints: (listener: () => void) => (tell = listener),
  };
  const probing = probeTerminal(terminal, { term: TERM, hints, clock });
  await screen.settled();
  Object.assign(hints, { terminalType: 'SyncTERM', columns: 132, rows: 60 });
  tell();
  await screen.settled();
  expect(await probing).toMatchObject({
    type: 'syncterm',
    width: 132,
    height: 60,
    encoding: 'cp437',
  });
  expect(clock.nowMs()).toBe(new FakeClock().nowMs());
});

test('a forced encoding is not argued with', async () => {
  const screen = new ScreenEmulator({ encoding: 'utf8' });
  const term = { ...TERM, forceOutputEncoding: 'cp437' as const };
  const { found } = await probeAgainst(screen, NONE, term);
  expect(found.encoding).toBe('cp437');
});
