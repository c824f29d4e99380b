import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { FACTOR_KIND_NAMES } from '../src/auth/factor-kinds';
import { ERROR_CODES } from '../src/base/errors';
import { WAY_IN_NAMES } from '../src/protocols/ways-in';
import { VIEW_CODES } from '../src/views/registry';
import { findLists } from './support/word-lists';

/** A file imports from its own folder or a strictly lower layer (docs/architecture.md). */
const LAYERS: Readonly<Record<string, number>> = {
  base: 0,
  protocols: 1,
  texts: 1,
  config: 2,
  terminal: 2,
  store: 2,
  art: 3,
  throttle: 3,
  auth: 3,
  mail: 3,
  acs: 3,
  tls: 3,
  views: 4,
  menu: 5,
  proof: 6,
  onward: 6,
  modules: 7,
  servers: 8,
  web: 8,
  readiness: 9,
  adopt: 9,
  oputil: 10,
  // The program and the public API.
  app: 11,
  '': 12,
  // What the board and the sysop's tool share.
  'backend.ts': 8,
};

const BINS: readonly string[] = ['main.ts', 'oputil/main.ts'];

interface SourceFile {
  /** From src/, with slashes. */
  readonly path: string;
  readonly text: string;
  /** Files of ours, from src/. */
  readonly imports: readonly string[];
  readonly packages: readonly string[];
}

function readSource(path: string, text: string): SourceFile {
  const names = ts.preProcessFile(text, true, true).importedFiles.map((file) => file.fileName);
  const own = names.filter((name) => name.startsWith('.'));
  return {
    path,
    text,
    imports: own.map((name) => `${join(dirname(path), name)}.ts`.replace(/\.ts\.ts$/, '.ts')),
    packages: names.filter((name) => !name.startsWith('.')),
  };
}

const ROOT = resolve(__dirname, '..');
const SRC = join(ROOT, 'src');

const PATHS: ReadonlySet<string> = new Set(
  readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => relative('.', name))
    .sort(),
);

const SOURCES: readonly SourceFile[] = [...PATHS].map((path) => {
  const source = readSource(path, readFileSync(join(SRC, path), 'utf8'));
  const imports = source.imports.map((name) => {
    const index = name.replace(/\.ts$/, '/index.ts');
    return PATHS.has(index) ? index : name;
  });
  return { ...source, imports };
});

function layerOf(path: string): number | undefined {
  return LAYERS[path] ?? LAYERS[folderOf(path)];
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
}

/** `file: line` of each line that matches, comments left out. */
function findLines(files: readonly SourceFile[], pattern: RegExp): readonly string[] {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .map((line) => line.replace(/^\s*(\/\/|\*|\/\*).*/, ''))
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : [])),
  );
}

function findLayerBreaks(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, imports }) =>
    imports
      .filter((imported) => {
        const isNear = folderOf(path) === folderOf(imported) && layerOf(path) === layerOf(imported);
        return !isNear && (layerOf(imported) ?? Infinity) >= (layerOf(path) ?? -Infinity);
      })
      .map((imported) => `${path} imports ${imported}`),
  );
}

function findCycle(files: readonly SourceFile[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const walk = (path: string, way: readonly string[]): readonly string[] => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (done.has(path)) return [];
    for (const next of byPath.get(path)?.imports ?? []) {
      const cycle = walk(next, [...way, path]);
      if (cycle.length > 0) return cycle;
    }
    done.add(path);
    return [];
  };
  for (const { path } of files) {
    const cycle = walk(path, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

function usersOf(packageName: string): readonly string[] {
  const uses = (name: string): boolean =>
    name === packageName || name.startsWith(`${packageName}/`);
  return SOURCES.filter(({ packages }) => packages.some(uses)).map(({ path }) => path);
}

interface ExportedName {
  /** `menu/run/runner.ts Runner` */
  readonly id: string;
  readonly isType: boolean;
}

/** What files of src export, but for migrations, which are imported by their list as a whole. */
const EXPORTED: readonly ExportedName[] = SOURCES.filter(
  ({ path }) => path !== 'index.ts' && !path.startsWith('store/migrations/'),
).flatMap(({ path, text }) => {
  const found = text.matchAll(
    /^export (?:async |abstract |declare )*(interface|type|function\*?|const|class) (\w+)/gm,
  );
  return [...found].map(([, kind = '', name = '']) => ({
    id: `${path} ${name}`,
    isType: kind === 'interface' || kind === 'type',
  }));
});

/** The names that a file imports or passes on from files of src, as `menu/run/runner.ts Runner`. */
function importsOf({ path, text }: Pick<SourceFile, 'path' | 'text'>): readonly string[] {
  const clauses = text.matchAll(
    /\b(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s*(?:from|=\s*require\()\s*'(\.[^']+)'/g,
  );
  const inTypes = text.matchAll(/\bimport\('(\.[^']+)'\)\.(\w+)/g);
  const id = (from: string, name: string): string => {
    const file = relative(SRC, resolve(SRC, dirname(path), from)).replace(/\.ts$/, '');
    return `${PATHS.has(`${file}/index.ts`) ? `${file}/index` : file}.ts ${name}`;
  };
  return [
    ...[...clauses].flatMap(([, names = '', from = '']) =>
      names
        .split(',')
        .map((name) => /^\s*(?:type\s+)?(\w+)/.exec(name)?.[1])
        .flatMap((name) => (name === undefined ? [] : id(from, name))),
    ),
    ...[...inTypes].map(([, from = '', name = '']) => id(from, name)),
  ];
}

function importsIn(...folders: readonly string[]): ReadonlySet<string> {
  const files = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:ts|[cm]?js)$/.test(name))
      .map((name) => join(ROOT, folder, name)),
  );
  return new Set(
    files.flatMap((file) =>
      importsOf({ path: relative(SRC, file), text: readFileSync(file, 'utf8') }),
    ),
  );
}

test('every folder of src has its layer', () => {
  expect(
    [...new Set(SOURCES.map(({ path }) => folderOf(path)))].filter((f) => !(f in LAYERS)),
  ).toEqual([]);
});

test('a file imports from its own folder or a lower layer', () => {
  expect(findLayerBreaks(SOURCES)).toEqual([]);
});

test('no rule asks for the name of a way in: it asks what is true of it (rule M9)', () => {
  const pattern = new RegExp(`(?:===|!==) '(?:${WAY_IN_NAMES.join('|')})'`);
  expect(findLines(SOURCES, pattern)).toEqual([]);
});

test('the table of ways in is the only one: what else names each of them is typed by it', () => {
  // The schema has a section for each, which config/login-servers.ts holds to the table.
  const tables = [
    ...['protocols/ways-in.ts', 'config/schema-servers.ts'],
    // The protocols by which callers are handed on are no ways in.
    ...['config/schema-destinations.ts', 'modules/destinations.ts'],
  ];
  const lists = findLists(SOURCES, { words: WAY_IN_NAMES, keyType: 'WayInName' });
  expect(lists.filter((place) => !tables.includes(place.replace(/:.*/, '')))).toEqual([]);
});

test('only the table of OTP types names them', () => {
  const others = SOURCES.filter(({ path }) => path !== 'base/otp-types.ts');
  expect(findLines(others, /rfc6238_TOTP|rfc4266_HOTP/)).toEqual([]);
  // The one type that The Forgotten Server has.
  const withDefault = others.filter(({ path }) => path !== 'oputil/tfs-import.ts');
  expect(findLines(withDefault, /'googleAuth'/)).toEqual([]);
});

test('only the table of factor kinds lists or compares them: others ask what is true of a kind', () => {
  const others = SOURCES.filter(({ path }) => path !== 'auth/factor-kinds.ts');
  const names = FACTOR_KIND_NAMES.join('|');
  expect(findLines(others, new RegExp(`(?:[!=]==? |\\bcase )['"](?:${names})['"]`))).toEqual([]);
  expect(findLines(others, new RegExp(`['"](?:${names})['"] [!=]==? `))).toEqual([]);
  expect(findLists(others, { words: FACTOR_KIND_NAMES, keyType: 'FactorKind' })).toEqual([]);
});

test('the registry of views is the only list of their codes', () => {
  const lists = findLists(SOURCES, { words: VIEW_CODES });
  expect(lists.filter((place) => !place.startsWith('views/registry.ts:'))).toEqual([]);
  // Rules ask what is true of a view.
  const pattern = new RegExp(`code (?:===|!==) '(?:${VIEW_CODES.join('|')})'`);
  expect(findLines(SOURCES, pattern)).toEqual([]);
});

test('one function decides whether a caller is fully signed in, and one table holds the glyphs of CP437', () => {
  const places = (pattern: RegExp): readonly string[] =>
    findLines(SOURCES, pattern).map((place) => place.replace(/:.*/, ''));
  expect(places(/\b[fF]actor\b[^=<>]*(?:>=?|<=?)[^=<>]*\brequiredFactor\b/)).toEqual([
    'auth/login.ts',
  ]);
  expect(places(/☺☻♥|◄↕‼/)).toEqual(['terminal/encoding.ts']);
});

test('one file asks a socket for its address: behind a proxy the caller has another one (rule G3)', () => {
  const others = SOURCES.filter(({ path }) => path !== 'base/source.ts');
  expect(findLines(others, /\bremote(?:Address|Port|Family)\b|\brequest\.ips?\b/)).toEqual([]);
});

test('every error code is used where something is thrown', () => {
  const others = SOURCES.filter(({ path }) => path !== 'base/errors.ts');
  const isUsed = (code: string): boolean => others.some(({ text }) => text.includes(`'${code}'`));
  expect(Object.keys(ERROR_CODES).filter((code) => !isUsed(code))).toEqual([]);
});

test('every name that a file exports is imported by another one', () => {
  // The types of the store are left out. Tests may look at a table or call a function of a file; a type that only they name they derive from it.
  const byTests = importsIn('test', 'bench', 'misc');
  const withoutTests = new Set([...SOURCES.flatMap(importsOf), ...importsIn('bench', 'misc')]);
  const isImported = ({ id, isType }: ExportedName): boolean =>
    (isType && id.startsWith('store/')) || withoutTests.has(id) || (!isType && byTests.has(id));
  expect(EXPORTED.length).toBeGreaterThan(900);
  expect(EXPORTED.filter((name) => !isImported(name)).map(({ id }) => id)).toEqual([]);
});

test('a value that no file of src uses is in no file of src, also where a test uses it', () => {
  const used = new Set([...SOURCES.flatMap(importsOf), ...importsIn('bench', 'misc')]);
  const textOf = new Map(SOURCES.map(({ path, text }) => [path, text]));
  const isUsed = ({ id }: ExportedName): boolean => {
    const [path = '', name = ''] = id.split(' ');
    return (
      used.has(id) || (textOf.get(path)?.match(new RegExp(`\\b${name}\\b`, 'g')) ?? []).length > 1
    );
  };
  expect(EXPORTED.filter((name) => !name.isType && !isUsed(name)).map(({ id }) => id)).toEqual([]);
});

test('every import of ours names a file that is there', () => {
  const missing = SOURCES.flatMap(({ path, imports }) =>
    imports.filter((name) => !PATHS.has(name)).map((name) => `${path} imports ${name}`),
  );
  expect(missing).toEqual([]);
});

test('no file imports itself by way of others', () => {
  expect(findCycle(SOURCES)).toEqual([]);
});

test('src holds only what runs: each file is reached from a bin or from the public API', () => {
  const byPath = new Map(SOURCES.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const walk = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const next of byPath.get(path)?.imports ?? []) walk(next);
  };
  for (const start of [...BINS, 'index.ts']) walk(start);
  expect([...PATHS].filter((path) => !reached.has(path))).toEqual([]);
});

test('oputil imports neither the menu runner nor the servers, so that it works beside them', () => {
  const tool = SOURCES.filter(({ path }) => ['oputil', 'readiness'].includes(folderOf(path)));
  const breaks = tool.flatMap(({ path, imports }) =>
    imports
      .filter((name) => name === 'menu/run/runner.ts' || folderOf(name) === 'servers')
      // The host keys and algorithms, which `config check` looks at as the start does; they open no socket.
      .filter((name) => !/^servers\/ssh\/(host-key|ssh-profile)\.ts$/.test(name))
      .map((name) => `${path} imports ${name}`),
  );
  expect(breaks).toEqual([]);
});

test('the server does not import oputil: what both ask stands below both', () => {
  const breaks = SOURCES.filter(({ path }) => folderOf(path) !== 'oputil').flatMap(
    ({ path, imports }) =>
      imports
        .filter((name) => folderOf(name) === 'oputil')
        .map((name) => `${path} imports ${name}`),
  );
  expect(breaks).toEqual([]);
});

test('only the bins end the process or write to the console', () => {
  const others = SOURCES.filter(({ path }) => !BINS.includes(path));
  expect(findLines(others, /\bprocess\.(exit|abort)\(/)).toEqual([]);
  expect(findLines(others, /\bconsole\.\w+/)).toEqual([]);
});

test('telnet-stream is imported by exactly one file', () => {
  expect(usersOf('telnet-stream')).toHaveLength(1);
  expect(usersOf('telnet-stream').every((path) => folderOf(path) === 'protocols')).toBe(true);
});

test.each(['knex', 'sqlite3', 'pg'])('%s is imported in store/ only', (name) => {
  expect(usersOf(name).filter((path) => folderOf(path) !== 'store')).toEqual([]);
});

test.each(['ssh2', 'node:net', 'node:tls', 'fastify'])(
  '%s does not reach below the servers',
  (name) => {
    // node:net also tells addresses apart, which needs no socket.
    const allowed = name === 'node:net' ? /\b(isIP|isIPv4|isIPv6|BlockList|SocketAddress)\b/ : /^$/;
    const below = usersOf(name).filter((path) => (layerOf(path) ?? 0) < 7);
    const breaks = below.filter((path) => {
      const text = SOURCES.find((file) => file.path === path)?.text ?? '';
      const clause = new RegExp(`import (type )?\\{([^}]*)\\} from '${name}'`).exec(text);
      const names = clause?.[2]?.split(',').map((part) => part.trim()) ?? ['everything'];
      return clause?.[1] === undefined && names.some((part) => part !== '' && !allowed.test(part));
    });
    // A public key is read and checked by ssh2's parser, and boards are dialled, each in a file of its own.
    const own: Readonly<Record<string, readonly string[]>> = {
      ssh2: ['auth/ssh-key.ts', 'onward/ssh-client.ts'],
      'node:net': ['base/unix-socket.ts', 'onward/connect.ts', 'onward/door.ts'],
    };
    expect(breaks.filter((path) => own[name]?.includes(path) !== true)).toEqual([]);
  },
);

test('there are no default exports and no state of a module', () => {
  expect(findLines(SOURCES, /^export (default|=)/)).toEqual([]);
  expect(findLines(SOURCES, /^(export )?(let|var) /)).toEqual([]);
});

test('files are named by one noun in kebab-case and fit in 400 lines', () => {
  const names = SOURCES.map(({ path }) => path);
  expect(
    names.filter(
      (path) =>
        !/^([a-z0-9]+\/){0,2}[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(
          path.replace(/^store\/migrations\//, 'store/'),
        ),
    ),
  ).toEqual([]);
  expect(
    names.filter((path) => /(^|\/)(utils?|helpers?|common|types?|misc)\.ts$/.test(path)),
  ).toEqual([]);
  expect(
    SOURCES.filter(({ text }) => text.split('\n').length - 1 > 400).map(({ path }) => path),
  ).toEqual([]);
});

test('what docs/architecture.md and CONTRIBUTING.md name is there', () => {
  const pages = ['docs/architecture.md', 'CONTRIBUTING.md'].map((page) =>
    readFileSync(join(ROOT, page), 'utf8'),
  );
  const names = [
    ...pages.join('\n').matchAll(/`((?:[a-z0-9.-]+\/)*[a-z0-9-]+\.ts|[a-z]+\/)`/g),
  ].map((match) => match[1] ?? '');
  expect(names.length).toBeGreaterThan(40);
  const isThere = (name: string): boolean =>
    [ROOT, SRC].some((folder) => existsSync(join(folder, name)));
  expect(names.filter((name) => !isThere(name))).toEqual([]);
});

describe('packages', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  const page = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8');
  const listed = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]);

  test('every one has its line in docs/dependencies.md, and no other', () => {
    const declared = [
      ...Object.keys(manifest.dependencies),
      ...Object.keys(manifest.devDependencies),
    ];
    expect([...listed].sort()).toEqual(declared.sort());
  });

  test('what src imports is a dependency, and every dependency is used', () => {
    const nameOf = (name: string): string =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/');
    const imported = new Set(
      SOURCES.flatMap(({ packages }) => packages)
        .filter((name) => !name.startsWith('node:'))
        .map(nameOf),
    );
    expect([...imported].filter((name) => builtinModules.includes(name))).toEqual([]);
    expect([...imported].filter((name) => !(name in manifest.dependencies))).toEqual([]);
    // Some are named in other ways: knex loads sqlite3, the browser terminal is a file that is served.
    const text = SOURCES.map((source) => source.text).join('\n');
    const unused = Object.keys(manifest.dependencies).filter((name) => !text.includes(name));
    expect(unused).toEqual([]);
  });

  test('each has one fixed version', () => {
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(
      versions.filter(([, version]) => !/^(npm:[a-z]+@)?\d+\.\d+\.\d+$/.test(version)),
    ).toEqual([]);
  });
});

describe('these checks themselves', () => {
  const file = (path: string, text: string): SourceFile => readSource(path, text);

  test('see an import of a higher or an equal layer, also a lazy one and one of a type', () => {
    expect(
      findLayerBreaks([
        file('auth/a.ts', "import { x } from '../mail/b';"),
        file('base/b.ts', "const y = import('../config/c');"),
        file(
          'views/c.ts',
          "import type { Z } from '../menu/d';\nimport './e';\nimport '../base/f';",
        ),
      ]),
    ).toEqual([
      'auth/a.ts imports mail/b.ts',
      'base/b.ts imports config/c.ts',
      'views/c.ts imports menu/d.ts',
    ]);
  });

  test('see a cycle of any length', () => {
    const one = file('menu/a.ts', "import './b';");
    const two = file('menu/b.ts', "export { x } from './c';");
    expect(findCycle([one, two, file('menu/c.ts', "import './a';")])).toEqual([
      'menu/a.ts',
      'menu/b.ts',
      'menu/c.ts',
      'menu/a.ts',
    ]);
    expect(findCycle([one, two, file('menu/c.ts', '')])).toEqual([]);
  });

  test.each([
    "type Way = 'telnet' | 'ssh';",
    "const ways = ['telnet', 'wss'];",
    "const entries = [{ server: 'telnet', on: true }, { server: 'wss', on: false }];",
    "const paths = ['loginServers.ssh', 'loginServers.webSocket.wss'];",
    "const labels = { telnet: 'Telnet', ssh: 'SSH' };",
    'interface Listening { readonly ssh: boolean; readonly wss: boolean }',
    'const { telnet, ssh } = config.loginServers;',
    "switch (way) { case 'telnet': break; case 'ssh': break; }",
    "const isOpen = way.name === 'telnet' || way.name === 'wss';",
  ])('see a second list of words: %s', (text) => {
    const found = findLists([file('menu/a.ts', text)], { words: ['telnet', 'ssh', 'wss'] });
    expect(found).toEqual(['menu/a.ts:1']);
  });

  test('see no list in one word, in a comment, or in an object that is typed by the table', () => {
    const text = [
      "const origin = { server: 'telnet', secure: false };",
      "// ['telnet', 'ssh']",
      'const made: Readonly<Record<WayInName, number>> = { telnet: 1, ssh: 2, wss: 3 };',
    ].join('\n');
    const words = { words: ['telnet', 'ssh', 'wss'], keyType: 'WayInName' };
    expect(findLists([file('menu/a.ts', text)], words)).toEqual([]);
  });

  test('see a forbidden line, but not in a comment', () => {
    const text = '// console.log(1)\nconsole.log(1)\n';
    expect(findLines([file('menu/a.ts', text)], /\bconsole\.\w+/)).toEqual(['menu/a.ts:2']);
  });
});

test('log events have one style: what it is about, a point, what happened', () => {
  const calls = /\blog(?:\(\))?\s*\.(?:info|warn|error|debug)\(([^){,]*)/g;
  const events = SOURCES.flatMap(({ path, text }) =>
    [...text.matchAll(calls)].flatMap(([, first = '']) =>
      [...first.matchAll(/'([^']+)'/g)].map(([, event = '']) => ({ path, event })),
    ),
  );
  expect(events.length).toBeGreaterThan(80);
  const odd = events.filter(({ event }) => !/^[a-z][a-z-]*\.[a-z][a-z-]*$/.test(event));
  expect(odd.map(({ path, event }) => `${path}: ${event}`)).toEqual([]);
});
