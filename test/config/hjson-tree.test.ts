import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BbsError } from '../../src/base/errors';
import { loadHjsonTree } from '../../src/config/hjson-tree';
import type { HjsonTree } from '../../src/config/hjson-tree';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-tree-'));
});
afterEach(() => rm(folder, { recursive: true }));

type Files = Readonly<Record<string, string>>;

async function write(files: Files): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

async function load(files: Files, env: Record<string, string> = {}): Promise<HjsonTree> {
  await write(files);
  return loadHjsonTree(join(folder, 'menu.hjson'), { env });
}

/** What a load is refused for, with the temporary folder cut from the paths. */
async function refusal(files: Files, env: Record<string, string> = {}): Promise<string> {
  try {
    await load(files, env);
  } catch (error) {
    if (error instanceof BbsError) return error.describe().replaceAll(`${folder}/`, '');
    throw error;
  }
  return 'accepted';
}

test('an including file wins over what it includes, key by key', async () => {
  const tree = await load({
    'menu.hjson': `{
      includes: [ "menus/login.hjson" ]
      menus: { login: { art: "MINE" } }
    }`,
    'menus/login.hjson': `menus: {
      login: { art: "THEIRS", next: "matrix", list: [ 1, 2 ] }
    }`,
  });
  expect(tree.value).toEqual({
    menus: { login: { art: 'MINE', next: 'matrix', list: [1, 2] } },
  });
  expect(tree.placeOf(['menus', 'login', 'art'])).toEqual({
    file: join(folder, 'menu.hjson'),
    line: 3,
    column: 30,
  });
  expect(tree.placeOf(['menus', 'login', 'next'], 'key')).toEqual({
    file: join(folder, 'menus/login.hjson'),
    line: 2,
    column: 31,
  });
  expect(tree.files).toEqual([join(folder, 'menu.hjson'), join(folder, 'menus/login.hjson')]);
});

test('of two includes the earlier wins, and an include may include, from the same folder', async () => {
  const tree = await load({
    'menu.hjson': 'includes: [ "menus/a.hjson", "menus/b.hjson" ]',
    'menus/a.hjson': 'includes: [ "menus/c.hjson" ]\nx: "a"',
    'menus/b.hjson': 'x: "b"\ny: "b"',
    'menus/c.hjson': 'x: "c"\ny: "c"\nz: "c"',
  });
  expect(tree.value).toEqual({ x: 'a', y: 'c', z: 'c' });
});

test.each([
  [
    { 'menu.hjson': 'includes: [ "no.hjson" ]' },
    /^menu.hjson:1:13: cannot read no.hjson: there is no such file$/,
  ],
  [{ 'menu.hjson': 'includes: [ "menu.hjson" ]' }, /^menu.hjson:1:13: menu.hjson includes itself$/],
  [
    { 'menu.hjson': 'includes: [ "a.hjson" ]', 'a.hjson': 'includes: [ "menu.hjson" ]' },
    /^a.hjson:1:13: menu.hjson includes itself$/,
  ],
  [
    { 'menu.hjson': 'includes: "a.hjson"' },
    /^menu.hjson:1:11: includes must be a list of file names$/,
  ],
  [{ 'menu.hjson': 'includes: [ "a.hjson" ]', 'a.hjson': '\na: }' }, /^a.hjson:2:4: found '}'/],
])('%j is refused with the place that is wrong', async (files, message) => {
  expect(await refusal(files as Files)).toMatch(message);
});

test('a diamond of includes that doubles with each file is refused', async () => {
  const files: Record<string, string> = { 'menu.hjson': 'includes: [ "0.hjson" ]' };
  for (let level = 0; level < 30; level++) {
    const next = `${String(level + 1)}.hjson`;
    files[`${String(level)}.hjson`] = level === 29 ? '' : `includes: [ "${next}", "${next}" ]`;
  }
  expect(await refusal(files)).toMatch(/more than 256 files are included/);
});

test('a file that is not UTF-8 is refused', async () => {
  await writeFile(join(folder, 'menu.hjson'), Buffer.from([0x61, 0x3a, 0x20, 0xff, 0x0a]));
  await expect(loadHjsonTree(join(folder, 'menu.hjson'), { env: {} })).rejects.toMatchObject({
    code: 'CONFIG_UNREADABLE',
    message: expect.stringContaining('it is not UTF-8 text') as string,
  });
});

test('@reference: puts in the value at a path of the merged file, through chains and lists', async () => {
  const tree = await load({
    'menu.hjson': `
      includes: [ "common.hjson" ]
      keys: "@reference:common.back"
      first: "@reference:common.back.0.keys[0]"
      through: "@reference:alias.name"
      alias: "@reference:person"
      person: { name: "sysop" }`,
    'common.hjson': 'common: { back: [ { keys: [ "@reference:common.key" ] } ], key: "escape" }',
  });
  expect(tree.value).toMatchObject({
    keys: [{ keys: ['escape'] }],
    first: 'escape',
    through: 'sysop',
  });
  expect(tree.placeOf(['keys', 0, 'keys']).file).toBe(join(folder, 'common.hjson'));
});

test('a reference to nothing stays as it is written, with a warning that names the nearest', async () => {
  const tree = await load({
    'menu.hjson': 'a: "@reference:common.escToPrv"\ncommon: { escToPrev: 1 }',
  });
  expect(tree.value['a']).toBe('@reference:common.escToPrv');
  expect(tree.warnings).toEqual([
    {
      place: { file: join(folder, 'menu.hjson'), line: 1, column: 4 },
      message:
        "@reference:common.escToPrv names nothing: there is no 'escToPrv'; did you mean 'escToPrev'?",
      kind: 'reference',
    },
  ]);
});

test.each([
  ['itself', 'a: "@reference:a"', 1],
  ['another that leads back', 'a: "@reference:b"\nb: "@reference:a"', 2],
  ['what holds it', 'a: { b: "@reference:a" }', 1],
  ['a part of itself', 'a: "@reference:a.b"', 1],
  ['the holder of its holder', 'a: { x: "@reference:b" }\nb: { y: "@reference:a" }', 2],
])('a reference to %s is refused', async (_name, text) => {
  expect(await refusal({ 'menu.hjson': text })).toMatch(
    /^menu.hjson:\d+:\d+: @reference:\S+ leads back to itself/,
  );
});

test('references that multiply are refused at once', async () => {
  const lines = Array.from(
    { length: 40 },
    (_, level) =>
      `a${String(level)}: [ "@reference:a${String(level + 1)}", "@reference:a${String(level + 1)}" ]`,
  );
  const begun = process.cpuUsage();
  expect(await refusal({ 'menu.hjson': `${lines.join('\n')}\na40: 1` })).toMatch(/grows too large/);
  // Of the processor's time, which others on the machine do not use up.
  expect(process.cpuUsage(begun).user / 1000).toBeLessThan(1000);
});

test.each(['forward', 'backward'])('a %s chain of 20,000 references is refused', async (order) => {
  const lines = Array.from(
    { length: 20_000 },
    (_, level) => `a${String(level)}: { x: "@reference:a${String(level + 1)}" }`,
  );
  if (order === 'backward') lines.reverse();
  expect(await refusal({ 'menu.hjson': `${lines.join('\n')}\na20000: 1` })).toMatch(
    /grows too large/,
  );
});

test.each([
  ['@environment:NAME', 'x y', 'x y'],
  ['@environment:NAME:string', '8888', '8888'],
  ['@environment:NAME:number', '8888', 8888],
  ['@environment:NAME:bool', 'true', true],
  ['@environment:NAME:boolean', 'FALSE', false],
  ['@environment:NAME:object', '{ "host": "mx", "ports": [ 25 ] }', { host: 'mx', ports: [25] }],
  ['@environment:NAME:timestamp', '2026-01-31T20:00:00Z', '2026-01-31T20:00:00.000Z'],
  ['@environment:NAME:number:array', '1,2,3', [1, 2, 3]],
  ['@environment:NAME:string:array', 'a,b', ['a', 'b']],
])('%s with %j is %j', async (spec, text, value) => {
  const tree = await load({ 'menu.hjson': `a: "${spec}"` }, { NAME: text });
  expect(tree.value['a']).toEqual(value);
});

test.each([
  ['@environment:NAME', undefined, 'the environment variable NAME is not set'],
  ['@environment:NAME:number', '8888x', 'the environment variable NAME must be a number'],
  ['@environment:NAME:number', '', 'the environment variable NAME must be a number'],
  ['@environment:NAME:bool', 'yes', 'the environment variable NAME must be true or false'],
  ['@environment:NAME:object', '{secret', 'the environment variable NAME must be JSON'],
  ['@environment:NAME:object', '{"__proto__":{"x":1}}', "'__proto__' cannot be a key"],
  [
    '@environment:NAME:object',
    '['.repeat(999) + ']'.repeat(999),
    'the variable is nested too deeply',
  ],
  [
    '@environment:NAME:colour',
    'x',
    "'colour' is not a type; use string, boolean, number, object or timestamp for NAME",
  ],
  [
    '@environment:NAME:number:list',
    '1',
    "'list' is not known here; only ':array' may follow the type",
  ],
])('%s with %j is refused', async (spec, text, message) => {
  const env: Record<string, string> = text === undefined ? {} : { NAME: text };
  expect(await refusal({ 'menu.hjson': `a: "${spec}"` }, env)).toBe(`menu.hjson:1:4: ${message}`);
});

test('@file: puts in the trimmed content of a file, which is watched too', async () => {
  const tree = await load({ 'menu.hjson': 'a: "@file:secrets/smtp"', 'secrets/smtp': '  hush\n' });
  expect(tree.value).toEqual({ a: 'hush' });
  expect(tree.files).toContain(join(folder, 'secrets/smtp'));
});

test('content of a file and of a variable is data: an @ value in it stays as it is', async () => {
  const tree = await load(
    { 'menu.hjson': 'a: "@file:x"\nb: "@environment:X"\nc: 1', x: '@reference:c' },
    { X: '@reference:c' },
  );
  expect(tree.value).toMatchObject({ a: '@reference:c', b: '@reference:c' });
});

test('all that is wrong is listed in the order of its places', async () => {
  expect(
    await refusal({ 'menu.hjson': 'a: "@file:none"\nb: "@environment:NONE"\nc: "@reference:c"' }),
  ).toBe(
    [
      'menu.hjson:1:4: cannot read none: there is no such file',
      'menu.hjson:2:4: the environment variable NONE is not set',
      'menu.hjson:3:4: @reference:c leads back to itself',
    ].join('\n'),
  );
});

test('what a stock file includes is taken from the board where the board has it', async () => {
  await write({
    'stock/menu.hjson': 'includes: [ "menus/main.hjson", "menus/login.hjson" ]',
    'stock/menus/main.hjson': 'main: stock',
    'stock/menus/login.hjson': 'login: stock',
    'board/menus/main.hjson': 'main: board',
  });
  const fallbackFolders = ['board', 'stock'].map((name) => join(folder, name));
  const tree = await loadHjsonTree(join(folder, 'stock/menu.hjson'), { env: {}, fallbackFolders });
  expect(tree.value).toEqual({ main: 'board', login: 'stock' });
});

test('what a file elsewhere includes is taken from beside it first', async () => {
  await write({
    'mine/menu.hjson': 'includes: [ "menus/main.hjson", "menus/login.hjson" ]',
    'mine/menus/main.hjson': 'main: mine',
    'board/menus/main.hjson': 'main: board',
    'board/menus/login.hjson': 'login: board',
  });
  const fallbackFolders = [join(folder, 'board')];
  const tree = await loadHjsonTree(join(folder, 'mine/menu.hjson'), { env: {}, fallbackFolders });
  expect(tree.value).toEqual({ main: 'mine', login: 'board' });
});
