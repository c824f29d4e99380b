import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock';
import { accountSubject, sumFailures } from '../../src/store/attempts';
import { listAudit } from '../../src/store/audit';
import { Database } from '../../src/store/database';
import { MIGRATIONS } from '../../src/store/migrations';
import { findFactor } from '../../src/store/factors';
import { decodeBase32, hotp } from '../support/authenticator';
import {
  openAuthenticator,
  PASSWORD,
  tryCode,
  tryPassword,
  type AuthenticatorContext,
} from '../support/authenticator-context';
import { MemoryLog } from '../support/memory-log';
import { type Cut, CutLine } from './cut-line';
import { schemaOf, serverOf, SOCKET, useSocket } from './database-place';

let line: CutLine;

beforeAll(async () => {
  line = await CutLine.open(SOCKET);
});
afterAll(() => line.close());
beforeEach(() => line.mend());

const isCommit = (sent: string): boolean => sent.includes('COMMIT');

describe('a change whose connection is lost', () => {
  let folder: string;
  let db: Database;
  let log: MemoryLog;
  /** How often the work was done. */
  let done: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-outcomes-'));
    log = new MemoryLog();
    const schema = schemaOf(join(folder, 'board'));
    useSocket(line.folder, SOCKET);
    db = await Database.open({ server: serverOf(schema), clock: systemClock, log });
    useSocket(SOCKET);
  });
  afterAll(async () => {
    await db.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    done = 0;
    await db.run((sql) => sql('unfinished').delete());
  });

  const add = (): Promise<string> =>
    db.transaction('board', async (sql) => {
      done += 1;
      await sql('unfinished').insert({ task: 'purge' });
      return 'kept';
    });
  const kept = (): Promise<readonly unknown[]> => db.run((sql) => sql('unfinished'));

  test('while it commits is looked up: it was kept, and is not done again', async () => {
    line.cutAt(isCommit, 'after');
    expect(await add()).toBe('kept');
    expect([done, (await kept()).length]).toEqual([1, 1]);
  });

  test('before the server has the commit is done once more', async () => {
    line.cutAt(isCommit, 'before');
    expect(await add()).toBe('kept');
    expect([done, (await kept()).length]).toEqual([2, 1]);
  });

  test('while it works is done once more', async () => {
    line.cutAt((sent) => sent.includes('insert into "unfinished"'), 'after');
    expect(await add()).toBe('kept');
    expect([done, (await kept()).length]).toEqual([2, 1]);
  });

  test('is unknown where nobody can look it up, and is not done again', async () => {
    line.cutAt(isCommit, 'after', { thenClosed: true });
    await expect(add()).rejects.toMatchObject({
      code: 'STORE_UNSURE',
      message: expect.stringContaining('did not say whether it kept a change') as unknown,
    });
    line.mend();
    expect([done, (await kept()).length]).toEqual([1, 1]);
    expect(log.entries.map(({ event }) => event)).toContain('store.works-again');
  });

  test('is unknown and not done again where it is one statement, and a read is done again', async () => {
    line.cutAt((sent) => sent.includes('insert into'), 'after');
    const write = db.run((sql) => sql('unfinished').insert({ task: 'purge' }));
    await expect(write).rejects.toMatchObject({ code: 'STORE_UNSURE' });
    line.cutAt((sent) => sent.includes('select * from "unfinished"'), 'after');
    expect(await kept()).toHaveLength(1);
  });

  test('is done once more and then given up where the server ends each try', async () => {
    await db.run((sql) =>
      sql.raw(
        `create function cut() returns trigger language plpgsql as $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;` +
          'create constraint trigger cut after insert on unfinished deferrable initially deferred for each row execute function cut()',
      ),
    );
    await expect(add()).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(done).toBe(2);
    expect(await db.transaction('board', async (sql) => sql('unfinished'))).toEqual([]);
    await db.run((sql) => sql.raw('drop function cut cascade'));
  });
});

test('a start whose connection is lost between two steps of the schema goes on with another', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-outcomes-'));
  const schema = schemaOf(join(folder, 'board'));
  useSocket(line.folder, SOCKET);
  let cuts = 0;
  line.cutAt(
    (sent) => sent.includes('insert into "schema_migration"') && (cuts += 1) === 3,
    'before',
  );
  const db = await Database.open({
    server: serverOf(schema),
    clock: systemClock,
    log: new MemoryLog(),
  });
  useSocket(SOCKET);
  const steps = await db.run((sql) => sql('schema_migration').select('id'));
  expect([cuts, steps.length]).toEqual([3, MIGRATIONS.length]);
  await db.close();
  await rm(folder, { recursive: true });
});

describe('a charge whose connection is lost', () => {
  test.each<[Cut, number]>([
    ['before', 1],
    ['after', 2],
  ])('%s the server has done it is made again, so that it counts', async (cut, failures) => {
    useSocket(line.folder, SOCKET);
    const context = await openAuthenticator({ clock: systemClock });
    useSocket(SOCKET);
    const userId = await context.addAccount();
    line.cutAt((sent) => sent.includes('insert into attempt'), cut);
    expect(await tryPassword(context.call(), 'wrong')).toBe('bad-credential');
    const counted = await context.db.run((sql) =>
      sumFailures(sql, accountSubject(userId), 'password'),
    );
    expect(counted).toBe(failures);
    expect(await tryPassword(context.call(), PASSWORD)).toBe('accepted');
    await context.close();
  });
});

describe('a sign-in with password and code', () => {
  let context: AuthenticatorContext;
  let userId: number;
  let secret: Buffer;
  let counter = 0;

  beforeAll(async () => {
    useSocket(line.folder, SOCKET);
    context = await openAuthenticator({ clock: systemClock });
    userId = await context.addAccount();
    const bound = await context.enrollment.bind(userId, 'rfc4266_HOTP');
    secret = decodeBase32(bound.secret);
    await signIn();
  });
  afterAll(async () => {
    await context.close();
    useSocket(SOCKET);
  });

  async function signIn(): Promise<string> {
    const login = context.call();
    const first = await tryPassword(login, PASSWORD);
    return first === 'need' ? tryCode(login, hotp(secret, counter)) : first;
  }

  async function grants(): Promise<number> {
    const rows = await context.db.run((sql) => listAudit(sql, { userId, limit: 10_000 }));
    return rows.filter(({ result, factor }) => result === 'accepted' && factor === 2).length;
  }

  /** The number of messages that a sign-in sends. */
  async function countMessages(): Promise<number> {
    let messages = 0;
    line.cutAt(() => {
      messages += 1;
      return false;
    }, 'before');
    counter += 1;
    expect(await signIn()).toBe('accepted');
    line.mend();
    return messages;
  }

  test.each<Cut>(['before', 'after'])(
    'is granted once whichever of its statements loses its connection, %s the server has done it',
    async (cut) => {
      const messages = await countMessages();
      expect(messages).toBe(8);
      const answers: string[] = [];
      for (let at = 1; at <= messages; at++) {
        const before = await grants();
        counter += 1;
        let sent = 0;
        line.cutAt(() => (sent += 1) === at, cut);
        answers.push(await signIn());
        line.mend();
        expect(sent).toBeGreaterThanOrEqual(at);
        expect(await grants()).toBe(before + 1);
        const factor = await context.db.run((sql) => findFactor(sql, userId));
        expect(factor?.lastPosition).toBe(counter);
        // The same code again is worth nothing, whatever became of the first answer.
        expect(await signIn()).toBe('bad-credential');
        await context.db.run((sql) => sql('attempt').delete());
      }
      expect(answers).toEqual(answers.map(() => 'accepted'));
      process.stdout.write(`    cut ${cut} each of ${messages} messages: one grant each time\n`);
    },
    120_000,
  );
});
