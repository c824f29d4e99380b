import { setTimeout as delay } from 'node:timers/promises';
import { listAudit } from '../../src/store/audit';
import { listCalls } from '../../src/store/calls';
import { SecondFactor } from '../../src/auth/second-factor';
import { sumFailures, accountSubject } from '../../src/store/attempts';
import { systemClock } from '../../src/base/clock';
import { createLog } from '../../src/base/log';
import { configSchema } from '../../src/config/schema';
import { totp } from '../support/authenticator';
import type { DialledCaller } from '../support/dial';
import { PASSWORD, signIn } from '../support/sign-in';
import type { SeededRandom } from '../support/seeded-random';
import type { CrashKind, Scene } from './round';

const CALLERS = 6;
const IN = 'Both doors are open.';

/** What one caller was told before everything stopped. */
interface Told {
  readonly name: string;
  readonly in: boolean;
  readonly refused: boolean;
}

function nameOf(index: number): string {
  return `caller${index}`;
}

export async function addCallers(scene: Pick<Scene, 'backend'>): Promise<void> {
  for (let index = 0; index < CALLERS; index++)
    await scene.backend.addAccount(nameOf(index), PASSWORD);
}

/** Half of the callers know their password; all submit one, and the board is killed meanwhile. */
export const signInByPassword: CrashKind = {
  name: 'password',
  async round(scene) {
    const { backend, random } = scene;
    const names = Array.from({ length: CALLERS }, (_, index) => nameOf(index));
    for (const name of names) {
      const userId = await backend.userId(name);
      await backend.enrollment.disable(userId);
      await backend.accounts.unlock(userId, { server: 'oputil' });
    }
    const sinceMs = Date.now();
    const right = (name: string): boolean => names.indexOf(name) % 2 === 0;
    const told = await killWhile(scene, async (start) => {
      const callers = await Promise.all(
        names.map(async (name) => {
          const caller = await scene.board().telnet();
          await caller.sees('Sign in');
          caller.type('\r');
          await caller.sees('User name');
          return { name, caller };
        }),
      );
      start(instant(random));
      for (const { name, caller } of callers)
        caller.type(`${name}\r${right(name) ? PASSWORD : 'not the password'}\r`);
      return callers;
    });
    for (const { name, in: granted, refused } of told) {
      const userId = await backend.userId(name);
      const rows = await backend.db.run((sql) => listAudit(sql, { userId, sinceMs, limit: 100 }));
      const calls = await backend.db.run((sql) => listCalls(sql, { userId, limit: 10 }));
      const accepted = rows.filter((row) => row.result === 'accepted').length;
      const recorded = calls.filter((call) => call.startedAtMs >= sinceMs).length;
      if (granted) scene.count('granted');
      if (granted && !right(name)) scene.broken(`${name} got in with a wrong password`);
      if (granted && accepted !== 1) scene.broken(`${name}: ${accepted} audit rows of one sign-in`);
      if (granted && recorded !== 1) scene.broken(`${name}: ${recorded} calls of one sign-in`);
      if (accepted !== recorded) scene.broken(`${name}: ${accepted} accepted, ${recorded} calls`);
      if (!refused) continue;
      scene.count('refused');
      const failures = await backend.db.run((sql) =>
        sumFailures(sql, accountSubject(userId), 'password'),
      );
      if (failures < 1) scene.broken(`${name}: a failure that was told is not counted any more`);
    }
  },
};

/** All callers are asked for a code, submit a right one, and the board is killed meanwhile. */
function signInByCode(
  name: string,
  codeOf: (scene: Scene, name: string) => Promise<string>,
): CrashKind {
  return {
    name,
    async round(scene) {
      const { backend, random } = scene;
      const codes = new Map<string, string>();
      for (let index = 0; index < CALLERS; index++)
        codes.set(nameOf(index), await codeOf(scene, nameOf(index)));
      const sinceMs = Date.now();
      const told = await killWhile(scene, async (start) => {
        const callers = await Promise.all(
          [...codes].map(async ([name]) => {
            const caller = await scene.board().telnet();
            await signIn(caller, name);
            await caller.sees('One-time code');
            return { name, caller };
          }),
        );
        start(instant(random));
        for (const { name, caller } of callers) caller.type(`${codes.get(name)}\r`);
        return callers;
      });
      for (const { name, in: granted } of told) {
        const userId = await backend.userId(name);
        const rows = await backend.db.run((sql) => listAudit(sql, { userId, sinceMs, limit: 100 }));
        const accepted = rows.filter((row) => row.result === 'accepted' && row.factor === 2).length;
        if (granted) scene.count('granted');
        if (granted && accepted !== 1)
          scene.broken(`${name}: ${accepted} audit rows of one sign-in`);
        const again = await verify(scene, userId, codes.get(name) ?? '');
        if (again !== 'right') continue;
        if (accepted > 0) scene.broken(`${name}: a code that let in can be used again`);
        else scene.count('still unused');
        if ((await verify(scene, userId, codes.get(name) ?? '')) === 'right')
          scene.broken(`${name}: one code was spent twice after the restart`);
      }
    },
  };
}

export const signInByOneTimeCode = signInByCode('one-time code', async ({ backend }, name) =>
  totp((await backend.bind(name)).secret, Date.now()),
);

export const signInByBackupCode = signInByCode('backup code', async ({ backend, random }, name) =>
  random.pick((await backend.bind(name)).backupCodes),
);

/** From the first statement to well after the last, whatever the machine. */
function instant(random: SeededRandom): number {
  return random.below(random.pick([20, 60, 200, 600, 2_000]));
}

/** Calls, kills the board so many milliseconds after `start`, and returns what everybody was told. */
async function killWhile(
  scene: Scene,
  call: (
    start: (afterMs: number) => void,
  ) => Promise<readonly { readonly name: string; readonly caller: DialledCaller }[]>,
): Promise<readonly Told[]> {
  let killed: Promise<void> = Promise.resolve();
  const callers = await call((afterMs) => {
    killed = delay(afterMs).then(() => scene.crashBoard());
  });
  await killed;
  return Promise.all(
    callers.map(async ({ name, caller }) => {
      const screen = await caller.isHungUpOn();
      return {
        name,
        in: screen.includes(IN),
        refused: screen.includes('Wrong user name') && !screen.includes(IN),
      };
    }),
  );
}

async function verify(scene: Scene, userId: number, code: string): Promise<string> {
  const { backend } = scene;
  const config = configSchema.parse({});
  const factor = new SecondFactor({
    sealing: backend.sealing,
    clock: systemClock,
    config: () => config,
    log: createLog({ level: 'silent', write: () => undefined, nowMs: () => 0 }),
  });
  return (await backend.db.transaction('board', (sql) => factor.verify(sql, userId, code))).kind;
}
