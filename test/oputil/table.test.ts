import { formatTable, TableParts } from '../../src/oputil/table';

const COLUMNS = [
  { title: 'Who', most: 6 },
  { title: 'What', most: 16 },
  { title: 'From', most: 12 },
];
const ROW = ['joe', 'second-factor rejected: backup code', 'ssh 2001:db8:aaaa:bbbb::7'];

test('a pipe gets each row whole, on one line', () => {
  expect(formatTable(COLUMNS, [ROW]).at(-1)).toBe(ROW.join('  '));
});

test('a narrow terminal gets the same letters in more lines, none of them cut', () => {
  const lines = formatTable(COLUMNS, [ROW], 40);
  expect(lines.slice(2)).toEqual([
    'joe  second-factor     ssh',
    '     rejected: backup  2001:db8:aaa',
    '     code              a:bbbb::7',
  ]);
});

test('a terminal that is wide enough folds nothing', () => {
  expect(formatTable(COLUMNS, [ROW], 80)).toHaveLength(3);
});

test('a line end in a value makes no line of its own', () => {
  expect(formatTable([{ title: 'Who' }], [['a\nroot'], ['b\u202e']]).slice(2)).toEqual([
    'a\\u000aroot',
    'b\\u202e',
  ]);
});

test('a table that is printed part by part has its titles once, and columns that only grow', () => {
  const table = new TableParts(COLUMNS);
  const lines = [
    ...table.add([['joe', 'in', 'ssh']]),
    ...table.add([['a longer name', 'out', 'ssh']]),
    ...table.add([['ann', 'in', 'ssh']]),
  ];
  expect(lines).toEqual([
    'Who  What  From',
    '---  ----  ----',
    'joe  in    ssh',
    'a longer name  out   ssh',
    'ann            in    ssh',
  ]);
});
