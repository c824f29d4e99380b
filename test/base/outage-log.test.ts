import { BbsError } from '../../src/base/errors';
import { createLog, type Log } from '../../src/base/log';
import { outageLog } from '../../src/base/outage-log';
import { FakeClock } from '../support/fake-clock';

interface Line {
  readonly event: string;
  readonly times?: number;
  readonly error?: Readonly<Record<string, unknown>>;
}

let clock: FakeClock;
let lines: Line[];
let log: Log;

beforeEach(() => {
  clock = new FakeClock(0);
  lines = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as Line);
  log = outageLog(createLog({ level: 'debug', write, nowMs: () => clock.nowMs() }), clock);
});

const away = (): BbsError => {
  const cause = Object.assign(new Error('no route'), { code: 'ECONNREFUSED' });
  return new BbsError('STORE_FAILED', 'the database failed: no route', { cause });
};

test('an outage of ten minutes is one line a minute for each event, with a count', async () => {
  for (let half = 0; half < 1_200; half++) {
    log.warn('account-events.unread', { error: away() });
    if (half % 4 === 0) log.with({ node: 1 }).error('login.not-recorded', { error: away() });
    await clock.advance(500);
  }
  await clock.advance(120_000);
  const of = (event: string): readonly Line[] => lines.filter((line) => line.event === event);
  for (const [event, count] of [
    ['account-events.unread', 1_200],
    ['login.not-recorded', 300],
  ] as const) {
    expect(of(event).length).toBeLessThanOrEqual(11);
    const told = of(event).reduce((sum, { times = 1 }) => sum + times, 0);
    expect(told).toBe(count);
  }
});

test('it is a message with codes and without a stack', () => {
  log.warn('mail.outbox-unread', { error: away() });
  expect(lines[0]?.error).toEqual({
    message: 'the database failed: no route',
    code: 'STORE_FAILED',
    cause: 'ECONNREFUSED',
  });
});

test('what is no outage is written each time, with its stack', () => {
  for (let count = 0; count < 3; count++) log.error('menu.failed', { error: new Error('a bug') });
  expect(lines).toHaveLength(3);
  expect(lines[2]?.error).toHaveProperty('stack');
});
