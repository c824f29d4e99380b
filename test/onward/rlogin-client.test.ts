import type { Socket } from 'node:net';
import { systemClock } from '../../src/base/clock';
import { systemRandom } from '../../src/base/random';
import { dial, type FarSide } from '../../src/onward/connect';
import { greetByRlogin, rloginGreeting } from '../../src/onward/rlogin-client';
import { FakeClock } from '../support/fake-clock';
import { FarBoard } from '../support/far-board';
import { eventually } from '../support/raw-caller';

const FIELDS = { clientName: 'secret', serverName: '[GATE]alice', terminal: 'ansi/115200' };
const GREETING = '\0secret\0[GATE]alice\0ansi/115200\0';

describe('the greeting of rlogin', () => {
  let board: FarBoard;
  let socket: Socket;
  const clock = new FakeClock();
  const calling = new AbortController();
  beforeEach(async () => {
    board = await FarBoard.open();
    socket = await dial(
      { host: '127.0.0.1', port: board.port },
      { clock: systemClock, random: systemRandom, limitMs: 5_000, signal: calling.signal },
    );
  });
  afterEach(async () => {
    socket.destroy();
    await board.close();
  });

  const greet = (signal = calling.signal): Promise<FarSide> =>
    greetByRlogin(socket, FIELDS, { clock, limitMs: 3_000, signal });

  it('is sent first, and the byte that takes the call is not shown', async () => {
    const greeted = greet();
    const call = await board.call();
    await call.sees(GREETING);
    call.send('\0welcome');
    const far = await greeted;
    let text = '';
    far.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await eventually('the welcome', () => text === 'welcome');
    far.write('hello');
    await call.sees(`${GREETING}hello`);
  });

  it('shows the reason of a board that does not take the call', async () => {
    const greeted = greet();
    const call = await board.call();
    call.socket.end('no more calls today');
    let text = '';
    (await greeted).on('data', (chunk: Buffer) => (text += chunk.toString()));
    await eventually('the reason', () => text === 'no more calls today');
  });

  it('fails where the board says nothing, and the connection is closed', async () => {
    const greeted = greet();
    const refused = expect(greeted).rejects.toMatchObject({ code: 'UNREACHABLE' });
    const call = await board.call();
    await call.sees(GREETING);
    await clock.advance(3_000);
    await refused;
    await eventually('the end', () => call.isEnded);
  });

  it('fails where the board hangs up', async () => {
    const refused = expect(greet()).rejects.toMatchObject({ code: 'UNREACHABLE' });
    (await board.call()).socket.destroy();
    await refused;
  });

  it('ends with the reason of a caller who leaves meanwhile', async () => {
    const leaving = new AbortController();
    const refused = expect(greet(leaving.signal)).rejects.toThrow('gone');
    await (await board.call()).sees(GREETING);
    leaving.abort(new Error('gone'));
    await refused;
  });

  it('holds no NUL within a field', () => {
    expect(() => rloginGreeting({ ...FIELDS, serverName: 'alice\0root' })).toThrow(/NUL/);
  });
});
