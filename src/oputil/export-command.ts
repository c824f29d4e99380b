import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { openAppKey, type OtpKey } from '../auth/otp';
import { BbsError } from '../base/errors';
import { whyNotWritten } from '../base/file-reason';
import { giveToOwnerOf, syncPath } from '../base/private-file';
import type { Backend } from '../backend';
import { countFarAccounts } from '../store/far-accounts';
import { listPropertyNames, listWholeAccounts, type WholeAccount } from '../store/whole-accounts';
import { ACCOUNT_FIELDS, exportColumns, toFields } from './account-fields';
import type { CommandContext } from './command-context';
import { formatCsv } from './csv';

interface ExportOptions {
  readonly format: 'csv' | 'json';
  readonly withSecrets?: boolean;
}

const HELP = `
The file is made for its owner alone and must not be there yet. Its columns are
${columnList()}
and the properties of the accounts by their names. Without --with-secrets there
are no passwords and no secrets of second factors in it; who imports it gets
accounts that ask for a code which nobody has. Backup codes and the history of
sign-ins are never in it: they are bound to this board. Nor are names and
passwords of callers on other boards, which are sealed for this board and
belong to its destinations: 'oputil database copy' and 'oputil backup' keep
them, with the sealing key. Values are written as they are: open the file in a
spreadsheet as text, or it takes values that begin with = + - @ for formulas.
'oputil import csv' reads the file back.`;

function columnList(): string {
  const names = Object.keys(ACCOUNT_FIELDS).filter((name) => name !== 'backup_codes');
  return names.join(', ').replace(/(.{50,74}),\s/g, '$1,\n');
}

/** `oputil export`. */
export function addExportCommand(program: Command, context: CommandContext): void {
  program
    .command('export')
    .description('write the accounts into a file, for another board')
    .argument('<file>', 'the file; it must not be there yet')
    .addOption(
      new Option('--format <format>', 'csv or json').choices(['csv', 'json']).default('csv'),
    )
    .option('--with-secrets', 'with password hashes and secrets of second factors')
    .addHelpText('after', HELP)
    .action((file: string, options: ExportOptions) => exportAccounts(context, file, options));
}

async function exportAccounts(
  context: CommandContext,
  name: string,
  options: ExportOptions,
): Promise<void> {
  const backend = await context.backend();
  const withSecrets = options.withSecrets === true;
  const columns = exportColumns(await backend.db.run(listPropertyNames), withSecrets);
  const file = resolve(name);
  const handle = open(file);
  let written = 0;
  try {
    const writer = options.format === 'csv' ? csvWriter(columns) : jsonWriter(columns);
    writeSync(handle, writer.head);
    for await (const account of accountsOf(backend)) {
      const fields = toFields(account, (factor) =>
        withSecrets ? openKey(backend, factor) : undefined,
      );
      writeSync(handle, writer.record(fields, written));
      written++;
    }
    writeSync(handle, writer.tail);
    closeSync(handle);
    syncPath(file);
  } catch (error) {
    // What is half written must not be taken for the whole.
    rmSync(file, { force: true });
    if (error instanceof BbsError) throw error;
    throw new BbsError('USAGE', `cannot write ${name}: ${whyNotWritten(error)}`, {
      cause: error,
    });
  }
  const { size } = statSync(file);
  const farAccounts = await backend.db.run(countFarAccounts);
  context.show(
    [
      `${written} accounts written to ${name} (${size} bytes)`,
      ...(withSecrets
        ? ['It holds secrets in clear text: remove it when it has been imported.']
        : []),
      ...(farAccounts > 0
        ? [
            `Left out: accounts of callers on other boards (${farAccounts}), sealed for this one; see --help.`,
          ]
        : []),
    ],
    { file, accounts: written, bytes: size, secrets: withSecrets, farAccountsLeftOut: farAccounts },
  );
}

function open(file: string): number {
  try {
    const handle = openSync(file, 'wx', 0o600);
    giveToOwnerOf(dirname(file), handle);
    return handle;
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    const why = isThere ? 'it is there already; choose another name' : whyNotWritten(error);
    throw new BbsError('USAGE', `cannot write ${file}: ${why}`, { cause: error });
  }
}

const AT_ONCE = 200;

async function* accountsOf({ db }: Backend): AsyncGenerator<WholeAccount> {
  for (let afterId = -1; ;) {
    const page = { afterId, most: AT_ONCE };
    const accounts = await db.run((sql) => listWholeAccounts(sql, page));
    yield* accounts;
    const last = accounts.at(-1);
    if (last === undefined) return;
    afterId = last.user.id;
  }
}

/** undefined for a secret that was lost with its key: the account keeps asking for a code. */
function openKey({ sealing }: Backend, app: WholeAccount['apps'][number]): OtpKey | undefined {
  return app.secret === '' ? undefined : openAppKey(sealing, app);
}

interface Writer {
  readonly head: string;
  readonly tail: string;
  record(fields: ReadonlyMap<string, string>, at: number): string;
}

function csvWriter(columns: readonly string[]): Writer {
  return {
    head: formatCsv(columns),
    tail: '',
    record: (fields) => formatCsv(columns.map((column) => fields.get(column))),
  };
}

function jsonWriter(columns: readonly string[]): Writer {
  return {
    head: '[',
    tail: '\n]\n',
    record: (fields, at) => {
      const values = columns.flatMap((column) => {
        const value = fields.get(column);
        return value === undefined ? [] : [[column, value] as const];
      });
      return `${at === 0 ? '' : ','}\n  ${JSON.stringify(Object.fromEntries(values))}`;
    },
  };
}
