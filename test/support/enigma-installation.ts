import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sqlite3 from 'sqlite3';

/** The tables of ENiGMA½ (contract A1.2). */
export const USER_TABLES = `
  create table user (id integer primary key, user_name varchar not null, unique(user_name));
  create table user_property (user_id integer not null, prop_name varchar not null,
    prop_value varchar, unique(user_id, prop_name),
    foreign key(user_id) references user(id) on delete cascade);
  create table user_group_member (group_name varchar not null, user_id integer not null,
    unique(group_name, user_id));`;

export const SYSTEM_TABLES = `
  create table system_stat (stat_name varchar primary key not null, stat_value varchar not null);
  create table system_event_log (id integer primary key, timestamp datetime not null,
    log_name varchar not null, log_value varchar not null, unique(timestamp, log_name));`;

export const ONELINER_TABLE = `
  create table onelinerz (id integer primary key, user_id integer_not null,
    user_name varchar not null, oneliner varchar not null, timestamp datetime not null);`;

const CONFIG = `{
  general: {
    boardName: "The Old Board"
    menuFile: "/srv/enigma-bbs/config/menus/old-main.hjson"
  }
  theme: { default: "oldtheme", preLogin: "oldtheme" }
}
`;

const MENUS = `{
  includes: [ "old-login.hjson" ]
  menus: {
    mainMenu: { art: "MMENU", config: { cls: true } }
  }
}
`;

const LOGIN = `{
  menus: {
    telnetConnected: { art: "CONNECT", next: "matrix" }
    matrix: { art: "MATRIX", next: "login" }
    login: { art: "USERLOG", next: "mainMenu" }
  }
}
`;

/** The folder of an ENiGMA½ board, for one test. */
export class EnigmaInstallation {
  readonly dir: string;

  private constructor(readonly folder: string) {
    this.dir = join(folder, 'enigma-bbs');
  }

  /** `files` over those of a small board; '' leaves one out. */
  static async make(
    files: Readonly<Record<string, string | Buffer>> = {},
  ): Promise<EnigmaInstallation> {
    const made = new EnigmaInstallation(await mkdtemp(join(tmpdir(), 'sallyport-adopt-')));
    const all = {
      'config/config.hjson': CONFIG,
      'config/menus/old-main.hjson': MENUS,
      'config/menus/old-login.hjson': LOGIN,
      'art/general/MATRIX.ANS': 'matrix',
      'art/themes/oldtheme/theme.hjson': '{ info: { name: "Old" } }',
      'art/themes/oldtheme/USERLOG.ANS': '%ET1 %ET2',
      ...files,
    };
    for (const [name, text] of Object.entries(all)) if (text !== '') await made.write(name, text);
    return made;
  }

  async write(name: string, text: string | Buffer): Promise<void> {
    const file = join(this.dir, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  /** Runs statements on `db/user.sqlite3`, or another database, which is made. */
  async sql(statements: string, name = 'db/user.sqlite3'): Promise<void> {
    await mkdir(dirname(join(this.dir, name)), { recursive: true });
    await runSql(join(this.dir, name), statements);
  }

  /** Accounts by their names, from id 1 up, all active. */
  async accounts(...names: readonly string[]): Promise<void> {
    const rows = names.map((name, at) => `(${at + 1}, '${name.replaceAll("'", "''")}')`).join(', ');
    await this.sql(`${USER_TABLES} insert into user values ${rows};
      insert into user_property select id, 'account_status', '2' from user;`);
  }

  /** Every file and folder with its size, time and content. */
  fingerprint(): readonly string[] {
    return listTree(this.dir);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

export function listTree(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const stats = statSync(join(dir, name));
      if (!stats.isFile()) return `${name} ${stats.mode}`;
      const hash = createHash('sha256')
        .update(readFileSync(join(dir, name)))
        .digest('hex');
      return `${name} ${stats.mode} ${stats.mtimeMs} ${hash}`;
    });
}

export async function runSql(file: string, statements: string): Promise<void> {
  const db = await openSqlite(file);
  await db.run(statements);
  await db.close();
}

/** A connection that stays open, as that of a running board. */
export async function openSqlite(file: string): Promise<{
  run(statements: string): Promise<void>;
  all<Row>(statement: string): Promise<readonly Row[]>;
  close(): Promise<void>;
}> {
  const raw = await new Promise<sqlite3.Database>((resolve, reject) => {
    const db: sqlite3.Database = new sqlite3.Database(file, (error) =>
      error === null ? resolve(db) : reject(error),
    );
  });
  return {
    run: (statements) =>
      new Promise((resolve, reject) => {
        raw.exec(statements, (error) => (error === null ? resolve() : reject(error)));
      }),
    all: <Row>(statement: string) =>
      new Promise<readonly Row[]>((resolve, reject) => {
        raw.all<Row>(statement, (error, rows) => (error === null ? resolve(rows) : reject(error)));
      }),
    close: () =>
      new Promise((resolve, reject) => {
        raw.close((error) => (error === null ? resolve() : reject(error)));
      }),
  };
}

export function isThere(path: string): boolean {
  return existsSync(path);
}
