import { setTimeout as delay } from 'node:timers/promises';
import { ATTACKS, type AttackOrder } from '../attacks';
import { readArgument, say } from '../processes';

export interface AttackReport {
  readonly calls: number;
}

const CALLERS = 4;
/** A caller who cannot be answered does not spin. */
const AFTER_FAILURE_MS = 20;
const MAX_CALLS = 20_000;

/** Four hostile callers; one who is cut off calls again. Ends by itself. */
async function main(): Promise<void> {
  const order = readArgument<AttackOrder>();
  const endMs = performance.now() + order.seconds * 1_000;
  const isOver = (): boolean => performance.now() > endMs;
  let calls = 0;
  const lane = async (name: string): Promise<void> => {
    while (!isOver() && calls < MAX_CALLS) {
      calls += 1;
      try {
        await ATTACKS[order.attack].attempt({ order, name, isOver });
      } catch {
        // Cut off while dialling: part of the attack.
        await delay(AFTER_FAILURE_MS);
      }
    }
  };
  await Promise.all(order.names.slice(0, CALLERS).map(lane));
  say({ calls } satisfies AttackReport);
}

void main().then(() => process.exit(0));
