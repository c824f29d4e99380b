import { Option, type Command } from 'commander';
import type { BoundFactor, ImportedSecret } from '../auth/enrollment';
import { recordFactorChange } from '../auth/factor-change';
import { otpTypeOf } from '../auth/factor-kinds';
import type { BeginResult } from '../auth/set-up';
import { BbsError } from '../base/errors';
import { nearestName } from '../base/nearest';
import { OTP_TYPES, OTP_TYPES_TO_OFFER, type OtpType } from '../base/otp-types';
import { lackSentence, type LinkPurpose, missingForLink, remedyFor } from '../mail/links';
import { mailDrop } from '../backend';
import { findLostFactors } from '../readiness/factor-state';
import type { OtpProfile } from '../store/factors';
import { foldName, nameInCommand } from '../store/user-name';
import type { User } from '../store/users';
import { getAccount } from './account';
import { ACTOR, type CommandContext } from './command-context';
import { drawQr, QR_KINDS, type QrKind, qrKindOf, SecretFile } from './qr-output';
import { formatLabels } from './table';
import { sayStock } from '../texts/texts';

const WORDS: readonly string[] = OTP_TYPES_TO_OFFER.map((type) => OTP_TYPES[type].word);

/** Types by their words, and by their stored names in small letters. */
const TYPES: ReadonlyMap<string, OtpType> = new Map([
  ...OTP_TYPES_TO_OFFER.map((type) => [OTP_TYPES[type].word, type] as const),
  ...OTP_TYPES_TO_OFFER.map((type) => [type.toLowerCase(), type] as const),
]);

const HASHES: readonly OtpProfile['hash'][] = ['SHA1', 'SHA256', 'SHA512'];

interface FactorOptions {
  readonly secret?: string;
  readonly secretStdin?: boolean;
  readonly rawKey?: boolean;
  readonly hash?: OtpProfile['hash'];
  readonly qrType?: QrKind;
  readonly out?: string;
  readonly yes?: boolean;
  readonly recoveryTokens?: boolean;
  readonly app?: string;
}

const FACTOR_HELP = `
Types: google (what every authenticator app does), totp (SHA-256), hotp
(counter), or disable. The secret and the backup codes are shown this once;
nobody can read them again. With --recovery-tokens each of the codes signs in
once and switches the factor off, as on The Forgotten Server. A secret of that
server: --secret JBSWY3DPEHPK3PXP; with --raw-key where its characters
themselves are the key.`;

/** `user 2fa-otp` and `user 2fa-link`. */
export function addUserFactor(user: Command, context: CommandContext): void {
  user
    .command('2fa-otp')
    .alias('otp')
    .description('switch a second factor on or off; calls of the account end')
    .argument('<user>')
    .argument('<type>', `${WORDS.join(', ')}, or disable`)
    .option('--secret <base32>', 'bind this secret instead of a new one')
    .option('--secret-stdin', 'read that secret from standard input')
    .option('--raw-key', 'its characters are the key themselves, not Base32')
    .addOption(
      new Option('--hash <hash>', 'for a secret that was made with another one')
        .choices(HASHES.map((hash) => hash.toLowerCase()))
        .argParser((text: string) => hashOf(text)),
    )
    .addOption(new Option('--qr-type <kind>', 'how to draw the QR code').choices(QR_KINDS))
    .option('--recovery-tokens', 'each backup code also switches the factor off')
    .option('--app <label>', 'with disable: only this authenticator app')
    .option('-y, --yes', 'replace a second factor that is there without asking')
    .option('--out <file>', 'write the QR code to a file (.txt .svg .png .html)')
    .addHelpText('after', FACTOR_HELP)
    .action((name: string, type: string, options: FactorOptions) =>
      /^(disable|off)$/i.test(type)
        ? options.app === undefined
          ? switchOff(context, name, options)
          : removeApp(context, name, options.app)
        : switchOn(context, name, typeOf(type), options),
    );
  user
    .command('2fa-link')
    .description('send the mail with the link to set up a second factor, again too')
    .argument('<user>')
    .argument('[type]', `${WORDS.slice(0, -1).join(', ')} or ${WORDS.at(-1) ?? ''}`)
    .action((name: string, type?: string) => sendLink(context, name, type));
}

function hashOf(text: string): OtpProfile['hash'] {
  const hash = HASHES.find((each) => each === text.toUpperCase().replace('-', ''));
  if (hash !== undefined) return hash;
  throw new BbsError('USAGE', `--hash is sha1, sha256 or sha512, not '${text}'`);
}

function typeOf(word: string): OtpType {
  const type = TYPES.get(word.toLowerCase());
  if (type !== undefined) return type;
  const nearest = nearestName(word, [...TYPES.keys(), 'disable']);
  const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`;
  throw new BbsError(
    'USAGE',
    `there is no second factor '${word}': ${WORDS.join(', ')} or disable${hint}`,
  );
}

async function switchOff(
  context: CommandContext,
  name: string,
  options: FactorOptions,
): Promise<void> {
  if (options.secret !== undefined || options.secretStdin === true || options.out !== undefined) {
    throw new BbsError('USAGE', 'disable takes no --secret and no --out');
  }
  const user = await getAccount(context, name);
  const { enrollment, db } = await context.backend();
  const mayBeLost = (await findLostFactors(db)).some(({ id }) => id === user.id);
  const wasOn = await enrollment.disable(user.id, ACTOR);
  if (mayBeLost) {
    // The audit row ends the search for a lost factor of this account.
    const change = {
      userId: user.id,
      kind: 'second-factor-off',
      nowMs: context.clock.nowMs(),
    } as const;
    await db.transaction({ account: user.id }, (sql) =>
      recordFactorChange(sql, { ...change, actor: ACTOR }),
    );
  }
  if (!wasOn) context.note(`"${user.name}" had no second factor`);
  context.show(`2FA OTP disabled for ${user.name}`, { user: user.name, disabled: true, wasOn });
}

/** Removes one of several apps; of the only one `disable` alone is said, for it switches the factor off. */
async function removeApp(context: CommandContext, name: string, label: string): Promise<void> {
  const user = await getAccount(context, name);
  const { enrollment } = await context.backend();
  const { apps } = await enrollment.status(user.id);
  const app = apps.find((each) => foldName(each.label) === foldName(label));
  if (app === undefined) {
    const names = apps.map((each) => `"${each.label}"`).join(', ');
    const has = names === '' ? 'it has none' : `it has ${names}`;
    throw new BbsError(
      'USER_INVALID',
      `"${user.name}" has no authenticator app "${label}": ${has}`,
    );
  }
  if (!(await enrollment.removeApp(user.id, app.binding, ACTOR))) {
    throw new BbsError(
      'USER_INVALID',
      `"${app.label}" is the only authenticator app of "${user.name}": disable without --app switches two-factor sign-in off`,
    );
  }
  const left = apps.length - 1;
  context.show(`Authenticator app "${app.label}" of ${user.name} removed, ${left} left`, {
    ...{ user: user.name, app: app.label, removed: true, left },
  });
}

async function switchOn(
  context: CommandContext,
  name: string,
  type: OtpType,
  options: FactorOptions,
): Promise<void> {
  if (options.app !== undefined) throw new BbsError('USAGE', '--app goes with disable');
  const user = await getAccount(context, name);
  const { enrollment } = await context.backend();
  const kind = qrKindOf(options.qrType, options.out);
  const secret = await givenSecret(context, options);
  if (otpTypeOf(user) !== undefined && !(await enrollment.status(user.id)).isShut) {
    const question = `${user.name} has a second factor, whose apps and backup codes would end. Replace it?`;
    await context.confirmOrStop(question, options.yes);
  }
  // Opened before anything is changed: without a file for the QR code nothing is bound.
  const file = options.out === undefined ? undefined : SecretFile.open(options.out);
  try {
    const bound = await enrollment.bind(user.id, type, {
      actor: ACTOR,
      ...(options.recoveryTokens === true ? { recovery: 'disable' } : {}),
      ...(secret === undefined ? {} : { secret }),
    });
    const qr = await drawQr(bound.uri, kind, context.io.colors === true && file === undefined);
    file?.write(qr);
    const areTokens = options.recoveryTokens === true;
    showBound(context, {
      user,
      type,
      bound,
      qr: file === undefined ? String(qr) : file,
      areTokens,
    });
  } finally {
    file?.close();
  }
}

async function givenSecret(
  context: CommandContext,
  options: FactorOptions,
): Promise<ImportedSecret | undefined> {
  const { rawKey, hash } = options;
  const text = options.secretStdin === true ? await context.io.readLine('', true) : options.secret;
  if (text === undefined) {
    if (rawKey !== true && hash === undefined) return undefined;
    throw new BbsError('USAGE', '--raw-key and --hash say how to read a --secret; give one');
  }
  return {
    text,
    ...(rawKey === true ? { encoding: 'ascii' } : {}),
    ...(hash === undefined ? {} : { hash }),
  };
}

const CODES_A_LINE = 2;

/** Two codes per line of a terminal with 80 columns; in a pipe all codes are on one line. */
function codeLines(
  codes: readonly string[],
  { title, isTerminal }: { readonly title: string; readonly isTerminal: boolean },
): readonly (readonly [string, string])[] {
  if (!isTerminal) return [[title, codes.join(', ')]];
  const lines: (readonly [string, string])[] = [];
  for (let at = 0; at < codes.length; at += CODES_A_LINE) {
    const label = at === 0 ? title : '';
    const comma = at + CODES_A_LINE < codes.length ? ',' : '';
    lines.push([label, codes.slice(at, at + CODES_A_LINE).join(', ') + comma]);
  }
  return lines;
}

/** Prints the result with the labels that sysops' scripts read (contract A5). */
function showBound(
  context: CommandContext,
  shown: {
    readonly user: User;
    readonly type: OtpType;
    readonly bound: BoundFactor;
    readonly qr: string | SecretFile;
    /** Each code switches the factor off (rule N5). */
    readonly areTokens: boolean;
  },
): void {
  const { user, type, bound, qr, areTokens } = shown;
  const lines = formatLabels(17, [
    ['OTP enabled for', user.name],
    ['Secret', bound.secret],
    ...codeLines(bound.backupCodes, {
      title: areTokens ? 'Recovery tokens' : 'Backup codes',
      isTerminal: context.io.columns !== undefined,
    }),
  ]);
  const picture =
    typeof qr === 'string'
      ? ['--- Begin QR ---', qr, '--- End QR ---']
      : [`QR code saved to ${qr.path}`];
  const data = {
    user: user.name,
    type,
    secret: bound.secret,
    uri: bound.uri,
    backupCodes: bound.backupCodes,
    ...(typeof qr === 'string' ? {} : { qrFile: qr.path }),
  };
  const note = areTokens
    ? ['Each token signs in once behind the password and switches 2FA off.']
    : [];
  const shownLines = [...lines, ...note, ...picture];
  if (typeof qr === 'string') context.showDrawing(shownLines, data);
  else context.show(shownLines, data);
}

async function sendLink(context: CommandContext, name: string, word?: string): Promise<void> {
  const user = await getAccount(context, name);
  const { enrollment, mailer } = await context.backend();
  const { method } = (await context.config()).users.twoFactorAuth;
  const waiting = (await enrollment.status(user.id)).pending;
  await checkLinks(context, 'second-factor');
  const type = word === undefined ? (waiting ?? otpTypeOf(user) ?? method) : typeOf(word);
  const begun = await enrollment.begin(user.id, type, { actor: ACTOR, mail: true });
  if (begun.kind !== 'begun') {
    throw new BbsError('USER_INVALID', NO_LINK[begun.kind](user.name));
  }
  const isRunning = (await context.running()) !== undefined;
  const address = user.properties.get('email_address') ?? '';
  const goesTo = isRunning
    ? `It goes to ${address} within seconds.`
    : `It waits for ${address}: start the board, or run oputil mail send.`;
  const folder = mailDrop((await context.board()).dataDir);
  const how = mailer.sendsMail ? goesTo : `${sayStock('mail.no-server')} That is ${folder}.`;
  context.show([`Registration mail for ${user.name} stored. ${how}`], {
    user: user.name,
    type,
    address,
    expiresAt: new Date(begun.expiresAtMs).toISOString(),
    waitsForBoard: !isRunning,
  });
}

const NO_LINK: Readonly<Record<Exclude<BeginResult['kind'], 'begun'>, (name: string) => string>> = {
  'no-address': (name) =>
    `"${name}" has no mail address; set one: oputil user set ${nameInCommand(name)} --email ADDRESS`,
  'too-many': (name) => `"${name}" was sent too many such mails within the hour; try again later`,
  'not-yours': (name) => `a session of "${name}" has begun a set-up`,
  'not-added': (name) => `"${name}" cannot have another authenticator app`,
  'not-active': (name) =>
    `"${name}" is not active; first: oputil user activate ${nameInCommand(name)}`,
};

/** Throws PREREQUISITE_MISSING, in the words of the screens, where the link could not be opened. */
export async function checkLinks(context: CommandContext, purpose: LinkPurpose): Promise<void> {
  const missing = missingForLink(await context.config(), await context.listening(), purpose);
  if (missing.length === 0) return;
  const remedies = missing.map(remedyFor).join('; ');
  throw new BbsError(
    'PREREQUISITE_MISSING',
    `${lackSentence(sayStock, missing)} Remedy: ${remedies}`,
  );
}
