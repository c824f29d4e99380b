import { accountSubject, sumFailures } from '../../src/store/attempts';
import { listAudit } from '../../src/store/audit';
import { listCalls } from '../../src/store/calls';
import { findFactor } from '../../src/store/factors';
import { decodeBase32, hotp } from '../support/authenticator';
import { giveCode, PASSWORD, signIn } from '../support/sign-in';
import type { Cut } from '../pg/cut-line';
import type { CrashKind, Scene } from './round';
import { verifyCode } from './worker';

const NAME = 'pointed';
const IN = 'Both doors are open.';

/** What stands in the database of one sign-in. */
interface Record {
  /** Charged and not cleared. */
  readonly password: number;
  readonly code: number;
  readonly granted1: number;
  readonly granted2: number;
  readonly calls: number;
  readonly spent: boolean;
}

const NOTHING: Record = {
  ...{ password: 0, code: 0 },
  ...{ granted1: 0, granted2: 0, calls: 0, spent: false },
};
const CHARGED: Record = { ...NOTHING, password: 1 };
const NAMED: Record = { ...NOTHING, granted1: 1 };
const CODE_CHARGED: Record = { ...NAMED, code: 1 };
const IS_IN: Record = { ...NAMED, granted2: 1, calls: 1, spent: true };

interface Point {
  readonly what: string;
  /** What the messages to the server have up to this one, in this order. */
  readonly sent: readonly RegExp[];
  /** What there is when the server never had it, and when it was done. */
  readonly before: Record;
  readonly after: Record;
}

const CHARGE = /insert into attempt\b/;
const GRANT = /insert into audit\b/;
/** A message of its own: others have whole transactions in one. */
const COMMIT = /^(?!.*(?:BEGIN|insert|update|delete)).*COMMIT/s;

/** The writes of a sign-in by password and code, in the order in which they are sent. */
const POINTS: readonly Point[] = [
  { what: 'charge of the password', sent: [CHARGE], before: NOTHING, after: CHARGED },
  { what: 'grant of factor 1', sent: [CHARGE, GRANT], before: CHARGED, after: CHARGED },
  { what: 'its commit', sent: [CHARGE, GRANT, COMMIT], before: CHARGED, after: NAMED },
  { what: 'charge of the code', sent: [GRANT, CHARGE], before: NAMED, after: CODE_CHARGED },
  {
    what: 'code spent, grant of factor 2, arrival',
    ...{ sent: [GRANT, CHARGE, GRANT], before: CODE_CHARGED, after: IS_IN },
  },
];

const MOMENTS = POINTS.flatMap((point) =>
  (['before', 'after'] as const).map((cut): readonly [Point, Cut] => [point, cut]),
);

/** How many rounds it takes until the board was killed at each point, before the server has it and after. */
export const WRITE_POINTS = MOMENTS.length;

/** The board is killed at each write of a sign-in in turn, and exactly what was committed is there. */
export function writePoints(): CrashKind {
  let account: Account | undefined;
  let turn = 0;
  return {
    name: 'write points',
    async round(scene) {
      account ??= await Account.add(scene);
      const moment = MOMENTS[turn % MOMENTS.length];
      turn += 1;
      if (moment !== undefined) await killAt(scene, account, ...moment);
    },
  };
}

class Account {
  private counter = -1;

  private constructor(
    private readonly scene: Scene,
    private readonly userId: number,
    private readonly secret: Buffer,
  ) {}

  static async add(scene: Scene): Promise<Account> {
    const userId = await scene.backend.addAccount(NAME, PASSWORD);
    const { secret } = await scene.backend.bind(NAME, 'rfc4266_HOTP');
    return new Account(scene, userId, decodeBase32(secret));
  }

  newCode(): string {
    this.counter += 1;
    return this.code;
  }

  get code(): string {
    return hotp(this.secret, this.counter);
  }

  async forgetFailures(): Promise<void> {
    await this.scene.backend.accounts.unlock(this.userId, { server: 'oputil' });
  }

  /** What there is of the newest code, and of sign-ins since. */
  async record(sinceMs: number): Promise<Record> {
    const { userId } = this;
    return this.scene.backend.db.run(async (sql) => {
      const accepted = (await listAudit(sql, { userId, sinceMs, limit: 100 })).filter(
        ({ result }) => result === 'accepted',
      );
      const calls = await listCalls(sql, { userId, limit: 100 });
      const failed = (factor: 'password' | 'second'): Promise<number> =>
        sumFailures(sql, accountSubject(userId), factor);
      return {
        password: await failed('password'),
        code: await failed('second'),
        granted1: accepted.filter(({ factor }) => factor === 1).length,
        granted2: accepted.filter(({ factor }) => factor === 2).length,
        calls: calls.filter(({ startedAtMs }) => startedAtMs >= sinceMs).length,
        spent: (await findFactor(sql, userId))?.lastPosition === this.counter,
      };
    });
  }

  async codeIs(): Promise<string> {
    return (await verifyCode(this.scene.backend, this.userId, this.code)).kind;
  }
}

async function killAt(scene: Scene, account: Account, point: Point, cut: Cut): Promise<void> {
  const { line } = scene;
  if (line === undefined) throw new Error('nobody sees the statements of this database');
  const at = `${cut} ${point.what}`;
  await account.forgetFailures();
  const code = account.newCode();
  const sinceMs = Date.now();
  const caller = await scene.board().telnet();
  let seen = 0;
  let crashed: Promise<void> | undefined;
  line.cutAt((sent) => {
    if (point.sent[seen]?.test(sent) !== true) return false;
    seen += 1;
    if (seen < point.sent.length) return false;
    crashed = scene.crashBoard();
    return true;
  }, cut);
  await signIn(caller, NAME);
  const isAskedForCode = POINTS.indexOf(point) > 2;
  if (isAskedForCode) await giveCode(caller, code);
  const screen = await caller.isHungUpOn();
  line.mend();
  await crashed;
  if (screen.includes(IN)) scene.broken(`${at}: the caller got in`);
  if (crashed === undefined) scene.broken(`${at}: the board hung up by itself`);
  const [found, wanted] = [await account.record(sinceMs), point[cut]].map((each) =>
    JSON.stringify(each),
  );
  if (found !== wanted) scene.broken(`${at}: ${found} in place of ${wanted}`);
  const worth = await account.codeIs();
  if ((worth === 'right') === point[cut].spent) scene.broken(`${at}: its code is ${worth}`);
  scene.count(at);
  await account.forgetFailures();
  const next = await scene.board().telnet();
  await signIn(next, NAME);
  await giveCode(next, account.newCode());
  await next.sees(IN);
  next.hangUp();
}
