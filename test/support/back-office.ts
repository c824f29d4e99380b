import { CHEAP_HASH } from './authenticator-context';
import type { Clock } from '../../src/base/clock';
import { systemClock } from '../../src/base/clock';
import { createLog } from '../../src/base/log';
import { systemRandom } from '../../src/base/random';
import type { OtpType } from '../../src/base/otp-types';
import { resolveBoard } from '../../src/config/board';
import { configSchema, type ConfigInput } from '../../src/config/schema';
import type { MailTransport } from '../../src/mail/transport';
import { openBackend, type Backend } from '../../src/backend';
import type { BoundFactor } from '../../src/auth/enrollment';
import { findUserByName } from '../../src/store/users';
import { sayStock } from '../../src/texts/texts';

/** The accounts of a board, accessed as by another process, while the board runs or not. */
export interface BackOffice extends Backend {
  addAccount(name: string, password: string): Promise<number>;
  userId(name: string): Promise<number>;
  bind(name: string, type?: OtpType): Promise<BoundFactor>;
}

export async function openBackOffice(
  dataDir: string,
  options: {
    readonly clock?: Clock;
    readonly config?: ConfigInput;
    readonly mail?: MailTransport;
  } = {},
): Promise<BackOffice> {
  const config = configSchema.parse(options.config ?? {});
  const backend = await openBackend({
    board: await resolveBoard({ data: dataDir, env: {} }),
    config: () => config,
    clock: options.clock ?? systemClock,
    random: systemRandom,
    log: createLog({ level: 'silent', write: () => undefined, nowMs: () => 0 }),
    env: {},
    mail: options.mail,
    hashCost: CHEAP_HASH,
    words: () => sayStock,
  });
  const userId = async (name: string): Promise<number> => {
    const user = await backend.db.run((sql) => findUserByName(sql, name));
    if (user === undefined) throw new Error(`there is no ${name}`);
    return user.id;
  };
  return {
    ...backend,
    userId,
    addAccount: async (name, password) => {
      const properties = { email_address: `${name}@example.org` };
      const made = await backend.accounts.create(
        { name, password, properties },
        { server: 'oputil' },
      );
      if (made.kind === 'refused') throw new Error(made.says(sayStock));
      return made.user.id;
    },
    bind: async (name, type = 'googleAuth') => backend.enrollment.bind(await userId(name), type),
  };
}
