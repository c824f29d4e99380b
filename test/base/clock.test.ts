import { sleep, systemClock, withLimit } from '../../src/base/clock';
import { FakeClock } from '../support/fake-clock';

const LIMIT = { limitMs: 1000, what: 'the mail server' };

test('a promise in time gives its value and leaves no timer', async () => {
  const clock = new FakeClock();
  await expect(withLimit(clock, Promise.resolve(7), LIMIT)).resolves.toBe(7);
  expect(clock.waiting).toBe(0);
});

test('a promise that fails in time fails as it is and leaves no timer', async () => {
  const clock = new FakeClock();
  const error = new Error('refused');
  await expect(withLimit(clock, Promise.reject(error), LIMIT)).rejects.toBe(error);
  expect(clock.waiting).toBe(0);
});

test('a promise that never settles is given up at the limit, not before', async () => {
  const clock = new FakeClock();
  const outcome = withLimit(clock, new Promise(() => undefined), LIMIT).then(
    () => 'value',
    (error: unknown) => error,
  );
  await clock.advance(999);
  expect(clock.waiting).toBe(1);
  await clock.advance(1);
  await expect(outcome).resolves.toMatchObject({
    code: 'TIMED_OUT',
    message: 'the mail server did not finish within 1000 ms',
  });
});

test('a step of the wall clock neither shortens nor lengthens a limit', async () => {
  const clock = new FakeClock();
  let settled = false;
  void withLimit(clock, new Promise(() => undefined), LIMIT).catch(() => (settled = true));
  clock.stepWall(3_600_000);
  await clock.advance(999);
  expect(settled).toBe(false);
  clock.stepWall(-7_200_000);
  await clock.advance(1);
  expect(settled).toBe(true);
});

test('a sleep ends in time', async () => {
  const clock = new FakeClock();
  let awake = false;
  void sleep(clock, 500).then(() => (awake = true));
  await clock.advance(499);
  expect(awake).toBe(false);
  await clock.advance(1);
  expect(awake).toBe(true);
});

test('a sleep that is called off rejects with the reason and leaves no timer', async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const reason = new Error('hung up');
  const sleeping = sleep(clock, 500, controller.signal);
  controller.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  expect(clock.waiting).toBe(0);
});

test('a sleep that is called off before it begins does not begin', async () => {
  const clock = new FakeClock();
  const reason = new Error('hung up');
  await expect(sleep(clock, 500, AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(clock.waiting).toBe(0);
});

test('a sleep that is over no longer listens to its signal', async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const removed = jest.spyOn(controller.signal, 'removeEventListener');
  const sleeping = sleep(clock, 500, controller.signal);
  await clock.advance(500);
  await sleeping;
  expect(removed).toHaveBeenCalledTimes(1);
});

test('the system clock calls a timer and calls one off', async () => {
  const order: string[] = [];
  const cancel = systemClock.after(1, () => order.push('cancelled'));
  cancel();
  await new Promise<void>((resolve) => {
    const alive = setTimeout(() => undefined, 5000);
    systemClock.after(2, () => {
      clearTimeout(alive);
      order.push('ran');
      resolve();
    });
  });
  expect(order).toEqual(['ran']);
  expect(systemClock.monotonicMs()).toBeLessThanOrEqual(systemClock.monotonicMs());
});
