import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import { createLog } from '../../src/base/log';
import { Database } from '../../src/store/database';
import { findHolders, writeProperties } from '../../src/store/properties';
import {
  countCreatedSince,
  countUsers,
  insertUser,
  listActiveUsers,
  removeUser,
} from '../../src/store/users';
import { FakeClock } from '../support/fake-clock';

const THEIRS = `
  CREATE TABLE user (id INTEGER PRIMARY KEY, user_name VARCHAR NOT NULL, UNIQUE(user_name));
  CREATE TABLE user_property (user_id INTEGER NOT NULL, prop_name VARCHAR NOT NULL,
    prop_value VARCHAR, UNIQUE(user_id, prop_name),
    FOREIGN KEY(user_id) REFERENCES user(id) ON DELETE CASCADE);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
    INSERT INTO user SELECT i, 'Caller ' || i FROM n;
  INSERT INTO user_property SELECT id, 'email_address', 'Caller' || id || '@Example.ORG' FROM user;
  INSERT INTO user_property SELECT id, 'account_status', '2' FROM user WHERE id <> 10;
  INSERT INTO user_property SELECT id, 'account_created', '2026-01-0' || (1 + id % 2)
    || 'T00:00:00.000+02:00' FROM user;
  UPDATE user_property SET prop_value = 'caller7@example.org'
    WHERE user_id = 8 AND prop_name = 'email_address';`;

describe('a board that was taken over', () => {
  let folder: string;
  let db: Database;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-lookups-'));
    const file = join(folder, 'board.sqlite3');
    await new Promise<void>((resolve, reject) => {
      const raw = new sqlite3.Database(file);
      raw.exec(THEIRS, (error) => (error === null ? raw.close(() => resolve()) : reject(error)));
    });
    const log = createLog({ level: 'silent', write: () => undefined, nowMs: () => 0 });
    db = await Database.open({ file, clock: new FakeClock(), log });
  });
  afterAll(async () => {
    await db.close();
    await rm(folder, { recursive: true });
  });

  const holders = async (value: string): Promise<readonly string[]> =>
    (await db.run((sql) => findHolders(sql, { property: 'email_address', value }))).map(
      ({ name }) => name,
    );

  it('finds accounts by any spelling of their mail address, also where several have one', async () => {
    expect(await holders('CALLER1200@example.org ')).toEqual(['Caller 1200']);
    expect(await holders('caller7@EXAMPLE.org')).toEqual(['Caller 7', 'Caller 8']);
    expect(await holders('%@example.org')).toEqual([]);
    await db.run((sql) => writeProperties(sql, 8, { email_address: 'Eight@example.org' }));
    expect(await holders('caller7@example.org')).toEqual(['Caller 7']);
    expect(await holders('eight@example.org')).toEqual(['Caller 8']);
  });

  it('counts accounts, new ones, and lists active ones without reading all', async () => {
    const counts = async (): Promise<readonly number[]> => [
      await db.run(countUsers),
      await db.run((sql) => countCreatedSince(sql, Date.UTC(2026, 0, 1))),
    ];
    expect(await counts()).toEqual([1200, 600]);
    const id = await db.transaction('board', (sql) => insertUser(sql, { name: 'late' }));
    expect(await counts()).toEqual([1201, 600]);
    await db.transaction('board', (sql) => removeUser(sql, id ?? 0));
    await db.transaction('board', (sql) => removeUser(sql, id ?? 0));
    expect(await counts()).toEqual([1200, 600]);
    const names = (await db.run((sql) => listActiveUsers(sql, 3))).map(({ name }) => name);
    expect(names).toEqual(['Caller 1', 'Caller 100', 'Caller 1000']);
  });
});
