import { Enrollment } from '../../src/auth/enrollment';
import { parseMailAddress } from '../../src/base/mail-address';
import { Mailer } from '../../src/mail/mailer';
import { addToOutbox, countOutbox } from '../../src/store/outbox';
import { writeProperties } from '../../src/store/properties';
import { storable } from '../support/database-kind';
import { openAccounts, type TestAccounts } from '../support/accounts';
import { openAuthenticator } from '../support/authenticator-context';
import { SmtpCatcher } from '../support/smtp-catcher';
import { sayStock } from '../../src/texts/texts';

/** Where a mailer, a header or a shell might find a second meaning. */
const MARKS = [
  '\r\nBcc: eve@evil.example',
  '\nTo: eve@evil.example',
  '\r',
  '\0',
  '\x0b',
  '\t',
  ' ',
  ',eve@evil.example',
  ';eve@evil.example',
  ' eve@evil.example',
  '<eve@evil.example>',
  '(eve@evil.example)',
  '"eve@evil.example"',
  ':eve@evil.example;',
  '\\eve@evil.example',
  '@evil.example',
  '%0d%0aBcc:eve@evil.example',
  '=?utf-8?q?eve?=',
  '\u2028Bcc: eve@evil.example',
  '\u0085',
  '\ufeff',
  '\u202e',
  '\ud800',
  'ä',
  '[192.0.2.1]',
  '..',
  '.',
] as const;
const ADDRESS = 'ann@example.org';

/** Each mark in front, at the at-sign, in the domain, behind, and around a display name. */
const HOSTILE: readonly string[] = MARKS.flatMap((mark) => [
  `${mark}${ADDRESS}`,
  `ann${mark}@example.org`,
  `ann@${mark}example.org`,
  `ann@example${mark}.org`,
  `${ADDRESS}${mark}`,
  `${ADDRESS}${mark}${ADDRESS}`,
  `Ann ${mark} <${ADDRESS}>`,
  `"Ann${mark}" <${ADDRESS}>`,
]).filter((text) => !isPlain(text));

/** A few of them come out as addresses that mean nothing else: a dot or a percent sign in the middle. */
function isPlain(text: string): boolean {
  return (
    /^[A-Za-z0-9.%=?_-]+@[a-z.]+$/.test(text) &&
    !/(^|@)\.|\.(@|$)|\.\./.test(text) &&
    !/@.*[%=?]/.test(text)
  );
}

test('there are two hundred of them and more (rule D13)', () => {
  expect(new Set(HOSTILE).size).toBeGreaterThanOrEqual(200);
});

test('none of them can be the address of an account, by any way in (rule D13)', async () => {
  const context = await openAuthenticator();
  try {
    const id = await context.addAccount('joe');
    for (const [at, email_address] of HOSTILE.entries()) {
      const properties = { email_address };
      const made = await context.accounts.create(
        { name: `user${at}`, password: 'a quiet harbour 7', properties },
        {},
      );
      expect([email_address, made.kind]).toEqual([email_address, 'refused']);
      const changed = await context.accounts.setProperties(id, properties, {});
      expect([email_address, changed]).toMatchObject([email_address, { problem: 'bad-email' }]);
    }
  } finally {
    await context.close();
  }
}, 60_000);

describe('forced into the database', () => {
  let accounts: TestAccounts;
  let smtp: SmtpCatcher;
  beforeEach(async () => {
    accounts = await openAccounts();
    smtp = await SmtpCatcher.start();
  });
  afterEach(async () => {
    await smtp.close();
    await accounts.close();
  });

  const mailer = () =>
    new Mailer({
      ...accounts,
      sealer: accounts.sealing,
      config: () => ({
        ...accounts.config(),
        email: {
          transport: { host: '127.0.0.1', port: smtp.port, ignoreTLS: true },
          defaultFrom: '',
        },
      }),
      dropFolder: accounts.folder,
      words: () => sayStock,
      findTemplate: () => Promise.resolve(undefined),
    });

  test('as an address they get no mail, and no link (rule D13)', async () => {
    const user = await accounts.addUser('joe');
    const notifier = mailer();
    const enrollment = new Enrollment({ ...accounts, notifier });
    for (const email_address of storable(HOSTILE)) {
      await accounts.db.run((sql) => writeProperties(sql, user, { email_address }));
      const told = await accounts.db.transaction('board', (sql) =>
        notifier.notify(sql, { kind: 'password-changed', userId: user }),
      );
      expect([email_address, told]).toEqual([email_address, 'no-address']);
      const begun = await enrollment.begin(user, 'googleAuth', { mail: true });
      expect([email_address, begun]).toEqual([email_address, { kind: 'no-address' }]);
    }
    expect(await accounts.db.run(countOutbox)).toBe(0);
    expect(await accounts.db.run((sql) => sql('token'))).toEqual([]);
  }, 60_000);

  test('as the recipient of a stored mail they are refused when it is sent, and nobody gets it (rule D13)', async () => {
    const user = await accounts.addUser('joe');
    for (const to of HOSTILE) {
      const mail = JSON.stringify({ to, subject: 's', text: 't', html: 'h', messageId: 'x@y' });
      const place = { table: 'outbox', column: 'message', userId: user };
      await accounts.db.run((sql) =>
        addToOutbox(sql, {
          ...{ userId: user, kind: 'password-changed', tokenHash: undefined },
          message: accounts.sealing.seal(mail, place),
          createdAtMs: accounts.clock.nowMs(),
        }),
      );
    }
    expect(await mailer().deliver()).toBe(0);
    expect(smtp.mails).toEqual([]);
    expect(await accounts.db.run(countOutbox)).toBe(0);
    const given = accounts.logLines.filter((line) => line.includes('mail.given-up'));
    expect(given).toHaveLength(HOSTILE.length);
  }, 60_000);
});

test('a plain address still is one (rule D13)', () => {
  expect(parseMailAddress(ADDRESS)).toBe(ADDRESS);
});
