import { BbsError } from '../base/errors';
import type { Random } from '../base/random';
import type { Database } from '../store/database';
import {
  type FarAccountRow,
  findFarAccount,
  listFarAccounts,
  removeFarAccount,
  saveFarAccount,
} from '../store/far-accounts';
import type { Sealer } from '../store/sealed';

/** Letters and digits that are not easily confused; of both cases boards may make one. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Characters of a password that is made here: 20 of them have 99 bits. */
export const FAR_PASSWORD_LENGTH = { least: 8, most: 64, usual: 20 } as const;

/** A caller's account on another board. */
export interface FarAccount {
  readonly board: string;
  readonly title: string;
  readonly name: string | undefined;
  readonly password: string | undefined;
}

interface Place {
  readonly userId: number;
  /** By which a hand-off finds it. */
  readonly board: string;
  /** What callers read the board is called. */
  readonly title: string;
}

/**
 * Names and passwords of callers on boards that they are handed on to. A password is made here, by chance, for one
 * account on one board; both are sealed (rule I3). Opening throws SEAL_BROKEN where a row was changed.
 */
export class FarAccounts {
  constructor(
    private readonly parts: {
      readonly db: Database;
      readonly sealing: Sealer;
      readonly random: Random;
    },
  ) {}

  async find({ userId, board }: Pick<Place, 'userId' | 'board'>): Promise<FarAccount | undefined> {
    const row = await this.parts.db.run((sql) => findFarAccount(sql, { userId, board }));
    return row === undefined ? undefined : this.open(userId, row);
  }

  async list(userId: number): Promise<readonly FarAccount[]> {
    const rows = await this.parts.db.run((sql) => listFarAccounts(sql, userId));
    return rows.map((row) => this.open(userId, row));
  }

  /** The password there; it is made, and kept before it is returned, where there is none yet. */
  passwordFor(
    place: Place,
    length: number,
  ): Promise<{ readonly password: string; readonly isNew: boolean }> {
    const { db } = this.parts;
    const { userId, board, title } = place;
    return db.transaction({ account: userId }, async (sql) => {
      const row = await findFarAccount(sql, place);
      const kept = row === undefined ? undefined : this.open(userId, row).password;
      if (kept !== undefined) return { password: kept, isNew: false };
      const password = this.make(length);
      const sealed = this.seal({ userId, board }, 'password', password);
      await saveFarAccount(sql, place, { title, password: sealed });
      return { password, isNew: true };
    });
  }

  async setName({ userId, board, title }: Place, name: string): Promise<void> {
    const sealed = this.seal({ userId, board }, 'name', name);
    await this.parts.db.transaction({ account: userId }, (sql) =>
      saveFarAccount(sql, { userId, board }, { title, name: sealed }),
    );
  }

  async forget(place: Pick<Place, 'userId' | 'board'>): Promise<void> {
    await this.parts.db.transaction({ account: place.userId }, (sql) =>
      removeFarAccount(sql, place),
    );
  }

  private make(length: number): string {
    const { random } = this.parts;
    return Array.from({ length }, () => ALPHABET.charAt(random.below(ALPHABET.length))).join('');
  }

  /** With the board in what is sealed: a value that was moved to another board is not opened. */
  private seal(
    { userId, board }: Pick<Place, 'userId' | 'board'>,
    column: 'name' | 'password',
    value: string,
  ): string {
    const plain = JSON.stringify([board, value]);
    return this.parts.sealing.seal(plain, { table: 'far_account', column, userId });
  }

  private open(userId: number, row: FarAccountRow): FarAccount {
    const read = (column: 'name' | 'password'): string | undefined => {
      if (row[column] === '') return undefined;
      const place = { table: 'far_account', column, userId };
      const [board, value] = JSON.parse(this.parts.sealing.open(row[column], place)) as string[];
      if (board !== row.board)
        throw new BbsError('SEAL_BROKEN', `the ${column} of user ${userId} is of another board`);
      return value;
    };
    const { board, title } = row;
    return { board, title, name: read('name'), password: read('password') };
  }
}
