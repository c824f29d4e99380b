import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findConfigKey, listConfigSections, listNamesBelow } from '../../src/config/config-keys';
import { configReference } from '../../misc/scripts/docs/config-reference';
import { configSchema, defaultConfig } from '../../src/config/schema';

const KEYS = listConfigSections().flatMap((section) => section.keys);

test('docs/config.md is what the schema says; npm run docs makes it anew', async () => {
  const page = await readFile(resolve(__dirname, '../../docs/config.md'), 'utf8');
  expect(page).toBe(configReference());
});

test('every key and every section has one line of documentation', () => {
  const sections = listConfigSections();
  expect(sections.filter(({ doc }) => doc === '').map(({ path }) => path)).toEqual([]);
  expect(
    KEYS.filter(({ doc }) => doc === '' || doc.includes('\n')).map(({ path }) => path),
  ).toEqual([]);
  expect(KEYS.length).toBeGreaterThan(90);
});

test('every key of the default configuration is documented with that default', () => {
  const isEmpty = (part: object): boolean => Object.keys(part).length === 0;
  const leaves = (value: object, path: readonly string[]): (readonly [string, unknown])[] =>
    Object.entries(value).flatMap(([name, part]: [string, unknown]) =>
      typeof part === 'object' && part !== null && !Array.isArray(part) && !isEmpty(part)
        ? leaves(part, [...path, name])
        : [[[...path, name].join('.'), part] as const],
    );
  expect(KEYS.map((key) => [key.path, key.default]).sort()).toEqual(
    leaves(defaultConfig(), [])
      .map(([path, value]) => [path, value])
      .sort(),
  );
});

test('what a key accepts is said in words', () => {
  expect(findConfigKey('loginServers.ssh.port')?.accepts).toBe('a whole number from 0 to 65535');
  expect(findConfigKey('general.maxConnections')?.accepts).toBe('a whole number, 0 or more');
  expect(findConfigKey('term.forceOutputEncoding')?.accepts).toBe('cp437, utf8, or null');
  expect(findConfigKey('theme.passwordChar')?.accepts).toBe('a single character');
  expect(findConfigKey('users.groups.0')?.accepts).toBe('a list of texts');
  expect(KEYS.filter(({ accepts }) => accepts === 'a value')).toEqual([]);
});

test('the names below a section are those that the schema allows there', () => {
  expect(listNamesBelow('loginServers')).toEqual(['telnet', 'rlogin', 'ssh', 'webSocket']);
  expect(listNamesBelow('')).toEqual(Object.keys(configSchema.shape));
});
