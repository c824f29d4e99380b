import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConfigInput } from '../../src/config/schema';
import { openBackOffice } from '../support/back-office';
import { BoardProcess, removeBoardFiles } from '../support/board-process';
import { dialTelnet, type DialledCaller } from '../support/dial';
import { PASSWORD, signIn } from '../support/sign-in';

/**
 * A board and everybody who calls it in a network namespace of their own, where any address may be had:
 * strangers who say nothing, and those whom they must not keep out (rule M11). Started by
 * strangers.test.ts as `unshare --net`, with a scenario's name; prints what came of it as JSON.
 */
const SCENARIOS: Readonly<Record<string, ConfigInput>> = {
  stock: { security: { exemptNetworks: [] } },
  'twenty-nodes': {
    general: { maxConnections: 20 },
    security: { exemptNetworks: ['10.200.0.0/16'] },
  },
};
const TRIES = 30;
/** They call again within so long, each at another time. */
const REDIAL_MS = 30_000;
/** From the last stranger's first answer to the first call of the others. */
const SETTLE_MS = 3_000;
const BOARD4 = '10.255.0.1';
const BOARD6 = 'fd00::1';
const HOME = '10.77.0.7';
const EXEMPT = '10.200.0.1';
const range = (count: number): readonly number[] =>
  Array.from({ length: count }, (_each, at) => at);
const hex = (at: number): string => at.toString(16);

/** 110 /64s of one line, 110 of as many lines, and 100 IPv4 addresses of as many networks. */
const STRANGERS = [
  ...range(110).map((at) => `fd00:1:1:${hex(at)}::1`),
  ...range(110).map((at) => `fd00:2:${hex(1 + at)}::1`),
  ...range(100).map((at) => `10.${at}.1.1`),
];
const CALLS_EACH = 10;
const NEWCOMERS = range(TRIES).map((at) =>
  at % 2 === 0 ? `fd00:3:${hex(1 + at)}::1` : `10.150.${at}.1`,
);

/** What came of one kind of caller: how many of the tries got in, and the longest that one took. */
interface Outcome {
  readonly in: number;
  readonly slowestMs: number;
}

function ip(lines: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` });
  if (status !== 0) throw new Error(`ip: ${stderr.toString()}`);
}

function makeAddresses(): void {
  const all = [BOARD4, BOARD6, HOME, EXEMPT, ...STRANGERS, ...NEWCOMERS];
  ip([
    'link set lo up',
    ...all.map(
      (each) => `addr add ${each}/${each.includes(':') ? '128 dev lo nodad' : '32 dev lo'}`,
    ),
  ]);
}

/**
 * One who calls, says nothing, and calls again some time after he was ended or refused; resolves when his first
 * call is answered or over.
 */
function besiege(localAddress: string, port: number): Promise<void> {
  const host = localAddress.includes(':') ? BOARD6 : BOARD4;
  const socket = connect({ host, port, localAddress });
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    socket.on('data', () => resolve());
    socket.once('close', () => {
      resolve();
      setTimeout(() => void besiege(localAddress, port), Math.random() * REDIAL_MS).unref();
    });
  });
}

async function tries(attempt: (at: number) => Promise<void>): Promise<Outcome> {
  let entered = 0;
  let slowestMs = 0;
  for (const at of range(TRIES)) {
    const startedMs = performance.now();
    const patience = new AbortController();
    const late = delay(20_000, undefined, { signal: patience.signal }).then(() => {
      throw new Error('nobody answered');
    });
    try {
      await Promise.race([attempt(at), late]);
      entered += 1;
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
    } catch (error) {
      process.stderr.write(`try ${at}: ${String(error)}\n`);
    } finally {
      patience.abort();
      late.catch(() => undefined);
    }
  }
  return { in: entered, slowestMs: Math.round(slowestMs) };
}

async function seesMatrix(dial: Promise<DialledCaller>): Promise<void> {
  const caller = await dial;
  await caller.sees('Sign in');
  caller.type('\r');
  await caller.sees('User name');
  caller.hangUp();
}

async function signsIn(dial: Promise<DialledCaller>): Promise<void> {
  const caller = await dial;
  await signIn(caller, 'alice');
  await caller.sees('Both doors are open.');
  caller.hangUp();
}

function health(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        ...{ host: '127.0.0.1', port, path: '/_enig/health', rejectUnauthorized: false },
        ...{ agent: false, headers: { host: `localhost:${port}` } },
      },
      (answer) => {
        answer.resume();
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`health: ${answer.statusCode}`));
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

async function main(scenario: string): Promise<void> {
  const wanted = SCENARIOS[scenario];
  if (wanted === undefined) throw new Error(`no scenario ${scenario}`);
  makeAddresses();
  const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-siege-')), 'data');
  const config: ConfigInput = {
    ...wanted,
    loginServers: { telnet: { address: '::' } },
    contentServers: { web: { https: { address: '::' } } },
  };
  let board = await BoardProcess.start({ dataDir, config });
  const backend = await openBackOffice(dataDir);
  await backend.addAccount('alice', PASSWORD);
  await backend.close();
  const call = (localAddress: string): Promise<DialledCaller> =>
    dialTelnet({
      port: board.port('telnet'),
      ...{ host: localAddress.includes(':') ? BOARD6 : BOARD4, localAddress },
    });
  await signsIn(call(HOME));
  // Started again, the board knows the place from its store.
  await board.end('SIGTERM');
  board = await BoardProcess.start({ dataDir, config });
  const calls: Promise<void>[] = [];
  for (const address of STRANGERS) {
    for (let count = 0; count < CALLS_EACH; count += 1)
      calls.push(besiege(address, board.port('telnet')));
    await delay(10);
  }
  await Promise.all(calls);
  await delay(SETTLE_MS);
  const outcome: Record<string, Outcome> = {
    known: await tries(() => signsIn(call(HOME))),
    sysop: await tries(() => signsIn(dialTelnet({ port: board.port('telnet') }))),
    health: await tries(() => health(board.port('https'))),
    ...(scenario === 'stock'
      ? { newcomer: await tries((at) => seesMatrix(call(NEWCOMERS[at] ?? ''))) }
      : { exempt: await tries(() => seesMatrix(call(EXEMPT))) }),
  };
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
  await board.end('SIGTERM');
  removeBoardFiles(dataDir);
}

void main(process.argv[2] ?? '').then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  },
);
