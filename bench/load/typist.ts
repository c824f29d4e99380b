import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { LeanCaller } from '../lean-caller';
import { readArgument, say } from '../processes';

export interface TypistReport {
  /** Milliseconds from a key to the first byte that answers it. */
  readonly ours: readonly number[];
  readonly bare: readonly number[];
}

const BETWEEN_KEYS_MS = 8;

/** Types a key into the board's sign-in form, then one into a server that only echoes, and so on in turn. */
async function main(): Promise<void> {
  const { port, barePort, keys, seconds } = readArgument<{
    port: number;
    barePort: number;
    keys: number;
    /** Fewer keys where they take longer. */
    seconds?: number;
  }>();
  const caller = await LeanCaller.telnet(port);
  await caller.hears('Sign in');
  await caller.ask('\r', 'User');
  const socket = connect({ host: '127.0.0.1', port: barePort, noDelay: true });
  const report: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
  const endMs = performance.now() + (seconds ?? Infinity) * 1_000;
  for (let typed = 0; typed < keys && performance.now() < endMs; typed++) {
    report.ours.push(await caller.echo('x'));
    await delay(BETWEEN_KEYS_MS);
    report.bare.push(await bareEcho(socket));
    await delay(BETWEEN_KEYS_MS);
    await caller.echo('\x7f');
    await delay(BETWEEN_KEYS_MS);
  }
  say(report satisfies TypistReport);
}

function bareEcho(socket: Socket): Promise<number> {
  return new Promise((resolve) => {
    const startedMs = performance.now();
    socket.once('data', () => resolve(performance.now() - startedMs));
    socket.write('x');
  });
}

void main();
