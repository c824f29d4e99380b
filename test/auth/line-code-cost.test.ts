import type { Clock } from '../../src/base/clock';
import { Sheets } from '../../src/auth/sheets';
import { NOON } from '../support/accounts';
import {
  HOME,
  openAuthenticator,
  STRANGER,
  type AuthenticatorContext,
} from '../support/authenticator-context';
import { onSqlite } from '../support/database-kind';
import { FakeClock } from '../support/fake-clock';
import { StatementLog } from '../support/statement-log';

const NEVER = { loginServers: { telnet: { passwordLogin: 'never' } } } as const;
const WRONG = 'bofal-kuhid-zatop';

let context: AuthenticatorContext;
/** How long was waited, in ms, but for the limits of the store, which are longer. */
let waits: number[];

beforeEach(async () => {
  waits = [];
  const fake = new FakeClock(NOON);
  const clock: Clock = {
    nowMs: () => fake.nowMs(),
    monotonicMs: () => fake.monotonicMs(),
    timelineMs: () => fake.timelineMs(),
    after: (delayMs, run) => {
      if (delayMs > 1_000) return fake.after(delayMs, run);
      waits.push(delayMs);
      fake.skip(delayMs);
      setImmediate(run);
      return () => undefined;
    },
  };
  context = await openAuthenticator({ config: NEVER, minResponseMs: 250, clock });
  const id = await context.addAccount('joe');
  await new Sheets(context).make(id, { server: 'ssh', remoteIp: HOME });
  await context.enrollment.bind(id, 'googleAuth');
});
afterEach(async () => {
  await context.close();
  jest.restoreAllMocks();
});

async function asked(userName: string) {
  const login = context.call({ server: 'telnet', remoteIp: STRANGER });
  await login.line.ask(userName);
  return login;
}

test.each(['joe', 'nobody'])(
  'a wrong code beside another call waits for its floor behind the second in which that shows: %s (rule C4)',
  async (userName) => {
    await asked(userName);
    const login = await asked(userName);
    const result = await login.submit({ kind: 'line-code', userName, code: '123456' });
    expect(result).toMatchObject({ reason: 'bad-credential' });
    expect(waits).toEqual([1_000, expect.any(Number)]);
    expect(waits[1]).toBeGreaterThanOrEqual(250);
  },
);

onSqlite.each(['123456', WRONG, 'bofal'])(
  'what is left in the field takes the same statements for an account and for a name of nobody: %s (rule C4)',
  async (typed) => {
    const statements: (readonly string[])[] = [];
    for (const userName of ['joe', 'nobody']) {
      const login = await asked(userName);
      const log = StatementLog.open();
      await login.line.heard(typed);
      await login.line.end();
      statements.push([...log.statements]);
      jest.restoreAllMocks();
    }
    expect(statements[1]).toEqual(statements[0]);
    expect(statements[0]?.length).toBeGreaterThan(3);
  },
);
