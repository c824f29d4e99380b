import { EchoServers } from '../support/echo-servers';
import { FakeClock } from '../support/fake-clock';
import { RawCaller, eventually } from '../support/raw-caller';

const IAC = 255;
const [SB, SE, WILL, WONT, DO] = [250, 240, 251, 252, 253];
const [BINARY, ECHO, SGA, TTYPE, NAWS, NEW_ENVIRON, LINEMODE] = [0, 1, 3, 24, 31, 39, 34];
const CHARSET = 42;

const OPENING = Buffer.from([
  ...[IAC, WILL, ECHO, IAC, WILL, SGA, IAC, WILL, BINARY, IAC, WILL, CHARSET],
  ...[IAC, DO, SGA, IAC, DO, BINARY, IAC, DO, TTYPE, IAC, DO, NAWS],
]);
const ASK_TYPE = Buffer.from([IAC, SB, TTYPE, 1, IAC, SE]);

describe('telnet server', () => {
  let servers: EchoServers;

  afterEach(async () => servers.close());

  test('a client that says nothing is offered its options and settles within a quarter of a second', async () => {
    const clock = new FakeClock();
    servers = new EchoServers({ clock });
    const caller = await RawCaller.dial(await servers.telnet());
    await caller.sees(OPENING);
    let settled = false;
    void servers.calls[0]?.settled.then(() => (settled = true));
    await clock.advance(249);
    expect(settled).toBe(false);
    await clock.advance(1);
    expect(settled).toBe(true);
  });

  test('all options are offered in one packet, and answered in one', async () => {
    servers = new EchoServers({ clock: new FakeClock() });
    const caller = await RawCaller.dial(await servers.telnet());
    await caller.until('to hear anything', () => caller.received.length > 0);
    expect(caller.received.subarray(0, OPENING.length)).toEqual(OPENING);
    const heard = caller.received.length;
    caller.send([IAC, DO, LINEMODE, IAC, WILL, LINEMODE, IAC, WILL, TTYPE]);
    await caller.until('to hear more', () => caller.received.length > heard);
    expect(caller.received.subarray(heard)).toEqual(
      Buffer.concat([Buffer.from([IAC, WONT, LINEMODE, IAC, 254, LINEMODE]), ASK_TYPE]),
    );
  });

  test('type and size are known as soon as the client has told them', async () => {
    servers = new EchoServers({ clock: new FakeClock() });
    const caller = await RawCaller.dial(await servers.telnet());
    caller.send([IAC, WILL, TTYPE, IAC, WILL, NAWS]);
    await caller.sees(ASK_TYPE);
    // A name that is in no list is asked for again; a client with one name repeats it.
    const name = [IAC, SB, TTYPE, 0, ...Buffer.from('SyncTERM\x1b[2J'), IAC, SE];
    caller.send([...name, ...name]);
    caller.send([IAC, SB, NAWS, 0, 132, 0, 60, IAC, SE]);
    const call = servers.calls[0];
    await call?.settled;
    expect(call?.connection).toMatchObject({ terminalType: 'syncterm2j', columns: 132, rows: 60 });
  });

  test('a name that says nothing is asked for once more', async () => {
    servers = new EchoServers({ clock: new FakeClock() });
    const caller = await RawCaller.dial(await servers.telnet());
    caller.send([IAC, WILL, TTYPE, IAC, WILL, NAWS, IAC, SB, NAWS, 0, 80, 0, 24, IAC, SE]);
    caller.send([IAC, SB, TTYPE, 0, ...Buffer.from('UNKNOWN'), IAC, SE]);
    await caller.sees(Buffer.concat([ASK_TYPE, ASK_TYPE]));
    caller.send([IAC, SB, TTYPE, 0, ...Buffer.from('VT100'), IAC, SE]);
    await servers.calls[0]?.settled;
    expect(servers.calls[0]?.connection.terminalType).toBe('vt100');
  });

  test('a size of nothing or of everything allocates no screen', async () => {
    servers = new EchoServers({ clock: new FakeClock() });
    const caller = await RawCaller.dial(await servers.telnet());
    caller.send([IAC, WILL, NAWS, IAC, SB, NAWS, 0, 0, 0, 0, IAC, SE, 120]);
    await caller.sees('x');
    expect(servers.calls[0]?.connection).toMatchObject({ columns: undefined, rows: undefined });
    const everything = [IAC, IAC, IAC, IAC, IAC, IAC, IAC, IAC];
    caller.send([IAC, SB, NAWS, ...everything, IAC, SE, 121]);
    await caller.sees('y');
    expect(servers.calls[0]?.connection).toMatchObject({ columns: 500, rows: 500 });
  });

  test('without NAWS rows and columns are asked for, and USER is not looked at', async () => {
    servers = new EchoServers({ clock: new FakeClock() });
    const caller = await RawCaller.dial(await servers.telnet());
    caller.send([IAC, WONT, TTYPE, IAC, WONT, NAWS]);
    await caller.sees(Buffer.from([IAC, DO, NEW_ENVIRON]));
    caller.send([IAC, WILL, NEW_ENVIRON]);
    await caller.sees(Buffer.from('\x03ROWS\x03COLUMNS'));
    const said = Buffer.from('\0\0USER\x01-f root\x03ROWS\x0150\x03COLUMNS\x01100', 'latin1');
    caller.send([IAC, SB, NEW_ENVIRON, ...said, IAC, SE]);
    await servers.calls[0]?.settled;
    expect(servers.calls[0]?.connection).toMatchObject({ columns: 100, rows: 50 });
    expect(servers.calls[0]?.login).toBeUndefined();
  });

  test('LINEMODE is refused, AYT is answered, and other commands change nothing', async () => {
    servers = new EchoServers({ clock: new FakeClock() });
    const caller = await RawCaller.dial(await servers.telnet());
    caller.send([IAC, WILL, LINEMODE, IAC, 246]);
    for (const command of [241, 242, 243, 244, 245, 247, 248, 249]) caller.send([IAC, command]);
    caller.send('still here');
    await caller.sees('still here');
    expect(caller.received.includes(Buffer.from([IAC, 254, LINEMODE]))).toBe(true);
    expect(caller.received.includes('[yes]')).toBe(true);
  });

  test('0xFF goes there and back', async () => {
    servers = new EchoServers({ clock: new FakeClock() });
    const caller = await RawCaller.dial(await servers.telnet());
    caller.send([65, IAC, IAC, 66]);
    await caller.sees(Buffer.from([65, IAC, IAC, 66]));
  });

  test('a flood of negotiations ends the call and charges its source', async () => {
    servers = new EchoServers({
      clock: new FakeClock(),
      config: { security: { exemptNetworks: [] } },
    });
    const caller = await RawCaller.dial(await servers.telnet());
    const flood = Array.from({ length: 300 }, (_, n) => [IAC, DO, n % 250]).flat();
    caller.send(flood);
    await caller.isClosed();
    expect(servers.log.of('telnet.abuse')).toMatchObject([{ what: 'negotiation flood' }]);
    expect(servers.guard.charges).toEqual([{ ip: '127.0.0.1', kind: 'protocol' }]);
  });

  test('a reader who takes nothing is closed before he fills our memory', async () => {
    servers = new EchoServers({
      clock: new FakeClock(),
      serve: async ({ connection }) => {
        const screen = Buffer.alloc(64 * 1024, 'x');
        while (!connection.signal.aborted) {
          connection.write(screen);
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    });
    const caller = await RawCaller.dial(await servers.telnet());
    caller.socket.pause();
    await eventually('the call to end', () => servers.calls[0]?.connection.signal.aborted === true);
    expect(servers.log.of('call.too-slow')).toMatchObject([{ reason: 'full' }]);
  });

  test('end() sends what is queued and then closes', async () => {
    servers = new EchoServers({
      serve: ({ connection }) => {
        connection.write(Buffer.alloc(100_000, 'a'));
        connection.write(Buffer.from('good-bye'));
        connection.end();
        connection.write(Buffer.from('too late'));
        return Promise.resolve();
      },
    });
    const caller = await RawCaller.dial(await servers.telnet());
    await caller.sees('good-bye');
    caller.socket.end();
    await caller.isClosed();
    expect(caller.received.includes('too late')).toBe(false);
  });

  test('a program that ends its input at once still gets its first screen', async () => {
    const clock = new FakeClock();
    servers = new EchoServers({ clock });
    const caller = await RawCaller.dial(await servers.telnet());
    caller.socket.end('hi');
    await caller.sees('hi');
    await clock.advance(1_900);
    servers.calls[0]?.connection.write(Buffer.from('first screen'));
    await caller.sees('first screen');
    await clock.advance(100);
    await caller.isClosed();
  });

  test('bytes at random end at most their own call', async () => {
    servers = new EchoServers({ clock: new FakeClock() });
    const port = await servers.telnet();
    const witness = await RawCaller.dial(port);
    let seed = 20260101;
    const random = (): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return seed >>> 16;
    };
    // Half of them telnet's own bytes, or hardly anything would be reached.
    const telnet = [
      IAC,
      IAC,
      SB,
      SE,
      WILL,
      WONT,
      DO,
      254,
      TTYPE,
      NAWS,
      NEW_ENVIRON,
      0,
      1,
      2,
      3,
      13,
    ];
    for (let round = 0; round < 60; round += 1) {
      const caller = await RawCaller.dial(port);
      const length = 1 + (random() % 3_000);
      const bytes = Array.from({ length }, () =>
        random() % 2 === 0 ? (telnet[random() % telnet.length] ?? 0) : random() & 255,
      );
      caller.send(bytes);
      if (round % 3 === 0) caller.socket.resetAndDestroy();
      else caller.socket.end();
    }
    witness.send('alive');
    await witness.sees('alive');
  });
});
