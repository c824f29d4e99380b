import { connect, type TLSSocket } from 'node:tls';
import { eventually } from '../support/raw-caller';
import { openWebBoard, type WebBoard } from '../support/web-board';

/** More than the kernel takes from the board for somebody who reads nothing. */
const REQUESTS = 100;

let board: WebBoard;
let socket: TLSSocket;
beforeEach(async () => {
  board = await openWebBoard(
    {},
    { loginServers: { webSocket: { wss: { enabled: true } } } },
    { loginPorts: () => ({ wss: 8811 }) },
  );
});
afterEach(async () => {
  socket.destroy();
  await board.close();
});

async function call(): Promise<void> {
  socket = connect({ host: '127.0.0.1', port: board.port, ca: board.ca, servername: 'localhost' });
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('secureConnect', resolve));
}

/** The terminal's largest file, of a third of a megabyte. */
async function ask(requests: number): Promise<void> {
  const before = board.fake.waiting;
  const { body } = await board.ask('/terminal');
  const path = /"(\/[^"]*)terminal\.js"/.exec(body)?.[1] ?? '';
  expect(path).not.toBe('');
  await eventually('the page to be done with', () => board.fake.waiting === before);
  socket.write(
    `GET ${path}xterm.js HTTP/1.1\r\nhost: localhost:${board.port}\r\n\r\n`.repeat(requests),
  );
}

test('who does not take an answer of the pages within 30 s is cut off (rule F9)', async () => {
  await call();
  const before = board.fake.waiting;
  await ask(REQUESTS);
  await eventually('an answer under way', () => board.fake.waiting > before);
  await board.fake.advance(29_999);
  expect(board.fake.waiting).toBeGreaterThan(before);
  await board.fake.advance(1);
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
  await gone;
  expect(bytes).toBeLessThan((REQUESTS / 2) * 300_000);
});

test('who has taken his answer is not looked at any more', async () => {
  await call();
  const before = board.fake.waiting;
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
  await ask(1);
  await eventually('the whole answer', () => bytes > 300_000);
  await eventually('no wait for it', () => board.fake.waiting === before);
  expect(socket.destroyed).toBe(false);
});
