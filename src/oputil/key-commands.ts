import { lstatSync, renameSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Command } from 'commander';
import { nameCurrentKey } from '../auth/current-key';
import { checkKeys, type KeyReport, rotateKeys, shutLost } from '../auth/key-rotation';
import { replaceLostKey, type Sealing } from '../auth/sealing';
import { BbsError } from '../base/errors';
import { givenKeys, sealingFile, type Backend } from '../backend';
import { findLostFactors } from '../readiness/factor-state';
import { boardLockFile, takeBoardLock } from '../store/board-lock';
import { listShutFactors } from '../store/factors';
import { findUsers } from '../store/users';
import { ACTOR, type CommandContext } from './command-context';
import { formatTable } from './table';

const HELP = `
The sealing key opens the secrets in the database: data/keys/sealing.json, the
file named by security.sealingKeyFile, or SALLYPORT_SEALING_KEY. rotate makes
a new key and seals all values with it; run again, it finishes what was
interrupted. Old keys stay while anything needs them, and for a day. Keep a
copy of the file, apart from the database. When it is lost for good:
key new --lost makes another and shuts the second factors of the lost one. They
stay required; who had one must have it bound again.`;

/** `key check`, `key rotate` and `key new`. */
export function addKeyCommands(program: Command, context: CommandContext): void {
  const key = program.command('key').description('the key that seals secrets in the database');
  key.addHelpText('after', HELP);
  key
    .command('check')
    .description('open every sealed value; changes nothing')
    .action(() => check(context));
  key
    .command('rotate')
    .description('seal all values with a new key')
    .option('--prepare', 'only make the key: for the other nodes, before it is used')
    .action(({ prepare: only }: { readonly prepare?: boolean }) =>
      only === true ? prepare(context) : rotate(context),
    );
  key
    .command('new')
    .description('go on after the key was lost; the board must be stopped')
    .requiredOption('--lost', 'there is no copy of the key: what it sealed is given up')
    .option('-y, --yes', 'ask nothing')
    .action(({ yes }: { readonly yes?: boolean }) => replaceLost(context, yes));
}

async function check(context: CommandContext): Promise<void> {
  const { db, sealing } = await context.backend();
  const report = await checkKeys({ db, sealing });
  const known = new Set(sealing.keyIds());
  const state = (id: string): string =>
    id === report.currentKeyId ? 'current' : known.has(id) ? 'retired' : 'MISSING';
  const table = formatTable(
    [
      { title: 'Key' },
      { title: 'State' },
      { title: 'Sealed values', align: 'right' },
      { title: 'Backup codes', align: 'right' },
      { title: 'Sheet codes', align: 'right' },
    ],
    report.keys.map(({ id, sealed, backupCodes, sheetCodes }) => [
      id,
      state(id),
      String(sealed),
      String(backupCodes),
      String(sheetCodes),
    ]),
  );
  const keys = report.keys.map((key) => ({ ...key, state: state(key.id).toLowerCase() }));
  const shut = await namesOf(context, await context.read(listShutFactors));
  const lost = (await findLostFactors(db)).map(({ name }) => name);
  const verdict = [
    ...unreadableLines(report.unreadable),
    ...(codesAreLost(report, sealing)
      ? ['Backup codes under a missing key cannot be used any more.']
      : []),
  ];
  const fine = verdict.length === 0;
  context.show(
    [
      ...[...table, '', ...(fine ? ['Every sealed value opens.'] : verdict)],
      ...[...shutLines(shut), ...lostLines(lost)],
    ],
    { ...report, keys, mustBindAgain: shut, mayHaveLostFactor: lost },
  );
  if (!fine || lost.length > 0) context.exitCode = 1;
}

function codesAreLost(report: KeyReport, sealing: Sealing): boolean {
  const known = new Set(sealing.keyIds());
  return report.keys.some(
    ({ id, backupCodes, sheetCodes }) => !known.has(id) && backupCodes + sheetCodes > 0,
  );
}

/** Runs with the lock of the board: a running board holds the keys in memory and seals with them. */
async function replaceLost(context: CommandContext, yes: boolean | undefined): Promise<void> {
  const backend = await context.backend();
  const { dataDir } = await context.board();
  const lock = await takeBoardLock(boardLockFile(dataDir), process.pid);
  if (lock.kind === 'held') {
    throw new BbsError(
      'DATA_IN_USE',
      `the board runs (process ${lock.pid ?? 'unknown'}): stop it first`,
    );
  }
  try {
    // A board with a data folder of its own may run on the same server.
    const hold = await backend.db.holdAlone();
    await giveUpLost(context, backend, yes).finally(() => hold.release());
  } finally {
    await lock.release();
  }
}

async function giveUpLost(
  context: CommandContext,
  { db, sealing }: Backend,
  yes: boolean | undefined,
): Promise<void> {
  const report = await checkKeys({ db, sealing });
  const isLost = sealing.keyIds().length === 0;
  if (!isLost && report.unreadable.length === 0 && !codesAreLost(report, sealing)) {
    const shut = await namesOf(context, await context.read(listShutFactors));
    return context.show(['Every sealed value opens: nothing is lost.', ...shutLines(shut)], {
      keyId: report.currentKeyId,
      mustBindAgain: shut,
    });
  }
  context.note(
    `${report.unreadable.length} sealed values do not open. Is there a copy of the key? Then restore it`,
  );
  context.note(
    'instead. Else second factors of the lost key take no code until they are bound again.',
  );
  await context.confirmOrStop('Give them up?', yes);
  const keys = isLost ? await makeKey(context) : sealing;
  const keyId = keys.newestKeyId() ?? keys.currentKeyId();
  await nameCurrentKey(db, { sealing: keys, clock: context.clock, keyId });
  const lost = await shutLost({ db, sealing: keys, clock: context.clock, actor: ACTOR });
  (await context.log()).warn('key-given-up', { keyId: keys.currentKeyId(), shut: lost.shut });
  const shut = await namesOf(context, lost.shut);
  const withoutCodes = await namesOf(context, lost.withoutCodes);
  context.show(
    [
      `Current key   : ${keys.currentKeyId()}${isLost ? ' (new)' : ''}`,
      `Mails dropped : ${lost.droppedMails}`,
      `Far accounts  : ${lost.droppedFarAccounts}`,
      ...(withoutCodes.length === 0
        ? []
        : ['Backup codes are gone, the second factor works:', ...withoutCodes.map(indented)]),
      ...shutLines(shut),
    ],
    {
      keyId: keys.currentKeyId(),
      mustBindAgain: shut,
      withoutCodes,
      ...{ droppedMails: lost.droppedMails, droppedFarAccounts: lost.droppedFarAccounts },
    },
  );
}

async function makeKey(context: CommandContext): Promise<Sealing> {
  const file = sealingFile(await context.board(), await context.config());
  const given = await givenKeys(await context.config(), context.io.env);
  // A damaged file is kept: part of it may be recoverable.
  const isThere = lstatSync(file, { throwIfNoEntry: false })?.isFile() === true;
  if (isThere && given === undefined) renameSync(file, `${file}.lost-${context.clock.nowMs()}`);
  const made = replaceLostKey({ file, random: context.random, given });
  if (made !== undefined) return made;
  throw new BbsError(
    'KEY_UNREADABLE',
    `the key comes from ${given?.source ?? file}: put a new one there (openssl rand -base64 32), and run this again`,
  );
}

async function namesOf(
  context: CommandContext,
  ids: readonly number[],
): Promise<readonly string[]> {
  const users = await context.read((sql) => findUsers(sql, ids));
  return users.map(({ name }) => name);
}

const indented = (name: string): string => `  ${name}`;

function shutLines(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  return [
    'These must bind their second factor again, and cannot sign in before:',
    ...names.map(indented),
    'oputil user 2fa-link NAME mails the owner a link; user 2fa-otp NAME google binds at once.',
  ];
}

function lostLines(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  return [
    'These accounts may have lost their second factor, and sign in with the password alone:',
    ...names.map(indented),
    'Bind it again (oputil user 2fa-otp NAME google); where none is wanted: oputil user 2fa-otp NAME disable.',
  ];
}

async function prepare(context: CommandContext): Promise<void> {
  const { sealing } = await context.backend();
  const current = sealing.currentKeyId();
  const isWaiting = sealing.newestKeyId() !== current;
  const made = isWaiting ? sealing.newestKeyId() : sealing.addKey(context.clock.nowMs());
  if (made === undefined)
    throw new BbsError(
      'KEY_UNREADABLE',
      'the keys are in no file: put the new one first where they come from, a comma and the old one behind it',
    );
  context.show(
    [
      `Current key : ${current}`,
      `Next key    : ${made}${isWaiting ? ' (as before)' : ' (new)'}`,
      'Copy the key file to the other nodes; then run: oputil key rotate',
    ],
    { currentKeyId: current, nextKeyId: made },
  );
}

async function rotate(context: CommandContext): Promise<void> {
  const { db, sealing } = await context.backend();
  const before = sealing.currentKeyId();
  const running = await context.running();
  const report = await rotateKeys({
    ...{ db, sealing, clock: context.clock, log: await context.log() },
    isOwnNode: ({ host, pid }) => host === hostname() && pid === running?.pid,
  });
  const lines = [
    `Current key  : ${report.keyId}${report.keyId === before ? ' (as before)' : ' (new)'}`,
    `Sealed again : ${report.resealed} values`,
    `Keys dropped : ${report.dropped.length === 0 ? 'none' : report.dropped.join(', ')}`,
  ];
  if (report.keyId === before && report.resealed === 0) {
    lines.push(
      'Nothing was waiting. Keys from SALLYPORT_SEALING_KEY are made by you: put the new one',
      'first, a comma and the old one behind it, restart the board, and rotate.',
    );
  }
  const unreadable = unreadableLines(report.unreadable);
  context.show([...lines, ...unreadable], report);
  if (unreadable.length > 0) context.exitCode = 1;
}

function unreadableLines(unreadable: readonly string[]): readonly string[] {
  if (unreadable.length === 0) return [];
  return [
    `${unreadable.length} values do not open: the key is missing, or they were changed:`,
    ...unreadable.map((place) => `  ${place}`),
    'Restore the key file from your copy; if there is none: oputil key new --lost',
  ];
}
