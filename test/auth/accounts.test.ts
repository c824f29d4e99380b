import { listAudit } from '../../src/store/audit';
import { listUsers } from '../../src/store/user-list';
import { countUsers, findUser, findUserByName } from '../../src/store/users';
import {
  HOME,
  openAuthenticator,
  PASSWORD,
  STRANGER,
  tryPassword,
} from '../support/authenticator-context';
import type { AuthenticatorContext, AuthenticatorOptions } from '../support/authenticator-context';
import { sayStock } from '../../src/texts/texts';

let context: AuthenticatorContext;

async function open(options: AuthenticatorOptions = {}): Promise<void> {
  context = await openAuthenticator(options);
}

afterEach(() => context.close());

const problem = async (made: Promise<{ kind: string; problem?: string }>): Promise<string> => {
  const result = await made;
  return result.problem ?? result.kind;
};

const actor = { server: 'oputil' };

describe('the first sysop', () => {
  test('is made once, with a password that is told once and works', async () => {
    await open();
    const sysop = await context.accounts.ensureSysop();
    expect(sysop).toMatchObject({ name: 'sysop' });
    expect(sysop?.password).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
    expect(await context.accounts.ensureSysop()).toBeUndefined();
    const login = context.call();
    expect(await tryPassword(login, sysop?.password ?? '', 'sysop')).toBe('accepted');
    expect(login.user).toMatchObject({ id: 1, groups: ['sysops', 'users'] });
  });

  test('of several starts at once one makes him', async () => {
    await open();
    const made = await Promise.all(Array.from({ length: 4 }, () => context.accounts.ensureSysop()));
    expect(made.filter((each) => each !== undefined)).toHaveLength(1);
  });

  test('is never whoever applies first', async () => {
    await open();
    expect(await context.addAccount('joe')).toBe(2);
    const user = await context.db.run((sql) => findUserByName(sql, 'joe'));
    expect(user?.groups).toEqual(['users']);
  });

  test('cannot be removed', async () => {
    await open();
    await context.accounts.ensureSysop();
    expect(await problem(context.accounts.remove(1, actor))).toBe('root');
    expect(await context.db.run((sql) => findUser(sql, 1))).toBeDefined();
  });
});

describe('a new account', () => {
  const create = (name: string, password = PASSWORD, email = ''): Promise<string> =>
    problem(
      context.accounts.create({ name, password, properties: { email_address: email } }, actor),
    );

  test('has the groups, status and theme that the board gives', async () => {
    await open({ config: { users: { requireActivation: true } } });
    await context.addAccount('joe');
    const user = await context.db.run((sql) => findUserByName(sql, 'Joe'));
    expect(user).toMatchObject({ name: 'joe', status: 1, groups: ['users'] });
    expect(user?.properties.get('theme_id')).toBe('gatehouse');
    expect(user?.properties.get('account_created')).toBe('2026-01-01T12:00:00.000+00:00');
  });

  test('that waits for activation is mailed to the sysop in full, and its activation to its owner', async () => {
    await open({ config: { users: { requireActivation: true } } });
    const about = 'I keep the lighthouse';
    const properties = { real_name: 'Joe Doe', location: 'Oslo', affiliation: '', about };
    const caller = { server: 'telnet', remoteIp: '192.0.2.7', node: 1 };
    const made = await context.accounts.create(
      { name: 'joe', password: PASSWORD, properties, givenMail: 'joe@example.org' },
      caller,
    );
    if (made.kind === 'refused') throw new Error(made.says(sayStock));
    const { id } = made.user;
    const where = { server: 'telnet', remoteIp: '192.0.2.7' };
    const mail = { 'Mail, not confirmed yet': 'joe@example.org' };
    const details = { 'Real name': 'Joe Doe', Location: 'Oslo', About: about, ...mail };
    expect(context.notices).toEqual([
      { kind: 'application', userId: id, name: 'joe', ...where, details },
    ]);
    // The address counts once its owner has opened the link.
    expect(made.user.properties.has('email_address')).toBe(false);
    await context.accounts.setStatus(id, 2, { server: 'oputil' });
    expect(context.notices.at(-1)).toEqual({ kind: 'account-activated', userId: id });
    await context.accounts.setStatus(id, 3, { server: 'oputil' });
    await context.accounts.setStatus(id, 2, { server: 'oputil' });
    await context.accounts.create({ name: 'ann', password: PASSWORD }, { server: 'oputil' });
    expect(context.notices).toHaveLength(2);
  });

  test('that may sign in at once is no application', async () => {
    await open();
    const caller = { server: 'telnet', remoteIp: '192.0.2.7', node: 1 };
    await context.accounts.create({ name: 'joe', password: PASSWORD }, caller);
    expect(context.notices).toEqual([]);
  });

  test.each([
    ['x', 'name-too-short'],
    ['a name of more than sixteen', 'name-too-long'],
    ['semi;colon', 'name-bad-characters'],
    ['joe\n', 'name-bad-characters'],
    ['joe  doe', 'name-bad-characters'],
    [' joe', 'name-bad-characters'],
    ['SysOp', 'name-reserved'],
    ['s.y.s.o.p', 'name-reserved'],
    ['r00t', 'name-reserved'],
    ['Apply', 'name-reserved'],
    // By SSH this is the account `walter`, line by line.
    ['Plain+walter', 'name-reserved'],
    // Reserved names count as whole names only.
    ['min', 'done'],
    ['erv', 'done'],
    ['allison', 'done'],
    ['100% joe_', 'done'],
  ])('named %j is answered %s', async (name, answer) => {
    await open();
    expect(await create(name)).toBe(answer);
  });

  test('cannot take a name that reads like another one', async () => {
    await open({ config: { users: { usernamePattern: '^[\\p{L}\\p{N} ]+$' } } });
    expect(await create('scope')).toBe('done');
    for (const name of ['SCOPE', 'Scope', 'ѕсоре', 'scοpe', 'ｓｃｏｐｅ', 'scôpe']) {
      expect(await create(name)).toBe('name-taken');
    }
  });

  test('may have characters that the pattern names by Unicode escapes', async () => {
    await open({ config: { users: { usernamePattern: '^[\\u{1F600}-\\u{1F64F}]+$' } } });
    expect(await create('\u{1F600}\u{1F601}')).toBe('done');
    expect(await create('joe')).toBe('name-bad-characters');
  });

  test('needs a mail address that cannot be anything else', async () => {
    await open();
    expect(await create('joe', PASSWORD, 'joe@example.org\r\nBcc: ann@example.org')).toBe(
      'bad-email',
    );
    expect(await create('joe', PASSWORD, 'joe@example.org')).toBe('done');
  });

  test('has its password checked like every other', async () => {
    await open({ config: { general: { boardName: 'Rusty Hinge' } } });
    expect(await create('joe', 'short')).toBe('password-too-short');
    expect(await create('joe', 'Password123')).toBe('password-common');
    expect(await create('josephine', 'Josephine!1')).toBe('password-personal');
    expect(await create('joe', 'rustyhinge99')).toBe('password-personal');
    expect(await create('joe', 'gatekeeper77', 'gatekeeper@example.org')).toBe('password-personal');
    expect(await context.db.run(countUsers)).toBe(0);
  });

  test('is not made at all when a part of it is refused', async () => {
    await open();
    const refused = context.accounts.create(
      { name: 'joe', password: PASSWORD, properties: { account_status: '2' } },
      actor,
    );
    await expect(refused).rejects.toMatchObject({ code: 'USER_INVALID' });
    expect(await context.db.run((sql) => findUserByName(sql, 'joe'))).toBeUndefined();
  });

  test('never gets the id of a removed one', async () => {
    await open();
    const first = await context.addAccount('joe');
    expect(await problem(context.accounts.remove(first, actor))).toBe('done');
    expect(await context.addAccount('joe')).toBeGreaterThan(first);
  });
});

describe('a change', () => {
  test('leaves an audit row and tells who follows, whatever it is', async () => {
    await open();
    const id = await context.addAccount();
    await context.accounts.changePassword(id, { password: 'another horse' }, actor);
    await context.accounts.setStatus(id, 0, actor);
    await context.accounts.rename(id, 'Joseph', actor);
    await context.accounts.setGroups(id, ['users', 'friends'], actor);
    await context.accounts.setProperties(id, { location: 'Bern' }, actor);
    await context.accounts.unlock(id, actor);
    await context.accounts.remove(id, actor);
    const rows = await context.db.run((sql) => listAudit(sql, { userId: id, limit: 99 }));
    expect(rows.map(({ kind, reason }) => `${kind} ${reason}`.trim()).reverse()).toEqual([
      'account-created',
      'password-changed',
      'status disabled',
      'renamed',
      'groups users,friends',
      'properties location',
      'unlocked',
      'account-removed',
    ]);
    const events = await context.db.run((sql) =>
      sql('account_event').where({ user_id: id }).pluck('kind'),
    );
    expect(events).toEqual([
      'status',
      'password',
      'status',
      'name',
      'groups',
      'properties',
      'unlocked',
      'deleted',
    ]);
  });

  test('of properties cannot touch what belongs to auth', async () => {
    await open();
    const id = await context.addAccount();
    for (const name of [
      'account_status',
      'pw_pbkdf2_dk',
      'PW_pbkdf2_salt',
      'auth_factor2_otp',
      'auth_factor2_otp_secret',
      'auth_factor1_types',
      'ssh_public_key',
      'groups',
      'account_locked_timestamp',
      'login_count',
      'email_password_reset_token',
      'failed_login_attempts',
      '',
      'a b',
      '__proto__ ',
    ]) {
      const change = context.accounts.setProperties(id, { [name]: '2' }, actor);
      await expect(change).rejects.toMatchObject({ code: 'USER_INVALID' });
    }
  });

  test('of the mail address tells the old one', async () => {
    await open();
    const id = await context.addAccount();
    await context.accounts.setProperties(id, { email_address: 'old@example.org' }, actor);
    await context.accounts.setProperties(id, { email_address: 'new@example.org' }, actor);
    expect(context.notices).toEqual([
      { kind: 'mail-changed', userId: id, address: 'old@example.org' },
    ]);
  });

  test('of the status to active ends waits and locks', async () => {
    await open({ config: { users: { failedLogin: { lockAccount: 5 } } } });
    const id = await context.addAccount();
    for (let guess = 0; guess < 6; guess++) await tryPassword(context.call(), 'a guess');
    expect(await tryPassword(context.call(), PASSWORD)).toBe('wait');
    await context.accounts.setStatus(id, 2, actor);
    expect(await tryPassword(context.call(), PASSWORD)).toBe('accepted');
  });

  test('of the password makes the places of before strange again', async () => {
    await open();
    const id = await context.addAccount();
    expect(await tryPassword(context.call({ remoteIp: HOME }), PASSWORD)).toBe('accepted');
    await context.accounts.changePassword(id, { password: 'another horse' }, actor);
    for (let guess = 0; guess < 6; guess++) {
      await tryPassword(context.call({ remoteIp: STRANGER }), 'a guess');
    }
    expect(await tryPassword(context.call({ remoteIp: HOME }), 'another horse')).toBe('wait');
  });

  test('by a token that was spent meanwhile changes nothing', async () => {
    await open();
    const id = await context.addAccount();
    const change = { password: 'another horse', provided: () => Promise.resolve(false) };
    expect(await problem(context.accounts.changePassword(id, change, actor))).toBe('not-now');
    expect(await tryPassword(context.call(), PASSWORD)).toBe('accepted');
  });

  test('of an account that is gone says so', async () => {
    await open();
    expect(await problem(context.accounts.setStatus(77, 0, actor))).toBe('unknown-user');
    const change = { password: 'another horse' };
    expect(await problem(context.accounts.changePassword(77, change, actor))).toBe('unknown-user');
  });
});

test('the list is sorted and filtered as asked', async () => {
  await open();
  for (const name of ['cleo', 'Ann', 'bob']) await context.addAccount(name);
  const bob = await context.db.run((sql) => findUserByName(sql, 'bob'));
  await context.accounts.setStatus(bob?.id ?? 0, 0, actor);
  for (let call = 0; call < 2; call++) await tryPassword(context.call(), PASSWORD, 'cleo');
  const names = async (options: Parameters<typeof listUsers>[1]): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const page of listUsers((work) => context.db.run(work), options))
      found.push(...page.map(({ name }) => name));
    return found;
  };
  expect(await names({})).toEqual(['Ann', 'bob', 'cleo']);
  expect(await names({ sort: 'id' })).toEqual(['cleo', 'Ann', 'bob']);
  expect(await names({ sort: 'status' })).toEqual(['bob', 'cleo', 'Ann']);
  expect(await names({ sort: 'logins' })).toEqual(['Ann', 'bob', 'cleo']);
  expect(await names({ status: 2, limit: 1 })).toEqual(['Ann']);
});

test('secrets are no part of an account as others see it', async () => {
  await open();
  const made = await context.accounts.create(
    { name: 'joe', password: { salt: 'c4nary', key: 'c4nary', parameters: 'c4nary' } },
    actor,
  );
  expect(made.kind).toBe('done');
  const user = await context.db.run((sql) => findUserByName(sql, 'joe'));
  expect(JSON.stringify([...(user?.properties ?? [])])).not.toContain('c4nary');
});

test('accounts answer what forms ask of names and passwords', async () => {
  await open();
  const id = await context.addAccount('joe');
  await context.accounts.setProperties(
    id,
    { real_name: 'Joe Doe', email_address: 'Joe@example.org' },
    actor,
  );
  expect(await context.accounts.isNameTaken('JOE')).toBe(true);
  expect(await context.accounts.isNameTaken('sysop')).toBe(false);
  expect(await context.accounts.isNameTaken('new')).toBe(false);
  expect(await context.accounts.isNameTaken('jo%')).toBe(false);
  expect(await context.accounts.isRealNameTaken('joe doe')).toBe(true);
  expect(
    context.accounts.passwordProblem('joe-2026!!', { userName: 'joe', email: '' })?.(sayStock),
  ).toMatch(/name/);
  expect(
    context.accounts.passwordProblem(PASSWORD, { userName: 'joe', email: '' }),
  ).toBeUndefined();
});
