import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock';
import { systemRandom } from '../../src/base/random';
import { configSchema } from '../../src/config/schema';
import type { ConfigInput } from '../../src/config/schema';
import { Mailer } from '../../src/mail/mailer';
import { createTemplateFiles } from '../../src/mail/template';
import type { Notice } from '../../src/store/notice';
import { addToOutbox, countOutbox } from '../../src/store/outbox';
import { writeProperties } from '../../src/store/properties';
import { hashToken, replaceToken } from '../../src/store/tokens';
import { storable, storedText } from '../support/database-kind';
import { openAccounts } from '../support/accounts';
import type { TestAccounts } from '../support/accounts';
import { nextLook } from '../support/next-look';
import { FakeClock } from '../support/fake-clock';
import { eventually } from '../support/raw-caller';
import { SmtpCatcher } from '../support/smtp-catcher';
import { sayStock } from '../../src/texts/texts';

const PACKAGE = join(__dirname, '..', '..');
const TOKEN = 'T'.repeat(43);

let accounts: TestAccounts;
let user: number;
let mailer: Mailer;
let catcher: SmtpCatcher | undefined;

beforeEach(async () => {
  accounts = await openAccounts();
  user = await accounts.addUser('joe');
});
afterEach(async () => {
  await mailer.close();
  await catcher?.close();
  catcher = undefined;
  await accounts.close();
});

function open(config: ConfigInput = {}): Mailer {
  mailer = new Mailer({
    ...accounts,
    sealer: accounts.sealing,
    random: systemRandom,
    config: () => configSchema.parse({ general: { boardName: 'The $& Gate' }, ...config }),
    dropFolder: join(accounts.folder, 'mail'),
    words: () => sayStock,
    findTemplate: createTemplateFiles(
      (path) => Promise.resolve(join(PACKAGE, path)),
      [join(PACKAGE, 'misc')],
      accounts.log,
    ),
  });
  return mailer;
}

async function openSmtp(options: Parameters<typeof SmtpCatcher.start>[0] = {}): Promise<void> {
  catcher = await SmtpCatcher.start(options);
  open({ email: { transport: { host: '127.0.0.1', port: catcher.port } } });
}

const tell = (notice: Notice) =>
  accounts.db.transaction('board', (sql) => mailer.notify(sql, notice));

async function tellRegister(token = TOKEN): Promise<string> {
  return accounts.db.transaction('board', async (sql) => {
    await replaceToken(sql, {
      tokenHash: hashToken(token),
      userId: user,
      purpose: 'otp-register',
      subject: undefined,
      createdAtMs: accounts.clock.nowMs(),
      expiresAtMs: accounts.clock.nowMs() + 30 * 60_000,
    });
    return mailer.notify(sql, { kind: 'otp-register', userId: user, token, otpType: 'googleAuth' });
  });
}

/** Undoes quoted-printable, so that tests see what a person reads. */
const decoded = (raw = ''): string =>
  Buffer.from(
    raw
      .replace(/=\r?\n/g, '')
      .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

describe('without a mail server', () => {
  test('a mail becomes a file that only the sysop can read', async () => {
    open();
    expect(await tellRegister()).toBe('queued');
    expect(await mailer.deliver()).toBe(1);
    expect(accounts.logLines.join('')).toContain('"event":"mail.dropped"');
    const folder = join(accounts.folder, 'mail');
    const files = await readdir(folder);
    expect(files).toEqual([expect.stringMatching(/^2026-01-01T120000000Z-[0-9a-f]{16}\.eml$/)]);
    const file = join(folder, files[0] ?? '');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const mail = decoded(await readFile(file, 'utf8'));
    expect(mail).toContain('Subject: The $& Gate: Switch on two-factor sign-in');
    expect(mail).toContain('To: joe@example.org');
    expect(mail).toContain('From: "The $& Gate" <noreply@localhost>');
    expect(mail).toContain(
      `https://localhost:8443/_enig/2fa/enable_2fa_otp?token=${TOKEN}&otpType=googleAuth`,
    );
    expect(mail).toContain(
      `href="https://localhost:8443/_enig/2fa/enable_2fa_otp?token=${TOKEN}&#38;otpType=googleAuth"`,
    );
    expect(mail).toContain('Hello joe,');
    expect(mail).not.toMatch(/%[A-Z_]+%/);
  });

  test('the text waits sealed, and nothing of it stays once it is sent', async () => {
    open();
    await tellRegister();
    const stored = await storedText(accounts);
    expect(stored).toContain('outbox');
    expect(stored).not.toContain(TOKEN);
    await mailer.deliver();
    const rows = await accounts.db.run((sql) => sql('outbox'));
    expect(rows).toMatchObject([{ message: '', token_hash: null }]);
  });
});

describe('by SMTP', () => {
  test('each kind of mail goes out in text and HTML to the one address of the account', async () => {
    await openSmtp();
    const address = 'new@example.org';
    const notices: Notice[] = [
      { kind: 'second-factor-on', userId: user, otpType: 'rfc6238_TOTP' },
      { kind: 'second-factor-off', userId: user },
      { kind: 'backup-code-used', userId: user, left: 3 },
      { kind: 'backup-code-heard', userId: user, left: 8, remoteIp: '192.0.2.7' },
      { kind: 'backup-codes-new', userId: user },
      { kind: 'password-changed', userId: user },
      { kind: 'ssh-key-added', userId: user, fingerprint: 'SHA256:abc' },
      { kind: 'ssh-key-removed', userId: user, fingerprint: 'SHA256:abc' },
      { kind: 'wrong-codes', userId: user, remoteIp: '192.0.2.7' },
      { kind: 'code-replayed', userId: user, remoteIp: '192.0.2.7' },
      { kind: 'mail-changed', userId: user, address },
    ];
    for (const notice of notices) expect(await tell(notice)).toBe('queued');
    expect(await mailer.deliver()).toBe(notices.length);
    const mails = catcher?.mails ?? [];
    expect(mails).toHaveLength(notices.length);
    for (const mail of mails) {
      expect(mail.to).toHaveLength(1);
      expect(mail.raw).toContain('Content-Type: text/plain');
      expect(mail.raw).toContain('Content-Type: text/html');
      expect(mail.raw).toContain('Auto-Submitted: auto-generated');
      expect(decoded(mail.raw)).not.toMatch(/%[A-Z_]+%/);
    }
    expect(mails.flatMap(({ to }) => to).sort()).toEqual([
      ...Array<string>(notices.length - 1).fill('joe@example.org'),
      address,
    ]);
    expect(decoded(mails.map(({ raw }) => raw).join())).toContain('3 are left: make new ones');
    const heard = mails.find(({ raw }) => raw.includes('A backup code is void'));
    const text = decoded(heard?.raw ?? '').replaceAll(/\s+/g, ' ');
    expect(text).toContain('was typed over an open line, from 192.0.2.7');
    expect(text).toContain('It let nobody in, and is void now');
    expect(text).toContain('8 are left.');
    expect(text).not.toContain('signed in');
  });

  test('a mail is sent once, also by two processes at the same moment', async () => {
    await openSmtp();
    const other = await openAccounts({ folder: accounts.folder, clock: accounts.clock });
    const second = new Mailer({
      ...other,
      sealer: other.sealing,
      config: () =>
        configSchema.parse({ email: { transport: { host: '127.0.0.1', port: catcher?.port } } }),
      dropFolder: '/nowhere',
      words: () => sayStock,
      findTemplate: () => Promise.resolve(undefined),
    });
    for (let count = 0; count < 20; count += 1) {
      await tell({ kind: 'password-changed', userId: user });
    }
    await Promise.all([mailer.deliver(), second.deliver(), mailer.deliver()]);
    await other.close();
    expect(catcher?.mails).toHaveLength(20);
    expect(
      new Set(catcher?.mails.map(({ raw }) => /^Message-ID: (.*)$/im.exec(raw)?.[1])).size,
    ).toBe(20);
  });

  test('while the server is down it waits, and goes out once when it is back', async () => {
    await openSmtp();
    const port = catcher?.port ?? 0;
    await catcher?.close();
    await tell({ kind: 'password-changed', userId: user });
    expect(await mailer.deliver()).toBe(0);
    expect(await mailer.deliver()).toBe(0);
    for (const minutes of [1, 4, 10, 20]) {
      accounts.fake.skip(minutes * 60_000 - 1);
      expect(await mailer.deliver()).toBe(0);
      accounts.fake.skip(1);
      expect(await mailer.deliver()).toBe(0);
    }
    catcher = await SmtpCatcher.start({}, port);
    accounts.fake.skip(30 * 60_000);
    expect(await mailer.deliver()).toBe(1);
    expect(await mailer.deliver()).toBe(0);
    expect(catcher.mails).toHaveLength(1);
    expect(accounts.logLines.join('')).toContain('"event":"mail.sent"');
    expect(accounts.logLines.filter((line) => line.includes('mail.postponed'))).toHaveLength(5);
  });

  test('after an hour of trying it is given up and reported', async () => {
    await openSmtp();
    await catcher?.close();
    await tell({ kind: 'password-changed', userId: user });
    for (let tries = 0; tries < 6; tries += 1) {
      await mailer.deliver();
      accounts.fake.skip(3600_000);
    }
    expect(await accounts.db.run(countOutbox)).toBe(0);
    expect(accounts.logLines.join('')).toContain('mail.given-up');
  });

  test('an address that the server refuses for good is not tried again', async () => {
    await openSmtp({
      onRcptTo: (_address, _session, done) =>
        done(Object.assign(new Error('no such box'), { responseCode: 550 })),
    });
    await tell({ kind: 'password-changed', userId: user });
    await mailer.deliver();
    expect(await accounts.db.run(countOutbox)).toBe(0);
  });

  test('a link that was replaced, used or has expired is never sent', async () => {
    await openSmtp();
    await tellRegister('A'.repeat(43));
    await tellRegister('B'.repeat(43));
    expect(await mailer.deliver()).toBe(1);
    expect(decoded(catcher?.mails[0]?.raw)).toContain('B'.repeat(43));
    await tellRegister('C'.repeat(43));
    accounts.fake.skip(30 * 60_000);
    expect(await mailer.deliver()).toBe(0);
    expect(await accounts.db.run(countOutbox)).toBe(0);
  });

  test('a claim of a process that died is taken over when it ends', async () => {
    await openSmtp();
    await tell({ kind: 'password-changed', userId: user });
    const claimedUntil = accounts.clock.nowMs() + 120_000;
    await accounts.db.run((sql) =>
      sql('outbox').update({ claimed_until: claimedUntil, attempts: 1 }),
    );
    expect(await mailer.deliver()).toBe(0);
    accounts.fake.skip(120_000);
    expect(await mailer.deliver()).toBe(1);
  });

  test('a mail server elsewhere must speak TLS, unless the sysop says otherwise', async () => {
    await openSmtp();
    // The same machine, but not by one of the names for it.
    const elsewhere = { host: '::ffff:127.0.0.1', port: catcher?.port };
    open({ email: { transport: elsewhere } });
    await tell({ kind: 'password-changed', userId: user });
    expect(await mailer.deliver()).toBe(0);
    expect(accounts.logLines.join('')).toContain('STARTTLS');
    open({ email: { transport: { ...elsewhere, requireTLS: false } } });
    accounts.fake.skip(60_000);
    expect(await mailer.deliver()).toBe(1);
  });

  test('the loop sends by itself, soon after the commit', async () => {
    await openSmtp();
    const running = new Mailer({
      ...accounts,
      clock: systemClock,
      sealer: accounts.sealing,
      config: () =>
        configSchema.parse({ email: { transport: { host: '127.0.0.1', port: catcher?.port } } }),
      dropFolder: '/nowhere',
      words: () => sayStock,
      findTemplate: () => Promise.resolve(undefined),
    });
    running.start();
    await accounts.db.transaction('board', (sql) =>
      running.notify(sql, { kind: 'password-changed', userId: user }),
    );
    while ((catcher?.mails.length ?? 0) === 0) await nextLook();
    await running.close();
    expect(catcher?.mails[0]?.to).toEqual(['joe@example.org']);
  });
});

describe('addresses', () => {
  const hostile = [
    'a@example.org\r\nBcc: b@example.org',
    'a@example.org,b@example.org',
    'a@example.org;b@example.org',
    'Joe <a@example.org>',
    '"a b"@example.org',
    'a@example.org (joe)',
    'group: a@example.org;',
    'a@b@example.org',
    'a@example.org\u0000',
    'ä@example.org',
    'a@exämple.org',
    'a@[192.0.2.1]',
    '<a@example.org>',
    ' a@example.org',
    `${'a'.repeat(65)}@example.org`,
    `a@${'b'.repeat(250)}.org`,
    'a@example..org',
    '.a@example.org',
    '',
  ];

  test.each(storable(hostile))('%j gets no mail', async (address) => {
    await openSmtp();
    await accounts.db.run((sql) => writeProperties(sql, user, { email_address: address }));
    expect(await tell({ kind: 'password-changed', userId: user })).toBe('no-address');
    expect(await accounts.db.run(countOutbox)).toBe(0);
  });

  test('one that was forced into the outbox is refused when it is sent', async () => {
    await openSmtp();
    for (const to of hostile) {
      const message = accounts.sealing.seal(
        JSON.stringify({ to, subject: 's', text: 't', html: 'h', messageId: 'x@y' }),
        { table: 'outbox', column: 'message', userId: user },
      );
      await accounts.db.run((sql) =>
        addToOutbox(sql, {
          userId: user,
          kind: 'password-changed',
          tokenHash: undefined,
          message,
          createdAtMs: accounts.clock.nowMs(),
        }),
      );
    }
    expect(await mailer.deliver()).toBe(0);
    expect(catcher?.mails).toHaveLength(0);
    expect(await accounts.db.run(countOutbox)).toBe(0);
  });
});

describe('how many', () => {
  test('mails of a kind are limited in an hour, for each account apart', async () => {
    open();
    const notice = { kind: 'wrong-codes', userId: user, remoteIp: '192.0.2.7' } as const;
    expect(await tell(notice)).toBe('queued');
    await mailer.deliver();
    expect(await tell(notice)).toBe('too-many');
    const other = await accounts.addUser('ann');
    expect(await tell({ ...notice, userId: other })).toBe('queued');
    accounts.fake.skip(3600_000);
    expect(await tell(notice)).toBe('queued');
  });

  test('at most five registration links and three resets', async () => {
    open();
    for (let count = 0; count < 5; count += 1) expect(await tellRegister()).toBe('queued');
    expect(await tellRegister()).toBe('too-many');
    const reset = { kind: 'password-reset', userId: user, token: TOKEN } as const;
    for (let count = 0; count < 3; count += 1) expect(await tell(reset)).toBe('queued');
    expect(await tell(reset)).toBe('too-many');
  });

  test('whoever signs in by a lost factor again and again tires its owner with three mails an hour', async () => {
    open();
    const notice = { kind: 'recovery-used', userId: user, remoteIp: '192.0.2.7' } as const;
    for (let count = 0; count < 3; count += 1) expect(await tell(notice)).toBe('queued');
    expect(await tell(notice)).toBe('too-many');
  });

  test('a change that is rolled back sends nothing', async () => {
    open();
    await expect(
      accounts.db.transaction('board', async (sql) => {
        await mailer.notify(sql, { kind: 'password-changed', userId: user });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await mailer.deliver()).toBe(0);
  });
});

test('a mail that failed is tried again when it is due, although nothing else happens', async () => {
  const triesMs: number[] = [];
  // Its own, so that it shows whether the mailer waits; the database has timers too.
  const clock = new FakeClock(accounts.fake.nowMs());
  mailer = new Mailer({
    ...{ ...accounts, clock },
    sealer: accounts.sealing,
    random: systemRandom,
    dropFolder: join(accounts.folder, 'mail'),
    words: () => sayStock,
    findTemplate: createTemplateFiles(
      (path) => Promise.resolve(join(PACKAGE, path)),
      [join(PACKAGE, 'misc')],
      accounts.log,
    ),
    transport: {
      send: () => {
        triesMs.push(clock.timelineMs());
        return triesMs.length === 1 ? Promise.reject(new Error('down')) : Promise.resolve();
      },
    },
  });
  const until = async (event: string): Promise<void> => {
    const isThere = (): boolean => accounts.logLines.some((line) => line.includes(event));
    for (let second = 0; second < 1_200 && !isThere(); second += 1) {
      // It waits for its next look, so that no time passes while it works in the database.
      await eventually('the mailer to wait', () => clock.waiting > 0);
      await clock.advance(1_000);
    }
    expect(isThere()).toBe(true);
  };
  mailer.start();
  await tellRegister();
  await until('mail.postponed');
  await until('mail.sent');
  expect(triesMs).toHaveLength(2);
  const [first = 0, second = 0] = triesMs;
  expect(second - first).toBeGreaterThanOrEqual(59_000);
});
