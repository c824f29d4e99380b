import { randomBytes } from 'node:crypto';
import { systemClock } from '../../src/base/clock';
import { systemRandom } from '../../src/base/random';
import { dial } from '../../src/onward/connect';
import { TelnetClient } from '../../src/onward/telnet-client';
import { FarBoard, type FarCall } from '../support/far-board';
import { eventually } from '../support/raw-caller';

const IAC = 255;
const SE = 240;
const SB = 250;
const WILL = 251;
const DO = 253;

interface Call {
  readonly client: TelnetClient;
  readonly call: FarCall;
  readonly heard: () => Buffer;
  size: { width: number; height: number };
}

describe('the gate as a telnet client', () => {
  let board: FarBoard;
  const clients: TelnetClient[] = [];
  beforeEach(async () => {
    board = await FarBoard.open();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await board.close();
  });

  const open = async (own: { location?: string; userName?: string } = {}): Promise<Call> => {
    const socket = await dial(
      { host: '127.0.0.1', port: board.port },
      {
        clock: systemClock,
        random: systemRandom,
        limitMs: 5_000,
        signal: new AbortController().signal,
      },
    );
    const size = { width: 80, height: 25 };
    const client = new TelnetClient(socket, {
      ...{ clock: systemClock, terminalType: 'ansi-bbs', size: () => size, ...own },
    });
    clients.push(client);
    client.on('error', () => undefined);
    const pieces: Buffer[] = [];
    client.on('data', (chunk: Buffer) => pieces.push(chunk));
    return { client, call: await board.call(), heard: () => Buffer.concat(pieces), size };
  };

  it('says nothing before the board does', async () => {
    const { call, heard } = await open();
    call.send('login: ');
    await eventually('the prompt', () => heard().includes('login: '));
    expect(call.bytes).toBe(0);
  });

  it("answers with the caller's terminal, and tells each change of its window", async () => {
    const { client, call, size } = await open();
    call.send(Buffer.from([IAC, DO, 24, IAC, SB, 24, 1, IAC, SE, IAC, DO, 31]));
    await call.sees(
      Buffer.concat([
        Buffer.from([IAC, WILL, 24, IAC, SB, 24, 0]),
        Buffer.from('ansi-bbs'),
        Buffer.from([IAC, SE]),
      ]),
    );
    await call.sees(Buffer.from([IAC, SB, 31, 0, 80, 0, 25, IAC, SE]));
    Object.assign(size, { width: 132, height: 60 });
    client.resized();
    await call.sees(Buffer.from([IAC, SB, 31, 0, 132, 0, 60, IAC, SE]));
  });

  it('refuses options that are not its own, and what it was not told to say', async () => {
    const { call } = await open();
    call.send(Buffer.from([IAC, DO, 39, IAC, DO, 23, IAC, WILL, 70]));
    await call.sees(Buffer.from([IAC, 252, 39, IAC, 252, 23, IAC, 254, 70]));
  });

  it('offers the place of the caller first of all, and the name where it is asked', async () => {
    const { client, call } = await open({ location: '192.0.2.7', userName: 'alice' });
    client.write('typed at once');
    await call.sees('typed at once');
    expect([...call.received().subarray(0, 3)]).toEqual([IAC, WILL, 23]);
    call.send(Buffer.from([IAC, DO, 23, IAC, DO, 39, IAC, SB, 39, 1, IAC, SE]));
    await call.sees(
      Buffer.concat([Buffer.from([IAC, SB, 23]), Buffer.from('192.0.2.7'), Buffer.from([IAC, SE])]),
    );
    await call.sees(
      Buffer.concat([
        Buffer.from([IAC, SB, 39, 0, 0]),
        ...[Buffer.from('USER'), Buffer.from([1]), Buffer.from('alice'), Buffer.from([IAC, SE])],
      ]),
    );
  });

  it('passes a megabyte each way unchanged once both sides are BINARY', async () => {
    const { client, call, heard } = await open();
    call.send(Buffer.from([IAC, DO, 0, IAC, WILL, 0]));
    await call.sees(Buffer.from([IAC, WILL, 0, IAC, DO, 0]));
    call.forget();
    const down = randomBytes(1024 * 1024);
    const up = randomBytes(1024 * 1024);
    const doubled = (bytes: Buffer): Buffer =>
      Buffer.from(bytes.toString('latin1').replaceAll('\xff', '\xff\xff'), 'latin1');
    call.send(doubled(down));
    client.write(up);
    await eventually('all of it', () => heard().length >= down.length);
    expect(heard().equals(down)).toBe(true);
    await eventually('all of it there', () => call.bytes >= doubled(up).length);
    expect(call.received().equals(doubled(up))).toBe(true);
  });

  it('ends when the board ends, with all that came before', async () => {
    const { client, call, heard } = await open();
    const ended = new Promise((resolve) => client.once('end', resolve));
    call.socket.end('goodbye');
    await ended;
    expect(heard().toString()).toBe('goodbye');
  });

  it('lets the board read on after its own end', async () => {
    const { client, call } = await open();
    client.end('the last word');
    await call.sees('the last word');
    await eventually('the end', () => call.isEnded);
  });

  it.each([
    ['a flood of negotiations', Buffer.alloc(3 * 70, Buffer.from([IAC, DO, 24]))],
    [
      'an endless sub-negotiation',
      Buffer.concat([Buffer.from([IAC, SB, 24]), Buffer.alloc(200_000, 65)]),
    ],
  ])('a board that sends %s is left', async (_what, bytes) => {
    const { client, call } = await open();
    const closed = new Promise<Error>((resolve) => client.once('error', resolve));
    call.send(bytes);
    expect((await closed).message).toMatch(/the board breaks the telnet protocol/);
    await eventually('the end', () => call.isEnded);
  });
});
