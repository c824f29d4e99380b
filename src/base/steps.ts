/**
 * Work in steps of well under a millisecond each, which is done in one go by `finish` and beside other work by
 * `inTurns`, with the same result.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Of steps between two looks at sockets and timers; the last one of them may go on a little longer. */
const TURN_MS = 2;

/** Does all steps at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * Does the steps for a moment at a time, so that callers are answered in between. By time and not by number, so that
 * a slow machine does fewer of them in one go.
 */
export async function inTurns<T>(steps: Steps<T>): Promise<T> {
  for (let beganMs = performance.now(); ;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() - beganMs < TURN_MS) continue;
    await nextTurn();
    beganMs = performance.now();
  }
}

/** Resolves after sockets were read and timers have run. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
