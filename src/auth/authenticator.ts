import { createHmac } from 'node:crypto';
import { sleep } from '../base/clock';
import { sourceOf } from '../base/source';
import type { Notifier } from '../store/notice';
import { foldName } from '../store/user-name';
import { findUserByName } from '../store/users';
import { findAccountKey } from './account-keys';
import { LoginSession } from './login-session';
import { HashQueue, ConcurrencyLimit } from './hash-queue';
import type { Login, LoginOrigin } from './login';
import type { FailureKind, LoginDeps } from './login-deps';
import { createRegulator } from './regulator';

export interface AuthenticatorOptions extends Pick<
  LoginDeps,
  'db' | 'config' | 'clock' | 'random' | 'log' | 'secondFactor'
> {
  /** Shared with other parts that hash passwords. */
  readonly hashes?: HashQueue;
  /** Notified of wrong and replayed codes; optional. */
  readonly notifier?: Notifier;
  /** Charges the source of a failed attempt. */
  readonly penalize?: (remoteIp: string, kind: FailureKind) => void;
  /** Sign-ins under way at once; further ones are told that the board is busy. */
  readonly mostAtOnce?: number;
  /** Least time a rejection takes (rule C4); 0 for tests that count work instead of time. */
  readonly minResponseMs?: number;
}

/** Where every credential of every way in is submitted (invariant 1). */
export interface Authenticator {
  begin(origin: LoginOrigin): Login;
  /**
   * Whether an account has this public key: the answer to SSH's unsigned query. It proves nothing,
   * changes nothing and counts as nothing (rule E1).
   */
  hasKey(userName: string, key: { readonly blob: Buffer }): Promise<boolean>;
}

const FLOOR_MS = 250;
const JITTER_MS = 85;

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { db, config, clock, random, log, secondFactor } = options;
  const minResponseMs = options.minResponseMs ?? FLOOR_MS;
  // Always the same for one name, so that asking often does not average it out (rule C4).
  const jitterKey = random.bytes(32);
  const jitter = (userName: string): number =>
    (createHmac('sha256', jitterKey).update(foldName(userName)).digest().readUInt32BE(0) /
      2 ** 32) *
    JITTER_MS;
  const parts: LoginDeps = {
    db,
    config,
    clock,
    random,
    log,
    secondFactor,
    notifier: options.notifier,
    hashes: options.hashes ?? new HashQueue(),
    room: new ConcurrencyLimit(options.mostAtOnce),
    regulator: createRegulator({ db, config, clock }),
    penalize: options.penalize ?? (() => undefined),
    floor: async (userName, startedMs) => {
      if (minResponseMs === 0) return;
      const leftMs = startedMs + minResponseMs + jitter(userName) - clock.monotonicMs();
      if (leftMs > 0) await sleep(clock, leftMs);
    },
  };
  return {
    begin: (origin) => new LoginSession(parts, origin, sourceOf(origin.remoteIp)),
    hasKey: (userName, { blob }) =>
      db.run(async (sql) => {
        const user = await findUserByName(sql, userName);
        return (await findAccountKey(sql, user?.id ?? 0, blob)) !== undefined;
      }),
  };
}
