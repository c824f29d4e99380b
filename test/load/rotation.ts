import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkKeys } from '../../src/auth/key-rotation';
import { openBackOffice } from '../support/back-office';
import { BoardProcess, removeBoardFiles } from '../support/board-process';
import { atScale, newDataDir, type Part } from './part';

const SECRETS = 100_000;
const KILLS = 3;
const OPUTIL = join(__dirname, '..', '..', 'dist', 'oputil', 'main.js');

export const rotation: Part = {
  name: 'rotation',
  promise: 'a rotation of 100,000 secrets that is killed again and again loses none (L17, I3)',
  async run(scene) {
    const dataDir = newDataDir('rotation');
    const board = await BoardProcess.start({ dataDir });
    await board.end('SIGTERM');
    const backend = await openBackOffice(dataDir);
    const { db, sealing } = backend;
    const count = atScale(scene, SECRETS);
    const first = 1_000;
    for (let id = first; id < first + count;) {
      const end = Math.min(first + count, id + 1_000);
      await db.transaction('board', async (sql) => {
        for (; id < end; id++) {
          const place = { table: 'otp_factor', column: 'secret', userId: id };
          await sql('user').insert({ id, user_name: `u${id}`, name_folded: `u${id}` });
          await sql('otp_factor').insert({
            ...{ user_id: id, type: 'googleAuth', hash: 'SHA1', digits: 6, encoding: 'base32' },
            ...{ secret: sealing.seal(`secret of ${id}`, place), binding: 'x', bound_at: 0 },
          });
        }
      });
    }
    const before = sealing.currentKeyId();
    const startedMs = performance.now();
    for (let kills = 0; kills < KILLS; kills++) {
      const child = spawn(process.execPath, [OPUTIL, '--data', dataDir, 'key', 'rotate'], {
        stdio: 'ignore',
      });
      const gone = new Promise((resolve) => child.once('exit', resolve));
      await delay(3_000);
      child.kill('SIGKILL');
      await gone;
      const { keys } = await checkKeys(backend);
      scene.say(
        `killed after 3 s: ${keys.map(({ id, sealed }) => `${sealed} under ${id}`).join(', ')}`,
      );
    }
    const finishMs = performance.now();
    const last = spawn(process.execPath, [OPUTIL, '--data', dataDir, 'key', 'rotate'], {
      stdio: 'ignore',
    });
    const exitCode = await new Promise((resolve) => last.once('exit', resolve));
    const report = await checkKeys(backend);
    const current = report.keys.find(({ id }) => id === report.currentKeyId)?.sealed ?? 0;
    scene.say(
      `${current} of ${count} under the new key; the last run took ` +
        `${((performance.now() - finishMs) / 1000).toFixed(1)} s, all of them ` +
        `${((performance.now() - startedMs) / 1000).toFixed(1)} s; ${report.unreadable.length} unreadable`,
    );
    if (exitCode !== 0) scene.broken(`the last run ended with ${String(exitCode)}`);
    if (report.currentKeyId === before) scene.broken('there is no new key');
    if (current !== count) scene.broken(`${count - current} are not under the new key`);
    if (report.unreadable.length > 0) scene.broken(`${report.unreadable[0]} does not open`);
    await backend.close();
    removeBoardFiles(dataDir);
  },
};
