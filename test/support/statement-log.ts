import { StatementCache } from '../../src/store/statement-cache';

/** The statements that SQLite gets from all boards and tools of this process, while a test listens. */
export class StatementLog {
  readonly statements: string[] = [];
  private running = 0;

  private constructor() {
    for (const method of ['all', 'run'] as const) this.listen(method);
  }

  /** Listens until the test restores its spies. */
  static open(): StatementLog {
    return new StatementLog();
  }

  /** Resolves once all statements have their answers, and none followed from these. */
  async settle(): Promise<void> {
    for (let still = 0; still < 5; still = this.running === 0 ? still + 1 : 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private listen(method: 'all' | 'run'): void {
    const original = StatementCache.prototype[method];
    const began = (sql: string): void => {
      this.statements.push(sql);
      this.running += 1;
    };
    const ended = (): void => {
      this.running -= 1;
    };
    jest.spyOn(StatementCache.prototype, method).mockImplementation(function (
      this: StatementCache,
      sql,
      bindings,
      done,
    ) {
      began(sql);
      original.call(this, sql, bindings, function (error, rows) {
        ended();
        done.call(this, error, rows);
      });
    });
  }
}
