import { METHODS } from 'node:http';
import { connect } from 'node:tls';
import { openWebBoard, type WebBoard } from '../support/web-board';

let board: WebBoard;
beforeEach(async () => {
  board = await openWebBoard();
});
afterEach(() => board.close());

// CONNECT ends with a closed connection instead of an answer.
const ANSWERED = METHODS.filter((method) => method !== 'CONNECT');

test('no method of HTTP, however rare, is a fault of ours (rule D8)', async () => {
  for (const method of ANSWERED) {
    const { status, headers } = await board.ask('/nowhere', { method });
    expect([method, status < 500]).toEqual([method, true]);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  }
  expect(board.logLines.filter((line) => line.includes('web.failed'))).toEqual([]);
});

test('two Host headers are a bad request, whichever of them is ours (RFC 9112 3.2)', async () => {
  const own = `localhost:${board.port}`;
  for (const hosts of [
    [own, 'evil.example'],
    ['evil.example', own],
    [own, own],
  ]) {
    const lines = hosts.map((host) => `Host: ${host}\r\n`).join('');
    const answer = await new Promise<string>((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: board.port,
        ca: board.ca,
        servername: 'localhost',
      };
      const socket = connect(options, () =>
        socket.write(`GET / HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`),
      );
      socket.once('data', (chunk: Buffer) => resolve(chunk.toString('latin1')));
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed without an answer')));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  }
});
