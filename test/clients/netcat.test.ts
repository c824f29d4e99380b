import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { eventually } from '../support/raw-caller';
import { oathtool, talkTo } from './programs';
import { PASSWORD, RealBoard } from './real-board';

describe('netcat, which answers nothing', () => {
  let board: RealBoard;
  const callers: ChildProcess[] = [];
  beforeAll(async () => {
    board = await RealBoard.start();
  });
  afterEach(() => {
    for (const caller of callers.splice(0)) caller.kill();
  });
  afterAll(() => board.remove());

  /** A call; `said` grows with what the board says. */
  function dial(...options: readonly string[]): {
    readonly said: { text: string };
    readonly caller: ChildProcess;
  } {
    const caller = talkTo('nc', [...options, '127.0.0.1', board.telnetPort]);
    callers.push(caller);
    const said = { text: '' };
    caller.stdout?.on('data', (chunk: Buffer) => (said.text += chunk.toString('utf8')));
    return { said, caller };
  }

  it('sees the matrix within a second and a half', async () => {
    const { said } = dial();
    const dialled = performance.now();
    await eventually('the matrix', () => said.text.includes('Sign in'));
    expect(performance.now() - dialled).toBeLessThan(1500);
  });

  it('signs in with lines as a shell sends them', async () => {
    const secret = await board.addUser('ada', 'google');
    const { said, caller } = dial();
    await eventually('the matrix', () => said.text.includes('Sign in'));
    caller.stdin?.write('\n');
    await eventually('the form', () => said.text.includes('User name'));
    caller.stdin?.write(`ada\n${PASSWORD}\n`);
    await eventually('the code', () => said.text.includes('One-time code'));
    caller.stdin?.write(`${await oathtool(secret)}\n`);
    await eventually('the welcome', () => said.text.includes('Both doors are open.'));
  });

  it('gets the first screen also when its input ends at once', async () => {
    const { said, caller } = dial('-N');
    caller.stdin?.end();
    await eventually('the matrix', () => said.text.includes('Sign in'));
    if (caller.exitCode === null) await once(caller, 'exit');
  });
});
