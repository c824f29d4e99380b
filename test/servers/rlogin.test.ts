import { EchoServers } from '../support/echo-servers';
import { FakeClock } from '../support/fake-clock';
import { eventually, RawCaller } from '../support/raw-caller';
import { proxyHeader } from '../support/proxy-headers';

const GREETING = Buffer.from('\0ann\0ann\0xterm-256color/38400\0');
/** 30 rows, 100 columns. */
const SIZE = Buffer.from([0xff, 0xff, 0x73, 0x73, 0, 30, 0, 100, 0, 0, 0, 0]);

let servers: EchoServers;
afterEach(() => servers.close());

async function dial(options: ConstructorParameters<typeof EchoServers>[0] = {}) {
  servers = new EchoServers(options);
  return RawCaller.dial(await servers.rlogin());
}

test('the greeting is read however it is cut, and what is typed behind it comes after', async () => {
  const caller = await dial();
  for (const byte of GREETING) {
    caller.send([byte]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  caller.send('hello');
  await caller.sees('hello');
  // One byte takes the call (RFC 1282).
  expect(caller.received[0]).toBe(0);
  expect(servers.calls[0]?.connection.terminalType).toBe('xterm-256color');
  expect(servers.calls[0]?.greeting).toEqual({ userName: 'ann', password: undefined });
});

test('all in one packet, with a size of the window in the middle of the text', async () => {
  const caller = await dial();
  caller.send(Buffer.concat([GREETING, Buffer.from('he'), SIZE, Buffer.from('llo')]));
  await caller.sees('hello');
  const { connection } = servers.calls[0] ?? {};
  expect([connection?.columns, connection?.rows]).toEqual([100, 30]);
});

test.each([1, 3, 4, 11])('a size that TCP cuts after %s bytes is no text', async (at) => {
  const caller = await dial();
  caller.send(GREETING);
  await eventually('the call', () => servers.calls.length === 1);
  caller.send(SIZE.subarray(0, at));
  await new Promise((resolve) => setImmediate(resolve));
  caller.send(Buffer.concat([SIZE.subarray(at), Buffer.from('after')]));
  await caller.sees('after');
  expect(caller.received.subarray(1).toString('latin1')).toBe('after');
  expect(servers.calls[0]?.connection.columns).toBe(100);
});

test('a door in place of the terminal is no terminal', async () => {
  const caller = await dial();
  caller.send('\0secret\0ann\0xtrn=LORD\0');
  await eventually('the call', () => servers.calls.length === 1);
  expect(servers.calls[0]?.connection.terminalType).toBeUndefined();
});

test('names in CP437 are read as such', async () => {
  const caller = await dial();
  caller.send(Buffer.from('\0\0J\x94rg\0ansi/9600\0', 'latin1'));
  await eventually('the call', () => servers.calls.length === 1);
  expect(servers.calls[0]?.greeting?.userName).toBe('Jörg');
});

test('a header of the PROXY protocol comes before the greeting (rule G3)', async () => {
  const caller = await dial({
    config: {
      proxies: ['127.0.0.1'],
      loginServers: { rlogin: { proxyProtocol: 'required' } },
    },
  });
  caller.send(Buffer.concat([proxyHeader('v2', '203.0.113.5'), GREETING]));
  await eventually('the call', () => servers.calls.length === 1);
  expect(servers.calls[0]?.connection.remoteIp).toBe('203.0.113.5');
});

test('a greeting that does not come within ten seconds ends the call, however it drips', async () => {
  const clock = new FakeClock();
  const caller = await dial({ clock });
  caller.send(GREETING.subarray(0, 4));
  await eventually('the connection', () => servers.limiter.open.total === 1);
  await clock.advance(9_999);
  caller.send(GREETING.subarray(4, 6));
  expect(caller.closed).toBe(false);
  await clock.advance(1);
  await caller.isClosed();
  expect(servers.calls).toEqual([]);
  expect(servers.log.of('rlogin.greeting-over')).toHaveLength(1);
});
