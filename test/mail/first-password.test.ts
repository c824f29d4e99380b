import { insertImported, mailFirstPassword } from '../../src/auth/account-import';
import { PasswordReset } from '../../src/auth/password-reset';
import type { Clock } from '../../src/base/clock';
import { LIMITS } from '../../src/base/limits';
import { systemRandom } from '../../src/base/random';
import { Mailer } from '../../src/mail/mailer';
import type { Mail } from '../../src/mail/transport';
import { findToken, hashToken } from '../../src/store/tokens';
import { findProperty } from '../../src/store/properties';
import { openAccounts, type TestAccounts } from '../support/accounts';
import { sayStock } from '../../src/texts/texts';

const PEOPLE = 100;
/** A mail server that takes one mail in this time: the last of a hundred goes out on the next day. */
const EACH_MS = 20 * 60_000;
const LIFE_MS = LIMITS.firstPasswordDays * 24 * 3600_000;

let accounts: TestAccounts;
let mailer: Mailer;
let failures = 0;
/** How far the mail server has let the timeline go on; a call of the database takes no time meanwhile. */
let passedMs = 0;
/** What was sent, and when, by the timeline. */
const sent: { readonly mail: Mail; readonly atMs: number }[] = [];

beforeEach(async () => {
  accounts = await openAccounts();
  sent.length = 0;
  passedMs = 0;
  const clock = Object.create(accounts.clock, {
    timelineMs: { value: () => accounts.clock.timelineMs() + passedMs },
  }) as Clock;
  mailer = new Mailer({
    ...accounts,
    clock,
    sealer: accounts.sealing,
    dropFolder: accounts.folder,
    words: () => sayStock,
    findTemplate: () => Promise.resolve(undefined),
    transport: {
      send: (mail: Mail) => {
        if (failures > 0) {
          failures -= 1;
          return Promise.reject(new Error('451 slow down'));
        }
        passedMs += EACH_MS;
        sent.push({ mail, atMs: clock.timelineMs() });
        return Promise.resolve();
      },
    },
  });
});

afterEach(async () => {
  await mailer.close();
  await accounts.close();
});

/** Imports accounts without a password, each with a mail. */
async function importPeople(count: number): Promise<void> {
  const parts = { ...accounts, random: systemRandom, notifier: mailer };
  const actor = { server: 'oputil' };
  for (let from = 0; from < count; from += 50) {
    await accounts.db.transaction('board', async (sql) => {
      for (let at = from; at < Math.min(count, from + 50); at += 1) {
        const id = await insertImported(sql, { ...parts, actor }, person(at));
        expect(await mailFirstPassword(sql, parts, id ?? 0)).toBe('queued');
      }
    });
  }
}

const person = (at: number): Parameters<typeof insertImported>[2] => ({
  ...{ name: `person ${at}`, root: false, status: 2, groups: ['users'] },
  properties: new Map([['email_address', `p${at}@example.org`]]),
  ...{ password: undefined, factor: undefined, backupCodes: [], sshKeys: [] },
});

const tokenOf = ({ text }: Mail): string => /token=([A-Za-z0-9_-]{43})/.exec(text)?.[1] ?? '';

const ownerOf = async (mail: Mail, timelineMs: number): Promise<number | undefined> => {
  const wanted = { tokenHash: hashToken(tokenOf(mail)), purpose: 'first-password' } as const;
  return (await accounts.db.run((sql) => findToken(sql, { ...wanted, timelineMs })))?.userId;
};

test('of a hundred links each lives seven days from its mail, the last as long as the first', async () => {
  await importPeople(PEOPLE);
  expect(await mailer.deliver()).toBe(PEOPLE);
  expect(new Set(sent.map(({ mail }) => mail.to)).size).toBe(PEOPLE);
  // The first waited twenty minutes, the last more than a day.
  for (const { mail, atMs } of [sent[0], sent[49], sent[99]].flatMap((each) => each ?? [])) {
    expect(mail.text).toContain('within 7 days of this mail');
    const owner = await ownerOf(mail, atMs + LIFE_MS - 1);
    const address = await accounts.db.run((sql) => findProperty(sql, owner ?? 0, 'email_address'));
    expect(address).toBe(mail.to);
    // Mails go out five at a time: what ends with the slowest of them has ended a little later.
    expect(await ownerOf(mail, atMs + LIFE_MS + 5 * EACH_MS)).toBeUndefined();
  }
}, 60_000);

test("a stranger who asks for a link in its owner's name ends neither the link nor its unsent mail", async () => {
  await importPeople(1);
  const notUsed = { changePassword: () => Promise.reject(new Error('nobody sets a password')) };
  const reset = new PasswordReset({ ...accounts, notifier: mailer, accounts: notUsed });
  const ask = async (): Promise<void> => {
    reset.request('person 0', { server: 'telnet', remoteIp: '192.0.2.7' });
    await reset.close();
  };
  await ask();
  expect(await mailer.deliver()).toBe(2);
  await ask();
  const first = sent.find(({ mail }) => mail.text.includes('within 7 days of this mail'));
  if (first === undefined) throw new Error('the mail was discarded');
  const token = tokenOf(first.mail);
  expect(await reset.find(token)).toMatchObject({ name: 'person 0' });
});

test('a mail that waits for its server for hours has a link that lives as long', async () => {
  await importPeople(1);
  failures = 1;
  expect(await mailer.deliver()).toBe(0);
  passedMs += 3 * 3600_000;
  expect(await mailer.deliver()).toBe(1);
  const [{ mail, atMs } = { mail: undefined, atMs: 0 }] = sent;
  if (mail === undefined) throw new Error('no mail');
  expect(await ownerOf(mail, atMs + LIFE_MS - 1)).toBeDefined();
  expect(await ownerOf(mail, atMs + LIFE_MS)).toBeUndefined();
});
