import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { LeanCaller } from '../lean-caller';
import { readArgument, say } from '../processes';

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
const PIECE = Buffer.alloc(64 * 1024, 'a');

interface Order {
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
  const relay = connect({ host: '127.0.0.1', port: order.relayPort, noDelay: true });
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
    report.up.ours.push(await up(gate, order.bytes));
    report.up.relay.push(await up(relay, order.bytes));
  }
  say(report);
}

function pair(): Pair {
  return { ours: [], relay: [] };
}

/** Signs in, chooses the one board, and waits until keys come back from there. */
async function behindGate({ port, name, password }: Order): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  const caller = LeanCaller.on(socket);
  await caller.hears('Sign in');
  await caller.ask('\r', 'User');
  await caller.ask(`${name}\r${password}\r`, 'Both');
  await caller.ask('\r', 'Enter');
  await caller.ask('\r', 'back.');
  await delay(300);
  socket.removeAllListeners('data');
  socket.resume();
  return socket;
}

function echo(socket: Socket): Promise<number> {
  return new Promise((resolve) => {
    const startedMs = performance.now();
    socket.once('data', () => resolve(performance.now() - startedMs));
    socket.write('x');
  });
}

function down(socket: Socket, bytes: number): Promise<number> {
  return new Promise((resolve) => {
    const startedMs = performance.now();
    let left = bytes;
    const take = (chunk: Buffer): void => {
      left -= chunk.length;
      if (left > 0) return;
      socket.off('data', take);
      socket.resume();
      resolve(performance.now() - startedMs);
    };
    socket.on('data', take);
    socket.write('S');
  });
}

async function up(socket: Socket, bytes: number): Promise<number> {
  const startedMs = performance.now();
  const answered = new Promise((resolve) => socket.once('data', resolve));
  socket.write('R');
  // Another piece than the letter, which the gate takes for a key.
  await delay(5);
  for (let sent = 0; sent < bytes; sent += PIECE.length) {
    if (!socket.write(PIECE)) await new Promise((resolve) => socket.once('drain', resolve));
  }
  await answered;
  return performance.now() - startedMs;
}

void main();
