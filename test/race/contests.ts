import type { Login } from '../../src/auth/login';
import { PasswordReset } from '../../src/auth/password-reset';
import { sshFingerprint } from '../../src/auth/ssh-key';
import { findUser } from '../../src/store/users';
import { addSshKey } from '../../src/store/ssh-keys';
import { decodeBase32, hotp, totp } from '../support/authenticator';
import type { AuthenticatorContext } from '../support/authenticator-context';

/** What a round is about: plain data, so that other processes can be told. */
export interface Prize {
  readonly userId: number;
  /** Code, backup code or token, as somebody submits it. */
  readonly text: string;
  /** Beside a token: the code that confirms it. */
  readonly code: string;
}

/** Runs when the others run; true for who got in, or got what he asked for. */
export type Runner = () => Promise<boolean>;

/** One thing that may be spent once, and how somebody tries to be the one who spends it. */
export interface Contest {
  readonly name: string;
  /** Makes what this round is about, for an account that the round may do anything with. */
  prepare(context: AuthenticatorContext, userId: number): Promise<Prize>;
  /** Goes to the starting line. */
  enter(context: AuthenticatorContext, prize: Prize): Promise<Runner>;
}

/** A key blob that the account has; whoever enters says that he has verified its signature. */
const KEY_BLOB = Buffer.concat([
  Buffer.from([0, 0, 0, 11]),
  Buffer.from('ssh-ed25519'),
  Buffer.from([0, 0, 0, 32]),
  Buffer.alloc(32, 7),
]);

/** The account of all rounds; its first factor is a key, because a password costs a hash. */
export async function addRunner(context: AuthenticatorContext): Promise<number> {
  const userId = await context.addAccount('runner');
  await context.db.run((sql) =>
    addSshKey(sql, {
      userId,
      algorithm: 'ssh-ed25519',
      blob: KEY_BLOB.toString('base64'),
      fingerprint: sshFingerprint(KEY_BLOB),
      comment: '',
      addedAtMs: context.clock.nowMs(),
    }),
  );
  return userId;
}

/** To the second factor alone: nothing before it keeps those who come at once in line. */
function ofTheFactorAlone(name: string, prepare: Contest['prepare']): Contest {
  return {
    name: `${name}, by the second factor alone`,
    prepare,
    enter: (context, { userId, text }) =>
      Promise.resolve(async () => (await context.verifyCode(userId, text)).kind === 'right'),
  };
}

function ofTheLogin(name: string, prepare: Contest['prepare']): Contest {
  return {
    name: `${name}, in a login`,
    prepare,
    enter: async (context, prize) => {
      const login = await proveFirstFactor(context, prize.userId);
      return async () => {
        const second = await login.submit({ kind: 'second-factor', code: prize.text });
        return second.kind === 'accepted';
      };
    },
  };
}

async function proveFirstFactor(context: AuthenticatorContext, userId: number): Promise<Login> {
  const user = await context.db.run((sql) => findUser(sql, userId));
  const login = context.call();
  const first = await login.submit({
    kind: 'public-key',
    userName: user?.name ?? '',
    algorithm: 'ssh-ed25519',
    blob: KEY_BLOB,
    verify: () => ({ valid: true }),
  });
  if (first.kind !== 'need') throw new Error(`the first factor: ${JSON.stringify(first)}`);
  return login;
}

async function totpStep(context: AuthenticatorContext, userId: number): Promise<Prize> {
  const { secret } = await context.enrollment.bind(userId, 'googleAuth');
  return { userId, text: totp(secret, context.clock.nowMs()), code: '' };
}

/** Of the second app of an account. */
async function furtherApp(context: AuthenticatorContext, userId: number): Promise<Prize> {
  const actor = { sessionId: 'adds' };
  for (;;) {
    await context.enrollment.bind(userId, 'googleAuth');
    await context.enrollment.begin(userId, 'googleAuth', { actor, label: 'Tablet' });
    const secret = (await context.enrollment.pendingFor(userId, 'adds'))?.secret ?? '';
    const nowMs = context.clock.nowMs();
    const code = totp(secret, nowMs - 30_000);
    const { kind } = await context.enrollment.confirmHere(userId, code, actor);
    if (kind === 'confirmed') return { userId, text: totp(secret, nowMs), code: '' };
    // The next step has begun meanwhile, in which the one before the last counts no more.
    if (kind !== 'wrong') throw new Error(kind);
  }
}

async function hotpCounter(context: AuthenticatorContext, userId: number): Promise<Prize> {
  const { secret } = await context.enrollment.bind(userId, 'rfc4266_HOTP');
  return { userId, text: hotp(decodeBase32(secret), 3), code: '' };
}

async function backupCode(context: AuthenticatorContext, userId: number): Promise<Prize> {
  const { backupCodes } = await context.enrollment.bind(userId, 'googleAuth');
  return { userId, text: backupCodes[4] ?? '', code: '' };
}

const registration: Contest = {
  name: 'a registration token',
  prepare: async (context, userId) => {
    await context.enrollment.disable(userId);
    const begun = await context.enrollment.begin(userId, 'googleAuth');
    if (begun.kind !== 'begun') throw new Error(begun.kind);
    const pending = await context.enrollment.find(begun.token);
    const code = totp(pending?.secret ?? '', context.clock.nowMs());
    return { userId, text: begun.token, code };
  },
  enter: (context, { text, code }) =>
    Promise.resolve(
      async () => (await context.enrollment.confirm(text, code)).kind === 'confirmed',
    ),
};

const reset: Contest = {
  name: 'a reset token',
  prepare: async (context, userId) => {
    const resets = new PasswordReset(context);
    const user = await context.db.run((sql) => findUser(sql, userId));
    // How many links are mailed in an hour is not what this is about.
    await context.db.run((sql) => sql('budget').delete());
    const mailed = context.notices.length;
    resets.request(user?.name ?? '', {});
    await resets.close();
    const token = context.notices
      .slice(mailed)
      .map((notice) => (notice.kind === 'password-reset' ? notice.token : ''))
      .at(-1);
    if (token === undefined) throw new Error('no link was mailed');
    return { userId, text: token, code: '' };
  },
  enter: (context, { text }) => {
    const resets = new PasswordReset(context);
    return Promise.resolve(async () => {
      const result = await resets.complete(text, `a new password ${Math.random()}`, {});
      return result !== undefined && result.kind !== 'refused';
    });
  },
};

/** A guess; here everybody "wins" whose guess is looked at. */
export const GUESS: Contest = {
  name: 'a guessed code',
  prepare: async (context, userId) => {
    await context.enrollment.bind(userId, 'googleAuth');
    return { userId, text: '000000', code: '' };
  },
  enter: async (context, prize) => {
    const login = await proveFirstFactor(context, prize.userId);
    return async () => {
      const result = await login.submit({ kind: 'second-factor', code: prize.text });
      return result.kind === 'rejected' && result.reason === 'bad-credential';
    };
  },
};

/** Everything that rules A2, A6, B3 and D3 say may be spent once. */
export const CONTESTS: readonly Contest[] = [
  ofTheFactorAlone('a TOTP step', totpStep),
  ofTheLogin('a TOTP step', totpStep),
  ofTheFactorAlone('a TOTP step of a further app', furtherApp),
  ofTheLogin('a TOTP step of a further app', furtherApp),
  ofTheFactorAlone('an HOTP counter value', hotpCounter),
  ofTheLogin('an HOTP counter value', hotpCounter),
  ofTheFactorAlone('a backup code', backupCode),
  ofTheLogin('a backup code', backupCode),
  registration,
  reset,
];

export function findContest(name: string): Contest {
  const contest = [...CONTESTS, GUESS].find((each) => each.name === name);
  if (contest === undefined) throw new Error(`there is no contest about ${name}`);
  return contest;
}

/** Brings so many to the starting line; what is returned runs them all and counts the winners. */
export async function lineUp(
  context: AuthenticatorContext,
  contest: Contest,
  prize: Prize,
  runners: number,
): Promise<() => Promise<number>> {
  const line: Runner[] = [];
  for (let count = 0; count < runners; count++) line.push(await contest.enter(context, prize));
  return async () => {
    const results = await Promise.all(line.map((run) => run()));
    return results.filter((won) => won).length;
  };
}

/** What a contest came to, for docs/reliability.md. */
export function sayRounds(name: string, winners: readonly number[]): void {
  const most = Math.max(...winners);
  const least = Math.min(...winners);
  process.stdout.write(`    ${name}: ${winners.length} rounds, ${least} to ${most} winners\n`);
}

/** Rounds of each contest: a few by default, as many as SALLYPORT_ROUNDS says. */
export function rounds(byDefault: number): number {
  const wanted = Number(process.env['SALLYPORT_ROUNDS'] ?? byDefault);
  if (!Number.isSafeInteger(wanted) || wanted < 1) throw new Error('SALLYPORT_ROUNDS is no number');
  return wanted;
}
