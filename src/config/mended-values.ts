import { isAllSeen } from '../base/unseen';
import { compileNamePattern, isNetwork, isPlainAddress } from './cross-checks';
import { defaultConfig } from './schema';
import type { Config } from './schema';
import type { Path } from './source-tree';

/** What cannot be together with other keys, or as a text that only code can check, and harms no caller. */
interface Mended {
  readonly path: Path;
  readonly message: string;
  /** What a start does in place of it. */
  readonly instead: string;
  /** Dotted keys with what counts in place of what was written. */
  readonly counts: readonly (readonly [key: string, value: unknown])[];
}

/** Values that are right each by itself and cannot be; the stricter reading counts where one is. */
export function mendTogether(config: Config): readonly Mended[] {
  return [
    ...mendLengths(config),
    ...mendWaits(config),
    ...mendNetworks(config),
    ...mendTexts(config),
  ];
}

const STOCK = defaultConfig();

function* mendLengths({ users }: Config): Iterable<Mended> {
  const { usernameMin, usernameMax, passwordMin, passwordMax } = users;
  if (usernameMin > usernameMax) {
    const { usernameMin: least, usernameMax: most } = STOCK.users;
    yield mended(
      'users.usernameMin',
      `must not be above users.usernameMax (${usernameMax})`,
      `the board starts with the defaults, ${least} and ${most}`,
      [
        ['users.usernameMin', least],
        ['users.usernameMax', most],
      ],
    );
  }
  if (passwordMin > passwordMax) {
    yield mended(
      'users.passwordMin',
      `must not be above users.passwordMax (${passwordMax})`,
      `the board starts with ${passwordMin} for both`,
      [['users.passwordMax', passwordMin]],
    );
  }
}

function* mendWaits({ users }: Config): Iterable<Mended> {
  const path = 'users.failedLogin';
  const { firstWaitSeconds: first, mostWaitSeconds, mostOtpWaitSeconds } = users.failedLogin;
  if (first > Math.min(mostWaitSeconds, mostOtpWaitSeconds)) {
    yield mended(
      `${path}.firstWaitSeconds`,
      `must not be above mostWaitSeconds and mostOtpWaitSeconds`,
      `the board starts with ${first} for what is below it`,
      [
        [`${path}.mostWaitSeconds`, Math.max(first, mostWaitSeconds)],
        [`${path}.mostOtpWaitSeconds`, Math.max(first, mostOtpWaitSeconds)],
      ],
    );
  }
  const { lookAhead, resyncWindow } = users.twoFactorAuth.otp;
  if (lookAhead > resyncWindow) {
    yield mended(
      'users.twoFactorAuth.otp.lookAhead',
      `must not be above resyncWindow`,
      `the board starts with ${resyncWindow}`,
      [['users.twoFactorAuth.otp.lookAhead', resyncWindow]],
    );
  }
}

/** One that is left out has penalties and limits as any other. */
function* mendNetworks({ security }: Config): Iterable<Mended> {
  const key = 'security.exemptNetworks';
  const good = security.exemptNetworks.filter(isNetwork);
  for (const [index, network] of security.exemptNetworks.entries()) {
    if (isNetwork(network)) continue;
    yield {
      path: [...key.split('.'), index],
      message: `${key} must list networks like 192.0.2.0/24 or 2001:db8::/32, not '${network}'`,
      instead: 'it is left out',
      counts: [[key, good]],
    };
  }
}

function* mendTexts({ users, general, logging, email }: Config): Iterable<Mended> {
  if (!isPattern(users.usernamePattern))
    yield byDefault('users.usernamePattern', 'is not a regular expression', STOCK.users);
  if (!isAllSeen(general.boardName)) {
    const why = 'must have no control characters and no invisible ones';
    yield byDefault('general.boardName', why, STOCK.general);
  }
  // In any other folder it could be a key or the database (rule M14).
  if (/[/\\\0]|^\.{1,2}$/.test(logging.file))
    yield byDefault('logging.file', 'must be a file name without a folder', STOCK.logging);
  const address = 'must be one plain address like bbs@example.org, without a name';
  const { sysOp } = general;
  if (sysOp.email !== '' && !isPlainAddress(sysOp.email))
    yield mended('general.sysOp.email', address, 'it is left out', [['general.sysOp.email', '']]);
  const named = /^[^<>]*<([^<>]+)>\s*$/.exec(email.defaultFrom)?.[1]?.trim() ?? '';
  if (isPlainAddress(named))
    yield mended('email.defaultFrom', address, `the board starts with ${named}`, [
      ['email.defaultFrom', named],
    ]);
}

function isPattern(source: string): boolean {
  try {
    compileNamePattern(source);
    return true;
  } catch {
    return false;
  }
}

function mended(key: string, why: string, instead: string, counts: Mended['counts']): Mended {
  return { path: key.split('.'), message: `${key} ${why}`, instead, counts };
}

function byDefault(key: string, why: string, stock: object): Mended {
  const value: unknown = Reflect.get(stock, key.split('.').at(-1) ?? '');
  return mended(key, why, `the board starts with the default, ${JSON.stringify(value)}`, [
    [key, value],
  ]);
}
