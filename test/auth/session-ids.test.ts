import { openAuthenticator, type AuthenticatorContext } from '../support/authenticator-context';

let context: AuthenticatorContext;
afterEach(() => context.close());

test('twenty thousand session ids have 128 bits each and never repeat (rule J3)', async () => {
  context = await openAuthenticator();
  const ids = new Set<string>();
  const ones = new Array<number>(128).fill(0);
  for (let call = 0; call < 20_000; call += 1) {
    const { sessionId } = context.call();
    ids.add(sessionId);
    const bits = Buffer.from(sessionId, 'hex');
    for (let bit = 0; bit < 128; bit += 1) {
      ones[bit] = (ones[bit] ?? 0) + (((bits[bit >> 3] ?? 0) >> (bit & 7)) & 1);
    }
  }
  expect(ids.size).toBe(20_000);
  // Each bit is one in half of them: fifteen standard deviations off would not be chance.
  for (const count of ones) expect(Math.abs(count - 10_000)).toBeLessThan(15 * 71);
});
