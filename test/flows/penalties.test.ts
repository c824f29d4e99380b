import { connect } from 'node:net';
import { TestBoard, type TestBoardOptions } from '../support/board';
import { KEYS } from '../support/dial';
import { PASSWORD, signIn } from '../support/sign-in';

const HERE = '127.0.0.1';
const WRONG = /wrong user name or password/i;

describe('a source that guesses (rule K1)', () => {
  let board: TestBoard;
  const start = async (before: TestBoardOptions = {}): Promise<void> => {
    board = await TestBoard.start({ config: { security: { exemptNetworks: [] } }, ...before });
  };
  afterEach(() => board.remove());

  /** Whether a connection is answered with so much as a byte. */
  function isAnswered(port: number): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(port, HERE);
      socket.once('data', () => {
        resolve(true);
        socket.destroy();
      });
      socket.on('error', () => undefined);
      socket.once('close', () => resolve(false));
    });
  }

  /** Four times: each costs five seconds, and from fifteen on a source is shut out. */
  async function guessFourTimes(): Promise<void> {
    const caller = await board.telnet();
    await signIn(caller, 'alice', 'wrong 1');
    await caller.sees(WRONG);
    for (const wrong of ['wrong 2', 'wrong 3']) caller.type(`${KEYS.return}${wrong}${KEYS.return}`);
    await caller.isHungUpOn();
    const another = await board.telnet();
    await signIn(another, 'nobody', 'wrong 4');
    await another.sees(WRONG);
    another.hangUp();
  }

  it('is not answered any more by any server, also after a restart, until its time is over (rule K1)', async () => {
    await start();
    await board.addUser('alice', PASSWORD);
    await guessFourTimes();
    expect(await isAnswered(board.telnetPort)).toBe(false);
    expect(await isAnswered(board.sshPort)).toBe(false);
    expect(await board.oputil('ban', 'list')).toContain(HERE);

    const { dataDir, clock } = board;
    await board.stop();
    await start({ dataDir, clock });
    expect(await isAnswered(board.telnetPort)).toBe(false);
    expect(board.events('call.refused')).toMatchObject([{ remoteIp: HERE, reason: 'penalty' }]);

    board.clock.skip(20_000);
    const caller = await board.telnet();
    await signIn(caller, 'alice');
    await caller.sees('Both doors are open.');
    caller.hangUp();
  });

  it('is let in again by the sysop, while the board runs (rule K1)', async () => {
    await start();
    await board.addUser('alice', PASSWORD);
    await guessFourTimes();
    expect(await isAnswered(board.sshPort)).toBe(false);
    await board.oputil('ban', 'remove', HERE);
    // Within the second that a running board takes to learn of it.
    for (let answered = false; !answered;) answered = await isAnswered(board.sshPort);
  });
});
