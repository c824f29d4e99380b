import { Nodes, type NodeHandle } from '../../src/servers/nodes';
import { FakeClock } from '../support/fake-clock';

const ann = { id: 1, name: 'ann' };

function handle(): NodeHandle & { readonly heard: string[] } {
  const heard: string[] = [];
  return {
    heard,
    post: ({ text }) => heard.push(text),
    takenOver: (byNode) => heard.push(`taken over by ${byNode}`),
  };
}

describe('nodes', () => {
  test('each call gets the lowest free number', () => {
    const nodes = new Nodes({ clock: new FakeClock(), most: () => 0 });
    const [first, second, third] = [nodes.take('telnet'), nodes.take('ssh'), nodes.take('ssh')];
    expect([first?.node, second?.node, third?.node]).toEqual([1, 2, 3]);
    second?.release();
    first?.release();
    expect(
      [nodes.take('telnet'), nodes.take('telnet'), nodes.take('telnet')].map((n) => n?.node),
    ).toEqual([1, 2, 4]);
  });

  test('a node that is released twice frees nobody else', () => {
    const nodes = new Nodes({ clock: new FakeClock(), most: () => 0 });
    const first = nodes.take('telnet');
    first?.release();
    nodes.take('ssh');
    first?.release();
    expect(nodes.list().map(({ node, server }) => [node, server])).toEqual([[1, 'ssh']]);
  });

  test('no more nodes are given than general.maxConnections says', () => {
    const nodes = new Nodes({ clock: new FakeClock(), most: () => 2 });
    nodes.take('telnet');
    const second = nodes.take('telnet');
    expect(nodes.take('telnet')).toBeUndefined();
    second?.release();
    expect(nodes.take('telnet')?.node).toBe(2);
  });

  test('who is online is shown by name only once fully signed in', () => {
    const nodes = new Nodes({ clock: new FakeClock(), most: () => 0 });
    const slot = nodes.take('ssh');
    slot?.describe('At the door');
    expect(nodes.list()).toMatchObject([{ user: undefined, description: 'At the door' }]);
    slot?.signedIn(ann);
    expect(nodes.list()).toMatchObject([{ user: ann }]);
  });

  test('signing in finds the other calls of the same account that are online', () => {
    const nodes = new Nodes({ clock: new FakeClock(), most: () => 0 });
    const [old, half, now] = [nodes.take('ssh'), nodes.take('ssh'), nodes.take('telnet')];
    const ghost = handle();
    old?.attach(ghost);
    half?.attach(handle());
    expect(old?.signedIn(ann)).toEqual([]);
    expect(now?.signedIn(ann)).toEqual([ghost]);
  });
});
