import { Argument, Option, type Command } from 'commander';
import { wallTimeOf } from '../base/clock';
import { isFactorDemanded } from '../menu/run/owed-factor';
import { rememberedUntil } from '../auth/remembered-key';
import { parseSshPublicKey } from '../auth/ssh-key';
import type { FactorStatus } from '../auth/enrollment';
import { otpTypeOf } from '../auth/factor-kinds';
import { findPassword } from '../store/passwords';
import type { SheetStatus } from '../store/sheets';
import { listSshKeys } from '../store/ssh-keys';
import { listUsers, type UserSort } from '../store/user-list';
import { ROOT_ID, type User, type UserStatus } from '../store/users';
import {
  accountData,
  factorName,
  factorWord,
  findLockedFactors,
  getAccount,
  minuteOf,
  STATUS_WORDS,
  statusWord,
} from './account';
import { type CommandContext, wholeNumber } from './command-context';
import { findSignInBars } from './sign-in-bars';
import { formatLabels, type Column } from './table';

const SORTS: readonly UserSort[] = [
  'id',
  'username',
  'realname',
  'status',
  'created',
  'lastlogin',
  'logins',
];

/** Suffix of the name of a locked factor. */
const LOCKED = ', locked after too many wrong codes';

/** `user info`, `user calls` and `user list`. */
export function addUserInfo(user: Command, context: CommandContext): void {
  user
    .command('info')
    .description('show an account')
    .argument('<user>')
    .option('--security', 'also what is set up for signing in; never a secret')
    .action((name: string, options: { security?: boolean }) =>
      showInfo(context, name, options.security === true),
    );
  user
    .command('calls')
    .description('the calls of an account, the newest first')
    .argument('<user>')
    .option('--limit <count>', 'at most so many', wholeNumber(1, 10_000), 20)
    .action((name: string, { limit }: { limit: number }) => listOwnCalls(context, name, limit));
  user
    .command('list')
    .description('list accounts')
    .addArgument(
      new Argument('[status]', 'only these').choices(['all', ...STATUS_WORDS]).default('all'),
    )
    .addOption(new Option('--sort <by>', 'in this order').choices(SORTS).default('id'))
    .option('--search <text>', 'only where this is part of the user name or real name')
    .option('--limit <count>', 'at most so many', wholeNumber(1, 999_999_999))
    .action((status: string, options: ListAsked) => listAccounts(context, status, options));
}

interface ListAsked {
  readonly sort: UserSort;
  readonly search?: string;
  readonly limit?: number;
}

interface KeyLine {
  readonly algorithm: string;
  readonly fingerprint: string;
  readonly comment: string;
  /** Left out where it asks for a code. */
  readonly withoutCodeUntil?: string | null;
}

async function showInfo(context: CommandContext, name: string, security: boolean): Promise<void> {
  const user = await getAccount(context, name);
  const keys = await keysOf(context, user);
  const backend = await context.backend();
  const factor = await backend.enrollment.status(user.id);
  const sheet = await backend.sheets.status(user.id);
  const isLocked = (await findLockedFactors(context)).has(user.id);
  const given = (await backend.mailChange.pendingFor(user.id))?.address;
  const recovery = security ? await (await context.backend()).recovery.waiting(user.id) : undefined;
  const bars = security ? await barsOf(context, user) : [];
  const hasPassword = await context.read(
    async (sql) => (await findPassword(sql, user.id)) !== undefined,
  );
  const property = (key: string): string => user.properties.get(key) ?? '';
  const lines = formatLabels(13, [
    ['Username', `${user.name}${user.id === ROOT_ID ? ' (root/SysOp)' : ''}`],
    ['Real name', property('real_name')],
    ['ID', String(user.id)],
    ['Status', statusWord(user.status)],
    ['Groups', user.groups.join(', ')],
    ['Theme ID', property('theme_id')],
    ['Created', minuteOf(user.properties.get('account_created'))],
    ['Last login', minuteOf(user.properties.get('last_login_timestamp'))],
    ['Login count', property('login_count') || '0'],
    ['Email', property('email_address')],
    ...(given === undefined ? [] : [['Email given', `${given}, not confirmed yet`] as const]),
    ['Location', property('location')],
    ['Affiliations', property('affiliation')],
    ['About', property('about')],
    ['ActivityPub', 'none'],
    ['2FA OTP', `${factorName(otpTypeOf(user))}${isLocked ? LOCKED : ''}`],
    ...sshLines(keys),
    ...(security ? securityLines(user, factor) : []),
    ...(recovery === undefined
      ? []
      : [['OTP recovery', `from ${minuteOf(recovery.endsAtMs)} on, by a mailed link`] as const]),
    ...(security ? [['Code sheet', sheetText(sheet)] as const] : []),
    ...(security ? [['Password', hasPassword ? 'set' : 'none'] as const] : []),
    ...(security ? signInLines(bars) : []),
  ]);
  context.show(lines, {
    ...accountData(user),
    ...(given === undefined ? {} : { emailNotConfirmed: given }),
    secondFactorLocked: isLocked,
    sshKeys: keys,
    ...(recovery === undefined ? {} : { recoveryFrom: isoOf(recovery.endsAtMs) }),
    ...(security
      ? { hasPassword, otp: securityData(user, factor), sheet: sheetData(sheet), signIn: bars }
      : {}),
  });
}

const CALL_COLUMNS: readonly Column[] = [
  { title: 'Began (UTC)' },
  { title: 'Ended' },
  { title: 'By' },
  { title: 'From' },
  { title: 'Node', align: 'right' },
];

async function listOwnCalls(context: CommandContext, name: string, limit: number): Promise<void> {
  const user = await getAccount(context, name);
  const calls = await (await context.backend()).ownCalls.list(user.id, limit);
  const rows = calls.map((call) => [
    minuteOf(call.startedAtMs),
    // Also where the board was killed meanwhile.
    call.endedAtMs === undefined ? '-' : minuteOf(call.endedAtMs),
    call.server,
    call.source,
    String(call.node),
  ]);
  const data = calls.map(({ startedAtMs, endedAtMs, server, source, node }) => ({
    ...{ began: isoOf(startedAtMs), ended: isoOf(endedAtMs), server, source, node },
  }));
  context.show(calls.length === 0 ? ['no calls'] : context.table(CALL_COLUMNS, rows), data);
}

async function barsOf(context: CommandContext, user: User): Promise<readonly string[]> {
  const config = await context.config();
  const { clock } = context;
  const { sealing } = await context.backend();
  return context.read((sql) => findSignInBars(sql, user, { config, clock, sealing }));
}

/** Whether the owner could sign in now, and what stands in the way. */
function signInLines(bars: readonly string[]): readonly (readonly [string, string])[] {
  return bars.length === 0 ? [['Sign-in', 'possible']] : bars.map((bar) => ['Sign-in', bar]);
}

function sshLines(keys: readonly KeyLine[]): readonly (readonly [string, string])[] {
  if (keys.length === 0) return [['SSH key', 'none']];
  return keys.map(({ algorithm, fingerprint, comment, withoutCodeUntil: until }) => [
    'SSH key',
    `${algorithm} (${fingerprint})${comment === '' ? '' : ` comment: ${comment}`}${until == null ? '' : `, no code until ${minuteOf(until)}`}`,
  ]);
}

function securityLines(user: User, factor: FactorStatus): readonly (readonly [string, string])[] {
  const isOn = otpTypeOf(user) !== undefined;
  const { boundAtMs, usedAtMs, pending } = factor;
  return [
    ['OTP secret', isOn ? (factor.isShut ? 'lost: bind it again' : 'configured') : 'none'],
    ['OTP Backup', isOn ? `${factor.backupCodesLeft} codes left` : 'none'],
    ['OTP bound', minuteOf(boundAtMs)],
    ['OTP used', minuteOf(usedAtMs)],
    ...appLines(factor),
    ['OTP pending', pending === undefined ? 'none' : `${factorName(pending)}, not confirmed yet`],
  ];
}

function appLines({ apps }: FactorStatus): readonly (readonly [string, string])[] {
  return apps.map(({ label, boundAtMs, usedAtMs }) => {
    const used = usedAtMs === undefined ? 'not used yet' : `used ${minuteOf(usedAtMs)}`;
    return ['OTP app', `${label}, added ${minuteOf(boundAtMs)}, ${used}`];
  });
}

function securityData(user: User, factor: FactorStatus): Readonly<Record<string, unknown>> {
  return {
    configured: otpTypeOf(user) !== undefined,
    lost: factor.isShut,
    backupCodesLeft: factor.backupCodesLeft,
    boundAt: isoOf(factor.boundAtMs),
    usedAt: isoOf(factor.usedAtMs),
    apps: factor.apps.map(({ label, type, boundAtMs: bound, usedAtMs: used }) => ({
      ...{ label, type, added: isoOf(bound), used: isoOf(used) },
    })),
    pending: factor.pending ?? null,
  };
}

/** Codes for lines without a password. */
export function sheetText(sheet: SheetStatus | undefined): string {
  if (sheet === undefined) return 'none';
  const { left, total, next, madeAtMs } = sheet;
  const asked = next === undefined ? '' : `, next is number ${next}`;
  return `${left} of ${total} codes left${asked}, made ${minuteOf(madeAtMs)}`;
}

export function sheetData(sheet: SheetStatus | undefined) {
  if (sheet === undefined) return null;
  const { left, total, next = null, madeAtMs } = sheet;
  return { left, total, next, madeAt: isoOf(madeAtMs) };
}

function isoOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

/** The keys of an account, with the one that ENiGMA½ kept for it. */
async function keysOf(context: CommandContext, user: User): Promise<readonly KeyLine[]> {
  const rows = await context.read((sql) => listSshKeys(sql, user.id));
  const config = await context.config();
  const { clock } = context;
  const { required } = config.users.twoFactorAuth;
  const mustShowCode = (of: User) => isFactorDemanded(of, { required, nowMs: clock.nowMs() });
  const parts = { clock, config: () => config, mustShowCode };
  const keys = rows.map((row): KeyLine => {
    const { algorithm, fingerprint, comment } = row;
    const untilMs = rememberedUntil(parts, row, user);
    if (untilMs === undefined) return { algorithm, fingerprint, comment };
    const withoutCodeUntil = isoOf(wallTimeOf(clock, untilMs));
    return { algorithm, fingerprint, comment, withoutCodeUntil };
  });
  const imported = parseSshPublicKey(user.properties.get('ssh_public_key') ?? '');
  if (imported.kind === 'refused') return keys;
  const { algorithm, fingerprint, comment } = imported.key;
  const isKnown = keys.some((key) => key.fingerprint === fingerprint);
  return isKnown ? keys : [...keys, { algorithm, fingerprint, comment }];
}

const LIST_COLUMNS: readonly Column[] = [
  { title: 'ID', align: 'right' },
  { title: 'Username', most: 16 },
  { title: 'Real name', most: 18 },
  { title: 'Status' },
  { title: '2FA' },
  { title: 'Last login' },
  { title: 'Logins', align: 'right' },
];

/** Printed page by page: a large board has more accounts than fit into memory. */
async function listAccounts(
  context: CommandContext,
  status: string,
  asked: ListAsked,
): Promise<void> {
  const { sort, search, limit = Number.POSITIVE_INFINITY } = asked;
  const index = STATUS_WORDS.findIndex((word) => word === status);
  const pages = listUsers((work) => context.read(work), {
    ...{ sort, ...(index < 0 ? {} : { status: index as UserStatus }) },
    ...(search === undefined ? {} : { search }),
    // One more row tells whether the list goes on.
    limit: limit + 1,
  });
  const locked = await findLockedFactors(context);
  const list = context.openList(LIST_COLUMNS);
  let found = 0;
  for await (const page of pages) {
    const users = page.slice(0, limit - found);
    found += page.length;
    list.add(
      users.map((user) => rowOf(user, locked)),
      users.map((user) => ({ ...accountData(user), secondFactorLocked: locked.has(user.id) })),
    );
  }
  const shown = Math.min(found, limit);
  const all = shown === 1 ? '1 account' : `${shown} accounts`;
  const count = found > shown ? `the first ${all}; there are more` : all;
  list.end(shown === 0 ? ['no accounts'] : ['', count]);
}

function rowOf(user: User, locked: ReadonlySet<number>): readonly string[] {
  return [
    String(user.id),
    user.name,
    user.properties.get('real_name') ?? '',
    statusWord(user.status),
    `${factorWord(otpTypeOf(user))}${locked.has(user.id) ? ' locked' : ''}`,
    minuteOf(user.properties.get('last_login_timestamp')).slice(0, 10),
    user.properties.get('login_count') ?? '0',
  ];
}
