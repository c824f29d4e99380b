import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mail } from '../../src/mail/transport';
import { makeDataDir } from '../../src/config/board';
import { writeProperties } from '../../src/store/properties';
import { openBackOffice, type BackOffice } from '../support/back-office';

jest.setTimeout(60_000);

const PASSWORD = 'correct horse battery';
const ACTOR = { server: 'oputil' };
const LINK = /token=([A-Za-z0-9_-]{43})/;

let folder: string;
let backend: BackOffice;
const sent: Mail[] = [];
let accounts = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-links-'));
  await makeDataDir(folder);
  backend = await openBackOffice(folder, {
    config: { users: { failedLogin: { lockAccount: 1 } } },
    mail: { send: (mail) => Promise.resolve(void sent.push(mail)) },
  });
});
afterAll(async () => {
  await backend.close();
  await rm(folder, { recursive: true, force: true });
});

interface Owner {
  readonly id: number;
  readonly name: string;
  readonly address: string;
  readonly next: string;
}

/** An account with one link of each kind, whose letters wait. */
async function addOwner(): Promise<Owner> {
  const name = `owner${++accounts}`;
  const id = await backend.addAccount(name, PASSWORD);
  const next = `${name}@elsewhere.example`;
  expect((await backend.enrollment.begin(id, 'googleAuth', { mail: true })).kind).toBe('begun');
  expect(await backend.mailChange.begin(id, next, ACTOR)).toBe('accepted');
  backend.passwordReset.request(name, { ...ACTOR, remoteIp: `192.0.2.${accounts}` });
  await backend.passwordReset.close();
  return { id, name, address: `${name}@example.org`, next };
}

interface Links {
  readonly register: string;
  readonly reset: string;
  readonly address: string;
}

/** Sends what waits and reads the links in it. */
async function deliver({ name }: Owner): Promise<Links> {
  await backend.mailer.deliver();
  const own = sent.filter(({ to }) => to.startsWith(`${name}@`));
  const token = (path: string): string => {
    const mail = own.find(({ text }) => text.includes(path));
    return LINK.exec(mail?.text ?? '')?.[1] ?? '';
  };
  return {
    register: token('/2fa/'),
    reset: token('/reset_password'),
    address: token('/confirm_mail'),
  };
}

/** The links that still lead somewhere. */
async function living(links: Links): Promise<string[]> {
  const found = {
    register: await backend.enrollment.find(links.register),
    reset: await backend.passwordReset.find(links.reset),
    address: await backend.mailChange.find(links.address),
  };
  return Object.entries(found).flatMap(([kind, link]) => (link === undefined ? [] : [kind]));
}

/** Tries to use them, one after the other, and says which of them did anything. */
async function used(links: Links): Promise<string[]> {
  const reset = await backend.passwordReset.complete(links.reset, 'a quiet harbour 7', ACTOR);
  const address = await backend.mailChange.confirm(links.address, ACTOR);
  const register = await backend.enrollment.confirm(links.register, '123456', ACTOR);
  return [
    ...(reset === undefined ? [] : ['reset']),
    ...(address.kind === 'gone' ? [] : ['address']),
    ...(register.kind === 'gone' ? [] : ['register']),
  ];
}

const ALL = ['register', 'reset', 'address'];

const lockByFailure = async (name: string): Promise<void> => {
  const login = backend.authenticator.begin({
    server: 'ssh',
    secure: true,
    remoteIp: '192.0.2.99',
    node: 1,
  });
  await login.submit({ kind: 'password', userName: name, password: 'not the password' });
};

/** Every change that ends links, by each road that leads to it without a link. */
const CHANGES: Readonly<Record<string, (owner: Owner) => Promise<unknown>>> = {
  'another address by the sysop': ({ id }) =>
    backend.accounts.setProperties(id, { email_address: `new${id}@example.net` }, ACTOR),
  'no address any more': ({ id }) =>
    backend.accounts.setProperties(id, { email_address: undefined }, ACTOR),
  'another password': ({ id }) =>
    backend.accounts.changePassword(id, { password: 'a quiet harbour 7' }, ACTOR),
  'status disabled': ({ id }) => backend.accounts.setStatus(id, 0, ACTOR),
  'status inactive': ({ id }) => backend.accounts.setStatus(id, 1, ACTOR),
  'a lock by the sysop': ({ id }) => backend.accounts.setStatus(id, 3, ACTOR),
  'a lock by failures': ({ name }) => lockByFailure(name),
  'its removal': ({ id }) => backend.accounts.remove(id, ACTOR),
};

/** The roads that begin with one of the links. */
const BY_LINK: Readonly<Record<string, (links: Links) => Promise<unknown>>> = {
  'another address by its link': async ({ address }) =>
    expect(await backend.mailChange.confirm(address, ACTOR)).toMatchObject({ kind: 'done' }),
  'another password by its link': async ({ reset }) =>
    expect(await backend.passwordReset.complete(reset, 'a quiet harbour 7', ACTOR)).toMatchObject({
      kind: 'done',
    }),
};

const ROADS: Readonly<Record<string, (owner: Owner, links: Links) => Promise<unknown>>> = {
  ...CHANGES,
  ...Object.fromEntries(
    Object.entries(BY_LINK).map(([road, use]) => [road, (_: Owner, links: Links) => use(links)]),
  ),
};

test.each(Object.entries(ROADS))(
  'after %s no link of the account leads anywhere, also when it is active again (rule M10)',
  async (_road, change) => {
    const owner = await addOwner();
    const links = await deliver(owner);
    expect(await living(links)).toEqual(ALL);
    await change(owner, links);
    expect(await living(links)).toEqual([]);
    await backend.accounts.setStatus(owner.id, 2, ACTOR);
    expect(await living(links)).toEqual([]);
    expect(await used(links)).toEqual([]);
  },
);

test.each(Object.entries(CHANGES))(
  'after %s no letter with a link goes out that waited (rule M10)',
  async (_road, change) => {
    const owner = await addOwner();
    const before = sent.length;
    await change(owner);
    await backend.accounts.setStatus(owner.id, 2, ACTOR);
    await backend.mailer.deliver();
    expect(sent.slice(before).filter(({ text }) => LINK.test(text))).toEqual([]);
  },
);

const KEEPING: Readonly<Record<string, (owner: Owner) => Promise<unknown>>> = {
  'another name': ({ id, name }) => backend.accounts.rename(id, `${name}x`, ACTOR),
  'other groups': ({ id }) => backend.accounts.setGroups(id, ['users'], ACTOR),
  'an activation of who is active': ({ id }) => backend.accounts.setStatus(id, 2, ACTOR),
};

test.each(Object.entries(KEEPING))('%s keeps the links', async (_what, change) => {
  const owner = await addOwner();
  const links = await deliver(owner);
  await change(owner);
  expect(await living(links)).toEqual(ALL);
});

test('the link to the address of an applicant outlives his activation, and nothing else does', async () => {
  const owner = await addOwner();
  await backend.accounts.setStatus(owner.id, 1, ACTOR);
  await backend.mailChange.begin(owner.id, `${owner.name}@second.example`, ACTOR);
  const links = await deliver(owner);
  const address = LINK.exec(sent.at(-1)?.text ?? '')?.[1] ?? '';
  await backend.accounts.setStatus(owner.id, 2, ACTOR);
  expect(await living({ ...links, address })).toEqual(['address']);
});

describe('an account that changed behind the back of its links', () => {
  const set = (id: number, values: Record<string, string | undefined>): Promise<void> =>
    backend.db.run((sql) => writeProperties(sql, id, values));

  it.each([
    ['0', []],
    ['1', ['reset', 'address']],
    ['3', []],
  ] as const)('may use by status %s only %j (rule M10)', async (account_status, allowed) => {
    const owner = await addOwner();
    const links = await deliver(owner);
    await set(owner.id, { account_status });
    expect(await living(links)).toEqual(allowed);
    // One that is used ends the others.
    expect(await used(links)).toEqual(allowed.slice(0, 1));
  });

  it.each([
    ['0', 0],
    ['2', 3],
  ])('gets with status %s %i of the letters that waited', async (account_status, letters) => {
    const owner = await addOwner();
    await set(owner.id, { account_status });
    const before = sent.length;
    await backend.mailer.deliver();
    expect(sent.slice(before)).toHaveLength(letters);
  });

  it('gets no link at the address it had, and notices at the one it has', async () => {
    const owner = await addOwner();
    await backend.accounts.changePassword(owner.id, { password: 'a quiet harbour 7' }, ACTOR);
    backend.passwordReset.request(owner.name, ACTOR);
    await backend.passwordReset.close();
    await set(owner.id, { email_address: owner.next });
    const before = sent.length;
    await backend.mailer.deliver();
    expect(sent.slice(before).map(({ to, subject }) => [to, subject])).toEqual([
      [owner.next, expect.stringContaining('Your password was changed')],
    ]);
  });
});
