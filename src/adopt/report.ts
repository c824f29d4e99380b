import type { OldAccounts } from '../store/old-database';
import type { Note, Plan } from './plan';

/** What was done, or would be. */
export interface Adoption {
  readonly plan: Plan;
  readonly newDir: string;
  /** undefined where the old board has no user database. */
  readonly accounts: OldAccounts | undefined;
  readonly dryRun: boolean;
}

const COLUMNS = 80;
/** A screen of 24 rows, with the prompt of the shell below. */
const ROWS = 23;
const DETAILS = 'adopt-report.txt';

/** What fits one screen of a terminal, the most important first; with `all` everything. */
export function adoptionSummary(
  adoption: Adoption,
  { all = false }: { readonly all?: boolean | undefined } = {},
): readonly string[] {
  const { plan, newDir, dryRun } = adoption;
  const head = [
    `${dryRun ? 'Would make' : 'Made'} ${newDir}`,
    `from ${plan.old.root}, which stays as it is`,
    '',
    ...facts(adoption),
  ];
  const tail = dryRun
    ? ['', 'Nothing was written (--dry-run).']
    : [
        '',
        `Details: ${newDir}/${DETAILS}. Next:`,
        `  oputil --board ${newDir} config check`,
        `  oputil --board ${newDir} menu check`,
        `  sallyport --board ${newDir}`,
      ];
  if (all) return [...head, ...sections(adoption), ...tail];
  const looks = notesOf(adoption, 'look');
  const room = ROWS - head.length - tail.length - 2;
  const list = fitting(
    looks.map(wrap),
    room,
    dryRun ? 'more (--all: everything)' : `more, in ${DETAILS}`,
  );
  const middle = list.length === 0 ? [] : ['', 'Please look at:', ...list];
  return [...head, ...middle, ...tail].map(cut);
}

/** Everything, for the file. */
export function adoptionDetails(adoption: Adoption): readonly string[] {
  const { plan, newDir } = adoption;
  return [
    `${newDir}, made by 'sallyport adopt'`,
    `from ${plan.old.root}, which is as it was`,
    '',
    ...facts(adoption),
    ...sections(adoption),
  ];
}

function sections(adoption: Adoption): readonly string[] {
  const section = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : ['', title, ...lines.map((line) => `- ${line}`)];
  return [
    ...section('Please look at', notesOf(adoption, 'look')),
    ...section('What is different here', notesOf(adoption, 'changed')),
    ...section(
      "Files in other letters' case here",
      [...adoption.plan.renamed].map(([to, from]) => `${from} is ${to} here`).sort(),
    ),
    ...section(
      "Files that were not taken, for their names are there in other letters' case",
      [...adoption.plan.twins].map(([from, to]) => `${from}: ${to} was taken`).sort(),
    ),
    ...section('What was left behind', notesOf(adoption, 'left')),
    ...section(
      'Files',
      [...adoption.plan.files]
        .map(([to, { from }]) => `${to} < ${from ?? "made by 'sallyport adopt'"}`)
        .sort(),
    ),
  ];
}

function facts({ plan, accounts }: Adoption): readonly string[] {
  const paths = [...plan.files.keys()];
  const count = (pattern: RegExp): number => paths.filter((path) => pattern.test(path)).length;
  return [
    `Configuration  ${count(/^config\/(?!menus\/)/)} files in config/`,
    `Menus          ${count(/^config\/menus\//)} files; the first is ${plan.menuFile ?? 'the stock one'}`,
    `Art            ${count(/^art\//)} files; themes: ${plan.themes.join(', ') || 'the stock one'}`,
    `Texts          ${count(/^misc\//)} files in misc/`,
    `Accounts       ${accounts === undefined ? 'none' : describeAccounts(accounts)}`,
    `Calls          ${plan.historyFile === undefined ? 'no history' : 'the history, read by the first start'}`,
    ...(plan.renamed.size === 0
      ? []
      : [`Renamed        ${plan.renamed.size} files, whose names have other letters' case here`]),
    ...(plan.onelinersFile === undefined ? [] : ['One-liners     read by the first start']),
  ];
}

function describeAccounts(accounts: OldAccounts): string {
  const { secondFactors, sshKeys, notActive } = accounts;
  return (
    `${accounts.accounts}: ${secondFactors} with a second factor, ${sshKeys} with an SSH key, ` +
    `${notActive} not active`
  );
}

function notesOf({ plan, accounts }: Adoption, kind: Note['kind']): readonly string[] {
  const own = plan.notes.filter((note) => note.kind === kind).map(({ text }) => text);
  if (kind === 'look') return [...renames(accounts), ...marks(plan), ...twins(plan), ...own];
  if (accounts === undefined) return own;
  const { unreadTables, unreadColumns, orphans } = accounts;
  if (kind === 'changed') {
    return orphans === 0
      ? own
      : [...own, `${orphans} values of accounts that are gone are removed by the first start`];
  }
  return [
    ...own,
    ...unreadColumns.map((name) => `the column ${name}, which is not known here`),
    ...unreadTables.map((name) => `the table ${name} is in the copy and not read`),
  ];
}

function renames(accounts: OldAccounts | undefined): readonly string[] {
  return (accounts?.renamed ?? []).map(({ id, name, newName, keptBy }) =>
    keptBy.id === 0
      ? `account ${id} had no name that can be typed, and is ${JSON.stringify(newName)} here`
      : `account ${id} ${JSON.stringify(name)} is ${JSON.stringify(newName)} here: ` +
        `${JSON.stringify(keptBy.name)} (${keptBy.id}) has the name`,
  );
}

function marks({ marks: names }: Plan): readonly string[] {
  if (names.length === 0) return [];
  return [`callers see these before signing in (adopted.hjson): ${names.join(', ')}`];
}

function twins({ twins: left }: Plan): readonly string[] {
  const [first] = left.keys();
  if (first === undefined) return [];
  return [
    `${left.size} files were not taken, for their names are there in other letters' case (${first})`,
  ];
}

/** As many of the notes as there are rows for, and how many more there are. */
function fitting(
  notes: readonly (readonly string[])[],
  rows: number,
  more: string,
): readonly string[] {
  const lines: string[] = [];
  for (const [at, note] of notes.entries()) {
    const isLast = at === notes.length - 1;
    if (lines.length + note.length > (isLast ? rows : rows - 1))
      return [...lines, `- and ${notes.length - at} ${more}`];
    lines.push(...note);
  }
  return lines;
}

/** A note on one row, or up to three: broken at blanks, a long path behind a slash. */
function wrap(text: string): readonly string[] {
  const room = COLUMNS - 2;
  const rows: string[] = [];
  let rest = Array.from(text);
  while (rest.length > room && rows.length < 2) {
    const blank = rest.lastIndexOf(' ', room);
    const slash = rest.lastIndexOf('/', room - 1);
    const end = blank > 0 ? blank : slash > 0 ? slash + 1 : room;
    rows.push(rest.slice(0, end).join(''));
    rest = Array.from(rest.slice(end).join('').trim());
  }
  return [...rows, rest.join('')].map((row, at) => (at === 0 ? '- ' : '  ') + row);
}

function cut(line: string): string {
  const letters = Array.from(line);
  return letters.length <= COLUMNS ? line : `${letters.slice(0, COLUMNS - 3).join('')}...`;
}
