import { StoredBudgets } from '../../src/auth/budgets';
import { MailChange } from '../../src/auth/mail-change';
import { PasswordReset } from '../../src/auth/password-reset';
import type { ConfigInput } from '../../src/config/schema';
import { listAudit } from '../../src/store/audit';
import { countUsers, findUserByName } from '../../src/store/users';
import {
  openAuthenticator,
  PASSWORD,
  type AuthenticatorContext,
} from '../support/authenticator-context';
import { sayStock } from '../../src/texts/texts';

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;

describe('what callers can cause', () => {
  let context: AuthenticatorContext;
  let mailChange: MailChange;
  let reset: PasswordReset;

  const open = async (config: ConfigInput = {}): Promise<void> => {
    context = await openAuthenticator({ config });
    mailChange = new MailChange(context);
    reset = new PasswordReset(context);
  };
  afterEach(async () => {
    await reset.close();
    await context.close();
  });

  const from = (remoteIp: string) => ({ server: 'telnet', node: 1, remoteIp });
  const apply = async (name: string, remoteIp: string): Promise<string> => {
    const made = await context.accounts.create({ name, password: PASSWORD }, from(remoteIp));
    return made.kind === 'done' ? 'done' : made.says(sayStock);
  };
  const mails = (kind: string) => context.notices.filter((notice) => notice.kind === kind);
  const refusals = async (): Promise<readonly string[]> => {
    const rows = await context.db.run((sql) => listAudit(sql, { limit: 5_000 }));
    return rows.filter(({ kind }) => kind === 'budget').map(({ reason }) => reason);
  };

  it('is counted per source and day, and for the board per hour: 1,000 applications from 100 addresses (rule M5)', async () => {
    await open();
    const made = new Map<string, number>();
    const tell = new Set<string>();
    for (let count = 0; count < 1_000; count++) {
      if (count % 100 === 99) await context.fake.advance(HOUR_MS);
      const ip = `203.0.113.${count % 100}`;
      const answer = await apply(`caller ${count}`, ip);
      if (answer === 'done') made.set(ip, (made.get(ip) ?? 0) + 1);
      else tell.add(answer);
    }
    expect(Math.max(...made.values())).toBe(5);
    const accounts = await context.db.run(countUsers);
    expect(accounts).toBeLessThanOrEqual(100 * 5);
    expect(accounts).toBe([...made.values()].reduce((sum, each) => sum + each, 0));
    expect([...tell].sort()).toEqual([
      'Many accounts were made just now. Please try again in an hour.',
      'Your network made several accounts today. Please try tomorrow.',
    ]);
    const onRecord = await refusals();
    expect(onRecord).toContain('application, board, refusal 1');
    expect(onRecord).toContain('application, board, refusal 10');
    expect(onRecord.length).toBeLessThan(150);
    // A name that was refused is free, and the sysop's tool is never refused.
    const refused = Array.from({ length: 1_000 }, (_, count) => `caller ${count}`);
    for (const name of refused.reverse()) {
      if (await context.db.run((sql) => findUserByName(sql, name))) continue;
      const byTool = await context.accounts.create(
        { name, password: PASSWORD },
        { server: 'oputil' },
      );
      expect(byTool.kind).toBe('done');
      break;
    }
  });

  it('is no way to mail a stranger more than once a day, whoever asks and however often (rule M5)', async () => {
    await open();
    const spellings = ['victim@example.net', 'Victim@Example.net', 'victim+sale@example.net'];
    for (let count = 0; count < 30; count++) {
      const userId = await context.addUser(`joe${count}`);
      const address = spellings[count % spellings.length] ?? '';
      const answer = await mailChange.begin(userId, address, from(`203.0.113.${count}`));
      expect(answer).toBe('accepted');
      // Another address in between frees no place.
      if (count < 20) await mailChange.begin(userId, `joe${count}@example.com`, from('192.0.2.1'));
    }
    const toVictim = () =>
      mails('confirm-mail').filter((mail) => 'address' in mail && /victim/i.test(mail.address));
    expect(toVictim()).toHaveLength(1);
    await context.fake.advance(DAY_MS - 1);
    await mailChange.begin(await context.addUser('late'), spellings[0] ?? '', from('203.0.113.9'));
    expect(toVictim()).toHaveLength(1);
    await context.fake.advance(1);
    await mailChange.begin(await context.addUser('later'), spellings[0] ?? '', from('203.0.113.9'));
    expect(toVictim()).toHaveLength(2);
  });

  it('tells the owner of an address once a day that somebody asked for it', async () => {
    await open();
    await context.addUser('owner');
    for (const name of ['one', 'two', 'three']) {
      const id = await context.addUser(name);
      expect(await mailChange.begin(id, 'OWNER@example.org', from('192.0.2.7'))).toBe('accepted');
    }
    expect(context.notices).toMatchObject([
      { kind: 'address-in-use', address: 'OWNER@example.org', names: ['owner'] },
    ]);
  });

  it('keeps the link that was mailed when the same account asks for the same address again', async () => {
    await open();
    const userId = await context.addUser('joe');
    await mailChange.begin(userId, 'joe@example.com', from('192.0.2.7'));
    await mailChange.begin(userId, 'JOE@example.com', from('192.0.2.7'));
    expect(mails('confirm-mail')).toHaveLength(1);
    const [mail] = mails('confirm-mail');
    const token = mail !== undefined && 'token' in mail ? mail.token : '';
    expect(await mailChange.confirm(token, {})).toMatchObject({ kind: 'done' });
  });

  it('runs the same statements for an address that an account has and for one that nobody has (rule M6)', async () => {
    await open();
    await context.addUser('owner');
    const [one, two] = [await context.addUser('one'), await context.addUser('two')];
    const statements: string[][] = [];
    await context.db.run((sql) => {
      sql.on('query', ({ sql: text }: { sql: string }) => statements.at(-1)?.push(text));
      return Promise.resolve();
    });
    statements.push([]);
    await mailChange.begin(one, 'owner@example.org', from('192.0.2.7'));
    statements.push([]);
    await mailChange.begin(two, 'nobody@example.org', from('192.0.2.7'));
    const [taken, free] = statements;
    expect(taken).toEqual(free);
    expect(taken?.length).toBeGreaterThan(5);
  });

  it('counts a home line as one source, and mails per source, account and hour', async () => {
    await open({ security: { budgets: { confirmMails: { perSourceAndDay: 2, perHour: 4 } } } });
    const ask = async (name: string, remoteIp: string): Promise<string> => {
      const id = await context.addUser(name);
      return mailChange.begin(id, `${name}@example.com`, from(remoteIp));
    };
    expect(await ask('a', '2001:db8::1')).toBe('accepted');
    expect(await ask('b', '2001:db8::2')).toBe('accepted');
    expect(await ask('c', '2001:db8::3')).toBe('too-many');
    expect(await ask('d', '192.0.2.1')).toBe('accepted');
    expect(await ask('e', '192.0.2.2')).toBe('accepted');
    expect(await ask('f', '192.0.2.3')).toBe('too-many');
    await context.fake.advance(HOUR_MS);
    expect(await ask('g', '192.0.2.3')).toBe('accepted');
    expect(await ask('h', '2001:db8::4')).toBe('too-many');
    expect(await refusals()).toEqual([
      'confirm-mail, board, refusal 1',
      'confirm-mail, source, refusal 1',
    ]);
  });

  it('leaves exempt networks without a budget of their own, and holds for the board and for strangers there', async () => {
    await open({ security: { budgets: { confirmMails: { perSourceAndDay: 1, perHour: 3 } } } });
    const budgets = new StoredBudgets({ ...context, isExempt: (ip) => ip === '192.0.2.7' });
    const exempt = new MailChange({ ...context, budgets });
    const answers: string[] = [];
    for (const name of ['one', 'two', 'three', 'four']) {
      const id = await context.addUser(name);
      answers.push(await exempt.begin(id, `${name}@example.com`, from('192.0.2.7')));
    }
    expect(answers).toEqual(['accepted', 'accepted', 'accepted', 'too-many']);
    await context.fake.advance(HOUR_MS);
    await exempt.begin(await context.addUser('five'), 'one@example.com', from('192.0.2.7'));
    expect(mails('confirm-mail')).toHaveLength(3);
  });

  it('counts callers whom no proxy names as its address, also where that is exempt (rule G3)', async () => {
    const proxies = ['192.0.2.7'];
    await open({ proxies, security: { budgets: { confirmMails: { perSourceAndDay: 1 } } } });
    const budgets = new StoredBudgets({ ...context, isExempt: (ip) => ip === '192.0.2.7' });
    const behind = new MailChange({ ...context, budgets });
    const answers: string[] = [];
    for (const name of ['one', 'two']) {
      const id = await context.addUser(name);
      answers.push(await behind.begin(id, `${name}@example.com`, from('192.0.2.7')));
    }
    expect(answers).toEqual(['accepted', 'too-many']);
  });

  it('mails links for forgotten passwords within the budget of the board, and security notices beyond it', async () => {
    await open({ security: { budgets: { resetMails: { perHour: 2 } } } });
    for (const name of ['one', 'two', 'three']) {
      await context.addUser(name);
      reset.request(name, from('203.0.113.1'));
      await reset.close();
    }
    expect(mails('password-reset')).toHaveLength(2);
    expect(await refusals()).toEqual(['reset-mail, board, refusal 1']);
    const userId = await context.addAccount('owner');
    await context.accounts.changePassword(userId, { password: 'another quiet harbour 8' }, {});
    expect(mails('password-changed')).toHaveLength(1);
    await context.fake.advance(HOUR_MS);
    reset.request('three', from('203.0.113.1'));
    await reset.close();
    expect(mails('password-reset')).toHaveLength(3);
  });

  it('takes twenty requests for forgotten passwords a day from one source, whatever the names (rule C7)', async () => {
    await open();
    await context.addUser('owner');
    for (let count = 0; count < 20; count++) reset.request(`nobody${count}`, from('2001:db8::1'));
    await reset.close();
    reset.request('owner', from('2001:db8::2'));
    await reset.close();
    expect(mails('password-reset')).toEqual([]);
    reset.request('owner', from('203.0.113.1'));
    await reset.close();
    expect(mails('password-reset')).toHaveLength(1);
  });

  it('takes no place for a mail that is not sent', async () => {
    await open({
      security: { budgets: { resetMails: { perHour: 1 }, confirmMails: { perHour: 1 } } },
    });
    const [one, two] = [await context.addUser('one'), await context.addUser('two')];
    context.answer.notice = 'too-many';
    expect(await mailChange.begin(one, 'one@example.com', from('192.0.2.7'))).toBe('too-many');
    reset.request('one', from('192.0.2.7'));
    await reset.close();
    context.answer.notice = 'queued';
    expect(await mailChange.begin(two, 'one@example.com', from('192.0.2.7'))).toBe('accepted');
    reset.request('one', from('192.0.2.7'));
    await reset.close();
    expect(context.notices.map(({ kind }) => kind)).toEqual(['confirm-mail', 'password-reset']);
  });
});
