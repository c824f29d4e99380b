import { PasswordReset } from '../../src/auth/password-reset';
import { Accounts } from '../../src/auth/accounts';
import { AccountRules } from '../../src/auth/account-rules';
import { HashQueue } from '../../src/auth/hash-queue';
import { PasswordPolicy } from '../../src/auth/password-policy';
import { pruneOutbox, takeDueMail } from '../../src/store/outbox';
import { CREDENTIAL_KINDS } from '../../src/auth/login';
import { listSignIns } from '../../src/store/audit';
import { countCalls, listCalls } from '../../src/store/calls';
import {
  countCreatedSince,
  countInactive,
  countUsers,
  hasUsers,
  listActiveUsers,
} from '../../src/store/users';
import { CHEAP_HASH } from '../support/authenticator-context';
import { MenuBoard, type MenuCaller } from '../support/menu-board';

const PASSWORD = 'a quiet harbour 7';
const FROM = { server: 'telnet', secure: false, node: 1, remoteIp: '192.0.2.7' } as const;

/** Tables with one row, or a few that no caller makes. */
const SMALL = /^SCAN (?:CONSTANT ROW|id_sequence|tally|sqlite_master)\b/;

/** Statements that may read a table from its start, and why. */
const ALLOWED: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^select `id` from `user` limit \?$/, 'one row: is there any account'],
  [/from "user" as u cross join .* order by u\.name_folded limit \?/, 'in index order, to a limit'],
  [/from `call` order by `id` desc limit \?/, 'the newest, by their key, to a limit'],
  [/from `outbox` where `sent_at` is null .* limit \?/, 'what is due, by its key, to a limit'],
];

interface AttemptContext {
  readonly sql: string;
  readonly bindings: readonly (string | number)[];
}

describe('what callers make the database do', () => {
  let board: MenuBoard;
  const asked = new Map<string, AttemptContext>();

  beforeAll(async () => {
    board = await MenuBoard.open({});
    await board.addUser('walter', PASSWORD);
    await board.accounts.db.run((sql) => {
      sql.on('query', (query: AttemptContext) => asked.set(query.sql, query));
      return Promise.resolve();
    });
  });
  afterAll(() => board.close());

  /** Stays in a menu until it asks for a key, or is over. */
  async function look(caller: MenuCaller): Promise<void> {
    let over = false;
    void caller.ended.then(() => (over = true));
    await caller.until('a question or the end', () => over || caller.isAsked);
    caller.hangUp();
    await caller.ended;
  }

  it('reads no table of accounts from its start (rule M6)', async () => {
    const { services, accounts } = board;
    const { db } = accounts;
    for (const menu of board.menuSet?.menus.keys() ?? []) {
      await look(board.call(menu));
      await look(await board.callBySsh({ userName: 'walter', password: PASSWORD }, menu));
    }
    const wrong = await board.callBySsh({ userName: 'walter', password: 'wrong' }, 'mainMenu').then(
      () => 'in',
      () => 'out',
    );
    expect(wrong).toBe('out');
    await db.run(countUsers);
    await db.run((sql) => countCreatedSince(sql, 0));
    await services.accounts.isNameTaken('nobody');
    await services.accounts.isRealNameTaken('Nobody');
    await db.run((sql) => listActiveUsers(sql, 500));
    await db.run((sql) => countCalls(sql));
    await db.run((sql) => countCalls(sql, 0));
    await db.run((sql) => listCalls(sql, { limit: 20 }));
    await db.run((sql) => listSignIns(sql, { userId: 2, kinds: CREDENTIAL_KINDS, limit: 20 }));
    const rules = new AccountRules({
      config: accounts.config,
      policy: new PasswordPolicy({ rules: () => ({ min: 8, max: 128, boardName: 'Test' }) }),
    });
    const context = new Accounts({
      ...accounts,
      rules,
      hashes: new HashQueue({ cost: CHEAP_HASH }),
    });
    const made = await context.create({ name: 'wilma', password: PASSWORD }, FROM);
    const id = made.kind === 'done' ? made.user.id : 0;
    await board.mailChange.begin(id, 'walter@example.org', FROM);
    await board.mailChange.begin(id, 'wilma@example.org', FROM);
    const mail = accounts.notices.at(-1);
    await board.mailChange.confirm(mail !== undefined && 'token' in mail ? mail.token : '', FROM);
    await board.mailChange.pendingFor(id);
    const reset = new PasswordReset({ ...accounts, accounts: context });
    reset.request('wilma', FROM);
    reset.request('nobody', FROM);
    await reset.close();
    const link = accounts.notices.at(-1);
    const token = link !== undefined && 'token' in link ? link.token : '';
    await reset.find(token);
    await reset.complete(token, 'another quiet harbour 8', FROM);
    await context.setProperties(id, { location: 'Rome' }, FROM);
    await services.feedback.send({ from: 'Joe', subject: 'Hello', text: 'Hello' }, FROM);
    await board.addUser('otto', PASSWORD, { otp: true });
    await look(
      await board
        .callBySsh({ userName: 'otto', password: PASSWORD, code: '' })
        .catch(() => board.call('matrix')),
    );
    // The mailer's own, which run the more often the more mails callers cause; and the page for health.
    const timelineMs = accounts.clock.timelineMs();
    await db.run((sql) =>
      takeDueMail(sql, { timelineMs, untilMs: timelineMs, most: 5, passing: '' }),
    );
    await db.run((sql) => pruneOutbox(sql, timelineMs));
    await db.run(hasUsers);

    const statements = [...asked.values()].filter(({ sql }) =>
      /^(?:select|insert|update|delete|with)\b/i.test(sql),
    );
    expect(statements.length).toBeGreaterThan(50);
    const scans: string[] = [];
    for (const { sql: text, bindings } of statements) {
      const plan: readonly { detail: string }[] = await db.run((sql) =>
        sql.raw(`explain query plan ${text}`, [...bindings]),
      );
      const scanned = plan.filter(({ detail }) => /^SCAN /.test(detail) && !SMALL.test(detail));
      const sorts = plan.some(({ detail }) => detail === 'USE TEMP B-TREE FOR ORDER BY');
      const isAllowed = !sorts && ALLOWED.some(([pattern]) => pattern.test(text));
      if (scanned.length > 0 && !isAllowed) {
        scans.push(`${text}: ${scanned.map(({ detail }) => detail).join('; ')}`);
      }
    }
    expect(scans).toEqual([]);
  });

  it('counts accounts that await activation by an index of these alone (rule M6)', async () => {
    const { db } = board.accounts;
    asked.clear();
    await db.run(countInactive);
    const [statement] = asked.keys();
    const plan: readonly { detail: string }[] = await db.run((sql) =>
      sql.raw(`explain query plan ${statement ?? ''}`),
    );
    expect(plan.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^SEARCH user_property USING COVERING INDEX user_property_inactive /),
    ]);
  });
});
