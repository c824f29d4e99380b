import { systemRandom } from '../../src/base/random';
import { configSchema, type ConfigInput } from '../../src/config/schema';
import { FeedbackBox } from '../../src/mail/feedback';
import { OutboxNotifier } from '../../src/mail/notifier';
import { listAudit } from '../../src/store/audit';
import { writeProperties } from '../../src/store/properties';
import { openAccounts, type TestAccounts } from '../support/accounts';
import { insertUser } from '../../src/store/users';
import { sayStock } from '../../src/texts/texts';

const ORIGIN = { server: 'telnet', remoteIp: '192.0.2.7', node: 3 };
const LETTER = { from: 'Joe', subject: 'Locked out', text: 'Please help.\n\nJoe' };

describe('letters to the sysop', () => {
  let accounts: TestAccounts;

  beforeEach(async () => {
    accounts = await openAccounts();
  });

  afterEach(() => accounts.close());

  const open = (config: ConfigInput = {}) => {
    const parsed = configSchema.parse(config);
    const notifier = new OutboxNotifier({
      config: () => parsed,
      clock: accounts.clock,
      random: systemRandom,
      sealer: accounts.sealing,
      words: () => sayStock,
      findTemplate: () => Promise.resolve(undefined),
    });
    return new FeedbackBox({ ...accounts, notifier });
  };
  const letters = async () => {
    const rows: readonly { user_id: number; message: string }[] = await accounts.db.run((sql) =>
      sql('outbox').orderBy('id'),
    );
    return rows.map(
      ({ message, user_id: userId }) =>
        JSON.parse(
          accounts.sealing.open(message, { table: 'outbox', column: 'message', userId }),
        ) as {
          to: string;
          text: string;
        },
    );
  };

  it('goes to the address that the config names, and is on record', async () => {
    const box = open({ general: { sysOp: { email: 'boss@example.org' } } });
    expect(await box.send(LETTER, ORIGIN)).toBe('queued');
    const [letter] = await letters();
    expect(letter?.to).toBe('boss@example.org');
    expect(letter?.text).toContain('From: Joe [Telnet 192.0.2.7]');
    expect(letter?.text).toContain('Please help.\n\nJoe');
    const [entry] = await accounts.db.run((sql) => listAudit(sql, { limit: 1 }));
    expect(entry).toMatchObject({
      kind: 'feedback',
      source: '192.0.2.7',
      node: 3,
      userId: undefined,
    });
  });

  it("goes to the sysop's own address where the config names none", async () => {
    await accounts.db.transaction('board', async (sql) => {
      await insertUser(sql, { name: 'sysop', root: true });
      await writeProperties(sql, 1, { email_address: 'sysop@example.org' });
    });
    expect(await open().send(LETTER, ORIGIN)).toBe('queued');
    expect((await letters())[0]?.to).toBe('sysop@example.org');
  });

  it('says that there is no address', async () => {
    expect(await open().send(LETTER, ORIGIN)).toBe('no-address');
    expect(await letters()).toEqual([]);
  });

  it('takes five a day from one source, and twenty an hour in all', async () => {
    const box = open({ general: { sysOp: { email: 'boss@example.org' } } });
    const send = (remoteIp: string) => box.send(LETTER, { ...ORIGIN, remoteIp });
    for (let count = 0; count < 5; count++) expect(await send('2001:db8::1')).toBe('queued');
    // Another address of the same home line.
    expect(await send('2001:db8::2')).toBe('too-many');
    for (let count = 0; count < 15; count++) expect(await send(`192.0.2.${count}`)).toBe('queued');
    expect(await send('192.0.2.99')).toBe('too-many');
    expect(await letters()).toHaveLength(20);
    await accounts.fake.advance(24 * 3600_000);
    expect(await send('2001:db8::2')).toBe('queued');
  });
});
