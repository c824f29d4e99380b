import { defaultConfig } from '../../src/config/schema';
import { probeTerminal, type TerminalHints } from '../../src/terminal/probe';
import { createTerminal } from '../../src/terminal/caller-terminal';
import type { Terminal } from '../../src/terminal/terminal';
import { EchoServers } from '../support/echo-servers';
import { FakeClock } from '../support/fake-clock';
import { RawCaller } from '../support/raw-caller';
import { ScreenEmulator, type ScreenOptions } from '../support/screen';

const IAC = 255;
const [WILL, DO] = [251, 253];
const [BINARY, ECHO, SGA, TTYPE, NAWS, NEW_ENVIRON] = [0, 1, 3, 24, 31, 39];
const [INTERRUPT, ARE_YOU_THERE] = [244, 246];

/** Probes a terminal program; one that is mute answers nothing. */
async function probe(
  options: ScreenOptions & { readonly mute?: true },
  hints: Partial<TerminalHints> = {},
): Promise<{
  readonly terminal: Terminal;
  readonly asked: string;
  readonly tookMs: number;
}> {
  const clock = new FakeClock();
  const screen = new ScreenEmulator(options);
  const terminal = createTerminal({ output: screen, clock });
  if (options.mute !== true) screen.answerTo((bytes) => terminal.feed(bytes));
  const known = { terminalType: undefined, columns: undefined, rows: undefined, ...hints };
  let isDone = false;
  const probing = probeTerminal(terminal, { term: defaultConfig().term, hints: known, clock });
  void probing.then(() => (isDone = true));
  let tookMs = 0;
  for (; !isDone && tookMs < 5000; tookMs += 100) {
    await screen.settled();
    await clock.advance(100);
  }
  await probing;
  return { terminal, asked: Buffer.concat(screen.sent).toString('latin1'), tookMs };
}

describe('A8 connect sequence', () => {
  it('size from what the way in was told: NAWS, NEW-ENVIRON or the SSH pty', async () => {
    const hints = { terminalType: 'syncterm', columns: 132, rows: 60 };
    const { terminal } = await probe({ width: 80, height: 25 }, hints);
    expect([terminal.width, terminal.height]).toEqual([132, 60]);
  });

  it('size else by asking where the cursor is in the far corner', async () => {
    const { terminal, asked } = await probe({ width: 100, height: 40 });
    expect(asked).toContain('\x1b[999;999H\x1b[6n');
    expect([terminal.width, terminal.height]).toEqual([100, 40]);
  });

  it('a terminal that answers nothing is taken for 80 columns, and waited for less than 2 s', async () => {
    const { terminal, tookMs } = await probe({ mute: true });
    // 24 rows: a screen made for them fits on 25 as well, not the other way round.
    expect([terminal.width, terminal.height]).toEqual([80, 24]);
    expect(tookMs).toBeLessThan(2000);
  });

  it.each([
    ['utf8', 'utf8'],
    ['cp437', 'cp437'],
  ] as const)('UTF-8 test: a %s terminal that calls itself xterm', async (encoding, found) => {
    const { terminal } = await probe(
      { encoding },
      { terminalType: 'xterm', columns: 80, rows: 24 },
    );
    expect(terminal.encoding).toBe(found);
  });

  it('UTF-8 test: not for types that are known to be CP437', async () => {
    const { terminal, asked } = await probe(
      { encoding: 'utf8' },
      { terminalType: 'syncterm', columns: 80, rows: 25 },
    );
    expect(terminal.encoding).toBe('cp437');
    expect(asked).toBe('');
  });
});

describe('A8 telnet', () => {
  let servers: EchoServers;
  let caller: RawCaller;

  beforeEach(async () => {
    servers = new EchoServers({ clock: new FakeClock() });
    caller = await RawCaller.dial(await servers.telnet());
  });

  afterEach(() => servers.close());

  it.each([
    ['WILL ECHO', WILL, ECHO],
    ['WILL SGA', WILL, SGA],
    ['DO SGA', DO, SGA],
    ['WILL BINARY', WILL, BINARY],
    ['DO BINARY', DO, BINARY],
    ['DO TTYPE', DO, TTYPE],
    ['DO NAWS', DO, NAWS],
  ])('%s', async (_name, verb, option) => {
    await caller.sees(Buffer.from([IAC, verb, option]));
  });

  it('DO NEW_ENVIRON, of a client without NAWS', async () => {
    caller.send([IAC, 252, NAWS, IAC, 252, TTYPE]);
    await caller.sees(Buffer.from([IAC, DO, NEW_ENVIRON]));
  });

  it('AYT is answered', async () => {
    caller.send([IAC, ARE_YOU_THERE]);
    await caller.sees('[yes]');
  });

  it('IP does not end the call (a departure from ENiGMA½)', async () => {
    caller.send([IAC, INTERRUPT]);
    caller.send('still here');
    await caller.sees('still here');
  });
});
