import { BOARD_RECIPES } from '../recipes/board-recipes';
import { SCREEN_RECIPES } from '../recipes/screen-recipes';
import { SourceCopy } from '../recipes/source-copy';
import { dialBare, dialTelnet, type DialledCaller } from '../support/dial';
import { eventually } from '../support/raw-caller';
import { PASSWORD, signIn } from '../support/sign-in';

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

/** A board of three menus, which use what the recipes of menus and screens add. */
const MENUS = {
  menus: {
    telnetConnected: {
      desc: 'Recipes',
      module: 'motto',
      art: 'RECIPE',
      config: { area: 'login' },
      next: [{ acs: 'QZ', next: 'odd' }, { next: 'even' }],
      form: {
        0: {
          mci: {
            ZV1: { text: 'echo' },
            TL2: { width: 30 },
            ET3: { argName: 'motto', focus: true, submit: true },
          },
          submit: { '*': [{ value: { motto: null }, action: '@method:keepMotto' }] },
        },
      },
    },
    odd: {
      desc: 'Odd',
      art: 'ODD',
      config: { area: 'login' },
      form: {
        0: {
          mci: { ET1: { argName: 'x', focus: true, submit: true } },
          submit: { '*': [{ value: { x: null }, action: '@systemMethod:wave' }] },
        },
      },
    },
    even: {
      desc: 'Even',
      art: 'EVEN',
      config: { area: 'login' },
      form: {
        0: {
          mci: {
            ET1: { argName: 'username', focus: true },
            ET2: { argName: 'password', position: { row: 9, column: 2 } },
          },
          // A board needs a menu to sign in by.
          actionKeys: [{ keys: ['f5'], action: '@systemMethod:login' }],
        },
      },
    },
  },
};

const CONFIG = {
  loginServers: {
    telnet: { port: 0 },
    ssh: { enabled: false, firstMenu: 'odd', firstMenuNewUser: 'odd' },
  },
  contentServers: { web: { https: { port: 0 } } },
};

describe('a copy of the program with every recipe carried out', () => {
  let copy: SourceCopy;
  let built: Awaited<ReturnType<SourceCopy['build']>>;
  beforeAll(async () => {
    copy = await SourceCopy.make([...BOARD_RECIPES, ...SCREEN_RECIPES]);
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
      need: [
        ['paper-code', 'backup-code', 'entry-code', 'recovery-mail'],
        'paper code or One-time code',
      ],
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
        const caller = await dialBare(board.port('plain'));
        await signIn(caller, 'alice');
        await caller.sees(answer);
        caller.hangUp();
      } finally {
        await board.end();
      }
    },
  );

  describe('on a board of menus that use the recipes', () => {
    const options = ['--board', 'screens', '--data', 'screens/data'];
    beforeAll(async () => {
      const art = (name: string, text: string) => copy.write(`screens/art/general/${name}`, text);
      await copy.write('screens/config/menu.hjson', JSON.stringify(MENUS));
      await copy.write('screens/config/config.hjson', JSON.stringify(CONFIG));
      await art('RECIPE.ANS', 'name %QB\r\n%ZV1\r\n%TL2\r\n%ET3\r\n');
      await art('ODD.ANS', 'an odd node\r\n%ET1\r\n');
      await art('EVEN.ANS', 'an even node\r\n%ET1\r\n');
    });

    test('the menus pass their check', async () => {
      const { exitCode, out } = await copy.run('dist/oputil/main.js', ...options, 'menu', 'check');
      expect({ exitCode, out }).toMatchObject({ exitCode: 0 });
      expect(out).toContain('3 menus: 0 errors');
      expect(out).toContain('told apart by QZ');
    });

    test('a caller sees the view, the codes, the stored value and the method', async () => {
      const board = await startProgram(copy, options, 'screens/data');
      const callers: DialledCaller[] = [];
      const call = async (): Promise<DialledCaller> => {
        const caller = await dialTelnet({ port: board.port('telnet') });
        callers.push(caller);
        return caller;
      };
      try {
        const first = await call();
        const text = await first.sees('motto: none');
        expect(text).toMatch(/name [A-Z]/);
        expect(text).toContain('echoecho');
        first.type('be kind\r');
        await first.sees('an odd node');
        first.type('\r');
        await first.sees('Hello from the method.');
        const second = await call();
        await second.sees('motto: be kind');
        second.type('x\r');
        await second.sees('an even node');
      } finally {
        for (const caller of callers) caller.hangUp();
        await board.end();
      }
    });
  });
});

/** The program of the copy on a board with the account alice. */
async function startBoard(copy: SourceCopy, passwordLogin: string): Promise<StartedProgram> {
  const dataDir = 'data';
  const free = { address: '127.0.0.1', port: 0 };
  const loginServers = {
    telnet: { ...free, passwordLogin },
    ssh: { ...free, enabled: false },
    plain: { ...free, enabled: true },
  };
  const contentServers = { web: { https: free } };
  await copy.write('config.hjson', JSON.stringify({ loginServers, contentServers }));
  const options = ['--data', dataDir, '--config', 'config.hjson'];
  // The next board has the account already.
  if (!copy.has(dataDir)) {
    const add = ['user', 'add', 'alice', '--password', PASSWORD];
    await copy.run('dist/oputil/main.js', ...options, ...add);
  }
  return startProgram(copy, options, dataDir);
}

interface StartedProgram {
  port(server: string): number;
  end(): Promise<void>;
}

/** Resolves once the program of the copy is open. */
async function startProgram(
  copy: SourceCopy,
  options: readonly string[],
  dataDir: string,
): Promise<StartedProgram> {
  const child = copy.spawn(['dist/main.js', ...options]);
  const ended = new Promise((resolve) => child.once('close', resolve));
  let out = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  await eventually(
    'the board to open',
    () => out.includes('the board is open') || child.exitCode !== null,
  );
  if (child.exitCode !== null) throw new Error(`the board ended at once: ${out}`);
  const run = JSON.parse(await copy.read(`${dataDir}/run.json`)) as {
    readonly servers: Readonly<Record<string, { readonly port: number }>>;
  };
  return {
    port: (server) => run.servers[server]?.port ?? 0,
    end: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
