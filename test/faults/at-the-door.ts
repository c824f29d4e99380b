import type { AuditRow } from '../../src/store/audit';
import { listAudit } from '../../src/store/audit';
import { totp } from '../support/authenticator';
import type { BackOffice } from '../support/back-office';
import type { DialledCaller } from '../support/dial';
import { PASSWORD } from '../support/sign-in';

export const TRY_LATER = 'The board cannot check this right now.';
/** Rule L10: a caller is answered within 6 s. A busy machine gets as much again. */
const MAX_ANSWER_MS = 12_000;

const IN = 'Both doors are open.';

/** What a fault is tried on: a caller in front of a door with the right key in his hand. */
export interface Submission {
  readonly name: string;
  /** Brings a fresh caller to where the next line lets him in. */
  arrive(backend: BackOffice, dial: () => Promise<DialledCaller>): Promise<Door>;
}

export interface Door {
  readonly caller: DialledCaller;
  readonly userId: number;
  /** Name and password, or a code: right, and not used yet. */
  readonly key: string;
}

let made = 0;

async function newAccount(backend: BackOffice): Promise<{ name: string; userId: number }> {
  made += 1;
  const name = `door${made}`;
  return { name, userId: await backend.addAccount(name, PASSWORD) };
}

async function openForm(dial: () => Promise<DialledCaller>): Promise<DialledCaller> {
  const caller = await dial();
  await caller.sees('Sign in');
  caller.type('\r');
  await caller.sees('User name');
  return caller;
}

function byCode(
  name: string,
  codeOf: (bound: Awaited<ReturnType<BackOffice['bind']>>) => string,
): Submission {
  return {
    name,
    async arrive(backend, dial) {
      const account = await newAccount(backend);
      const bound = await backend.bind(account.name);
      const caller = await openForm(dial);
      caller.type(`${account.name}\r${PASSWORD}\r`);
      await caller.sees('One-time code');
      return { caller, userId: account.userId, key: `${codeOf(bound)}\r` };
    },
  };
}

export const SUBMISSIONS: readonly Submission[] = [
  {
    name: 'a password',
    async arrive(backend, dial) {
      const { name, userId } = await newAccount(backend);
      const caller = await openForm(dial);
      return { caller, userId, key: `${name}\r${PASSWORD}\r` };
    },
  },
  byCode('a one-time code', ({ secret }) => totp(secret, Date.now())),
  byCode('a backup code', ({ backupCodes }) => backupCodes[0] ?? ''),
];

/**
 * Submits the key while the fault lasts: nobody may get in, and the answer comes in time. Then, without
 * the fault, the same key opens. Returns how long the answer took.
 */
export async function refusedThenAccepted(
  door: Door,
  backend: BackOffice,
  heal: () => Promise<void>,
): Promise<number> {
  const { caller, userId, key } = door;
  const before = await accepted(backend, userId);
  const startedMs = performance.now();
  caller.type(key);
  const answer = await caller.sees(new RegExp(`${TRY_LATER}|${IN}`));
  const answerMs = performance.now() - startedMs;
  expect(answer).not.toContain(IN);
  expect(answerMs).toBeLessThan(MAX_ANSWER_MS);
  await heal();
  expect(await accepted(backend, userId)).toHaveLength(before.length);
  caller.type(key);
  await caller.sees(IN);
  expect(await accepted(backend, userId)).toHaveLength(before.length + 1);
  caller.hangUp();
  await caller.isHungUpOn();
  return answerMs;
}

async function accepted(backend: BackOffice, userId: number): Promise<readonly AuditRow[]> {
  const rows = await backend.db.run((sql) => listAudit(sql, { userId, limit: 100 }));
  return rows.filter(({ result }) => result === 'accepted');
}

/** Figures of a run, for docs/reliability.md. */
export function sayFigure(text: string): void {
  process.stdout.write(`    ${text}\n`);
}
