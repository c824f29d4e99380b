import { MenuBoard, type MenuCaller } from '../support/menu-board';
import { colorOf } from '../support/screen';

const PASSWORD = 'correct horse battery';
const RED = 9;
const FAR = { width: 80, height: 24 };
const NARROW = { width: 40, height: 24 };

/** A field of a form: its label, its row on either screen, what is typed there, and what that is told. */
interface Wrong {
  readonly form: 'newUserApplication' | 'mainMenuUserConfig';
  readonly label: string;
  readonly keys: string;
  readonly told: RegExp;
}

const CLEAR = '\x15';
const tabs = (count: number): string => '\t'.repeat(count);

const WRONG: readonly Wrong[] = [
  { form: 'newUserApplication', label: 'User name', keys: 'joe\r', told: /This name is taken\./ },
  {
    form: 'newUserApplication',
    label: 'Birth date',
    keys: `${tabs(2)}1990\r`,
    told: /Please type the whole/,
  },
  {
    form: 'newUserApplication',
    label: 'Mail',
    keys: `${tabs(7)}nobody\r`,
    told: /a plain mail address/,
  },
  {
    form: 'newUserApplication',
    label: 'Password',
    keys: `${tabs(9)}password1234\r`,
    told: /Too many people use that/,
  },
  {
    form: 'newUserApplication',
    label: 'Once more',
    keys: `${tabs(9)}a quiet harbour 7\ranother\r`,
    told: /The two passwords are not/,
  },
  {
    form: 'mainMenuUserConfig',
    label: 'Birth date',
    keys: `\t${CLEAR}1990\r`,
    told: /Please type the whole/,
  },
  {
    form: 'mainMenuUserConfig',
    label: 'Mail',
    keys: `${tabs(6)}${CLEAR}nobody\r`,
    told: /a plain mail address/,
  },
];

let board: MenuBoard;

beforeAll(async () => {
  board = await MenuBoard.open({});
  await board.addUser('joe', PASSWORD, {
    properties: { birthdate: '1990-06-15T12:00:00.000Z', location: 'A small town' },
  });
});

afterAll(() => board.close());

async function open(
  form: Wrong['form'],
  size: { readonly width: number; readonly height: number },
): Promise<MenuCaller> {
  const caller =
    form === 'newUserApplication'
      ? board.call(form, size)
      : await board.callBySsh({ userName: 'joe', password: PASSWORD }, form, size);
  await caller.sees(form === 'newUserApplication' ? 'Applying for' : 'Your own data');
  return caller;
}

/** The first row, from 1, that shows a text, and 0 where none does. */
function rowOf({ screen }: MenuCaller, wanted: string | RegExp): number {
  const rows = Array.from({ length: screen.height }, (_, index) => screen.row(index + 1));
  return rows.findIndex((row) => row.search(wanted) >= 0) + 1;
}

it.each(WRONG)(
  'what is wrong with $label in $form stands beside it, where the focus is, in the colour of problems',
  async ({ form, label, keys, told }) => {
    const caller = await open(form, FAR);
    caller.type(keys);
    const [said = ''] = told.exec(await caller.sees(told)) ?? [];
    expect(colorOf(caller.screen, said)).toBe(RED);
    expect([label, rowOf(caller, told)]).toEqual([
      label,
      rowOf(caller, new RegExp(`^[ *]+${label} `)),
    ]);
    expect(caller.screen.cursor.row).toBe(rowOf(caller, new RegExp(`^[ *]+${label} `)));
    caller.hangUp();
  },
);

it.each(WRONG)(
  'what is wrong with $label in $form stands directly below it in a narrow window, until a key mends it',
  async ({ form, label, keys, told }) => {
    const caller = await open(form, NARROW);
    const before = (await caller.sees('Tab, Enter')).split('\n');
    caller.type(keys);
    await caller.sees(told);
    const row = rowOf(caller, `${label}`);
    const below = rowOf(caller, told) - row;
    // One row that is empty anyway may be between them and the message line.
    expect([label, below >= 1 && below <= 2]).toEqual([label, true]);
    expect(caller.screen.row(row)).toContain(label);
    expect(caller.screen.cursor.row).toBe(row);
    caller.type('1');
    await caller.until('the problem to be gone', () => !caller.screen.shows(told));
    const after = caller.screen.text().split('\n');
    const labels = (lines: readonly string[]): readonly string[] =>
      lines.slice(0, 13).map((line) => line.slice(0, 12).trimEnd());
    expect(labels(after)).toEqual(labels(before));
    caller.hangUp();
  },
);

it('what was typed in the fields that a problem covers is there again when it ends', async () => {
  const caller = await open('mainMenuUserConfig', NARROW);
  // Without the lines of empty fields: the one in focus has none.
  const form = (text: string): string =>
    text
      .replace(/[_ ]+$/gm, '')
      .split('\n')
      .slice(0, 15)
      .join('\n');
  const before = form(await caller.sees('A small town'));
  caller.type(`\t${CLEAR}1990\r`);
  await caller.sees('Please type the whole date');
  expect(caller.screen.shows('Location')).toBe(false);
  caller.type(`${CLEAR}19900615`);
  await caller.until('the form as it was', () => form(caller.screen.text()) === before);
  caller.hangUp();
});

it('the help of the field keeps its place while a problem stands beside the field', async () => {
  const caller = await open('newUserApplication', FAR);
  caller.type('joe\r');
  await caller.sees('This name is taken.');
  expect(caller.screen.shows('The name that others see you by')).toBe(true);
  caller.hangUp();
});

it('a problem goes with its field when the window changes, and a message for all of the form ends it', async () => {
  const caller = await open('newUserApplication', FAR);
  caller.type('joe\r');
  await caller.sees('This name is taken.');
  caller.resize(NARROW.width, NARROW.height);
  await caller.sees('User name*');
  await caller.sees('This name is taken.');
  expect(rowOf(caller, 'This name is taken.')).toBe(rowOf(caller, 'User name') + 1);
  caller.resize(FAR.width, FAR.height);
  await caller.sees('How we reach you');
  await caller.sees('This name is taken.');
  expect(rowOf(caller, 'This name is taken.')).toBe(rowOf(caller, 'User name'));
  caller.hangUp();
});
