import { METHODS } from 'node:http';
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
