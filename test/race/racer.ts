import { systemClock } from '../../src/base/clock';
import { openAuthenticator } from '../support/authenticator-context';
import type { Prize } from './contests';
import { findContest, lineUp } from './contests';

/** From the test: line up, then run. */
export type Order =
  | {
      readonly kind: 'line-up';
      readonly contest: string;
      readonly prize: Prize;
      readonly runners: number;
    }
  | { readonly kind: 'run' }
  | { readonly kind: 'stop' };

/** To the test. */
export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'ran'; readonly winners: number }
  | { readonly kind: 'failed'; readonly why: string };

/** A board process of its own on the test's database. */
async function race(folder: string): Promise<void> {
  const context = await openAuthenticator({ folder, clock: systemClock });
  let run = (): Promise<number> => Promise.resolve(0);
  const obey = async (order: Order): Promise<Report> => {
    if (order.kind === 'run') return { kind: 'ran', winners: await run() };
    if (order.kind === 'stop') {
      await context.close();
      process.disconnect();
      return { kind: 'ready' };
    }
    run = await lineUp(context, findContest(order.contest), order.prize, order.runners);
    return { kind: 'ready' };
  };
  process.on('message', (order: Order) => {
    void obey(order)
      .catch((error: unknown): Report => ({ kind: 'failed', why: String(error) }))
      .then((report) => process.connected && process.send?.(report));
  });
  process.send?.({ kind: 'ready' } satisfies Report);
}

void race(process.argv[2] ?? '');
