import sqlite3 from 'sqlite3';

/** Another program that holds a board's database for itself. */
export class OutsideLock {
  private constructor(private readonly database: sqlite3.Database) {}

  static async take(file: string): Promise<OutsideLock> {
    const database = await new Promise<sqlite3.Database>((resolve, reject) => {
      const opened = new sqlite3.Database(file, sqlite3.OPEN_READWRITE, (error) =>
        error === null ? resolve(opened) : reject(error),
      );
    });
    const lock = new OutsideLock(database);
    await lock.run('PRAGMA busy_timeout = 10000');
    await lock.run('BEGIN EXCLUSIVE');
    return lock;
  }

  async release(): Promise<void> {
    await this.run('ROLLBACK');
    await new Promise<void>((resolve, reject) =>
      this.database.close((error) => (error === null ? resolve() : reject(error))),
    );
  }

  private run(statement: string): Promise<void> {
    return new Promise((resolve, reject) =>
      this.database.exec(statement, (error) => (error === null ? resolve() : reject(error))),
    );
  }
}
