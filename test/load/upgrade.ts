import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import sqlite3 from 'sqlite3';
import { databaseFile } from '../../src/backend';
import { removeBoardFiles } from '../support/board-process';
import { atScale, newDataDir, type Part } from './part';

const USERS = 1_000_000;
const KILLS = 3;
const MAX_S = 60;
const OPUTIL = join(__dirname, '..', '..', 'dist', 'oputil', 'main.js');

export const upgrade: Part = {
  name: 'upgrade',
  promise: "ENiGMA½'s tables with a million users become ours, killed in between or not (L17)",
  async run(scene) {
    const dataDir = newDataDir('upgrade');
    const count = atScale(scene, USERS);
    mkdirSync(dirname(databaseFile(dataDir)), { recursive: true, mode: 0o700 });
    writeFileSync(`${dataDir}.hjson`, '{}');
    await fill(databaseFile(dataDir), count);
    const open = (): ReturnType<typeof spawn> =>
      spawn(process.execPath, [OPUTIL, '--data', dataDir, 'user', 'info', 'caller 1'], {
        stdio: 'ignore',
      });
    for (let kills = 0; kills < KILLS; kills++) {
      const child = open();
      const gone = new Promise((resolve) => child.once('exit', resolve));
      await delay(500 * (kills + 1));
      child.kill('SIGKILL');
      await gone;
    }
    const startedMs = performance.now();
    const child = open();
    const exitCode = await new Promise((resolve) => child.once('exit', resolve));
    const seconds = (performance.now() - startedMs) / 1000;
    const [row] = await ask<{ users: number; folded: number }>(
      databaseFile(dataDir),
      `SELECT count(*) AS users, sum(name_folded <> '') AS folded FROM user`,
    );
    const [integrity] = await ask<{ integrity_check: string }>(
      databaseFile(dataDir),
      'PRAGMA integrity_check',
    );
    scene.say(
      `${row?.users ?? 0} users with 6 properties each, killed ${KILLS} times, then open after ` +
        `${seconds.toFixed(1)} s; names folded ${row?.folded ?? 0}; ${integrity?.integrity_check}`,
    );
    if (exitCode !== 0) scene.broken(`oputil ended with ${String(exitCode)}`);
    if (seconds > MAX_S) scene.broken(`more than ${MAX_S} s`);
    if (row?.users !== count || row.folded !== count) scene.broken('users are missing');
    if (integrity?.integrity_check !== 'ok') scene.broken('the database is broken');
    removeBoardFiles(dataDir);
  },
};

/** The user tables as ENiGMA½ has them, with so many in them, and so many properties beside the six of each. */
export function fill(file: string, count: number, further = 0): Promise<void> {
  const names = Array.from({ length: further }, (_, at) => `, ('further_${at}')`).join('');
  const statements = `
    PRAGMA journal_mode = OFF;
    CREATE TABLE user (id INTEGER PRIMARY KEY, user_name VARCHAR NOT NULL, UNIQUE(user_name));
    CREATE TABLE user_property (user_id INTEGER NOT NULL, prop_name VARCHAR NOT NULL,
      prop_value VARCHAR, UNIQUE(user_id, prop_name),
      FOREIGN KEY(user_id) REFERENCES user(id) ON DELETE CASCADE);
    BEGIN;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
      INSERT INTO user SELECT i, 'Caller ' || i FROM n;
    WITH names(name) AS (VALUES ('account_status'), ('real_name'), ('location'), ('email_address'),
        ('login_count'), ('account_created')${names})
      INSERT INTO user_property SELECT id, name, CASE name WHEN 'account_status' THEN '2'
        WHEN 'email_address' THEN 'Caller.' || id || '@example.org'
        WHEN 'account_created' THEN strftime('%Y-%m-%dT%H:%M:%S.000+00:00', 946684800 + id * 600, 'unixepoch')
        ELSE 'value of ' || id END FROM user, names;
    COMMIT;`;
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(file, (opening) => {
      if (opening !== null) return reject(opening);
      database.exec(statements, (error) =>
        error === null ? database.close(() => resolve()) : reject(error),
      );
    });
  });
}

/** Past the limits that a board's own questions have. */
function ask<Row>(file: string, question: string): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(file, (opening) => {
      if (opening !== null) return reject(opening);
      database.all<Row>(question, (error, rows) =>
        database.close(() => (error === null ? resolve(rows) : reject(error))),
      );
    });
  });
}
