import type { Command } from 'commander';
import { checkKeys, rotateKeys } from '../auth/key-rotation';
import type { Desk } from './desk';

const HELP = `
The sealing key opens the secrets in the database: data/keys/sealing.json, the
file named by security.sealingKeyFile, or SALLYPORT_SEALING_KEY. rotate makes
a new key and seals all values with it; run again, it finishes what was
interrupted. Old keys stay while anything needs them, and for a day. Keep a
copy of the file, apart from the database.`;

/** `key check` and `key rotate`. */
export function addKeyCommands(program: Command, desk: Desk): void {
  const key = program.command('key').description('the key that seals secrets in the database');
  key.addHelpText('after', HELP);
  key
    .command('check')
    .description('open every sealed value; changes nothing')
    .action(() => check(desk));
  key
    .command('rotate')
    .description('seal all values with a new key')
    .action(() => rotate(desk));
}

async function check(desk: Desk): Promise<void> {
  const { db, sealing } = await desk.office();
  const report = await checkKeys({ db, sealing });
  const known = new Set(sealing.keyIds());
  const state = (id: string): string =>
    id === report.currentKeyId ? 'current' : known.has(id) ? 'retired' : 'MISSING';
  const table = desk.table(
    [
      { title: 'Key' },
      { title: 'State' },
      { title: 'Sealed values', align: 'right' },
      { title: 'Backup codes', align: 'right' },
    ],
    report.keys.map(({ id, sealed, backupCodes }) => [
      id,
      state(id),
      String(sealed),
      String(backupCodes),
    ]),
  );
  const keys = report.keys.map((key) => ({ ...key, state: state(key.id).toLowerCase() }));
  const codesLost = report.keys.some(({ id, backupCodes }) => !known.has(id) && backupCodes > 0);
  const verdict = [
    ...unreadableLines(report.unreadable),
    ...(codesLost ? ['Backup codes under a missing key cannot be used any more.'] : []),
  ];
  const fine = verdict.length === 0;
  desk.show([...table, '', ...(fine ? ['Every sealed value opens.'] : verdict)], {
    ...report,
    keys,
  });
  if (!fine) desk.exitCode = 1;
}

async function rotate(desk: Desk): Promise<void> {
  const { db, sealing } = await desk.office();
  const before = sealing.currentKeyId();
  const report = await rotateKeys({ db, sealing, clock: desk.clock, log: await desk.log() });
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
  desk.show([...lines, ...unreadable], report);
  if (unreadable.length > 0) desk.exitCode = 1;
}

function unreadableLines(unreadable: readonly string[]): readonly string[] {
  if (unreadable.length === 0) return [];
  return [
    `${unreadable.length} values do not open: the key is missing, or they were changed:`,
    ...unreadable.map((place) => `  ${place}`),
    'Restore the key file from your copy; else bind those second factors again.',
  ];
}
