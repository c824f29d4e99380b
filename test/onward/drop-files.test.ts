import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { DROP_FILES, writeDropFile, type DropFacts } from '../../src/onward/drop-files';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-drop-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const FACTS: Omit<DropFacts, 'folder'> = {
  ...{ node: 3, boardName: 'The Harbour', sysOpName: 'Wanda Warden', userId: 7 },
  ...{ userName: 'zoë', realName: 'Zoë van der Berg', location: 'A town by the sea' },
  ...{ securityLevel: 30, calls: 41, sex: 'F', birthdate: new Date(1990, 5, 15) },
  ...{ lastCall: new Date(2026, 0, 1, 22, 5), now: new Date(2026, 0, 2, 12, 34, 56) },
  ...{ secondsLeft: 3700, columns: 80, rows: 25, hasAnsi: true },
};

async function linesOf(kind: string, facts: Partial<DropFacts> = {}) {
  const file = DROP_FILES[kind];
  if (file === undefined) throw new Error(`no drop file ${kind}`);
  const name = await writeDropFile(file, { ...FACTS, folder, ...facts });
  const text = iconv.decode(await readFile(join(folder, name)), 'cp437');
  expect(text.endsWith('\r\n')).toBe(true);
  return { name, lines: text.split('\r\n').slice(0, -1) };
}

test('DOOR32.SYS has eleven lines, in lower case on the disk', async () => {
  expect(await linesOf('DOOR32')).toEqual({
    name: 'door32.sys',
    lines: [
      ...['0', '0', '38400', 'The Harbour', '7', 'Zoë van der Berg', 'zoë'],
      ...['30', '61', '1', '3'],
    ],
  });
});

test('DOOR.SYS has 52 lines, and no password', async () => {
  const { name, lines } = await linesOf('DOOR');
  expect([name, lines.length]).toEqual(['DOOR.SYS', 52]);
  expect(lines.slice(0, 5)).toEqual(['COM1:', '38400', '8', '3', '38400']);
  expect(lines.slice(9, 22)).toEqual([
    ...['Zoë van der Berg', 'A town by the sea', '', '', '', '30', '41', '01/01/26'],
    ...['3700', '61', 'GR', '25', 'N'],
  ]);
  expect(lines[25]).toBe('7');
  expect(lines.slice(31, 37)).toEqual(['06/15/90', folder, folder, 'Wanda Warden', 'zoë', '00:00']);
  expect([lines[43], lines[44]]).toEqual(['12:34', '22:05']);
});

test('DORINFOx.DEF has thirteen lines, names in two parts, and its node in its name', async () => {
  expect(await linesOf('DORINFO', { secondsLeft: 86_400 })).toEqual({
    name: 'DORINFO3.DEF',
    lines: [
      ...['The Harbour', 'Wanda', 'Warden', 'COM1', '38400 BAUD,N,8,1', '0'],
      ...['Zoë', 'van der Berg', 'A town by the sea', '1', '30', '546', '-1'],
    ],
  });
  const names = [9, 10, 11, 36].map((node) => DROP_FILES['DORINFO']?.nameOf(node));
  expect(names).toEqual(['DORINFO9.DEF', 'DORINFO0.DEF', 'DORINFOA.DEF', 'DORINFOZ.DEF']);
});

test('CHAIN.TXT has 32 lines, with the age', async () => {
  const { lines } = await linesOf('CHAIN', { securityLevel: 100 });
  expect(lines).toHaveLength(32);
  expect(lines.slice(0, 7)).toEqual(['7', 'zoë', 'Zoë van der Berg', '', '35', 'F', '0.00']);
  expect(lines.slice(8, 16)).toEqual(['80', '25', '100', '1', '1', '1', '1', '3700.00']);
  expect(lines[31]).toBe('3');
});

test.each(Object.keys(DROP_FILES))('no value makes a line of its own in %s', async (kind) => {
  const evil = 'x\r\n100\x1b[2J\x85y';
  const plain = await linesOf(kind);
  const { lines } = await linesOf(kind, { realName: evil, userName: evil, location: evil });
  expect(lines).toHaveLength(plain.lines.length);
  expect(lines.join('')).not.toMatch(/[\x00-\x1f\x7f]/);
});
