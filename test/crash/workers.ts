import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkKeys } from '../../src/auth/key-rotation';
import { insertUser } from '../../src/store/users';
import { writeProperties } from '../../src/store/properties';
import { totp } from '../support/authenticator';
import type { BackOffice } from '../support/back-office';
import type { SmtpCatcher } from '../support/smtp-catcher';
import type { CrashKind, Scene } from './round';
import { verifyCode, workerName, WORKERS, type Job, type Told } from './worker';

const ROOT = join(__dirname, '..', '..');
const MAX_WORK_MS = 250;

/** The accounts that workers work on. */
export async function addWorkers(backend: BackOffice): Promise<void> {
  for (const job of Object.keys(WORKERS) as Job[]) {
    for (let index = 0; index < WORKERS[job]; index++) {
      const name = workerName(job, index);
      const id = await backend.db.transaction('board', async (sql) => {
        const made = await insertUser(sql, { name });
        if (made === undefined) throw new Error(`${name} is there already`);
        await writeProperties(sql, made, {
          account_status: '2',
          email_address: `${name}@example.org`,
        });
        return made;
      });
      if (job !== 'enrol') await backend.enrollment.bind(id, 'googleAuth');
    }
  }
}

/** Lets a worker work for a while, kills it, and returns what it had been told. */
async function killWorker(scene: Scene, job: Job, smtpPort = 0): Promise<readonly Told[]> {
  const hook = join(ROOT, 'test', 'support', 'ts-hook.cjs');
  const script = join(__dirname, 'worker.ts');
  const config = JSON.stringify(scene.workerConfig);
  const args = ['--require', hook, script, scene.dataDir, job, String(smtpPort), config];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let killing = false;
  const afterMs = scene.random.below(MAX_WORK_MS);
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
    if (killing) return;
    killing = true;
    void delay(afterMs).then(() => child.kill('SIGKILL'));
  });
  await new Promise((resolve) => child.once('close', resolve));
  if (child.signalCode !== 'SIGKILL') throw new Error(`the worker ended with ${child.exitCode}`);
  await scene.workerSettled();
  // A last line without an end was not told in full.
  const lines = output.split('\n').slice(0, -1);
  scene.count('acknowledged', lines.length);
  return lines.map((line) => JSON.parse(line) as Told);
}

export const enrolment: CrashKind = {
  name: 'enrolment',
  async round(scene) {
    const { backend } = scene;
    const last = new Map<string, Told[]>();
    for (const told of await killWorker(scene, 'enrol')) {
      if (!('name' in told)) continue;
      if (told.told === 'off') last.set(told.name, []);
      last.get(told.name)?.push(told);
    }
    for (const [name, history] of last) {
      const userId = await backend.userId(name);
      const { type } = await backend.enrollment.status(userId);
      const find = <T extends Told['told']>(kind: T): Extract<Told, { told: T }> | undefined =>
        history.find((told): told is Extract<Told, { told: T }> => told.told === kind);
      const begun = find('begun');
      const confirming = find('confirming');
      const confirmed = find('confirmed');
      const alive =
        begun !== undefined && (await backend.enrollment.find(begun.token)) !== undefined;
      if (confirmed !== undefined) {
        if (type === undefined) {
          // The next turn may have switched it off already, without having been told so.
          if (await wasSwitchedOff(backend, userId)) continue;
          scene.broken(`${name}: a confirmed factor is gone`);
          continue;
        }
        if ((await verifyCode(backend, userId, confirming?.code ?? '')).kind === 'right')
          scene.broken(`${name}: the code of the enrolment can be used again`);
        for (const code of confirmed.backupCodes.slice(0, 2))
          if ((await verifyCode(backend, userId, code)).kind !== 'right')
            scene.broken(`${name}: a backup code that was shown is not right`);
      } else if (begun !== undefined && alive === (type !== undefined)) {
        scene.broken(`${name}: link ${alive ? 'alive' : 'gone'}, factor ${type ?? 'off'}`);
      }
    }
  },
};

async function wasSwitchedOff(backend: BackOffice, userId: number): Promise<boolean> {
  const rows: readonly { kind: string }[] = await backend.db.run((sql) =>
    sql('audit').where({ user_id: userId }).orderBy('id', 'desc').limit(1).select('kind'),
  );
  return rows[0]?.kind === 'second-factor-off';
}

export const regeneration: CrashKind = {
  name: 'regeneration',
  async round(scene) {
    const { backend } = scene;
    const sets = new Map<string, readonly string[]>();
    const used = new Map<string, string[]>();
    for (const told of await killWorker(scene, 'regenerate')) {
      if (told.told === 'codes') sets.set(told.name, told.backupCodes);
      if (told.told === 'used')
        used.set(told.name, [...(used.get(told.name) ?? []), told.backupCode]);
    }
    for (const [name, codes] of sets) {
      const userId = await backend.userId(name);
      for (const code of used.get(name) ?? [])
        if ((await verifyCode(backend, userId, code)).kind === 'right')
          scene.broken(`${name}: a used backup code can be used again`);
      // The first one may have been used without a word of it.
      const results = new Set<string>();
      for (const code of codes.slice(1))
        results.add((await verifyCode(backend, userId, code)).kind);
      if (results.size !== 1)
        scene.broken(`${name}: codes of one set are ${[...results].join(' and ')}`);
    }
  },
};

export const rotation: CrashKind = {
  name: 'key rotation',
  async round(scene) {
    const { backend, random } = scene;
    const { secret } = await backend.bind(workerName('mail', 0));
    const configFile = `${scene.dataDir}.oputil.hjson`;
    writeFileSync(configFile, JSON.stringify(scene.workerConfig));
    const at = ['--data', scene.dataDir, '--config', configFile];
    const args = [join(ROOT, 'dist', 'oputil', 'main.js'), ...at, 'key', 'rotate'];
    // Those whom a kill has ended count as nodes for a while, and nodes want the key before it is used.
    if (scene.line !== undefined) await runToEnd([...args, '--prepare']);
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await delay(200 + random.below(700));
    child.kill('SIGKILL');
    await ended;
    await scene.workerSettled();
    rmSync(configFile);
    scene.count(child.signalCode === 'SIGKILL' ? 'killed' : 'finished before');
    const report = await checkKeys(backend);
    for (const place of report.unreadable) scene.broken(`${place} does not open any more`);
    const userId = await backend.userId(workerName('mail', 0));
    const result = await verifyCode(backend, userId, totp(secret, Date.now()));
    if (result.kind !== 'right') scene.broken(`a right code is ${result.kind} after a rotation`);
  },
};

async function runToEnd(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
}

/** Mails of a process that is killed while it promises and sends them. */
export function outbox(catcher: SmtpCatcher, promised: Set<string>): CrashKind {
  return {
    name: 'outbox',
    async round(scene) {
      for (const told of await killWorker(scene, 'mail', catcher.port))
        if (told.told === 'promised') promised.add(told.token);
    },
  };
}
