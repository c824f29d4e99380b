import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { openWebBoard, type WebBoard } from '../support/web-board';

// The header of a ClientHello of 512 bytes, which never comes in full.
const HELLO = Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]);

let board: WebBoard;
beforeEach(async () => {
  board = await openWebBoard();
});
afterEach(() => board.close());

function isCutOff(socket: Socket): Promise<void> {
  socket.on('error', () => undefined);
  socket.resume();
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

test('who never finishes the handshake of TLS is cut off after ten seconds, also byte by byte (rule L5)', async () => {
  const silent = isCutOff(connect(board.port, '127.0.0.1'));
  const slow = connect(board.port, '127.0.0.1');
  const drip = setInterval(() => slow.write(HELLO.subarray(0, 1)), 500);
  await Promise.all([silent, isCutOff(slow)]);
  clearInterval(drip);
});

test('who is told that his request is broken, and stays, is cut off', async () => {
  const half = { allowHalfOpen: true };
  const socket = connectTls({
    ...{ host: '127.0.0.1', port: board.port, ca: board.ca, servername: 'localhost' },
    ...half,
  });
  const gone = isCutOff(socket);
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  const told = new Promise<Buffer>((resolve) => socket.once('data', resolve));
  socket.write('what is this\r\n\r\n');
  expect((await told).toString()).toMatch(/^HTTP\/1\.1 400 /);
  await board.fake.advance(2_000);
  // Half closed, it is only by writing that one learns of it.
  const writing = setInterval(() => socket.write('x'), 20);
  await gone;
  clearInterval(writing);
});
