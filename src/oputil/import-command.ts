import { Option, type Command } from 'commander';
import { insertImported, isImportableProperty, mailFirstPassword } from '../auth/account-import';
import { BbsError } from '../base/errors';
import { nearestName } from '../base/nearest';
import { isMailAddress } from '../base/mail-address';
import { type Backend, mailDrop } from '../backend';
import { sayStock } from '../texts/texts';
import { formatTimestamp } from '../store/properties';
import { foldName } from '../store/user-name';
import { hasUsers, listFoldedNames, ROOT_ID } from '../store/users';
import { isSysopName, makeSysopFirst } from './account';
import { PERSONAL_FIELDS } from '../modules/personal-data';
import { ACCOUNT_FIELDS, fromFields } from './account-fields';
import { ACTOR, type CommandContext } from './command-context';
import { parseCsv, type CsvRecord } from './csv';
import { readBounded } from './oputil-io';
import { checkLinks } from './user-factor';

interface ImportOptions {
  readonly map?: readonly string[];
  readonly mailReset?: boolean;
  readonly dryRun?: boolean;
  readonly skipWrong?: boolean;
}

type Account = ReturnType<typeof fromFields>;

/** What becomes of one line. */
interface LineResult {
  readonly line: number;
  readonly name: string;
  readonly kind: 'made' | 'kept' | 'wrong';
  readonly text: string;
}

const HELP = `
The file has a first line with the names of its columns; commas, semicolons or
tabs between them. Without --map a column means what its name says:
${Object.entries(ACCOUNT_FIELDS)
  .map(([name, text]) => `  ${name.padEnd(15)} ${text}`)
  .join('\n')}
and any other name is a property of the account: real_name, email_address,
location ... With --map only the columns that it names are read:
  --map name=Login,email_address=Mail,otp_secret=#4
where #4 is the fourth column. An account without a password signs in by a key,
or its owner asks for a link by mail ("forgot password"). With --mail-reset its
owner is mailed a link to set one; it works for 7 days from the moment its mail
has gone out, however many mails there are.
All lines are checked first. One that is wrong is told, and nothing is done,
unless --skip-wrong. Names that are taken here stay as they are, so that an
import that was stopped is finished by doing it again.`;

/** `oputil import csv`. */
export function addImportCommand(program: Command, context: CommandContext): void {
  program
    .command('import')
    .description('take over accounts from elsewhere')
    .command('csv')
    .description('accounts from a table of any kind')
    .argument('<file>', 'the table, in UTF-8')
    .addOption(
      new Option('--map <field=column>', 'which column is what; may be repeated').argParser(
        (text: string, before: readonly string[] = []) => [...before, ...text.split(',')],
      ),
    )
    .option('--mail-reset', 'mail the owners of accounts without a password a link to set one')
    .option('--dry-run', 'only say what would be done')
    .option('--skip-wrong', 'leave out lines that are wrong')
    .addHelpText('after', HELP)
    .action((file: string, options: ImportOptions) => importCsv(context, file, options));
}

/** Some hundred thousand accounts. */
const MOST_BYTES = 512 * 1024 * 1024;

async function importCsv(
  context: CommandContext,
  file: string,
  options: ImportOptions,
): Promise<void> {
  const text = await readBounded(file, { mostBytes: MOST_BYTES, what: 'a list of accounts' });
  refuseOtherEncoding(text, file);
  const [head, ...records] = parseCsv(text, file);
  if (head === undefined) throw new BbsError('USAGE', `${file} is empty`);
  const columns = readColumns(head, options.map ?? [], file);
  const config = await context.config();
  const backend = await context.makeBackend();
  if (options.mailReset === true) await checkLinks(context, 'account');
  const hasDates = columns.some(({ field }) => field === 'account_created');
  const check = new Check(await context.read(listFoldedNames), {
    groups: config.users.defaultGroups,
    created: hasDates ? undefined : formatTimestamp(context.clock.nowMs()),
  });
  const isEmpty = !(await context.read(hasUsers));
  const checked = checkSysop(
    records.map((record) => check.line(record, columns)),
    { isEmpty, isSysop: (name) => isSysopName(config, name) },
  );
  const results = checked.map(({ result }) => result);
  const wrong = results.filter(({ kind }) => kind === 'wrong').length;
  const isRefused = wrong > 0 && options.skipWrong !== true;
  let mails: number | undefined;
  if (!isRefused && options.dryRun !== true) {
    const accounts = checked.flatMap(({ account }) => account ?? []);
    const mailReset = options.mailReset === true;
    const stored = await insert(context, backend, { accounts, isEmpty, mailReset });
    if (mailReset) mails = stored;
  }
  const end = isRefused
    ? 'nothing was changed: put the wrong lines right, or add --skip-wrong'
    : options.dryRun === true
      ? 'nothing was changed (--dry-run)'
      : 'done';
  const powers = powersOf(
    isRefused ? [] : checked,
    isEmpty ? config.general.sysOp.username : undefined,
  );
  const odd = oddFields(columns);
  const told = mails === undefined ? [] : [await describeMails(context, backend, mails)];
  context.show([...odd, ...report(results, { powers, end }), ...told], {
    ...{ results, wrong, powers, odd, done: end === 'done' },
    ...(mails === undefined ? {} : { mails }),
  });
  if (wrong > 0) context.exitCode = 1;
}

function refuseOtherEncoding(text: string, file: string): void {
  const at = text.indexOf('\ufffd');
  if (at < 0) return;
  const line = text.slice(0, at).split('\n').length;
  throw new BbsError('USAGE', 'this is not UTF-8; save the file as UTF-8', {
    place: { file, line },
  });
}

interface Column {
  readonly field: string;
  readonly index: number;
}

function readColumns(head: CsvRecord, map: readonly string[], file: string): readonly Column[] {
  const place = { file, line: head.line };
  const named =
    map.length === 0
      ? head.fields.map((field, index) => ({ field: field.trim(), index }))
      : map.map((pair) => readPair(pair, head.fields));
  for (const { field } of named) {
    if (field in ACCOUNT_FIELDS || isImportableProperty(field)) continue;
    const nearest = nearestName(field, Object.keys(ACCOUNT_FIELDS));
    const hint = nearest === undefined ? 'see --help' : `did you mean '${nearest}'?`;
    throw new BbsError('USAGE', `'${field}' is no column that can be imported; ${hint}`, { place });
  }
  const twice = named.find(({ field }, at) => named.findIndex((c) => c.field === field) !== at);
  if (twice !== undefined)
    throw new BbsError('USAGE', `there are two columns for '${twice.field}'`, { place });
  if (!named.some(({ field }) => field === 'name'))
    throw new BbsError('USAGE', "no column is 'name'; say which by --map name=COLUMN", { place });
  return named;
}

/** Properties that the board reads of accounts from elsewhere; any other name is kept and read by menus alone. */
const READ_PROPERTIES: readonly string[] = [
  'email_address',
  ...Object.values(PERSONAL_FIELDS),
  ...['theme_id', 'account_created', 'last_login_timestamp', 'login_count'],
  ...['term_width', 'term_height'],
];

/** Columns that become a property which nothing here reads, where a known one seems to be meant. */
function oddFields(columns: readonly Column[]): readonly string[] {
  return columns.flatMap(({ field }) => {
    if (field in ACCOUNT_FIELDS || READ_PROPERTIES.includes(field)) return [];
    const known = [...Object.keys(ACCOUNT_FIELDS), ...READ_PROPERTIES];
    const part = known.find((name) => name.split('_').includes(field.toLowerCase()));
    const meant = part ?? nearestName(field, known);
    if (meant === undefined) return [];
    return [`'${field}' is kept as a property of that name; did you mean '${meant}'?`];
  });
}

function readPair(pair: string, head: readonly string[]): Column {
  const [, field, column] = /^\s*([^=]+?)\s*=\s*(.+?)\s*$/.exec(pair) ?? [];
  if (field === undefined || column === undefined)
    throw new BbsError('USAGE', `--map takes FIELD=COLUMN, not '${pair}'`);
  const number = /^#(\d+)$/.exec(column)?.[1];
  const index =
    number === undefined ? head.findIndex((name) => name.trim() === column) : Number(number) - 1;
  if (index >= 0 && index < head.length) return { field, index };
  const nearest = nearestName(column, head);
  const hint = nearest === undefined ? `it has ${head.join(', ')}` : `did you mean '${nearest}'?`;
  throw new BbsError('USAGE', `the file has no column '${column}'; ${hint}`);
}

type CheckedLine = ReturnType<Check['line']>;

/** True for what says itself that it is account 1: a name alone makes nobody the sysop (rule C9). */
function isRoot({ oldId }: Account): boolean {
  return oldId === String(ROOT_ID);
}

/** On an empty board: refuses a second account 1, and the sysop's name where no line is account 1. */
function checkSysop(
  lines: readonly CheckedLine[],
  board: { readonly isEmpty: boolean; readonly isSysop: (name: string) => boolean },
): readonly CheckedLine[] {
  if (!board.isEmpty) return lines;
  const root = lines.find(({ account }) => account !== undefined && isRoot(account));
  return lines.map((line) => {
    const { result, account } = line;
    if (account === undefined || line === root) return line;
    const wrong = (text: string): CheckedLine => ({ result: { ...result, kind: 'wrong', text } });
    if (root !== undefined && isRoot(account))
      return wrong(`line ${root.result.line} has the id ${ROOT_ID} too`);
    if (root !== undefined || !board.isSysop(account.name)) return line;
    return wrong(
      `this is the name of the sysop (general.sysOp.username): give the line the id ${ROOT_ID}, or another name`,
    );
  });
}

/** Who is account 1 on a board without accounts, and who is made a member of `sysops`. */
function powersOf(lines: readonly CheckedLine[], sysopName: string | undefined): readonly string[] {
  const made = lines.flatMap(({ result, account }) =>
    account === undefined
      ? []
      : [{ who: `line ${result.line} ${JSON.stringify(result.name)}`, account }],
  );
  const root = made.find(({ account }) => isRoot(account));
  const first =
    sysopName === undefined || made.length === 0
      ? []
      : [
          `account ${ROOT_ID}, the sysop: ${root?.who ?? `${JSON.stringify(sysopName)}, a new account`}`,
        ];
  const members = made.filter(({ account }) =>
    account.groups.some((group) => group.toLowerCase() === SYSOP_GROUP),
  );
  return [...first, ...members.map(({ who }) => `in the group ${SYSOP_GROUP}: ${who}`)];
}

const SYSOP_GROUP = 'sysops';

/** Looks at every line before any is done. */
class Check {
  private readonly seen = new Map<string, number>();

  constructor(
    private readonly taken: ReadonlySet<string>,
    private readonly defaults: Parameters<typeof fromFields>[1],
  ) {}

  line(
    record: CsvRecord,
    columns: readonly Column[],
  ): { readonly result: LineResult; readonly account?: Account } {
    const fields = new Map<string, string>();
    for (const { field, index } of columns) {
      const value = record.fields[index] ?? '';
      if (value !== '' || record.quoted[index] === true) fields.set(field, value);
    }
    const { line } = record;
    const name = fields.get('name') ?? '';
    try {
      if (record.fields.length < Math.max(...columns.map(({ index }) => index)) + 1)
        throw new BbsError('USER_INVALID', 'it has fewer columns than the first line');
      const account = fromFields(fields, this.defaults);
      const folded = foldName(name);
      const before = this.seen.get(folded);
      if (before !== undefined)
        throw new BbsError('USER_INVALID', `line ${before} has this name too`);
      this.seen.set(folded, line);
      if (this.taken.has(folded))
        return { result: { line, name, kind: 'kept', text: 'the name is taken here' } };
      return { result: { line, name, kind: 'made', text: describe(account) }, account };
    } catch (error) {
      // A line of its own; whatever is not about it ends the import.
      if (!(error instanceof BbsError) || error.code !== 'USER_INVALID') throw error;
      return { result: { line, name, kind: 'wrong', text: error.message } };
    }
  }
}

/** What its owner or the sysop has to know. */
function describe({ password, factor, properties }: Account): string {
  const email = properties.get('email_address') ?? '';
  const hasMail = isMailAddress(email);
  const remarks = [
    ...(password !== undefined
      ? []
      : [hasMail ? 'no password: link by mail' : 'no password, no mail']),
    ...(email !== '' && !hasMail ? [`${JSON.stringify(email)} is no mail address`] : []),
    ...(factor === undefined
      ? []
      : [factor.key === undefined ? 'asks for a code that nobody has' : 'second factor']),
  ];
  return remarks.join('; ');
}

/** Each batch is one transaction; a name that was taken meanwhile is left alone. */
const AT_ONCE = 100;

async function insert(
  context: CommandContext,
  backend: Backend,
  work: {
    readonly accounts: readonly Account[];
    readonly isEmpty: boolean;
    readonly mailReset: boolean;
  },
): Promise<number> {
  const { accounts, isEmpty, mailReset } = work;
  const { db, sealing, mailer: notifier } = backend;
  const parts = { sealing, random: context.random, clock: context.clock, actor: ACTOR, notifier };
  let mails = 0;
  const sysop = isEmpty ? accounts.find(isRoot) : undefined;
  // Account 1 is the sysop's, whoever comes first.
  if (isEmpty && sysop === undefined && accounts.length > 0) await makeSysopFirst(context);
  const ordered = sysop === undefined ? accounts : [sysop, ...accounts.filter((a) => a !== sysop)];
  for (let from = 0; from < ordered.length; from += AT_ONCE) {
    await db.transaction('board', async (sql) => {
      for (const account of ordered.slice(from, from + AT_ONCE)) {
        const id = await insertImported(sql, parts, { ...account, root: account === sysop });
        if (id === undefined || !mailReset || !mayBeMailed(account)) continue;
        if ((await mailFirstPassword(sql, parts, id)) === 'queued') mails += 1;
      }
    });
  }
  return mails;
}

/** False for an account that has a password, or that no link is for (rule M10). */
function mayBeMailed({ password, status }: Account): boolean {
  return password === undefined && (status === 1 || status === 2);
}

async function describeMails(
  context: CommandContext,
  { mailer }: Backend,
  mails: number,
): Promise<string> {
  const stored = `${mails} mails with a link to set a password are stored`;
  if (!mailer.sendsMail)
    return `${stored}. ${sayStock('mail.no-server')} That is ${mailDrop((await context.board()).dataDir)}.`;
  return (await context.running()) === undefined
    ? `${stored}: start the board, or run oputil mail send.`
    : `${stored}; the board sends them.`;
}

const MOST_LINES = 200;

function report(
  results: readonly LineResult[],
  { powers, end }: { readonly powers: readonly string[]; readonly end: string },
): readonly string[] {
  const count = (kind: LineResult['kind']): number =>
    results.filter((result) => result.kind === kind).length;
  const told = results
    .filter(({ kind, text }) => kind !== 'made' || text !== '')
    .sort((a, b) => Number(b.kind === 'wrong') - Number(a.kind === 'wrong'));
  const lines = told
    .slice(0, MOST_LINES)
    .map(({ line, name, kind, text }) => `line ${line} ${JSON.stringify(name)}: ${kind}, ${text}`);
  const more = told.length - lines.length;
  return [
    ...lines,
    ...(more > 0 ? [`and ${more} more lines like these (all with --json)`] : []),
    ...powers,
    `${results.length} accounts: ${count('made')} to make, ${count('kept')} kept, ${count('wrong')} wrong; ${end}`,
  ];
}
