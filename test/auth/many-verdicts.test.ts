import { totp } from '../support/authenticator';
import {
  type AuthenticatorContext,
  openAuthenticator,
  PASSWORD,
  tryCode,
  tryPassword,
} from '../support/authenticator-context';

const ACCOUNTS = 16;

interface Owner {
  readonly name: string;
  readonly secret: string;
  readonly backupCodes: readonly string[];
}

/** What an account types at one instant, and what it is answered with. */
interface Typed {
  readonly name: string;
  readonly code: string;
  readonly verdict: 'accepted' | 'bad-credential';
}

describe('codes of many accounts at the same instant', () => {
  let context: AuthenticatorContext;
  const owners: Owner[] = [];

  beforeAll(async () => {
    context = await openAuthenticator();
    for (let number = 0; number < ACCOUNTS; number += 1) {
      const name = `owner${number}`;
      const userId = await context.addAccount(name);
      const made = await context.enrollment.bind(userId, 'googleAuth');
      owners.push({ name, ...made });
    }
  });
  afterAll(() => context.close());

  /** Answers to all of them, which wait at the code before the first is typed. */
  async function verdicts(typed: readonly Typed[]): Promise<readonly string[]> {
    const calls = await Promise.all(
      typed.map(async ({ name }) => {
        const call = context.call();
        await tryPassword(call, PASSWORD, name);
        return call;
      }),
    );
    return Promise.all(calls.map((call, at) => tryCode(call, typed[at]?.code ?? '')));
  }

  test('each is answered by what it is, beside right ones of others and of its own account', async () => {
    const nowMs = context.clock.nowMs();
    const typed = owners.flatMap(({ name, secret, backupCodes }, at): readonly Typed[] => {
      const next = owners[(at + 1) % ACCOUNTS];
      const otherCode = totp(next?.secret ?? '', nowMs);
      const near = [-1, 0, 1].map((steps) => totp(secret, nowMs + steps * 30_000));
      return [
        { name, code: backupCodes[0] ?? '', verdict: 'accepted' },
        { name, code: next?.backupCodes[1] ?? '', verdict: 'bad-credential' },
        { name, code: totp(secret, nowMs), verdict: 'accepted' },
        ...(near.includes(otherCode)
          ? []
          : [{ name, code: otherCode, verdict: 'bad-credential' } as const]),
      ];
    });
    expect(await verdicts(typed)).toEqual(typed.map(({ verdict }) => verdict));
  });
});
