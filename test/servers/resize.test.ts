import type { Terminal } from '../../src/terminal/terminal';
import { dialSsh, type DialledCaller } from '../support/dial';
import { FIRST_SCREEN, QuizServers } from '../support/quiz-servers';
import { eventually, type RawCaller } from '../support/raw-caller';

const WILL_NAWS = [255, 251, 31];
const ARE_YOU_THERE = [255, 246];

/** A size as NAWS says it. */
function naws(width: number, height: number): readonly number[] {
  const size = [width >> 8, width & 255, height >> 8, height & 255];
  return [255, 250, 31, ...size.flatMap((byte) => (byte === 255 ? [255, 255] : [byte])), 255, 240];
}

describe('sizes of a window', () => {
  let board: QuizServers;
  let caller: DialledCaller | RawCaller;
  let terminal: Terminal;
  let shown: string[];

  afterEach(async () => {
    if ('hangUp' in caller) caller.hangUp();
    await board.close();
  });

  async function watch(): Promise<void> {
    await eventually('a session with a screen', () => board.callers.length === 1);
    terminal = (board.callers[0] as { readonly terminal: Terminal }).terminal;
    // Replies of the terminal that come within three seconds count, and may set the size as well.
    await board.clock.advance(4_000);
    shown = [];
    terminal.onResize(() => shown.push(`${terminal.width}x${terminal.height}`));
  }

  async function callByTelnet(): Promise<(sizes: readonly (readonly number[])[]) => Promise<void>> {
    board = new QuizServers();
    await board.start();
    const raw = await board.call();
    caller = raw;
    await watch();
    raw.send(WILL_NAWS);
    return async (sizes) => {
      raw.received = Buffer.alloc(0);
      raw.send([...sizes.flat(), ...ARE_YOU_THERE]);
      await raw.sees('[yes]');
    };
  }

  async function callBySsh(): Promise<(sizes: readonly [number, number][]) => Promise<void>> {
    board = new QuizServers();
    const servers = await board.start();
    const dialled = await dialSsh({ port: servers.addresses.ssh?.port ?? 0, userName: 'new' });
    caller = dialled;
    await eventually('a session', () => board.nodes.list().length === 1);
    await board.passProbe();
    await dialled.sees(FIRST_SCREEN.trim());
    await watch();
    return async (sizes) => {
      for (const [width, height] of sizes) dialled.resize(width, height);
      dialled.screen.write(Buffer.from('\x1b[2J'));
      dialled.type('nobody wrong\r');
      await dialled.sees('rejected.');
    };
  }

  const rising = (from: number): [number, number][] =>
    Array.from({ length: 100 }, (_, at) => [from + at, 30]);

  test('by telnet they are drawn once in 50 ms, and the last of them always (rule M8)', async () => {
    const send = await callByTelnet();
    await send(rising(20).map(([width, height]) => naws(width, height)));
    expect(shown).toEqual(['20x30']);
    await board.clock.advance(49);
    expect(shown).toHaveLength(1);
    await board.clock.advance(1);
    expect(shown).toEqual(['20x30', '119x30']);
    await send(rising(30).map(([width, height]) => naws(width, height)));
    expect(shown).toHaveLength(2);
    await board.clock.advance(50);
    expect(shown.slice(2)).toEqual(['129x30']);
    await board.clock.advance(50);
    await send([naws(80, 24)]);
    expect(shown.slice(3)).toEqual(['80x24']);
  });

  test('by SSH they are drawn once in 50 ms, and the last of them always (rule M8)', async () => {
    const send = await callBySsh();
    await send(rising(20));
    expect(shown).toEqual(['20x30']);
    await board.clock.advance(50);
    expect(shown).toEqual(['20x30', '119x30']);
  });

  test('are 132x60 at most until the sign-in, and then what they are (rule M8)', async () => {
    const send = await callByTelnet();
    await send([naws(500, 500)]);
    expect(shown).toEqual(['132x60']);
    (caller as RawCaller).send('ann right\r');
    await (caller as RawCaller).sees('accepted.');
    expect(shown).toEqual(['132x60', '500x500']);
  });

  test('are limited from the first one on (rule M8)', async () => {
    board = new QuizServers();
    const servers = await board.start();
    const port = servers.addresses.ssh?.port ?? 0;
    const dialled = await dialSsh({ port, userName: 'new', width: 400, height: 300 });
    caller = dialled;
    await eventually('a session', () => board.nodes.list().length === 1);
    await board.passProbe();
    await watch();
    expect([terminal.width, terminal.height]).toEqual([132, 60]);
  });
});
