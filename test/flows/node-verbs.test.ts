import { TestBoard } from '../support/board';
import { goToMainMenu, PASSWORD, signIn } from '../support/sign-in';

let board: TestBoard;
beforeAll(async () => {
  board = await TestBoard.start();
  for (const name of ['ann', 'bob']) await board.addUser(name, PASSWORD);
});
afterAll(() => board.remove());

describe('oputil node, on a board that is one process', () => {
  it('lists who is online, and tells them', async () => {
    expect(await board.oputil('node', 'list')).toBe('nobody is online\n');
    const ann = await board.telnet();
    await signIn(ann, 'ann');
    await goToMainMenu(ann);
    expect(await board.oputil('node', 'list')).toMatch(/^1 +ann +Telnet +- /m);
    await board.oputil('node', 'message', 'all', 'supper', 'is', 'ready');
    await ann.sees('From the sysop: supper is ready');
    await board.oputil('node', 'message', '1', 'for', 'you');
    await ann.sees('From the sysop: for you');
    ann.hangUp();
    await board.logged('call.ended', { user: 'ann' });
  });

  it('ends a call, which is in the audit, and no call of anybody else', async () => {
    const bob = await board.telnet();
    await signIn(bob, 'bob');
    await bob.sees('Both doors are open.');
    const [began] = await board.logged('call.began', {}, 2).then((all) => all.slice(-1));
    expect(await board.oputil('node', 'kick', String(began?.['node']))).toContain(
      'bob is sent off',
    );
    expect(await bob.isHungUpOn()).toContain('The sysop has ended your call.');
    expect(await board.oputil('audit', '--user', 'bob')).toContain('call-kicked');
    await board.logged('call.kicked');
  });

  it('has the board read its files again', async () => {
    expect(await board.oputil('node', 'reload')).toContain('reads its files again');
    await board.logged('board.reloaded');
  });

  it('says where there is nobody, or no number', async () => {
    const nobody = await board.tryOputil('node', 'kick', '77');
    expect([nobody.exitCode, nobody.err]).toEqual([
      1,
      "oputil: nobody is signed in on node 77; see 'oputil node list'\n",
    ]);
    expect((await board.tryOputil('node', 'message', 'everybody', 'x')).exitCode).toBe(2);
  });
});
