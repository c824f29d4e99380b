import type { OtpType } from '../src/base/otp-types';
import { hashPassword } from '../src/auth/password';
import { storePassword } from '../src/store/passwords';
import { writeProperties } from '../src/store/properties';
import { insertUser } from '../src/store/users';
import type { BackOffice } from '../test/support/back-office';

export const PASSWORD = 'a quiet harbour 7';

/** A transaction has a few seconds, on a busy machine too. */
const PER_TRANSACTION = 25;

export interface Inhabitant {
  readonly name: string;
  /** Base32; empty without a second factor. */
  readonly secret: string;
}

/** Accounts with one password, whose hash is made once. */
export async function populate(
  backend: BackOffice,
  wanted: {
    readonly prefix: string;
    readonly count: number;
    readonly factor?: OtpType;
    readonly status?: 0 | 1 | 2 | 3;
  },
): Promise<readonly Inhabitant[]> {
  const hash = await hashPassword(PASSWORD);
  const nowMs = Date.now();
  const made: { id: number; name: string }[] = [];
  while (made.length < wanted.count) {
    const until = Math.min(wanted.count, made.length + PER_TRANSACTION);
    const some = await backend.db.transaction('board', async (sql) => {
      const ids: { id: number; name: string }[] = [];
      for (let index = made.length; index < until; index++) {
        const name = `${wanted.prefix}${index}`;
        const id = await insertUser(sql, { name });
        if (id === undefined) throw new Error(`${name} is there already`);
        await storePassword(sql, id, { hash, nowMs });
        await writeProperties(sql, id, { account_status: String(wanted.status ?? 2) });
        ids.push({ id, name });
      }
      return ids;
    });
    made.push(...some);
  }
  const inhabitants: Inhabitant[] = [];
  for (const { id, name } of made) {
    const bound =
      wanted.factor === undefined ? undefined : await backend.enrollment.bind(id, wanted.factor);
    inhabitants.push({ name, secret: bound?.secret ?? '' });
  }
  return inhabitants;
}
