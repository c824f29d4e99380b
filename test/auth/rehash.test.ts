import { HASH_COST, hashPassword } from '../../src/auth/password';
import { storePassword } from '../../src/store/passwords';
import {
  openAuthenticator,
  PASSWORD,
  tryPassword,
  type AuthenticatorContext,
} from '../support/authenticator-context';

let context: AuthenticatorContext;
afterEach(() => context.close());

test('a password hashed at another cost is hashed anew at the next sign-in, and at that only (rule C3)', async () => {
  context = await openAuthenticator({ hashCost: HASH_COST });
  const id = await context.addAccount();
  const stored = async (): Promise<string> => {
    const [hash = ''] = await context.db.run((sql) => sql('user_password').pluck<string[]>('hash'));
    return hash;
  };
  for (const other of [{ memoryCost: 8_192 }, { timeCost: 1 }]) {
    const old = await hashPassword(PASSWORD, { ...HASH_COST, ...other });
    await context.db.transaction('board', (sql) => storePassword(sql, id, { hash: old, nowMs: 0 }));
    expect(await tryPassword(context.call(), 'a wrong password')).toBe('bad-credential');
    expect(await stored()).toBe(old);
    expect(await tryPassword(context.call(), PASSWORD)).toBe('accepted');
    const renewed = await stored();
    expect(renewed).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
    expect(await tryPassword(context.call(), PASSWORD)).toBe('accepted');
    expect(await stored()).toBe(renewed);
  }
});
