import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { TestBoard } from '../support/board';
import { dialTelnet } from '../support/dial';
import { signIn } from '../support/sign-in';

const FILTER = resolve(__dirname, '../../misc/fail2ban/filter.d/sallyport.conf');

describe('the fail2ban filter in misc/', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start();
    await board.addUser('alice', 'a quiet harbour 7');
  });
  afterAll(() => board.remove());

  it('finds the source of a rejected sign-in in the log, and nothing else', async () => {
    const caller = await dialTelnet({ port: board.telnetPort });
    await signIn(caller, 'alice', 'not her password');
    await caller.sees(/wrong user name or password/i);
    caller.hangUp();
    const file = join(board.dataDir, 'fail2ban.log');
    await writeFile(file, board.logLines.join(''));
    const { stdout } = await promisify(execFile)('fail2ban-regex', ['-o', 'ip', file, FILTER]);
    expect(stdout.trim().split('\n')).toEqual(['127.0.0.1']);
    expect(board.logLines.length).toBeGreaterThan(3);
  });
});
