import { Option, type Command } from 'commander';
import { BbsError } from '../base/errors';
import { nearestName } from '../base/nearest';
import { listFoldedNames } from '../store/users';
import { makeSysopFirst } from './account';
import { readBounded } from './oputil-io';
import { readTfsDatabase } from './tfs-database';
import { parseCsv, type CsvRecord } from './csv';
import type { CommandContext } from './command-context';
import { TfsImport, type ImportResult, type TfsAccount } from './tfs-import';

interface ImportOptions {
  readonly csv?: string;
  readonly dsn?: string;
  readonly rawKey?: boolean;
  readonly replace?: boolean;
  readonly dryRun?: boolean;
}

const HELP = `
The file has a first line with the columns name, email and secret, or those
three without it; commas, semicolons or tabs between them. It is what this
prints:
  mysql -B -e 'SELECT name, email, secret FROM accounts' tfs > accounts.tsv
--dsn reads the same columns of the table accounts itself, where the driver
mysql2 is installed (npm install mysql2), and changes nothing there. The
password is in the address or, better, in MYSQL_PWD. Over a network it is TLS
alone; ?socket=/run/mysqld/mysqld.sock is for the same machine.
An empty secret or NULL is an account without a second factor. --raw-key is
for servers that took the characters of the secret as the key, without
decoding them. New accounts have no password that anybody knows: they reset it
by mail, or you set one with user pw. Accounts that are there keep all they
have and get the secret; with one of their own they keep it, unless --replace.
Each account is reported, and done for itself: it may be imported again.
Their owners make backup codes after signing in.`;

/** `user import-tfs`: accounts of The Forgotten Server with their secrets. */
export function addTfsImport(user: Command, context: CommandContext): void {
  user
    .command('import-tfs')
    .description('take over accounts and secrets of The Forgotten Server')
    .addOption(new Option('--csv <file>', 'name,email,secret').conflicts('dsn'))
    .option('--dsn <address>', 'mysql://user@127.0.0.1:3306/tfs')
    .option('--raw-key', 'the characters of a secret are its key')
    .option('--replace', 'in place of second factors that accounts have here')
    .option('--dry-run', 'only say what would be done')
    .addHelpText('after', HELP)
    .action((options: ImportOptions) => importAccounts(context, options));
}

async function importAccounts(context: CommandContext, options: ImportOptions): Promise<void> {
  const { csv, dsn } = options;
  if (csv === undefined && dsn === undefined)
    throw new BbsError('USAGE', 'which accounts? --csv FILE or --dsn mysql://user@127.0.0.1/tfs');
  const accounts =
    dsn === undefined ? await readFileOf(csv ?? '') : await readTfsDatabase(dsn, context.io.env);
  const backend = await context.makeBackend();
  if (options.dryRun !== true) await makeSysopFirst(context);
  const importing = new TfsImport({
    backend,
    taken: await context.read(listFoldedNames),
    random: context.random,
    rawKey: options.rawKey === true,
    replace: options.replace === true,
    dryRun: options.dryRun === true,
  });
  const results: ImportResult[] = [];
  for (const account of accounts) results.push(await importing.take(account));
  const failed = results.filter(({ kind }) => kind === 'failed').length;
  const isFile = dsn === undefined;
  const lines = report(context, results, { isFile, isDry: options.dryRun === true });
  context.show(lines, { results, failed });
  if (failed > 0) context.exitCode = 1;
}

async function readFileOf(file: string): Promise<readonly TfsAccount[]> {
  const text = await readBounded(file, { mostBytes: MAX_BYTES, what: 'a list of accounts' });
  return readAccounts(parseCsv(text, file), file);
}

/** Limit of the file, about a million accounts. */
const MAX_BYTES = 64 * 1024 * 1024;

const COLUMNS = ['name', 'email', 'secret'] as const;

/** Reads the columns by the names in the first line, or in this order where it has none. */
function readAccounts(records: readonly CsvRecord[], file: string): readonly TfsAccount[] {
  const [first] = records;
  if (first === undefined) throw new BbsError('USAGE', `${file} is empty`);
  const names = first.fields.map((field) => field.toLowerCase());
  const hasHeader = names.includes('name');
  const order = hasHeader ? names : COLUMNS;
  for (const name of order) {
    const nearest = nearestName(name, COLUMNS);
    if (hasHeader && nearest !== undefined && nearest !== name) {
      throw new BbsError('USAGE', `there is no column '${name}'; did you mean '${nearest}'?`, {
        place: { file, line: first.line },
      });
    }
  }
  return records.slice(hasHeader ? 1 : 0).map(({ line, fields }) => {
    const value = (column: (typeof COLUMNS)[number]): string => {
      const text = (fields[order.indexOf(column)] ?? '').trim();
      // `\N` is what SELECT ... INTO OUTFILE writes.
      return /^(null|\\n)$/i.test(text) ? '' : text;
    };
    return { line, name: value('name'), email: value('email'), secret: value('secret') };
  });
}

const DONE: Readonly<Record<ImportResult['kind'], string>> = {
  made: 'made',
  bound: 'bound',
  kept: 'kept',
  failed: 'FAILED',
};

function report(
  context: CommandContext,
  results: readonly ImportResult[],
  { isFile, isDry }: { readonly isFile: boolean; readonly isDry: boolean },
): readonly string[] {
  const table = context.table(
    [
      { title: isFile ? 'Line' : 'Id', align: 'right' },
      { title: 'Name', most: 24 },
      { title: 'Done' },
      { title: 'What' },
    ],
    results.map(({ line, name, kind, text }) => [String(line), name, DONE[kind], text]),
  );
  const count = (kind: ImportResult['kind']): number =>
    results.filter((result) => result.kind === kind).length;
  const sums = `${results.length} ${isFile ? 'lines' : 'rows'}: ${count('made')} accounts made, ${count('bound')} secrets bound, ${count('kept')} kept, ${count('failed')} failed`;
  return [...table, '', isDry ? `${sums}; nothing was changed (--dry-run)` : sums];
}
