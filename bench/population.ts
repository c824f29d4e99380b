import type { OtpType } from '../src/base/otp-types';
import { hashPassword } from '../src/auth/password';
import { storePassword } from '../src/store/passwords';
import { writeProperties } from '../src/store/properties';
import { insertUser } from '../src/store/users';
import type { BackOffice } from '../test/support/back-office';

export const PASSWORD = 'a quiet harbour 7';

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
  const ids = await backend.db.transaction('board', async (sql) => {
    const made: { id: number; name: string }[] = [];
    for (let index = 0; index < wanted.count; index++) {
      const name = `${wanted.prefix}${index}`;
      const id = await insertUser(sql, { name });
      if (id === undefined) throw new Error(`${name} is there already`);
      await storePassword(sql, id, { hash, nowMs });
      await writeProperties(sql, id, { account_status: String(wanted.status ?? 2) });
      made.push({ id, name });
    }
    return made;
  });
  const inhabitants: Inhabitant[] = [];
  for (const { id, name } of ids) {
    const bound =
      wanted.factor === undefined ? undefined : await backend.enrollment.bind(id, wanted.factor);
    inhabitants.push({ name, secret: bound?.secret ?? '' });
  }
  return inhabitants;
}
