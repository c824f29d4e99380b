import { Client } from 'ssh2';
import { systemClock } from '../../src/base/clock';
import type { IncomingCall } from '../../src/servers/connection';
import { EncodingMemory, terminalOpener } from '../../src/servers/open-terminal';
import { dialTelnet, type DialledCaller } from '../support/dial';
import { EchoServers } from '../support/echo-servers';
import { FakeClock } from '../support/fake-clock';
import { RawCaller } from '../support/raw-caller';
import { ScreenEmulator } from '../support/screen';
import { CP437_ONLY, TERMINAL_NAMES } from '../support/terminal-names';

const LETTERS = '╔═╗ ─┼─ ░▒▓█ Zoë, Jürgen, Åse, ñandú';
const IAC = 255;
const [SB, SE, WILL, DO] = [250, 240, 251, 253];
const [TTYPE, NAWS, CHARSET] = [24, 31, 42];

let servers: EchoServers;
let open: ReturnType<typeof terminalOpener>;
let found: string[];

beforeEach(() => {
  found = [];
  servers = new EchoServers({
    accounts: { joe: { password: 'right' } },
    // The letters, on what the board takes the terminal for, and then what the caller types.
    serve: async (call: IncomingCall) => {
      const { terminal, ready } = open(call.connection, call.settled);
      call.connection.onData((bytes) => terminal.feed(bytes));
      await ready;
      found.push(terminal.encoding);
      terminal.write(`${LETTERS}\r\n`);
      for (let typed = ''; !call.connection.signal.aborted;) {
        const key = await terminal.readKey(call.connection.signal).catch(() => undefined);
        if (key === undefined) return;
        typed += key.text;
        if (key.name === 'return') terminal.write(`typed ${typed.trim()}.\r\n`);
      }
    },
  });
  open = terminalOpener({ config: () => servers.config, clock: systemClock });
});
afterEach(() => servers.close());

test('the table has sixty names', () => {
  expect(new Set(TERMINAL_NAMES).size).toBeGreaterThanOrEqual(60);
});

test.each(['utf8', 'cp437'] as const)(
  'frames and letters with accents arrive right both ways on a terminal of %s, whatever of sixty names it has',
  async (encoding) => {
    const port = await servers.telnet();
    const wrong: string[] = [];
    const isPossible = (name: string): boolean => name !== CP437_ONLY || encoding === 'cp437';
    for (const name of TERMINAL_NAMES.filter(isPossible)) {
      const caller = await dialTelnet({ port, encoding, terminalType: name });
      await caller.until('the letters or others', () => found.length > 0);
      await caller.receives('\r\n');
      const bytes = encoding === 'utf8' ? Buffer.from('zoë\r') : Buffer.from('zo\x89\r', 'latin1');
      caller.send(bytes);
      await caller.sees('typed');
      const text = caller.screen.text();
      if (!text.includes(LETTERS) || !text.includes('typed zoë.')) wrong.push(`${name}: ${text}`);
      found = [];
      caller.hangUp();
    }
    expect(wrong).toEqual([]);
  },
);

describe('a terminal that answers no question of the screen', () => {
  const mute = async (port: number, terminalType: string): Promise<DialledCaller> => {
    const caller = await dialTelnet({ port, encoding: 'utf8', terminalType });
    caller.screen.answerTo(() => undefined);
    return caller;
  };

  test('is taken for what it showed in an earlier call from the same source', async () => {
    const port = await servers.telnet();
    await (await mute(port, 'oldterm')).until('an encoding', () => found.length === 1);
    const answering = await dialTelnet({ port, encoding: 'utf8', terminalType: 'oldterm' });
    await answering.sees(LETTERS);
    const again = await mute(port, 'oldterm');
    await again.sees(LETTERS);
    await (await mute(port, 'another')).until('an encoding', () => found.length === 4);
    expect(found).toEqual(['cp437', 'utf8', 'utf8', 'cp437']);
  });

  test.each([
    ['LANG=de_DE.UTF-8', { LANG: 'de_DE.UTF-8' }, 'utf8'],
    ['LC_ALL=C before LANG=de_DE.UTF-8', { LANG: 'de_DE.UTF-8', LC_ALL: 'C' }, 'cp437'],
    ['LC_CTYPE=C.utf8 before LANG=C', { LANG: 'C', LC_CTYPE: 'C.utf8' }, 'utf8'],
    ['LANG=en_US.IBM437', { LANG: 'en_US.IBM437' }, 'cp437'],
    ['no locale', {}, 'cp437'],
  ])('is taken for what the locale of an SSH client says: %s', async (_what, env, encoding) => {
    const client = new Client();
    const connection = { host: '127.0.0.1', port: await servers.ssh(), username: 'joe' };
    await new Promise<void>((resolve, reject) => {
      client.once('ready', resolve).once('error', reject);
      client.connect({ ...connection, password: 'right' });
    });
    const screen = new ScreenEmulator({ encoding: encoding === 'utf8' ? 'utf8' : 'cp437' });
    const shown = new Promise<void>((resolve, reject) => {
      client.shell({ term: 'oldterm' }, { env }, (error, shell) => {
        if (error !== undefined) return reject(error);
        return shell.on('data', (bytes: Buffer) => {
          screen.write(bytes);
          if (bytes.includes('\r\n')) resolve();
        });
      });
    });
    await shown;
    await screen.settled();
    client.destroy();
    expect(screen.text()).toContain(LETTERS);
    expect(found).toEqual([encoding]);
  });

  test('is taken for the character set that it accepts on telnet (RFC 2066)', async () => {
    const caller = await RawCaller.dial(await servers.telnet());
    caller.send([IAC, DO, CHARSET, IAC, WILL, TTYPE, IAC, WILL, NAWS]);
    const request = Buffer.from('\x01;UTF-8;IBM437;CP437', 'latin1');
    await caller.sees(Buffer.concat([Buffer.from([IAC, SB, CHARSET]), request]));
    caller.send([IAC, SB, CHARSET, 2, ...Buffer.from('utf-8'), IAC, SE]);
    caller.send([IAC, SB, NAWS, 0, 80, 0, 24, IAC, SE]);
    const name = [IAC, SB, TTYPE, 0, ...Buffer.from('OLDTERM'), IAC, SE];
    caller.send([...name, ...name]);
    await caller.sees(Buffer.from(LETTERS, 'utf8'));
  });

  test.each([
    [' ISO-8859-1 CP437', ' ', 'CP437'],
    ['[TTABLE]\x01;KOI8-R;UTF-8', ';', 'UTF-8'],
  ])('has the first known character set of its own request: %j', async (request, _by, name) => {
    const caller = await RawCaller.dial(await servers.telnet());
    caller.send([IAC, WILL, CHARSET, IAC, SB, CHARSET, 1, ...Buffer.from(request), IAC, SE]);
    await caller.sees(Buffer.from([IAC, SB, CHARSET, 2, ...Buffer.from(name), IAC, SE]));
  });

  test('is told so where none of its character sets is known', async () => {
    const caller = await RawCaller.dial(await servers.telnet());
    caller.send([IAC, WILL, CHARSET, IAC, SB, CHARSET, 1, ...Buffer.from(';KOI8-R'), IAC, SE]);
    await caller.sees(Buffer.from([IAC, SB, CHARSET, 3, IAC, SE]));
  });
});

test('a terminal behind a slow line is what its late answer shows, in this call and in the next', async () => {
  const clock = new FakeClock();
  open = terminalOpener({ config: () => servers.config, clock });
  const port = await servers.telnet();
  const dial = async (): Promise<{ caller: DialledCaller; held: Buffer[] }> => {
    const caller = await dialTelnet({ port, encoding: 'utf8', terminalType: 'oldterm' });
    const held: Buffer[] = [];
    caller.screen.answerTo((bytes) => held.push(bytes));
    await caller.until('its answers', () => held.length >= 3);
    await clock.advance(1_000);
    return { caller, held };
  };
  const first = await dial();
  await first.caller.receives('\r\n');
  expect(first.caller.screen.text()).not.toContain(LETTERS);
  for (const bytes of first.held) first.caller.send(bytes);
  first.caller.type('\r');
  await first.caller.sees('typed .');
  first.caller.send(Buffer.from('zoë\r'));
  await first.caller.sees('zoë.');
  const second = await dial();
  await second.caller.sees(LETTERS);
  expect(found).toEqual(['cp437', 'utf8']);
});

describe('a MUD client', () => {
  const ASK = [IAC, SB, TTYPE, 1, IAC, SE];

  test('says by its third type that it draws UTF-8 and is read aloud (MTTS); its second is the terminal', async () => {
    const caller = await RawCaller.dial(await servers.telnet());
    caller.send([IAC, WILL, TTYPE, IAC, WILL, NAWS, IAC, SB, NAWS, 0, 80, 0, 24, IAC, SE]);
    for (const [index, name] of ['VIPMUD', 'ANSI', `MTTS ${4 + 64}`].entries()) {
      await caller.until('to be asked', () => count(caller.received, Buffer.from(ASK)) > index);
      caller.send([IAC, SB, TTYPE, 0, ...Buffer.from(name), IAC, SE]);
    }
    await caller.sees(Buffer.from(LETTERS, 'utf8'));
    expect(servers.calls[0]?.connection).toMatchObject({
      ...{ terminalType: 'ansi', charset: 'utf8', asksForLines: true },
    });
  });

  test('is not asked further where its first type is a terminal: that would change what it emulates', async () => {
    const caller = await RawCaller.dial(await servers.telnet());
    caller.send([IAC, WILL, TTYPE, IAC, WILL, NAWS, IAC, SB, NAWS, 0, 80, 0, 24, IAC, SE]);
    caller.send([IAC, SB, TTYPE, 0, ...Buffer.from('ANSI'), IAC, SE]);
    await caller.sees(Buffer.from('Zo\x89', 'latin1'));
    expect(count(caller.received, Buffer.from(ASK))).toBe(1);
  });
});

test('what is remembered of clients ends after a month and has room for 4,096 of them', async () => {
  const clock = new FakeClock();
  const memory = new EncodingMemory(clock);
  const client = (n: number) => ({ type: `t${n}`, remoteIp: '192.0.2.1' });
  for (let n = 0; n <= 4_096; n += 1) memory.remember(client(n), 'utf8');
  expect([0, 1, 4_096].map((n) => memory.recall(client(n)))).toEqual([undefined, 'utf8', 'utf8']);
  expect(memory.recall({ type: 't1', remoteIp: '192.0.2.2' })).toBeUndefined();
  await clock.advance(30 * 24 * 3600_000);
  expect(memory.recall(client(1))).toBeUndefined();
});

function count(bytes: Buffer, wanted: Buffer): number {
  let found = 0;
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) found += 1;
  return found;
}
