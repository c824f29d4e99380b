import { HOTP, Secret } from 'otpauth';
import { Database as Sqlite } from 'sqlite3';
import type { Credential } from '../../src/auth/login';
import { parseSshPublicKey } from '../../src/auth/ssh-key';
import { AccountKeys } from '../../src/auth/account-keys';
import {
  openAuthenticator,
  PASSWORD,
  tryCode,
  tryPassword,
  type AuthenticatorContext,
} from '../support/authenticator-context';
import { StatementLog } from '../support/statement-log';
import { ed25519Pair } from '../support/ssh-keys';

/** A statement of a sign-in, and why it is there. */
type Step = readonly [pattern: RegExp, why: string];

const BEGIN: Step = [/^BEGIN IMMEDIATE/, 'what follows is one commit'];
const COMMIT: Step = [/^COMMIT/, 'nothing is granted before it'];

/** The first factor, up to what is compared. */
const KNOCK: readonly Step[] = [
  [
    /^select id as user_id.* from "user" where name_folded in .* from known_source .* from user_password/,
    'the account of the name: facts, hash, and whether it was signed in to from here',
  ],
];
const CHARGE: readonly Step[] = [
  [
    /^insert into attempt .* on conflict .* returning failures/,
    'charged before it is looked at (rule A11)',
  ],
];
const GRANT: readonly Step[] = [
  [
    /^insert into audit .* u\.login_version = \?/,
    'on record (rule H5), if the account is as it was read (rule M1)',
  ],
];
const CLEAR: readonly Step[] = [
  [/^update `attempt` set `failures` = \?, `wait_until` = \?/, 'a right one ends the count'],
];
const ARRIVE: readonly Step[] = [
  [
    /^select 'last' as kind, .* 'failed', .* 'set-up', .* 'begun', .* 'logins'/,
    'what the owner is told of earlier sign-ins',
  ],
  [/^insert into `call`/, 'the history of calls'],
  [/^insert into `known_source`/, 'this place has a budget of its own from now on (rule C5)'],
  [/^insert into `user_property`.* union all .* on conflict/, 'time and number of sign-ins'],
];
const PASSWORD_STEPS: readonly Step[] = [...KNOCK, ...CHARGE, BEGIN, ...GRANT, ...CLEAR];
const CODE_STEPS: readonly Step[] = [
  [
    /^select id as user_id.* from "user" where id in .* from known_source .* from user_password/,
    'the account as it is now: it may have been locked since',
  ],
  ...CHARGE,
  BEGIN,
  [
    /^select 0 as id, .* from otp_factor .* from otp_app /,
    'the sealed secrets, read after the charge (rule A11)',
  ],
  [
    /^update `otp_factor` set `last_position` = .* and `last_position` < \?/,
    'spent (rule A2), in the commit that grants (rule A13)',
  ],
  ...GRANT,
  ...CLEAR,
  ...ARRIVE,
  COMMIT,
];
/** What a rejection costs, whether or not an account has the name. */
const WRONG: readonly Step[] = [
  ...KNOCK,
  ...CHARGE,
  [/^insert into `audit`/, 'on record (rule H5)'],
];

let context: AuthenticatorContext;
let log: StatementLog;
let userId: number;

beforeEach(async () => {
  log = StatementLog.open();
  context = await openAuthenticator();
  userId = await context.addAccount();
  // The first attempt of a board also drops old counts, once an hour.
  await tryPassword(context.call(), PASSWORD);
});
afterEach(async () => {
  await context.close();
  jest.restoreAllMocks();
});

/** Runs `work`, and says what it cost. */
async function costOf(
  work: () => Promise<unknown>,
): Promise<{ statements: string[]; commits: number }> {
  log.statements.length = 0;
  await work();
  let commits = 0;
  let inside = false;
  for (const sql of log.statements) {
    if (/^BEGIN/.test(sql)) inside = true;
    else if (/^(COMMIT|ROLLBACK)/.test(sql)) inside = false;
    if (/^COMMIT/.test(sql) || (!inside && /^(insert|update|delete)/.test(sql))) commits += 1;
  }
  return { statements: [...log.statements], commits };
}

/** What stands in a list of steps beside BEGIN and COMMIT. */
const counted = (steps: readonly Step[]): number =>
  steps.filter((step) => step !== BEGIN && step !== COMMIT).length;

function expectSteps(statements: readonly string[], steps: readonly Step[]): void {
  const seen = statements.map((sql, at) => {
    const step = steps[at];
    return step?.[0].test(sql) === true ? step[1] : `not expected here: ${sql}`;
  });
  expect(seen).toEqual(steps.map(([, why]) => why));
}

/** Binds a counter-based factor, of which each code can be used at once. */
async function bindCounter(): Promise<(counter: number) => string> {
  const { secret } = (await context.enrollment.bind(userId, 'rfc4266_HOTP')) as { secret: string };
  return (counter) => HOTP.generate({ secret: Secret.fromBase32(secret), counter });
}

test('a sign-in by password and code takes fourteen statements and four commits, each with its reason', async () => {
  const codeOf = await bindCounter();
  const first = context.call();
  expect(await tryPassword(first, PASSWORD)).toBe('need');
  expect(await tryCode(first, codeOf(0))).toBe('accepted');
  const login = context.call();
  const { statements, commits } = await costOf(async () => {
    expect(await tryPassword(login, PASSWORD)).toBe('need');
    expect(await tryCode(login, codeOf(1))).toBe('accepted');
  });
  const steps = [...PASSWORD_STEPS, COMMIT, ...CODE_STEPS];
  expectSteps(statements, steps);
  expect(counted(steps)).toBe(14);
  expect(commits).toBe(4);
});

test('a sign-in by password alone takes eight statements and two commits', async () => {
  const { statements, commits } = await costOf(async () => {
    expect(await tryPassword(context.call(), PASSWORD)).toBe('accepted');
  });
  const steps = [...PASSWORD_STEPS, ...ARRIVE, COMMIT];
  expectSteps(statements, steps);
  expect(counted(steps)).toBe(8);
  expect(commits).toBe(2);
});

test('a sign-in by SSH key and code takes fourteen statements and three commits', async () => {
  const pair = ed25519Pair();
  const parsed = parseSshPublicKey(pair.public);
  if (parsed.kind !== 'key') throw new Error('not a key');
  const keys = new AccountKeys({ db: context.db, clock: context.clock });
  await keys.add(userId, { key: parsed.key, actor: {} });
  const codeOf = await bindCounter();
  const credential: Credential = {
    ...{ kind: 'public-key', userName: 'joe', algorithm: 'ssh-ed25519', blob: parsed.key.blob },
    verify: () => ({ valid: true }),
  };
  const login = context.call();
  const { statements, commits } = await costOf(async () => {
    expect((await login.submit(credential)).kind).toBe('need');
    expect(await tryCode(login, codeOf(0))).toBe('accepted');
  });
  const steps: readonly Step[] = [
    ...KNOCK,
    [/^select \* from `ssh_key`/, 'the key, before anything is computed with it (rule M7)'],
    BEGIN,
    ...GRANT,
    [/^update `ssh_key`/, 'when it was used, and its counter'],
    COMMIT,
    ...CODE_STEPS,
  ];
  expectSteps(statements, steps);
  expect(counted(steps)).toBe(14);
  expect(commits).toBe(3);
});

test('a wrong password takes the same statements for an account, a name that no account has, and an account without a password (rule C4)', async () => {
  const none = await context.addUser('nopass');
  await context.db.run((sql) => sql('user_password').where({ user_id: none }).delete());
  for (const name of ['joe', 'nobody', 'nopass']) {
    const { statements, commits } = await costOf(() => tryPassword(context.call(), 'wrong', name));
    expectSteps(statements, WRONG);
    expect(commits).toBe(2);
  }
});

test('NAME! is charged as NAME, whether an account has the name or not (rule C4)', async () => {
  for (const name of ['joe', 'nobody']) {
    let tries = 0;
    // By turns, so that each would still be free in a budget of its own.
    for (const typed of [name, `${name}!`, name, `${name}!`, name])
      if ((await tryPassword(context.call(), 'wrong', typed)) === 'bad-credential') tries += 1;
    expect([name, tries]).toEqual([name, 5]);
    for (const typed of [name, `${name}!`])
      expect(await tryPassword(context.call(), 'wrong', typed)).toBe('wait');
  }
});

test('the first sign-in of a board finds its statements prepared and a hash made, and the rehearsal leaves nothing', async () => {
  const fresh = await openAuthenticator();
  await fresh.addAccount();
  const before = fresh.hashes.started;
  await fresh.authenticator.warmUp();
  expect(fresh.hashes.started - before).toBe(1);
  const rows = await fresh.db.run((sql) => sql('attempt').select());
  expect(rows).toEqual([]);
  const prepared: string[] = [];
  const prepare = Sqlite.prototype.prepare;
  jest.spyOn(Sqlite.prototype, 'prepare').mockImplementation(function (
    this: Sqlite,
    ...call: Parameters<typeof prepare>
  ) {
    prepared.push(call[0]);
    return prepare.apply(this, call);
  });
  expect(await tryPassword(fresh.call(), PASSWORD)).toBe('accepted');
  // What writes rows of an account that is not there cannot be rehearsed.
  expect(prepared.filter((sql) => !/^(insert into `|delete from `attempt`)/.test(sql))).toEqual([]);
  expect(fresh.logLines.join('')).not.toContain('login.not-rehearsed');
  await fresh.close();
});
