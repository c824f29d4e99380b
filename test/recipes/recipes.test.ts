import { dirname } from 'node:path';
import { eventually } from '../support/raw-caller';
import { dialBare } from '../support/dial';
import { PASSWORD, signIn } from '../support/sign-in';
import { RECIPES } from './recipe-edits';
import { filesOf, pathsIn, placeOf, SourceCopy } from './source-copy';

/** Runs on the sources of the copy: the login, and the store. */
const SCRIPT = `
import { openAuthenticator } from './test/support/authenticator-context';
import { questionFor } from './src/auth/factor-kinds';
import { CREDENTIAL_KINDS } from './src/auth/login';
import { listSignIns } from './src/store/audit';
import { setProperties } from './src/store/properties';
import { listSourceNotes } from './src/store/sources';
import { createHash } from 'node:crypto';

async function main() {
  const context = await openAuthenticator();
  const userId = await context.addAccount('joe');
  const digest = createHash('sha256').update('blue 42').digest('hex');
  await context.db.run((sql) => setProperties(sql, userId, { ticket_digest: digest }));
  const offer = async (ticket: string) => {
    const login = context.call();
    const result = await login.submit({ kind: 'ticket', userName: 'joe', ticket });
    return [result.kind === 'rejected' ? result.reason : result.kind, login.complete];
  };
  const wrong = await offer('red 41');
  const right = await offer('blue 42');
  const paper = createHash('sha256').update('green 7').digest('hex');
  await context.db.run((sql) => setProperties(sql, userId, { paper_digest: paper }));
  const half = context.call();
  const first = await half.submit({ kind: 'ticket', userName: 'joe', ticket: 'blue 42' });
  const need = first.kind === 'need' ? [first.factors, questionFor(first.factors)] : first;
  const codes = [];
  for (const code of ['green 6', 'green 7']) {
    const { kind } = await half.submit({ kind: 'second-factor', code });
    codes.push([kind, half.complete]);
  }
  const rows = await context.db.run((sql) => listSignIns(sql, { userId, kinds: CREDENTIAL_KINDS, limit: 9 }));
  const notes = await context.db.run((sql) => listSourceNotes(sql, userId));
  await context.close();
  console.log(JSON.stringify({ wrong, right, kinds: rows.map(({ kind, result }) => kind + ' ' + result), notes, need, codes }));
}
void main();
`;

describe('docs/architecture.md', () => {
  test.each(RECIPES.map((recipe) => [recipe.change, recipe] as const))(
    'names each place of %s and no other, within its limit of files',
    (_change, recipe) => {
      const files = filesOf(recipe);
      const named = pathsIn(placeOf(recipe));
      const added = recipe.edits.flatMap(({ anchor, file }) => (anchor === undefined ? file : []));
      // A folder stands for its new file, or else for the file in it that fits; not for both.
      const isIn = (file: string, folder: string): boolean => `${dirname(file)}/` === folder;
      const covers = (path: string, file: string): boolean => {
        if (file === path || added.includes(file)) return file.startsWith(path);
        return isIn(file, path) && !added.some((other) => isIn(other, path));
      };
      expect(files.length).toBeLessThanOrEqual(recipe.limit);
      expect(files.filter((file) => !named.some((path) => covers(path, file)))).toEqual([]);
      expect(named.filter((path) => !files.some((file) => covers(path, file)))).toEqual([]);
    },
  );
});

describe('a copy of the program with every recipe carried out', () => {
  let copy: SourceCopy;
  let built: Awaited<ReturnType<SourceCopy['build']>>;
  beforeAll(async () => {
    copy = await SourceCopy.make(RECIPES);
    built = await copy.build();
  });
  afterAll(() => copy.remove());

  test('compiles', () => {
    expect(built).toEqual({ exitCode: 0, out: '' });
  });

  test('takes the new credential and the new second factor in the login, records them, and reads the new column', async () => {
    await copy.write('use.ts', SCRIPT);
    const { exitCode, out } = await copy.run('misc/scripts/run-ts.cjs', 'use.ts');
    if (exitCode !== 0) throw new Error(out);
    expect(JSON.parse(out)).toEqual({
      wrong: ['bad-credential', false],
      right: ['accepted', true],
      kinds: [
        'second-factor accepted',
        'second-factor rejected',
        'ticket accepted',
        'ticket accepted',
        'ticket rejected',
      ],
      notes: ['no note'],
      need: [['paper-code', 'backup-code'], 'paper code or One-time code'],
      codes: [
        ['rejected', false],
        ['accepted', true],
      ],
    });
  });

  test('answers the new verb with the new config key, which the documentation has', async () => {
    await copy.write('board/config/config.hjson', '{ general: { motto: "Mind the step" } }');
    const motto = (...args: readonly string[]) => copy.run('dist/oputil/main.js', 'motto', ...args);
    expect(await motto('--board', 'board')).toEqual({ exitCode: 0, out: 'Mind the step\n' });
    await copy.run('misc/scripts/run-ts.cjs', 'misc/scripts/generate-docs.ts');
    expect(await copy.read('docs/config.md')).toMatch(
      /^\| `motto` .*Come in.*What the sysop wants to say\./m,
    );
  });

  test.each([
    ['allow', 'Both doors are open.'],
    ['refuse', /Nobody can sign in by/],
  ])(
    'where passwordLogin is %s, answers a password over the new way in in clear text (rules F8, M9)',
    async (passwordLogin, answer) => {
      const board = await startBoard(copy, passwordLogin);
      try {
        const caller = await dialBare(board.port);
        await signIn(caller, 'alice');
        await caller.sees(answer);
        caller.hangUp();
      } finally {
        await board.end();
      }
    },
  );
});

/** The program of the copy, with the account alice. */
async function startBoard(copy: SourceCopy, passwordLogin: string) {
  const dataDir = 'data';
  const config = 'config.hjson';
  const free = { address: '127.0.0.1', port: 0 };
  const loginServers = {
    telnet: { ...free, passwordLogin },
    ssh: { ...free, enabled: false },
    plain: { ...free, enabled: true },
  };
  const contentServers = { web: { https: free } };
  await copy.write(config, JSON.stringify({ loginServers, contentServers }));
  const on = ['--data', dataDir, '--config', config];
  // The next board has the account already.
  if (!copy.has(dataDir))
    await copy.run('dist/oputil/main.js', ...on, 'user', 'add', 'alice', '--password', PASSWORD);
  const child = copy.spawn(['dist/main.js', ...on]);
  const ended = new Promise((resolve) => child.once('close', resolve));
  let out = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  await eventually(
    'the board to open',
    () => out.includes('the gate is open') || child.exitCode !== null,
  );
  if (child.exitCode !== null) throw new Error(`the board ended at once: ${out}`);
  const run = JSON.parse(await copy.read(`${dataDir}/run.json`)) as {
    readonly servers: { readonly plain: { readonly port: number } };
  };
  return {
    port: run.servers.plain.port,
    end: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
