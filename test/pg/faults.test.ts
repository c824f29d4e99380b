import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBbs } from '../../src/app/bbs';
import type { RunningBbs } from '../../src/app/embedding';
import type { ConfigInput } from '../../src/config/schema';
import { listAudit } from '../../src/store/audit';
import { sayFigure, TRY_LATER } from '../faults/at-the-door';
import { openBackOffice, type BackOffice } from '../support/back-office';
import { withFreePorts } from '../support/board-process';
import { dialTelnet, KEYS, type DialledCaller } from '../support/dial';
import { goToMainMenu, PASSWORD, signIn } from '../support/sign-in';
import { Cluster } from './cluster';

jest.setTimeout(240_000);

/** How long the server stands still; `SALLYPORT_FREEZE_SECONDS=30` for the full time. */
const FREEZE_MS = Number(process.env['SALLYPORT_FREEZE_SECONDS'] ?? 3) * 1000;
const IN = 'Both doors are open.';
const UNSURE = 'The board cannot tell whether that worked.';
/** Five seconds, and as much again on a busy machine. */
const BACK_MS = 10_000;
/** A rejection takes a third of a second, as all of them do (rule C4). */
const AT_ONCE_MS = 1_500;
const NOT_NOW = 'The board cannot do this right now.';

let cluster: Cluster;
let dataDir: string;
let bbs: RunningBbs;
let backend: BackOffice;

// By the real clock: one that stands still is behind the server's soon.
beforeAll(async () => {
  cluster = Cluster.start();
  dataDir = await mkdtemp(join(tmpdir(), 'sallyport-faults-'));
  const address = `postgres://board@localhost/board?host=${encodeURIComponent(cluster.folder)}`;
  const config: ConfigInput = { database: { client: 'postgres', connection: address } };
  backend = await openBackOffice(dataDir, { config });
  for (const name of ['runner', 'member']) await backend.addAccount(name, PASSWORD);
  bbs = await startBbs({ dataDir, config: withFreePorts(config) });
});
afterAll(async () => {
  await backend.close();
  await bbs.close();
  cluster.remove();
  await rm(dataDir, { recursive: true, force: true });
});

const telnet = (): Promise<DialledCaller> =>
  dialTelnet({ port: bbs.addresses['telnet']?.port ?? 0 });

async function atTheForm(): Promise<DialledCaller> {
  const caller = await telnet();
  await caller.sees('Sign in');
  caller.type(KEYS.return);
  await caller.sees('User name');
  return caller;
}

/** How long a caller waits for the answer who comes while the fault lasts. */
async function refusedNow(): Promise<number> {
  const caller = await atTheForm();
  const startedMs = performance.now();
  caller.type(`runner${KEYS.return}${PASSWORD}${KEYS.return}`);
  expect(await caller.sees(new RegExp(`${TRY_LATER}|${IN}`))).not.toContain(IN);
  const tookMs = performance.now() - startedMs;
  expect(tookMs).toBeLessThan(AT_ONCE_MS);
  caller.hangUp();
  return tookMs;
}

async function grants(): Promise<number> {
  const rows = await backend.db.run((sql) => listAudit(sql, { limit: 10_000 }));
  return rows.filter(({ result }) => result === 'accepted').length;
}

interface Fault {
  readonly name: string;
  begin(): void;
  end(): void;
  /** How long it lasts after its callers have their answers. */
  readonly lastsMs: number;
  /** How soon a caller is told. */
  readonly answerMs: number;
}

const FAULTS: readonly Fault[] = [
  {
    name: 'is stopped and started',
    begin: () => cluster.halt('fast'),
    end: () => cluster.goOn(),
    ...{ lastsMs: 0, answerMs: 4_000 },
  },
  {
    name: 'crashes and is started',
    begin: () => cluster.halt('immediate'),
    end: () => cluster.goOn(),
    ...{ lastsMs: 0, answerMs: 4_000 },
  },
  {
    name: 'stands still',
    begin: () => cluster.freeze(),
    end: () => cluster.thaw(),
    // A second until it is asked, a second for its answer, and as much again on a busy machine.
    ...{ lastsMs: FREEZE_MS, answerMs: 4_000 },
  },
];

test.each(FAULTS)(
  'while the server $name nobody is let in, callers in menus stay, and work goes on by itself',
  async (fault) => {
    const member = await telnet();
    await signIn(member, 'member');
    await goToMainMenu(member);
    const caller = await atTheForm();
    const before = await grants();
    fault.begin();
    const beganMs = performance.now();
    caller.type(`runner${KEYS.return}${PASSWORD}${KEYS.return}`);
    member.type(`L${KEYS.return}`);
    expect(await caller.sees(new RegExp(`${TRY_LATER}|${UNSURE}|${IN}`))).not.toContain(IN);
    const answerMs = performance.now() - beganMs;
    expect(answerMs).toBeLessThan(fault.answerMs);
    await member.sees(NOT_NOW);
    // Nobody waits for what is known by now.
    const nextMs = await refusedNow();
    await new Promise((resolve) => setTimeout(resolve, fault.lastsMs));
    fault.end();
    const endedMs = performance.now();
    let tries = 0;
    let answer: string;
    let inAgain = caller;
    do {
      tries += 1;
      // A screen of its own, so that no earlier answer is read again.
      inAgain.hangUp();
      inAgain = await atTheForm();
      inAgain.type(`runner${KEYS.return}${PASSWORD}${KEYS.return}`);
      answer = await inAgain.sees(new RegExp(`${TRY_LATER}|${UNSURE}|${IN}`));
    } while (!answer.includes(IN) && performance.now() - endedMs < BACK_MS);
    const backMs = performance.now() - endedMs;
    expect(answer).toContain(IN);
    expect(await grants()).toBe(before + 1);
    // The caller in the menu goes back by a key, and sees what was asked for when it is asked again.
    member.type(' ');
    await member.sees('Command');
    sayFigure(
      `the server ${fault.name}: told in ${answerMs.toFixed(0)} ms, the next in ${nextMs.toFixed(0)} ms, in again after ${backMs.toFixed(0)} ms by ${tries} tries`,
    );
    for (const each of [member, inAgain]) each.hangUp();
  },
);
