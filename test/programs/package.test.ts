import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../support/raw-caller';

const ROOT = resolve(__dirname, '..', '..');
const FREE_PORTS = JSON.stringify({
  loginServers: { telnet: { port: 0 }, ssh: { port: 0 } },
  contentServers: { web: { https: { port: 0 } } },
});

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly private?: boolean;
  readonly dependencies: Readonly<Record<string, string>>;
};

// Under `npm test` the options of that npm stand in the environment.
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)),
);

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-installed-'));
  const archive = (
    await run('npm', 'pack', ROOT, '--ignore-scripts', '--silent', '--pack-destination', folder)
  ).trim();
  // What npm would fetch is linked to what `npm ci` has fetched, package by package: one that is used but not
  // declared is not found.
  const linked = [...Object.keys(manifest.dependencies), '@types/node'].map(
    (name) => [name, `file:${realpathSync(join(ROOT, 'node_modules', name))}`] as const,
  );
  const dependencies = { ...Object.fromEntries(linked), sallyport: `file:${archive}` };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const quiet = ['--ignore-scripts', '--install-links=false', '--no-audit', '--no-fund'];
  // The cache is empty: nothing that this machine happens to have is needed.
  await run('npm', 'install', '--offline', '--cache', join(folder, 'cache'), ...quiet);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a program in the folder to its end; what it printed. */
async function run(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [...args], { cwd: folder, env });
  return stdout;
}

const bin = (name: string): string => join('node_modules', '.bin', name);

const installed = (name: string): string => join(folder, 'node_modules', 'sallyport', name);

test('the package holds what runs, its pages and its licence, and no script of the checkout', () => {
  const needed = ['LICENSE', 'README.md', 'CHANGELOG.md', 'docs/sysops.md', 'dist/index.d.ts'];
  expect(needed.filter((name) => !existsSync(installed(name)))).toEqual([]);
  const unwanted = ['src', 'test', 'bench', '.ci', 'misc/scripts', 'node_modules'];
  expect(unwanted.filter((name) => existsSync(installed(name)))).toEqual([]);
  expect(manifest.private).toBeUndefined();
});

test('its commands make a board, start it, and list its users', async () => {
  const board = join(folder, 'board');
  expect(await run(bin('sallyport'), '--version')).toBe(`${manifest.version}\n`);
  expect(await run(bin('sallyport'), 'init', board)).toContain(board);
  const config = join(folder, 'free-ports.hjson');
  await writeFile(config, FREE_PORTS);
  const child = spawn(bin('sallyport'), ['--board', board, '--config', config], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  try {
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually(
      'the board to open or to end',
      () => said.includes('the board is open') || child.exitCode !== null,
    );
    expect(said).toContain('the board is open');
    expect(await run(bin('oputil'), '--board', board, 'user', 'list')).toMatch(/^ *1 +sysop /m);
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
});

const EMBEDS = `
  const data = process.argv[2];
  const log = createLog({ level: 'silent', write: () => undefined, nowMs: Date.now });
  const bbs = await startBbs({ dataDir: data, log, config: ${FREE_PORTS} });
  console.log(Object.keys(bbs.addresses).sort().join(' '), bbs.firstSysop.name);
  await bbs.close();`;

test.each([
  ['import', 'embeds.mjs', `import { createLog, startBbs } from 'sallyport';\n${EMBEDS}`],
  [
    'require',
    'embeds.cjs',
    `const { createLog, startBbs } = require('sallyport');\nvoid (async () => {${EMBEDS}})();`,
  ],
])('a program that gets it by %s starts and stops a board', async (_by, name, text) => {
  await writeFile(join(folder, name), text);
  expect(await run(process.execPath, name, join(folder, `${name}-data`))).toBe(
    'https ssh telnet sysop\n',
  );
});

test('its manifest can be read, and files that are not the public API cannot be imported', async () => {
  const say = (name: string): Promise<string> =>
    run(process.execPath, '--print', `require(${JSON.stringify(name)}).version`);
  expect(await say('sallyport/package.json')).toBe(`${manifest.version}\n`);
  await expect(say('sallyport/dist/app/bbs.js')).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
});

test('its types are found and checked in .mts and .cts programs, with none but those of Node.js', async () => {
  const files = ['typed.mts', 'typed.cts'];
  for (const file of files) {
    await writeFile(
      join(folder, file),
      `import { startBbs, type Authenticate, type ConfigInput, type MenuModule, type RunningBbs } from 'sallyport';
       import type { BbsEvents, OwnCondition, OwnMciCode, OwnRoute, OwnSystemMethod } from 'sallyport';
       const config: ConfigInput = { loginServers: { ssh: { port: 0 } } };
       const weather: MenuModule = {
         ...{ name: 'weather', doc: 'The weather.', needs: 'complete', views: [1] },
         methods: {
           tell: async ({ screen }, { value }, extraArgs: unknown) =>
             ({ kind: 'stay', message: screen.text(1) + String(value['x']) + String(extraArgs) }),
         },
       };
       const condition: OwnCondition = { test: ({ user }, { number }) => user?.id === number };
       const gold: OwnMciCode = { value: ({ userName, groups }) => (userName ?? '') + groups.join() };
       const greet: OwnSystemMethod = { needs: 'none', run: async () => ({ kind: 'previous' }) };
       const authenticate: Authenticate = async ({ password, signal }) =>
         signal.aborted || password === '' ? undefined : { groups: ['users'] };
       const route: OwnRoute = { method: 'GET', path: '/a', handle: ({ query }) => ({ body: query['of'] ?? '' }) };
       const events: BbsEvents = { left: ({ reason, seconds, node }) => [reason, seconds, node] };
       export const start = (): Promise<RunningBbs> =>
         startBbs({
           ...{ config, modules: [weather], acsCodes: { XY: condition }, mciCodes: { GQ: gold } },
           ...{ systemMethods: { greet }, authenticate, routes: [route], events },
           onSignedIn: async ({ facts, takeOver }) => takeOver(async ({ stream }) => void stream.write(facts.remoteIp)),
         });
       export const online = (bbs: RunningBbs): readonly number[] => bbs.sessions.list().map(({ node }) => node);
       // @ts-expect-error: a transition is an object
       export const wrongMethod: OwnSystemMethod = { run: async () => 'previous' };
       // @ts-expect-error: a port is a number
       export const wrong: ConfigInput = { loginServers: { ssh: { port: 'ssh' } } };`,
    );
  }
  const compiler = join(ROOT, 'node_modules', 'typescript-7', 'bin', 'tsc');
  const options = ['--noEmit', '--strict', '--module', 'node20'];
  const checked = promisify(execFile)(
    process.execPath,
    [compiler, ...options, '--target', 'es2023', '--types', 'node', ...files],
    { cwd: folder, env },
  );
  expect(await checked.catch((error: { stdout: string }) => error)).toMatchObject({ stdout: '' });
});
