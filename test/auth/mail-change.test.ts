import { MailChange } from '../../src/auth/mail-change';
import { PasswordReset } from '../../src/auth/password-reset';
import { EVER } from '../support/accounts';
import { listAccountEvents } from '../../src/store/account-events';
import { listAudit } from '../../src/store/audit';
import type { Notice } from '../../src/store/notice';
import { findTokenOf } from '../../src/store/tokens';
import { getUser } from '../../src/store/users';
import { openAuthenticator, type AuthenticatorContext } from '../support/authenticator-context';

const DAY_MS = 24 * 3600_000;
const ACTOR = { server: 'ssh', node: 1, remoteIp: '192.0.2.7' };
const NEW = 'walter@new.example.org';

describe('a change of the mail address', () => {
  let context: AuthenticatorContext;
  let mailChange: MailChange;
  let userId: number;

  beforeEach(async () => {
    context = await openAuthenticator();
    mailChange = new MailChange(context);
    userId = await context.addUser('walter');
  });

  afterEach(() => context.close());

  const address = async (id = userId): Promise<string | undefined> =>
    (await context.db.run((sql) => getUser(sql, id))).properties.get('email_address');
  const mails = <Kind extends Notice['kind']>(kind: Kind) =>
    context.notices.filter(
      (notice): notice is Extract<Notice, { kind: Kind }> => notice.kind === kind,
    );
  const lastToken = (): string => mails('confirm-mail').at(-1)?.token ?? '';

  it('is a link to the new address, and nothing else until that is opened', async () => {
    expect(await mailChange.begin(userId, NEW, ACTOR)).toBe('accepted');
    expect(mails('confirm-mail')).toMatchObject([{ userId, address: NEW }]);
    expect(await address()).toBe('walter@example.org');
    for (let look = 0; look < 3; look++) {
      expect(await mailChange.find(lastToken())).toMatchObject({
        userName: 'walter',
        address: NEW,
      });
    }
    expect(await mailChange.pendingFor(userId)).toMatchObject({ address: NEW });
    expect(await address()).toBe('walter@example.org');
  });

  it('counts from the moment the link is confirmed, and the old address is told', async () => {
    await mailChange.begin(userId, NEW, ACTOR);
    const done = await mailChange.confirm(lastToken(), { server: 'web', remoteIp: '192.0.2.9' });
    expect(done).toMatchObject({ kind: 'done', address: NEW, user: { id: userId } });
    expect(await address()).toBe(NEW);
    expect(mails('mail-changed')).toEqual([
      { kind: 'mail-changed', userId, address: 'walter@example.org' },
    ]);
    expect(await mailChange.pendingFor(userId)).toBeUndefined();
    const events = await context.db.run((sql) => listAccountEvents(sql, userId, EVER));
    expect(events.map(({ kind }) => kind)).toContain('properties');
    const audit = await context.db.run((sql) => listAudit(sql, { userId, limit: 10 }));
    expect(audit.map(({ kind, source }) => `${kind} ${source}`)).toEqual([
      'mail-changed 192.0.2.9',
      'mail-change-request 192.0.2.7',
    ]);
  });

  it('tells nobody when there was no address before', async () => {
    const fresh = await context.addUser('fresh', '');
    await mailChange.begin(fresh, 'fresh@example.org', ACTOR);
    expect(await mailChange.confirm(lastToken(), {})).toMatchObject({ kind: 'done' });
    expect(mails('mail-changed')).toEqual([]);
    expect(await address(fresh)).toBe('fresh@example.org');
  });

  it('has one winner when its link is confirmed sixteen times at once', async () => {
    await mailChange.begin(userId, NEW, ACTOR);
    const token = lastToken();
    const results = await Promise.all(
      Array.from({ length: 16 }, () => mailChange.confirm(token, {})),
    );
    expect(results.filter(({ kind }) => kind === 'done')).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === 'gone')).toHaveLength(15);
    expect(mails('mail-changed')).toHaveLength(1);
  });

  it('ends with a day, with a newer link, and with garbage', async () => {
    await mailChange.begin(userId, NEW, ACTOR);
    const first = lastToken();
    await mailChange.begin(userId, 'other@example.org', ACTOR);
    expect(await mailChange.confirm(first, {})).toEqual({ kind: 'gone' });
    await context.fake.advance(DAY_MS - 1);
    expect(await mailChange.find(lastToken())).toMatchObject({ address: 'other@example.org' });
    await context.fake.advance(1);
    expect(await mailChange.find(lastToken())).toBeUndefined();
    expect(await mailChange.confirm(lastToken(), {})).toEqual({ kind: 'gone' });
    expect(await mailChange.confirm("' or 1=1 --", {})).toEqual({ kind: 'gone' });
    expect(await address()).toBe('walter@example.org');
  });

  it('takes no address that another account has got since it was asked for', async () => {
    const other = await context.addUser('other');
    await mailChange.begin(userId, NEW, ACTOR);
    await context.accounts.setProperties(other, { email_address: NEW.toUpperCase() }, {});
    expect(await mailChange.confirm(lastToken(), {})).toEqual({ kind: 'taken' });
    expect(await address()).toBe('walter@example.org');
    expect(await mailChange.confirm(lastToken(), {})).toEqual({ kind: 'gone' });
  });

  it.each([
    'nobody',
    'a@b.example\r\nBcc: c@d.example',
    'a@example.org,b@example.org',
    '"Walter" <a@example.org>',
    `${'a'.repeat(250)}@example.org`,
    'ä@example.org',
  ])('refuses %j', async (text) => {
    expect(await mailChange.begin(userId, text, ACTOR)).toBe('bad-address');
    expect(context.notices).toEqual([]);
  });

  it('leaves nothing behind when the mail cannot go out', async () => {
    context.answer.notice = 'too-many';
    expect(await mailChange.begin(userId, NEW, ACTOR)).toBe('too-many');
    expect(await mailChange.pendingFor(userId)).toBeUndefined();
  });

  it('ends the links that went to the old address', async () => {
    const reset = new PasswordReset({ ...context, accounts: context.accounts });
    reset.request('walter', ACTOR);
    await reset.close();
    const [link] = mails('password-reset');
    expect(await reset.find(link?.token ?? '')).toMatchObject({ id: userId });
    await mailChange.begin(userId, NEW, ACTOR);
    await mailChange.confirm(lastToken(), {});
    expect(await reset.find(link?.token ?? '')).toBeUndefined();
  });

  it('is void once the password was changed: who asked for it may have been somebody else', async () => {
    await mailChange.begin(userId, NEW, ACTOR);
    await context.accounts.changePassword(userId, { password: 'a quiet harbour 7' }, {});
    expect(await mailChange.confirm(lastToken(), {})).toEqual({ kind: 'gone' });
  });

  it('does not reach a disabled account', async () => {
    await mailChange.begin(userId, NEW, ACTOR);
    await context.accounts.setStatus(userId, 0, {});
    expect(await mailChange.confirm(lastToken(), {})).toEqual({ kind: 'gone' });
    expect(await address()).toBe('walter@example.org');
  });

  it('is stored without the text of its token', async () => {
    await mailChange.begin(userId, NEW, ACTOR);
    const wanted = { userId, purpose: 'confirm-mail' as const, timelineMs: context.clock.nowMs() };
    const row = await context.db.run((sql) => findTokenOf(sql, wanted));
    expect(row?.tokenHash).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(row)).not.toContain(lastToken());
    expect(context.logLines.join('')).not.toContain(lastToken());
  });
});
