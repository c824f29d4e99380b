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

test('a terminal that says its type and not its size is waited for no longer than for its replies', async () => {
  const screen = new ScreenEmulator({ width: 100, height: 30, encoding: 'cp437' });
  // As rlogin hands them on: later hints are possible, and none comes.
  const hints = { ...NONE, terminalType: 'ansi', onHints: () => undefined };
  const { found, waited } = await probeAgainst(screen, hints);
  expect(found).toMatchObject({ width: 100, height: 30, encoding: 'cp437' });
  expect(waited).toBe(0);
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

describe('a terminal behind a slow line', () => {
  /** What it answers is held back; the probe is over before any of it comes. */
  const probeLate = async (encoding: 'utf8' | 'cp437', known: Partial<TerminalHints> = {}) => {
    const screen = new ScreenEmulator({ encoding });
    const clock = new FakeClock();
    const held: Buffer[] = [];
    const terminal = createTerminal({ output: screen, clock });
    screen.answerTo((bytes) => held.push(bytes));
    let tell: () => void = () => undefined;
    const hints = { ...NONE, ...known, onHints: (listener: () => void) => (tell = listener) };
    const end = new AbortController();
    const found: unknown[] = [];
    const late = { signal: end.signal, found: (result: unknown) => found.push(result) };
    const probing = probeTerminal(terminal, { term: TERM, hints, clock, late });
    await screen.settled();
    await clock.advance(999);
    const first = await probing;
    const answer = async (): Promise<void> => {
      for (const bytes of held.splice(0)) terminal.feed(bytes);
      await clock.advance(0);
    };
    return { terminal, clock, hints, tell: () => tell(), first, found, answer, end };
  };

  test.each([
    ['utf8', 'ansi', 'cp437'],
    ['cp437', 'xterm', 'utf8'],
  ] as const)(
    'of %s, called %s, is %s at first, and what it is when its answers come, up to three seconds late',
    async (encoding, terminalType, atFirst) => {
      const slow = await probeLate(encoding, { terminalType });
      let changes = 0;
      slow.terminal.onResize(() => (changes += 1));
      expect(slow.first.encoding).toBe(atFirst);
      await slow.clock.advance(2_000);
      await slow.answer();
      expect(slow.terminal.encoding).toBe(encoding);
      expect(slow.found.at(-1)).toMatchObject({ tested: encoding });
      // The screen that is shown meanwhile learns of it.
      expect(changes).toBeGreaterThan(0);
      expect(slow.clock.waiting).toBe(0);
    },
  );

  test('that tells its type late gets the encoding of that type', async () => {
    const slow = await probeLate('cp437');
    expect(slow.first.encoding).toBe('utf8');
    await slow.clock.advance(1_500);
    Object.assign(slow.hints, { terminalType: 'ansi' });
    slow.tell();
    expect(slow.terminal).toMatchObject({ type: 'ansi', encoding: 'cp437' });
  });

  test('that answers even later, or after the call has ended, changes nothing, and nothing waits for it', async () => {
    const slow = await probeLate('utf8', { terminalType: 'ansi' });
    await slow.clock.advance(2_001);
    await slow.answer();
    const ended = await probeLate('utf8', { terminalType: 'ansi' });
    ended.end.abort();
    await ended.answer();
    for (const { terminal, clock, found } of [slow, ended]) {
      expect(terminal.encoding).toBe('cp437');
      expect(clock.waiting).toBe(0);
      expect(found).toEqual([]);
    }
  });

  test('keeps what its caller has chosen meanwhile', async () => {
    const slow = await probeLate('cp437', { terminalType: 'ansi' });
    slow.terminal.setEncoding('utf8');
    await slow.answer();
    expect(slow.terminal.encoding).toBe('utf8');
  });
});

test('a forced encoding is not argued with', async () => {
  const screen = new ScreenEmulator({ encoding: 'utf8' });
  const term = { ...TERM, forceOutputEncoding: 'cp437' as const };
  const { found } = await probeAgainst(screen, NONE, term);
  expect(found.encoding).toBe('cp437');
});
