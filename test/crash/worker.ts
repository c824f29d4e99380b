import { writeSync } from 'node:fs';
import { systemClock } from '../../src/base/clock';
import { configSchema, type ConfigInput } from '../../src/config/schema';
import { SecondFactor, type SecondFactorResult } from '../../src/auth/second-factor';
import { createLog } from '../../src/base/log';
import { totp } from '../support/authenticator';
import { openBackOffice, type BackOffice } from '../support/back-office';

/** What the worker has been told by the store, a line each; whatever stands here must be true for ever. */
export type Told =
  | { readonly told: 'off'; readonly name: string }
  | { readonly told: 'begun'; readonly name: string; readonly token: string }
  | {
      readonly told: 'confirming';
      readonly name: string;
      readonly secret: string;
      readonly code: string;
    }
  | { readonly told: 'confirmed'; readonly name: string; readonly backupCodes: readonly string[] }
  | { readonly told: 'codes'; readonly name: string; readonly backupCodes: readonly string[] }
  | { readonly told: 'used'; readonly name: string; readonly backupCode: string }
  | { readonly told: 'promised'; readonly token: string };

export const WORKERS = { enrol: 20, regenerate: 10, mail: 200 } as const;

export type Job = keyof typeof WORKERS;

export function workerName(job: Job, index: number): string {
  return `${job}${index}`;
}

/** At once and unbuffered: a line that was not written was not told. */
function tell(told: Told): void {
  writeSync(1, `${JSON.stringify(told)}\n`);
}

const work: Readonly<Record<Job, (backend: BackOffice, name: string) => Promise<void>>> = {
  async enrol(backend, name) {
    const userId = await backend.userId(name);
    const { enrollment } = backend;
    await enrollment.disable(userId);
    tell({ told: 'off', name });
    const begun = await enrollment.begin(userId, 'googleAuth');
    if (begun.kind !== 'begun') throw new Error(begun.kind);
    tell({ told: 'begun', name, token: begun.token });
    const { secret = '' } = (await enrollment.find(begun.token)) ?? {};
    const code = totp(secret, Date.now());
    tell({ told: 'confirming', name, secret, code });
    const confirmed = await enrollment.confirm(begun.token, code);
    if (confirmed.kind !== 'confirmed') throw new Error(confirmed.kind);
    tell({ told: 'confirmed', name, backupCodes: confirmed.backupCodes });
  },

  async regenerate(backend, name) {
    const userId = await backend.userId(name);
    const backupCodes = await backend.enrollment.regenerateBackupCodes(userId);
    if (backupCodes === undefined) throw new Error('no second factor');
    tell({ told: 'codes', name, backupCodes });
    const [backupCode = ''] = backupCodes;
    const used = await verifyCode(backend, userId, backupCode);
    if (used.kind !== 'right') throw new Error(used.kind);
    tell({ told: 'used', name, backupCode });
  },

  async mail(backend, name) {
    const userId = await backend.userId(name);
    const begun = await backend.enrollment.begin(userId, 'googleAuth', { mail: true });
    // Five mails an hour and account (rule A15); the next round takes other accounts.
    if (begun.kind === 'begun') tell({ told: 'promised', token: begun.token });
  },
};

/** Verifies one code as a login does, in a transaction of its own. */
export function verifyCode(
  backend: BackOffice,
  userId: number,
  code: string,
): Promise<SecondFactorResult> {
  const config = configSchema.parse({});
  const factor = new SecondFactor({
    sealing: backend.sealing,
    clock: systemClock,
    config: () => config,
    log: createLog({ level: 'silent', write: () => undefined, nowMs: () => 0 }),
  });
  return backend.db.transaction('board', (sql) => factor.verify(sql, userId, code));
}

/** Works until it is killed. */
async function main(
  dataDir: string,
  job: Job,
  smtpPort: number,
  database: ConfigInput,
): Promise<never> {
  const transport = { host: '127.0.0.1', port: smtpPort, secure: false, ignoreTLS: true };
  // Only the worker that sends mails has a server for them.
  const config = smtpPort === 0 ? database : { ...database, email: { transport } };
  const backend = await openBackOffice(dataDir, { config });
  if (job === 'mail') backend.mailer.start();
  for (;;) {
    for (let index = 0; index < WORKERS[job]; index++) {
      await work[job](backend, workerName(job, index));
    }
  }
}

if (require.main === module) {
  const [dataDir = '', job = 'enrol', smtpPort = '0', database = '{}'] = process.argv.slice(2);
  void main(dataDir, job as Job, Number(smtpPort), JSON.parse(database) as ConfigInput);
}
