import { systemClock } from '../../src/base/clock';
import { decodeBase32, hotp } from '../support/authenticator';
import {
  openAuthenticator,
  PASSWORD,
  tryCode,
  tryPassword,
  type AuthenticatorContext,
} from '../support/authenticator-context';
import { CutLine } from './cut-line';
import { SOCKET, useSocket } from './database-place';

/** Statements that go to the server in one message, and why its answer is waited for. */
type Wait = readonly [statements: readonly RegExp[], why: string];

const LOCKED: readonly RegExp[] = [
  /^BEGIN$/,
  /^select pg_advisory_xact_lock_shared\(/,
  /^select pg_advisory_xact_lock\(/,
];
const BEGUN: readonly RegExp[] = [...LOCKED, /^select pg_current_xact_id\(\)/];
const GRANTED: readonly RegExp[] = [
  /^with changed as \(insert into audit .* u\.login_version = \$/,
  /^update "attempt" set "failures" = \$1/,
];
const ARRIVED: readonly RegExp[] = [
  /^insert into "call"/,
  /^insert into "known_source"/,
  /^insert into "user_property"/,
];
const READ_ARRIVAL = /^select 'last' as kind, /;

const KNOCK: Wait = [[/^select id as user_id.* name_folded in /], 'the account of the name'];
const charge = (locked: readonly RegExp[]): Wait => [
  [...locked, /^insert into attempt .* on conflict /, /^COMMIT$/],
  'charged before anything is compared (rule A11)',
];
const COMMIT_FIRST: Wait = [[/^COMMIT/], 'after its number is known, for where the answer is lost'];
const PASSWORD_WAITS: readonly Wait[] = [
  KNOCK,
  charge(LOCKED),
  [[...BEGUN, ...GRANTED], 'the number of the transaction that grants'],
  COMMIT_FIRST,
];
const CODE_WAITS: readonly Wait[] = [
  [[/^select id as user_id.* from "user" where id in /], 'the account as it is now'],
  charge(LOCKED),
  [
    [...BEGUN, READ_ARRIVAL, /^select 0 as id, .* from otp_factor /],
    'the sealed secret, which decides what is spent',
  ],
  [
    [/^with changed as \(update "otp_factor" .* < \$/, ...GRANTED, ...ARRIVED, /^COMMIT/],
    'spent, granted and recorded',
  ],
];

let line: CutLine;
let context: AuthenticatorContext;
let codeOf: (counter: number) => string;
let sent: string[];

beforeAll(async () => {
  line = await CutLine.open(SOCKET);
  useSocket(line.folder, SOCKET);
  context = await openAuthenticator({ clock: systemClock });
  await context.addAccount();
  const userId = await context.addAccount('codes');
  const { secret } = await context.enrollment.bind(userId, 'rfc4266_HOTP');
  codeOf = (counter) => hotp(decodeBase32(secret), counter);
  // The first attempt of a board also drops old counts, and makes the connection.
  await tryPassword(context.call(), 'wrong', 'nobody');
});
beforeEach(() => {
  sent = [];
  line.cutAt((message) => {
    sent.push(message);
    return false;
  }, 'before');
});
afterAll(async () => {
  line.mend();
  await context.close();
  useSocket(SOCKET);
  await line.close();
});

/** The statements of each message, in the order in which they were sent. */
function waits(): string[][] {
  return sent.map((message) => {
    const bytes = Buffer.from(message, 'latin1');
    const statements: string[] = [];
    for (let at = 0; at < bytes.length; at += 1 + bytes.readUInt32BE(at + 1)) {
      const kind = String.fromCharCode(bytes[at] ?? 0);
      const body = bytes.toString('latin1', at + 5, at + 1 + bytes.readUInt32BE(at + 1));
      // A statement with values has a name before its text; one without is a message of its own.
      const text = kind === 'P' ? body.split('\0')[1] : kind === 'Q' ? body.split('\0')[0] : '';
      if (text !== undefined && text !== '') statements.push(text.replace(/;$/, ''));
    }
    return statements;
  });
}

function expectWaits(expected: readonly Wait[]): void {
  const seen = waits().map((statements, at) => {
    const [patterns = [], why = ''] = expected[at] ?? [];
    const isIt =
      statements.length === patterns.length &&
      patterns.every((pattern, index) => pattern.test(statements[index] ?? ''));
    return isIt ? why : `not expected here: ${statements.join(' | ')}`;
  });
  expect(seen).toEqual(expected.map(([, why]) => why));
}

test('a sign-in by password and code waits eight times for the server, each with its reason', async () => {
  const login = context.call();
  expect(await tryPassword(login, PASSWORD, 'codes')).toBe('need');
  expect(await tryCode(login, codeOf(0))).toBe('accepted');
  const expected = [...PASSWORD_WAITS, ...CODE_WAITS];
  expectWaits(expected);
  expect(expected).toHaveLength(8);
});

test('a sign-in by password alone waits four times for the server', async () => {
  expect(await tryPassword(context.call(), PASSWORD)).toBe('accepted');
  expectWaits([
    KNOCK,
    charge(LOCKED),
    [[...BEGUN, ...GRANTED, READ_ARRIVAL], 'what decides what is recorded'],
    [[...ARRIVED, /^COMMIT/], 'granted and recorded'],
  ]);
});

test.each([
  ['an account', 'joe', LOCKED],
  ['a name that no account has', 'nobody', [/^BEGIN$/]],
] as const)(
  'a wrong password for %s waits three times for the server (rule C4)',
  async (_, name, locked) => {
    expect(await tryPassword(context.call(), 'wrong', name)).toBe('bad-credential');
    expectWaits([KNOCK, charge(locked), [[/^insert into "audit"/], 'on record (rule H5)']]);
  },
);
