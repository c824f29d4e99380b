import { Authenticator } from '../../src/auth/authenticator';
import { listAudit } from '../../src/store/audit';
import {
  openAuthenticator,
  PASSWORD,
  STRANGER,
  tryPassword,
  type AuthenticatorContext,
} from '../support/authenticator-context';

let context: AuthenticatorContext;
beforeEach(async () => {
  context = await openAuthenticator();
});
afterEach(() => context.close());

test('more sign-ins at once than there is room for are busy, and nothing is looked up or written for them (rule K3)', async () => {
  await context.addAccount('joe');
  const authenticator = new Authenticator({ ...context, minResponseMs: 0, mostAtOnce: 2 });
  const call = (): Promise<string> =>
    tryPassword(
      authenticator.begin({ server: 'ssh', secure: true, remoteIp: STRANGER, node: 1 }),
      PASSWORD,
    );
  const hashes = context.hashes.started;
  const results = await Promise.all(Array.from({ length: 50 }, call));
  expect(results.filter((result) => result === 'accepted')).toHaveLength(2);
  expect(results.filter((result) => result === 'busy')).toHaveLength(48);
  expect(context.hashes.started - hashes).toBe(2);
  const rows = await context.db.run((sql) => listAudit(sql, { limit: 100 }));
  expect(rows.filter(({ kind }) => kind === 'password')).toHaveLength(2);
  expect(context.logLines.filter((line) => line.includes('"reason":"busy"'))).toHaveLength(48);
  // The room is free again afterwards.
  expect(await call()).toBe('accepted');
});
