import { addCall } from '../../src/store/calls';
import { MenuBoard, type MenuCaller } from '../support/menu-board';

const PASSWORD = 'correct horse';
const DOWN = '\x1b[B';

let board: MenuBoard;
let id: number;

const open = async (more: Partial<Parameters<typeof MenuBoard.open>[0]> = {}): Promise<void> => {
  board = await MenuBoard.open(more);
  ({ id } = await board.addUser('joe', PASSWORD));
};

afterEach(() => board.close());

const called = (sessionId: string, startedAgoMs: number): Promise<void> =>
  board.accounts.db.run((sql) =>
    addCall(
      sql,
      {
        ...{ userId: id, userName: 'joe', sessionId, node: 2, server: 'telnet' },
        source: '203.0.113.7',
        startedAtMs: board.accounts.clock.nowMs() - startedAgoMs,
      },
      -1,
    ),
  );

async function openCalls(): Promise<MenuCaller> {
  const caller = await board.callBySsh({ userName: 'joe', password: PASSWORD });
  await caller.sees('Both doors are open.');
  caller.type(' ');
  await caller.sees('Command');
  caller.type('m\r');
  await caller.sees('Lasted');
  return caller;
}

test('lists open and past calls with place and way in, and ends one that was left open', async () => {
  await open();
  await called('left open', 0);
  await called('long ago', 3_600_000);
  const caller = await openCalls();
  expect(caller.screen.text()).toMatch(/today \d\d:00 +SSH +192\.0\.2\.7 +1 +this call/);
  expect(caller.screen.text()).toMatch(/Telnet +203\.0\.113\.7 +2 +open/i);
  expect(caller.screen.text()).toMatch(/Telnet +203\.0\.113\.7 +2 +end not known/i);
  const own = (await board.services.ownCalls.list(id, 9)).findIndex(
    ({ sessionId }) => sessionId === caller.caller.login.sessionId,
  );
  caller.type(`${DOWN.repeat(own)}e`);
  await caller.sees('You are in that call.');
  const left = (await board.services.ownCalls.list(id, 9)).findIndex(
    ({ sessionId }) => sessionId === 'left open',
  );
  caller.type(`\x1b[A`.repeat(own) + `${DOWN.repeat(left)}e`);
  await caller.sees('That call is ended.');
  const ended = (await board.services.ownCalls.list(id, 9))[left];
  expect(ended).toMatchObject({ sessionId: 'left open', endedAtMs: board.accounts.clock.nowMs() });
  caller.hangUp();
});

test('a call that was not hers is disowned after the password, and she reads what comes next (rule N2)', async () => {
  await open({
    config: {
      contentServers: { web: { domain: 'bbs.example.org', https: { address: '0.0.0.0' } } },
    },
  });
  const caller = await openCalls();
  caller.type('n');
  await caller.sees('A link by mail is the way to a new one.');
  caller.type('a guess\r');
  await caller.sees('Wrong password.');
  expect(board.forgotten).toEqual([]);
  caller.type(`${PASSWORD}\r`);
  const next = await caller.sees('4. Tell the sysop.');
  expect(next).toMatch(/1\. A link for a new password is on its way to\s+joe@example\.org\./);
  expect(board.forgotten).toEqual(['joe']);
  expect(board.accounts.notices.at(-1)).toMatchObject({ kind: 'password-shut', userId: id });
  caller.hangUp();
});

test('where no mail can bring a new password, that is said before anything is done', async () => {
  await open({ sendsMail: false });
  const caller = await openCalls();
  caller.type('n');
  await caller.sees('Only the sysop can set a new one.');
  await caller.escape();
  await caller.sees('Nothing was changed.');
  caller.type('n');
  await caller.sees('Only the sysop can set a new one.');
  caller.type(`${PASSWORD}\r`);
  await caller.sees('1. Ask the sysop for a new password: this board cannot mail you a link.');
  expect(board.forgotten).toEqual([]);
  caller.hangUp();
});
