import { Nodes, type Neighbours, type NodeHandle, type NodeSlot } from '../../src/servers/nodes';
import { TestLimiter } from '../support/test-limiter';

const ann = { id: 1, name: 'ann', sessionId: 'one' };
const HOME = '198.51.100.7';
const HERE = '::1';

function handle(): NodeHandle & { readonly heard: string[] } {
  const heard: string[] = [];
  return {
    heard,
    post: ({ text }) => heard.push(text),
    takenOver: (byNode) => heard.push(`taken over by ${byNode}`),
    kicked: () => heard.push('kicked'),
    cutOff: () => heard.push('cut off'),
  };
}

const NOBODY_ELSEWHERE: Neighbours = {
  list: () => [],
  post: () => false,
  tell: () => undefined,
  arrived: () => undefined,
};

/** Nodes, and callers of them: each from an address of his own unless it says otherwise. */
function context(most = 0) {
  const door = new TestLimiter({ known: [HOME], isExempt: (ip) => ip === '10.0.0.1' });
  const nodes = new Nodes({ clock: door.clock, most: () => most });
  let callers = 0;
  const call = (ip = `192.0.${(callers += 1)}.1`): NodeSlot | undefined =>
    nodes.take('telnet', door.slot(ip, ip === HERE));
  return { door, nodes, call };
}

describe('nodes', () => {
  test('each call gets the lowest free number', () => {
    const { call } = context();
    const [first, second, third] = [call(), call(), call()];
    expect([first?.node, second?.node, third?.node]).toEqual([1, 2, 3]);
    second?.release();
    first?.release();
    expect([call(), call(), call()].map((n) => n?.node)).toEqual([1, 2, 4]);
  });

  test('a node that is released twice frees nobody else', () => {
    const { nodes, door, call } = context();
    const first = call();
    first?.release();
    nodes.take('ssh', door.slot('192.0.2.1'));
    first?.release();
    expect(nodes.list().map(({ node, server }) => [node, server])).toEqual([[1, 'ssh']]);
  });

  test('no more nodes are given than general.maxConnections says', () => {
    const { call } = context(2);
    call();
    const second = call();
    expect(call()).toBeUndefined();
    second?.release();
    expect(call()?.node).toBe(2);
  });

  test('who is online is shown by name only once fully signed in', () => {
    const { nodes, call } = context();
    const slot = call();
    slot?.describe('At the door');
    expect(nodes.list()).toMatchObject([{ user: undefined, description: 'At the door' }]);
    slot?.signedIn(ann);
    expect(nodes.list()).toMatchObject([{ user: { id: 1, name: 'ann' } }]);
  });

  test('signing in finds the other calls of the same account that are online', () => {
    const { call } = context();
    const [old, half, now] = [call(), call(), call()];
    const ghost = handle();
    old?.attach(ghost);
    half?.attach(handle());
    expect(old?.signedIn(ann)).toEqual([]);
    expect(now?.signedIn(ann)).toEqual([ghost]);
  });
});

describe('nodes that strangers fill (rule M11)', () => {
  test.each([
    ['a place known to an account', HOME],
    ['an exempt network', '10.0.0.1'],
    ['the sysop on the machine', HERE],
  ])('%s gets a node at once, and the oldest silent stranger ends', (_who, ip) => {
    const { door, call } = context(4);
    for (let stranger = 0; stranger < 4; stranger += 1) call();
    const slot = call(ip);
    expect(slot?.node).toBe(1);
    expect(door.ended).toEqual(['192.0.1.1']);
    // What the other's session does when it is told does not free the node once more.
    expect(call(ip)?.node).toBe(2);
  });

  test('a stranger gets the node of one whose network has more, and else of one who is silent for thirty seconds', async () => {
    const { door, call } = context(4);
    for (const host of [1, 2, 3]) call(`203.0.113.${host}`);
    call('192.0.2.1');
    expect(call('198.51.100.9')?.node).toBe(1);
    expect(door.ended).toEqual(['203.0.113.1']);
    // Two, one and one now: nobody has two more than this one would have.
    expect(call('198.18.0.1')).toBeDefined();
    expect(call('198.18.1.1')).toBeUndefined();
    await door.clock.advance(30_000);
    expect(call('198.18.1.1')).toBeDefined();
  });

  test('one node in ten is kept from strangers', () => {
    const { door, call } = context(20);
    for (let stranger = 0; stranger < 18; stranger += 1) expect(call()).toBeDefined();
    expect(call()).toBeUndefined();
    expect([call(HOME)?.node, call(HERE)?.node]).toEqual([19, 20]);
    expect(door.ended).toEqual([]);
  });

  test('strangers on one process keep nobody who is favoured out of another (rule M11)', () => {
    const door = new TestLimiter({ known: [HOME], isExempt: () => false });
    const free = Array.from({ length: 20 }, (_, index) => index + 1);
    const held = [0, 0];
    const processes = [0, 1].map((own) => {
      const nodes = new Nodes({ clock: door.clock, most: () => 20 });
      const take = (): number | undefined => {
        const number = free.shift();
        if (number !== undefined) held[own] = (held[own] ?? 0) + 1;
        return number;
      };
      const numbers = { take, giveBack: () => undefined, whenFree: () => Promise.resolve() };
      const elsewhere = (): number => held[1 - own] ?? 0;
      nodes.share({ ...numbers, elsewhere, processes: () => 2 }, NOBODY_ELSEWHERE);
      return nodes;
    });
    const [flooded, other] = processes;
    let strangers = 0;
    for (let network = 1; network <= 20; network += 1)
      if (flooded?.take('telnet', door.slot(`198.18.${network}.1`)) !== undefined) strangers += 1;
    expect(strangers).toBe(9);
    for (let network = 1; network <= 20; network += 1)
      other?.take('telnet', door.slot(`198.19.${network}.1`));
    for (const nodes of processes) expect(nodes.take('ssh', door.slot(HOME))).toBeDefined();
    expect(door.ended).toEqual([]);
  });

  test('who is signed in keeps his node, and those who are favoured do not shut each other out', async () => {
    const { door, nodes, call } = context(2);
    const signedIn = door.slot('192.0.2.1');
    nodes.take('telnet', signedIn);
    signedIn.signedIn();
    call(HOME);
    await door.clock.advance(60_000);
    expect(call(HERE)?.node).toBe(2);
    expect(door.ended).toEqual([HOME]);
    expect(call('192.0.3.1')).toBeUndefined();
    expect(door.ended).toEqual([HOME]);
  });
});
