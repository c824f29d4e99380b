import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LIMITS } from '../../src/base/limits';
import type { ConfigInput } from '../../src/config/schema';
import { pathOf } from '../clients/programs';
import { dialSsh, dialTelnet, type DialledCaller } from '../support/dial';
import { freePort } from '../support/relay';
import { goToMainMenu, PASSWORD, signIn } from '../support/sign-in';
import { SharedBoard } from './shared-board';

jest.setTimeout(300_000);

const CONFIG = resolve(__dirname, '../../misc/haproxy/two-nodes.cfg');
/** Public port and board port of each section of the sample. */
const PORTS = {
  telnet: [23, 8888],
  ssh: [22, 8889],
  wss: [8811, 8811],
  https: [443, 8443],
} as const;
type Way = keyof typeof PORTS;
type Ports = Readonly<Record<Way, number>>;
/** As long as the balancer takes to notice, and longer. */
const LEAD_SECONDS = 5;

async function freePorts(): Promise<Ports> {
  const [telnet, ssh, wss, https] = [freePort(), freePort(), freePort(), freePort()];
  return { telnet: await telnet, ssh: await ssh, wss: await wss, https: await https };
}

function configOf(ports: Ports): ConfigInput {
  const behind = (way: Way) => ({ proxyProtocol: 'required', port: ports[way] }) as const;
  return {
    proxies: ['127.0.0.1'],
    loginServers: {
      ...{ telnet: behind('telnet'), ssh: behind('ssh') },
      webSocket: { wss: { ...behind('wss'), enabled: true } },
    },
    contentServers: { web: { domain: 'bbs.example.org', https: behind('https') } },
  };
}

/** Somebody who calls again and again, and only looks at the first screen. */
class Newcomers {
  answered = 0;
  readonly refused: string[] = [];
  private isOn = true;
  private readonly calling: Promise<void>;

  constructor(port: number) {
    this.calling = this.call(port);
  }

  async end(): Promise<void> {
    this.isOn = false;
    await this.calling;
  }

  /** Resolves once so many more have seen the first screen. */
  async more(count: number): Promise<void> {
    const wanted = this.answered + count;
    while (this.answered < wanted && this.refused.length === 0) await delay(50);
  }

  private async call(port: number): Promise<void> {
    for (let host = 2; this.isOn; host = (host % 250) + 2) {
      try {
        const caller = await dialTelnet({ port, localAddress: `127.0.1.${host}` });
        await caller.sees('Sign in');
        caller.hangUp();
        this.answered += 1;
      } catch (error) {
        this.refused.push(String(error));
      }
      await delay(150);
    }
  }
}

let board: SharedBoard;
let proxy: ChildProcess;
let front: Ports;
let endNewcomers = (): Promise<void> => Promise.resolve();
const nodes = new Map<string, Ports>();

beforeAll(async () => {
  board = new SharedBoard();
  front = await freePorts();
  let text = readFileSync(CONFIG, 'utf8').replaceAll('"${BBS_NAME}"', 'bbs.example.org');
  const place = (from: string, to: string): void => {
    expect(text).toContain(from);
    text = text.replace(from, to);
  };
  for (const name of ['a', 'b']) {
    const ports = await freePorts();
    nodes.set(name, ports);
    for (const [way, [, port]] of Object.entries(PORTS) as [Way, readonly [number, number]][])
      place(`"\${NODE_${name.toUpperCase()}}:${port}"`, `127.0.0.1:${ports[way]}`);
    await board.start(name, configOf(ports));
  }
  for (const [way, [port]] of Object.entries(PORTS) as [Way, readonly [number, number]][])
    place(`"\${BBS_ADDRESS}:${port}"`, `127.0.0.1:${front[way]}`);
  for (const name of ['ann', 'bob']) await board.addUser(name);
  const file = join(board.folder, 'haproxy.cfg');
  writeFileSync(file, text);
  proxy = spawn(pathOf('haproxy'), ['-db', '-f', file], { stdio: 'ignore' });
  for (let isUp = false; !isUp; await delay(50))
    isUp = await dialTelnet({ port: front.telnet }).then(
      (caller) => (caller.hangUp(), true),
      () => false,
    );
});

afterAll(async () => {
  await endNewcomers();
  const gone = new Promise((done) => proxy.once('exit', done));
  proxy.kill();
  await gone;
  await board.remove();
});

/** The process that a caller is on: its name here and its number. */
async function placeOf(user: string): Promise<{ readonly name: string; readonly id: string }> {
  const statement = `select n.id, n.pid from node_slot s join node n on n.id = s.node_id where s.user_name = '${user}'`;
  await board.untilHolds(`${user} to be online`, () => board.sql(statement).length === 1);
  const [[id = '', pid] = []] = board.sql(statement);
  const name = ['a', 'b'].find((each) => board.process(each).pid === Number(pid)) ?? '';
  return { name, id };
}

test('two nodes behind HAProxy are restarted one after the other, and no caller is lost', async () => {
  const ann = await dialTelnet({ port: front.telnet, localAddress: '127.0.0.2' });
  await signIn(ann, 'ann');
  await goToMainMenu(ann);
  const newcomers = new Newcomers(front.telnet);
  endNewcomers = () => newcomers.end();
  const first = await placeOf('ann');
  await restart(first, { stays: ann, newcomers, other: first.name === 'a' ? 'b' : 'a' });
  const bob = await dialSsh({
    ...{ port: front.ssh, localAddress: '127.0.0.3', userName: 'bob', password: PASSWORD },
  });
  await goToMainMenu(bob);
  let second = await placeOf('bob');
  // The other one, whoever is on it.
  if (second.name === first.name) {
    const other = first.name === 'a' ? 'b' : 'a';
    const pid = board.process(other).pid;
    second = { name: other, id: board.sql(`select id from node where pid = ${pid}`)[0]?.[0] ?? '' };
  }
  await restart(second, { stays: bob, newcomers, other: first.name });
  await newcomers.end();
  expect(newcomers.refused).toEqual([]);
  for (const name of ['a', 'b']) expect(board.events(name, 'proxy.refused')).toEqual([]);
  console.log(`${newcomers.answered} new callers came meanwhile, none was refused`);
});

async function restart(
  { name, id }: { readonly name: string; readonly id: string },
  calls: {
    readonly stays: DialledCaller;
    readonly newcomers: Newcomers;
    /** The process from which it is ordered. */
    readonly other: string;
  },
): Promise<void> {
  const { stays, newcomers, other } = calls;
  const order = ['node', 'drain', id, '--lead', String(LEAD_SECONDS)];
  await board.oputil(other, ...order);
  const orderedMs = performance.now();
  // Well after the time in which it still takes callers itself.
  while (
    performance.now() - orderedMs < (LEAD_SECONDS + 2) * 1000 &&
    newcomers.refused.length === 0
  )
    await newcomers.more(5);
  const taken = board.events(name, 'call.began').length;
  await newcomers.more(10);
  expect(newcomers.refused).toEqual([]);
  expect(board.events(name, 'call.began')).toHaveLength(taken);
  // Who is on is not cut off: neither the line nor what it does.
  expect(stays.hungUp).toBe(false);
  expect(board.sql(`select state from node where id = ${id}`)).toEqual([['draining']]);
  stays.type('w\r');
  await stays.sees('Doing');
  stays.hangUp();
  expect(await board.oputil(other, ...order, '--wait')).toContain('Nobody is on it any more.');
  const endedMs = performance.now();
  expect(await board.process(name).end('SIGTERM')).toBe(0);
  expect(performance.now() - endedMs).toBeLessThan(LIMITS.shutdownMs);
  await newcomers.more(5);
  const ports = nodes.get(name);
  if (ports === undefined) throw new Error(`no node ${name}`);
  await board.start(name, configOf(ports));
  // It is taken back.
  await board.logged(name, 'call.began', taken + 3);
  expect(newcomers.refused).toEqual([]);
}
