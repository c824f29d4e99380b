/**
 * Work in steps of well under a millisecond each, which is done in one go by `finish` and beside other work by
 * `inTurns`, with the same result.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Steps between two looks at sockets and timers. */
const STEPS_A_TURN = 4;

/** Does all steps at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Does the steps a few at a time, so that callers are answered in between. */
export async function inTurns<T>(steps: Steps<T>): Promise<T> {
  for (let count = 1; ; count++) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (count % STEPS_A_TURN === 0) await nextTurn();
  }
}

/** Resolves after sockets were read and timers have run. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
