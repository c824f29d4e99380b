import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { LeanCaller } from '../lean-caller';
import { readArgument, say } from '../processes';
import { dial, pieceOf, type Carrier } from './far-stream';

export interface VisitorReport {
  /** Milliseconds for all bytes, of each round. */
  readonly down: Pair;
  readonly up: Pair;
  /** Milliseconds from a key to its echo by the board behind. */
  readonly echo: Pair;
}

interface Pair {
  readonly ours: number[];
  readonly relay: number[];
}

const BETWEEN_KEYS_MS = 8;

interface Order {
  readonly by: Carrier;
  readonly content: 'text' | 'file';
  readonly port: number;
  readonly relayPort: number;
  readonly name: string;
  readonly password: string;
  readonly bytes: number;
  readonly rounds: number;
  readonly keys: number;
}

/** One caller who goes to a board behind the gate, and in turn to the same board behind a bare relay. */
async function main(): Promise<void> {
  const order = readArgument<Order>();
  const piece = pieceOf(order.content);
  const relay = await dial(order.by, order.relayPort);
  const gate = await behindGate(order);
  const report: VisitorReport = { down: pair(), up: pair(), echo: pair() };
  for (let key = 0; key < order.keys; key++) {
    report.echo.ours.push(await echo(gate));
    await delay(BETWEEN_KEYS_MS);
    report.echo.relay.push(await echo(relay));
    await delay(BETWEEN_KEYS_MS);
  }
  for (let round = 0; round < order.rounds; round++) {
    report.down.ours.push(await down(gate, order.bytes));
    report.down.relay.push(await down(relay, order.bytes));
    report.up.ours.push(await up(gate, order.bytes, piece));
    report.up.relay.push(await up(relay, order.bytes, piece));
  }
  say(report);
}

function pair(): Pair {
  return { ours: [], relay: [] };
}

/** Signs in, chooses the one board, and waits until keys come back from there. */
async function behindGate({ by, port, name, password }: Order): Promise<Duplex> {
  const stream = await dial(by, port, { username: name, password });
  const caller = LeanCaller.on(stream, by === 'ssh' ? 'ssh' : 'telnet');
  if (by === 'tcp') {
    await caller.hears('Sign in');
    await caller.ask('\r', 'User');
    await caller.ask(`${name}\r${password}\r`, 'Both');
  } else await caller.hears('Both');
  await caller.ask('\r', 'Enter');
  await caller.ask('\r', 'back.');
  await delay(300);
  stream.removeAllListeners('data');
  stream.resume();
  return stream;
}

function echo(stream: Duplex): Promise<number> {
  return new Promise((resolve) => {
    const startedMs = performance.now();
    stream.once('data', () => resolve(performance.now() - startedMs));
    stream.write('x');
  });
}

function down(stream: Duplex, bytes: number): Promise<number> {
  return new Promise((resolve) => {
    const startedMs = performance.now();
    let left = bytes;
    const take = (chunk: Buffer): void => {
      left -= chunk.length;
      if (left > 0) return;
      stream.off('data', take);
      stream.resume();
      resolve(performance.now() - startedMs);
    };
    stream.on('data', take);
    stream.write('S');
  });
}

async function up(stream: Duplex, bytes: number, piece: Buffer): Promise<number> {
  const startedMs = performance.now();
  const answered = new Promise((resolve) => stream.once('data', resolve));
  stream.write('R');
  // Another piece than the letter, which the gate takes for a key.
  await delay(5);
  for (let sent = 0; sent < bytes; sent += piece.length) {
    if (!stream.write(piece)) await new Promise((resolve) => stream.once('drain', resolve));
  }
  await answered;
  return performance.now() - startedMs;
}

void main();
