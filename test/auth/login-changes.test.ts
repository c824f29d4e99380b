import { AccountKeys } from '../../src/auth/account-keys';
import { parseSshPublicKey } from '../../src/auth/ssh-key';
import type { Login, LoginResult } from '../../src/auth/login';
import { NOON } from '../support/accounts';
import { totp } from '../support/authenticator';
import {
  openAuthenticator,
  PASSWORD,
  tryCode,
  tryPassword,
} from '../support/authenticator-context';
import { nextLook } from '../support/next-look';
import type { AuthenticatorContext } from '../support/authenticator-context';
import type { AccountEvent } from '../../src/store/account-events';
import { findUser } from '../../src/store/users';
import { sayStock } from '../../src/texts/texts';

const KEY = parsedKey(
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpfvkbL9kzb3kuYlGwalGiVIXCdHInSnkVLNex/ub+w joe@home',
);

interface Account {
  readonly id: number;
  readonly name: string;
  readonly code: () => string;
}

let context: AuthenticatorContext;
/** Another process on the database, where the changes are made: nothing but the store tells of them. */
let elsewhere: AuthenticatorContext;
let made = 0;

beforeAll(async () => {
  context = await openAuthenticator();
  elsewhere = await openAuthenticator({ folder: context.folder, clock: context.clock });
});
afterAll(async () => {
  await elsewhere.close();
  await context.close();
});

/** Whatever may happen to an account while somebody signs in to it. */
const CHANGES: Readonly<Record<string, (account: Account) => Promise<unknown>>> = {
  'is disabled': ({ id }) => elsewhere.accounts.setStatus(id, 0, {}),
  'is locked': ({ id }) => elsewhere.accounts.setStatus(id, 3, {}),
  'is disabled and active again': async ({ id }) => {
    await elsewhere.accounts.setStatus(id, 0, {});
    await elsewhere.accounts.setStatus(id, 2, {});
  },
  'gets another password': ({ id }) =>
    elsewhere.accounts.changePassword(id, { password: 'another horse battery' }, {}),
  'gets a second factor, or another': ({ id }) => elsewhere.enrollment.bind(id, 'googleAuth'),
  'loses its second factor': async ({ id }) => {
    await elsewhere.enrollment.bind(id, 'googleAuth');
    await elsewhere.enrollment.disable(id);
  },
  'loses a key': ({ id }) => new AccountKeys(elsewhere).remove(id, { actor: {} }),
  'is renamed': ({ id, name }) => elsewhere.accounts.rename(id, `${name}x`, {}),
  'is removed': ({ id }) => elsewhere.accounts.remove(id, {}),
};

async function addAccount(hasFactor: boolean): Promise<Account> {
  const name = `joe${(made += 1)}`;
  const id = await context.addAccount(name);
  await new AccountKeys(context).add(id, { key: KEY, actor: {} });
  if (!hasFactor) return { id, name, code: () => '' };
  const { secret } = await context.enrollment.bind(id, 'googleAuth');
  return { id, name, code: () => totp(secret, NOON) };
}

async function newestEvent(userId: number): Promise<AccountEvent | undefined> {
  const row: { readonly id: number; readonly login_version: number | null } | undefined =
    await elsewhere.db.run((sql) =>
      sql('account_event').where({ user_id: userId }).orderBy('id', 'desc').first(),
    );
  if (row === undefined) return undefined;
  const loginVersion = row.login_version ?? undefined;
  return {
    id: row.id,
    userId,
    kind: 'status',
    endsLogins: true,
    sessionId: undefined,
    loginVersion,
  };
}

const byPassword = async ({ name }: Account): Promise<Login> => {
  const login = context.call();
  expect(['accepted', 'need']).toContain(await tryPassword(login, PASSWORD, name));
  return login;
};

const byKey = async ({ name }: Account): Promise<Login> => {
  const login = context.call();
  const offer = {
    algorithm: KEY.algorithm,
    blob: KEY.blob,
    verify: () => ({ valid: true }) as const,
  };
  const result = await login.submit({ kind: 'public-key', userName: name, ...offer });
  expect(['accepted', 'need']).toContain(result.kind);
  return login;
};

const outcome = (result: LoginResult): string =>
  result.kind === 'rejected' ? result.reason : result.kind;

/** Makes the change while `work` waits for its hash, with the account looked up already. */
async function whileQueued<T>(
  work: () => Promise<T>,
  change: () => Promise<unknown>,
  { hashes } = context,
): Promise<T> {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const blockers = [1, 2].map(() => hashes.run('a blocker', () => held));
  const working = work();
  while (hashes.waiting === 0) await nextLook();
  await change();
  release();
  await Promise.all(blockers);
  return working;
}

/** Where a sign-in is when the account changes, and how it goes on from there. */
const POINTS: Readonly<
  Record<string, (account: Account, change: () => Promise<unknown>) => Promise<string>>
> = {
  'after the password, before the code': async (account, change) => {
    const login = await byPassword(account);
    await change();
    return tryCode(login, account.code());
  },
  'after the key, before the code': async (account, change) => {
    const login = await byKey(account);
    await change();
    return tryCode(login, account.code());
  },
  'let in by password, without a session': async (account, change) => {
    const login = await byPassword(account);
    await change();
    return login.refresh(await newestEvent(account.id));
  },
  'let in by key, without a session': async (account, change) => {
    const login = await byKey(account);
    await change();
    return login.refresh(await newestEvent(account.id));
  },
  'in a session that proves itself again': async (account, change) => {
    const login = await byPassword(account);
    if (account.code() !== '') await tryCode(login, account.code());
    await change();
    return outcome(await login.confirm({ password: PASSWORD, code: undefined }));
  },
};

const WITH_FACTOR = [true, false];

describe.each(Object.keys(POINTS))('a login %s', (point) => {
  test.each(Object.keys(CHANGES))('is void once its account %s (rule M1)', async (name) => {
    for (const hasFactor of WITH_FACTOR) {
      if (!hasFactor && point.endsWith('before the code')) continue;
      const account = await addAccount(hasFactor);
      const result = await POINTS[point]?.(account, async () => CHANGES[name]?.(account));
      expect(['changed', 'end', 'disabled', 'bad-credential']).toContain(result);
    }
  });

  test('goes on where nothing of it changed', async () => {
    const account = await addAccount(true);
    const result = await POINTS[point]?.(account, async () => {
      await context.accounts.setProperties(account.id, { location: 'Basel' }, {});
      await context.accounts.setGroups(account.id, ['users', 'friends'], {});
      await context.accounts.unlock(account.id, {});
    });
    expect(['accepted', 'keep', 'need']).toContain(result);
  });
});

describe('a password that waits in the queue', () => {
  test.each(Object.keys(CHANGES))('lets nobody in once its account %s (rule M1)', async (name) => {
    const account = await addAccount(false);
    const login = context.call();
    const result = await whileQueued(
      () => tryPassword(login, PASSWORD, account.name),
      async () => CHANGES[name]?.(account),
    );
    expect(['bad-credential', 'disabled']).toContain(result);
    expect(login.user).toBeUndefined();
  });

  test.each(Object.keys(CHANGES))(
    'proves nothing again once its account %s (rule M1)',
    async (name) => {
      const account = await addAccount(false);
      const login = await byPassword(account);
      const result = await whileQueued(
        () => login.confirm({ password: PASSWORD, code: undefined }),
        async () => CHANGES[name]?.(account),
      );
      expect(result.kind).toBe('rejected');
    },
  );
});

function parsedKey(line: string) {
  const parsed = parseSshPublicKey(line);
  if (parsed.kind !== 'key') throw new Error(parsed.says(sayStock));
  return parsed.key;
}

test.each([
  ['is disabled', 0, 'disabled'],
  ['is locked', 3, 'locked'],
  ['is disabled and active again', 2, 'accepted'],
] as const)(
  'a wrong password that would lock an account which %s meanwhile leaves it as it is',
  async (change, status, later) => {
    const board = await openAuthenticator({
      config: {
        users: { failedLogin: { lockAccount: 1, autoUnlockMinutes: 60 }, tellLocked: true },
      },
    });
    const id = await board.addAccount();
    const statuses = {
      'is disabled': [0],
      'is locked': [3],
      'is disabled and active again': [0, 2],
    };
    const guess = await whileQueued(
      () => tryPassword(board.call(), 'a guess'),
      async () => {
        for (const each of statuses[change])
          await board.accounts.setStatus(id, each as 0 | 2 | 3, {});
      },
      board,
    );
    expect(guess).toBe('bad-credential');
    expect((await board.db.run((sql) => findUser(sql, id)))?.status).toBe(status);
    await board.fake.advance(61 * 60_000);
    expect(await tryPassword(board.call(), PASSWORD)).toBe(later);
    await board.close();
  },
);
