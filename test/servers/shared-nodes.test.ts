import { type NodeHandle, Nodes } from '../../src/servers/nodes';
import { SharedNodes } from '../../src/servers/shared-nodes';
import { openAccounts, type TestAccounts } from '../support/accounts';
import { MemoryLog } from '../support/memory-log';
import { TestLimiter } from '../support/test-limiter';

let accounts: TestAccounts;
beforeEach(async () => {
  accounts = await openAccounts();
});
afterEach(() => accounts.close());

test('of two sign-ins of one account at once, on two processes, the later event stays on both', async () => {
  const { db, clock } = accounts;
  const door = new TestLimiter({ known: [], isExempt: () => false });
  const nodes = new Nodes({ clock, most: () => 0 });
  const shared = new SharedNodes({ db, node: { id: 1 }, nodes, clock, log: new MemoryLog() });
  const numbers = [5];
  nodes.share(
    {
      take: () => numbers.shift(),
      giveBack: () => undefined,
      elsewhere: () => 0,
      whenFree: () => Promise.resolve(),
    },
    shared,
  );
  const ended: number[] = [];
  const handle: NodeHandle = {
    post: () => undefined,
    takenOver: (byNode) => ended.push(byNode),
    kicked: () => undefined,
    cutOff: () => undefined,
  };
  const slot = nodes.take('telnet', door.slot('192.0.2.1', false));
  slot?.attach(handle);
  slot?.signedIn({ id: 3, name: 'ann', sessionId: 'one' });
  const told = { userId: 3, node: 9, by: 2 };
  // Its own event gets the number 1.
  await shared.signedInElsewhere(0, told);
  await shared.signedInElsewhere(2, { ...told, by: 1 });
  await shared.signedInElsewhere(2, { ...told, userId: 4 });
  expect(ended).toEqual([]);
  await shared.signedInElsewhere(2, told);
  expect(ended).toEqual([9]);
  await shared.close();
});
