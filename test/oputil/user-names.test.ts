import iconv from 'iconv-lite';
import { findUserByName } from '../../src/store/users';
import { MenuBoard, type MenuCaller } from '../support/menu-board';
import { PASSWORD, Shell } from './shell';

const USERS = { usernamePattern: '^[\\p{L}0-9 ]+$' };
/** The first column behind the field of the name, from 0. */
const BEHIND_FIELD = 53;
const BAD_CHARACTERS = 'This name has characters that names may not have. Please choose another.';
const RESERVED = 'This name is reserved. Please choose another.';

const GOOD_NAMES = ['Zoë', 'Åse 9', 'bob'];
const BAD_NAMES: readonly (readonly [string, string])[] = [
  // Read without Unicode classes, the pattern would take these four characters.
  ['p{L}', BAD_CHARACTERS],
  ['joe_x', BAD_CHARACTERS],
  ['joe  x', BAD_CHARACTERS],
  ['x', 'A user name has at least 2 characters.'],
  ['new', RESERVED],
];
/** Read as reserved names by a person; the sysop may use them. */
const RESERVED_NAMES = ['n3w', 'Adm1n'];

/** Undefined when the name was taken, else what was said about it. */
type Verdict = string | undefined;

let board: MenuBoard;
let shell: Shell;
let config: string;

beforeAll(async () => {
  board = await MenuBoard.open({ config: { users: USERS } });
  shell = await Shell.open();
  config = await shell.file('config.hjson', JSON.stringify({ users: USERS }));
  await shell.run('user', 'add', 'walter', '--password', PASSWORD);
});

afterAll(async () => {
  await board.close();
  await shell.close();
});

/** What stands at the right of the field for the name, on its row and those below. */
function besideName({ screen }: MenuCaller): string | undefined {
  const row = screen.rows().findIndex((line) => line.includes('User name')) + 1;
  const rows = [row, row + 1, row + 2].map((each) => screen.row(each).slice(BEHIND_FIELD).trim());
  const said = rows.join(' ').trim();
  return /^(?:This name|A user name) .*\.$/.test(said) ? said : undefined;
}

/** Fills in the stock application form; a refused name keeps the caller in its field. */
async function onScreen(name: string): Promise<Verdict> {
  const caller = board.call('newUserApplication');
  await caller.sees('Applying for an account');
  caller.caller.terminal.feed(iconv.encode(`${name}\r`, 'cp437'));
  const rest = ['Zoe Witness', '19700228', 'm', 'Rome', 'None', '', '', '', PASSWORD, PASSWORD];
  await caller.until('the name to be checked', () => {
    return besideName(caller) !== undefined || caller.isAsked;
  });
  const said = besideName(caller);
  if (said === undefined) {
    caller.type(`${rest.join('\r')}\r\r`);
    await caller.sees(`Welcome, ${name}`);
    const user = await board.accounts.db.run((sql) => findUserByName(sql, name));
    expect(user?.name).toBe(name);
  }
  caller.hangUp();
  await caller.ended;
  return said;
}

async function byImport(name: string): Promise<Verdict> {
  const file = await shell.file('accounts.csv', `name,email,secret\n${name},,\n`);
  const args = ['--config', config, 'user', 'import-tfs', '--csv', file, '--dry-run', '--json'];
  const { out } = await shell.try(...args);
  const { results } = JSON.parse(out) as { results: { kind: string; text: string }[] };
  return results[0]?.kind === 'failed' ? asSentence(results[0].text) : undefined;
}

async function byAdd(name: string): Promise<Verdict> {
  const args = ['user', 'add', name, '--password', PASSWORD];
  const ran = await shell.try('--config', config, ...args);
  if (ran.exitCode === 0) await shell.run('--no-prompt', 'user', 'rm', name);
  return reasonIn(ran);
}

async function byRename(name: string): Promise<Verdict> {
  const ran = await shell.try('--config', config, 'user', 'rename', 'walter', name);
  if (ran.exitCode === 0) await shell.run('user', 'rename', name, 'walter');
  return reasonIn(ran);
}

function reasonIn(ran: { readonly exitCode: number; readonly err: string }): Verdict {
  if (ran.exitCode === 0) return undefined;
  return asSentence(/^oputil: cannot [^:]*: (.*)$/m.exec(ran.err)?.[1] ?? ran.err);
}

/** A reason within a line of oputil, as the sentence that it is elsewhere. */
function asSentence(reason: string): string {
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}

const ROADS = { onScreen, byImport, byAdd, byRename };

describe.each(Object.entries(ROADS))('a user name, asked of %s', (_road, ask) => {
  test.each(GOOD_NAMES)('%s is taken', async (name) => {
    expect(await ask(name)).toBeUndefined();
  });

  test.each(BAD_NAMES)('%s is refused in the words that all roads have', async (name, why) => {
    expect(await ask(name)).toBe(why);
  });
});

describe.each(RESERVED_NAMES)('%s, which reads as a reserved name', (name) => {
  test('is refused to a caller and to an import', async () => {
    expect(await onScreen(name)).toBe(RESERVED);
    expect(await byImport(name)).toBe(RESERVED);
  });

  test('may be given by the sysop', async () => {
    expect(await byAdd(name)).toBeUndefined();
    expect(await byRename(name)).toBeUndefined();
  });
});
