import { hashPassword } from '../../src/auth/password';
import { storePassword } from '../../src/store/passwords';
import { writeProperties } from '../../src/store/properties';
import { insertUser } from '../../src/store/users';
import { openBackOffice, type BackOffice } from '../support/back-office';
import { BoardProcess, removeBoardFiles } from '../support/board-process';
import type { DialledCaller } from '../support/dial';
import { goToMainMenu, PASSWORD, signIn } from '../support/sign-in';
import { Crowd } from './crowd';
import { atScale, MemoryPeak, MIB, mib, newDataDir, quantile, type Part } from './part';

const SIGN_INS = 5_000;
const MAX_MIB = 256;
const MAX_ECHO_MS = 150;
/** What a sign-in may be told. */
const ANSWERS = [
  'Both doors are open.',
  'busy',
  'Wrong user name',
  'Too many tries',
  'cannot check',
];

export const signInStorm: Part = {
  name: 'sign-in-storm',
  promise: '5,000 sign-ins at once: bounded memory, an answer to each, keys of others echoed (K3)',
  async run(scene) {
    const dataDir = newDataDir('sign-in-storm');
    const board = await BoardProcess.start({
      dataDir,
      config: { security: { earlyDrop: '50000:1:60000' }, users: { loginGraceSeconds: 600 } },
    });
    const backend = await openBackOffice(dataDir);
    const crowd = new Crowd();
    try {
      const count = atScale(scene, SIGN_INS);
      await addAccounts(backend, count);
      await backend.addAccount('live', PASSWORD);
      const live = await board.telnet();
      await signIn(live, 'live');
      await goToMainMenu(live);
      const members = await crowd.join(board.port('telnet'), count);
      await Promise.all(members.map((member) => member.hears('Sign in')));
      for (const member of members) member.say('\r');
      await Promise.all(members.map((member) => member.hears('User name')));
      const idleMs = await echoes(live, 200);
      const memory = new MemoryPeak(board);
      const startedMs = performance.now();
      let left = count;
      const told = new Map<string, number>();
      for (const [index, member] of members.entries()) {
        member.say(`caller${index}\r${PASSWORD}\r`);
        void member.hears(...ANSWERS).then((answer = 'nothing') => {
          told.set(answer, (told.get(answer) ?? 0) + 1);
          left -= 1;
        });
      }
      const stormMs: number[] = [];
      while (left > 0 && performance.now() - startedMs < 300_000)
        stormMs.push(...(await echoes(live, 20)));
      const seconds = (performance.now() - startedMs) / 1000;
      const more = memory.stop();
      scene.say(
        `${count} at once were answered within ${seconds.toFixed(1)} s: ` +
          [...told].map(([answer, times]) => `"${answer}" ${times}`).join(', '),
      );
      scene.say(
        `memory ${mib(memory.beforeBytes)} with ${count} at the form, ${mib(more)} more at the most`,
      );
      scene.say(
        `echo of a live caller: p50/p99 ${ms(idleMs, 0.5)}/${ms(idleMs, 0.99)} ms before, ` +
          `${ms(stormMs, 0.5)}/${ms(stormMs, 0.99)} ms meanwhile (${stormMs.length} keys)`,
      );
      if (left > 0) scene.broken(`${left} were never answered`);
      if ((told.get('nothing') ?? 0) > 0) scene.broken('some were cut off without an answer');
      if ((told.get('Both doors are open.') ?? 0) === 0) scene.broken('nobody got in');
      if (more > MAX_MIB * MIB) scene.broken(`more than ${MAX_MIB} MiB`);
      if (quantile(stormMs, 0.99) > MAX_ECHO_MS) scene.broken(`echo above ${MAX_ECHO_MS} ms`);
    } finally {
      crowd.disperse();
      await backend.close();
      await board.end('SIGTERM');
      removeBoardFiles(dataDir);
    }
  },
};

function ms(values: readonly number[], share: number): string {
  return quantile(values, share).toFixed(0);
}

/** Accounts with one password, whose hash is made once. */
async function addAccounts(backend: BackOffice, count: number): Promise<void> {
  const hash = await hashPassword(PASSWORD);
  const nowMs = Date.now();
  for (let index = 0; index < count;) {
    const end = Math.min(count, index + 500);
    await backend.db.transaction('board', async (sql) => {
      for (; index < end; index++) {
        const id = await insertUser(sql, { name: `caller${index}` });
        if (id === undefined) throw new Error('an account is there already');
        await storePassword(sql, id, { hash, nowMs });
        await writeProperties(sql, id, { account_status: '2' });
      }
    });
  }
}

/** Types a letter and takes it back, so often; how long each echo took. */
async function echoes(live: DialledCaller, count: number): Promise<readonly number[]> {
  const tookMs: number[] = [];
  for (let at = 0; at < count; at++) {
    const startedMs = performance.now();
    live.type('q');
    await live.sees(/Command\s+q\s/i);
    tookMs.push(performance.now() - startedMs);
    live.type('\x7f');
    await live.sees(/Command\s+Main/);
  }
  return tookMs;
}
