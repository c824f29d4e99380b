import type { SMTPServerDataStream } from 'smtp-server';
import { wholeNumber } from '../support/command';
import type { BackOffice } from '../support/back-office';
import type { BoardProcess } from '../support/board-process';
import { PASSWORD } from '../support/sign-in';
import { SmtpCatcher } from '../support/smtp-catcher';
import { SharedBoard } from './shared-board';

jest.setTimeout(300_000);

/** As many as a process takes at once (BATCH of src/mail/mailer.ts). */
const TAKEN = 5;
const MAILS = 4 * TAKEN;
/** Kills in each state, of one process and the other in turn. */
const KILLS = wholeNumber(process.env['SALLYPORT_ROUNDS'] ?? '2', 'SALLYPORT_ROUNDS');

type Stage = 'begun' | 'whole';

/** The mail server of one process, which can leave its mails without an answer at a stage. */
class Post {
  /** Message-IDs of the mails that came whole. */
  came: string[] = [];
  begun = 0;
  private holdsAt: Stage | undefined;
  private waiting: (() => void)[] = [];

  private constructor(
    readonly port: () => number,
    readonly close: () => Promise<void>,
  ) {}

  static async open(): Promise<Post> {
    const catcher = await SmtpCatcher.start({
      onMailFrom: (_address, _session, done) => {
        post.begun += 1;
        post.answer('begun', done);
      },
      onData: (stream, _session, done) => post.take(stream, done),
    });
    const post: Post = new Post(
      () => catcher.port,
      () => catcher.close(),
    );
    return post;
  }

  begin(holdsAt: Stage): void {
    this.came = [];
    this.begun = 0;
    this.holdsAt = holdsAt;
  }

  answerOne(): void {
    this.waiting.shift()?.();
  }

  answerAll(): void {
    this.holdsAt = undefined;
    for (const answer of this.waiting.splice(0)) answer();
  }

  private take(stream: SMTPServerDataStream, done: () => void): void {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const text = Buffer.concat(chunks).toString('latin1');
      this.came.push(/^Message-ID: (.*)$/im.exec(text)?.[1]?.trim() ?? '');
      this.answer('whole', done);
    });
  }

  private answer(stage: Stage, done: () => void): void {
    if (this.holdsAt === stage) this.waiting.push(done);
    else done();
  }
}

let board: SharedBoard;
let office: BackOffice;
const posts = new Map<string, Post>();

const postOf = (name: string): Post => {
  const post = posts.get(name);
  if (post === undefined) throw new Error(`no mail server of ${name}`);
  return post;
};

const start = (name: string): Promise<BoardProcess> =>
  board.start(name, {
    email: {
      transport: { host: '127.0.0.1', port: postOf(name).port(), secure: false, ignoreTLS: true },
    },
  });

beforeAll(async () => {
  for (const name of ['a', 'b']) posts.set(name, await Post.open());
  board = new SharedBoard();
  // Letters as they are before anybody has sent them, made while no process runs.
  await (await start('a')).end('SIGTERM');
  office = await board.office();
  for (let index = 0; index < MAILS; index++) {
    const userId = await office.addAccount(`reader${index}`, PASSWORD);
    await office.enrollment.begin(userId, 'googleAuth', { mail: true });
  }
  await write("create table letter as select * from outbox where kind = 'otp-register'");
  await write('delete from outbox');
  expect(board.sql('select count(*) from letter')).toEqual([[String(MAILS)]]);
  await start('a');
  await start('b');
});

afterAll(async () => {
  await office.close();
  await board.remove();
  for (const post of posts.values()) await post.close();
});

/** As a process of the board does it, so that the others hear of it. */
const write = (statement: string): Promise<unknown> => office.db.run((sql) => sql.raw(statement));

const unsent = (count: number): Promise<number> =>
  board.until('select count(*) from outbox where sent_at is null', [[String(count)]]);

interface Death {
  readonly death: string;
  readonly holdsAt: Stage;
  /** Mails that are done before the kill, and those that the mail server has without the database knowing of it. */
  readonly done: number;
  readonly doubled: number;
}

describe.each<Death>([
  { death: 'when it has begun with them', holdsAt: 'begun', done: 0, doubled: 0 },
  {
    death: 'when the mail server has them and has not answered',
    ...{ holdsAt: 'whole', done: 0, doubled: TAKEN },
  },
  {
    death: 'when one of them is done',
    ...{ holdsAt: 'whole', done: 1, doubled: TAKEN - 1 },
  },
])('of two processes that send mails one is killed $death', ({ holdsAt, done, doubled }) => {
  test('and again: none is lost, and none goes twice but those that it was handing over', async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      const [victim, other] = kill % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
      const [ofVictim, ofOther] = [postOf(victim), postOf(other)];
      ofVictim.begin(holdsAt);
      // The other one takes some and waits, so that it does not take all before the first one looks.
      ofOther.begin('begun');
      await write('delete from outbox');
      await write('insert into outbox select * from letter');
      const inHand = (): number => (holdsAt === 'begun' ? ofVictim.begun : ofVictim.came.length);
      await board.untilHolds('all of them to be in hand', () => inHand() === TAKEN);
      for (let answered = 0; answered < done; answered++) ofVictim.answerOne();
      await unsent(MAILS - done);
      await board.process(victim).end('SIGKILL');
      ofVictim.answerAll();
      ofOther.answerAll();
      // All but those that the killed one has taken, for which two minutes are over now.
      await unsent(TAKEN - done);
      board.sql('update outbox set claimed_until = 0 where sent_at is null');
      const handedOver = [...ofVictim.came];
      await start(victim);
      await unsent(0);
      const times = new Map<string, number>();
      for (const id of [...ofVictim.came, ...ofOther.came]) times.set(id, (times.get(id) ?? 0) + 1);
      expect(times.size).toBe(MAILS);
      const twice = [...times].filter(([, count]) => count > 1).map(([id]) => id);
      expect(twice).toHaveLength(doubled);
      expect(handedOver).toEqual(expect.arrayContaining(twice));
      expect(Math.max(...times.values())).toBeLessThanOrEqual(2);
    }
  });
});
