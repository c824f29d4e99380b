import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { dialTelnet, type DialledCaller } from '../support/dial';
import { eventually } from '../support/raw-caller';
import { filesOf, pathsIn, placeOf, SourceCopy, type Edit, type Recipe } from './source-copy';

const after = (file: string, anchor: string, text: string): Edit => ({
  file,
  anchor,
  text: `${anchor}${text}`,
});

const VIEW = `import type { Row } from './cells';
import { LabelView } from './label';

/** ZV: a label that shows its text twice. */
export class TwiceView extends LabelView {
  override rows(): readonly Row[] {
    const [row = []] = super.rows();
    return [[...row, ...row]];
  }
}
`;
const MODULE = `import type { MenuContext, MenuModule, Submission, Transition } from '../menu/run/module';
import { findProperty, setProperties } from '../store/properties';
import { ROOT_ID } from '../store/users';

/** A motto that the board keeps. */
export const mottoModule: MenuModule = {
  name: 'motto',
  doc: 'Shows the motto in %TL2 and stores a new one.',
  needs: 'none',
  views: [2],
  methods: { keepMotto },
  ready,
};

async function ready({ screen, services }: MenuContext): Promise<void> {
  const motto = await services.db.run((sql) => findProperty(sql, ROOT_ID, 'motto'));
  screen.setText(2, 'motto: ' + (motto ?? 'none'));
}

async function keepMotto({ services }: MenuContext, { value }: Submission): Promise<Transition> {
  await services.db.run((sql) => setProperties(sql, ROOT_ID, { motto: String(value['motto']) }));
  return { kind: 'next' };
}
`;

const RECIPES: readonly Recipe[] = [
  {
    change: 'a view or a property of one',
    limit: 3,
    edits: [
      after(
        'views/registry.ts',
        "import { ButtonView } from './button';\n",
        "import { TwiceView } from './twice';\n",
      ),
      after(
        'views/registry.ts',
        'const VIEWS: Readonly<Record<string, ViewEntry>> = {\n',
        `  ZV: {
    name: 'twice',
    doc: 'Its text, twice.',
    hasValue: false,
    isOptionalInKey: true,
    properties: [POSITION, TEXT],
    create: (spec, context) => new TwiceView(spec, context),
  },\n`,
      ),
      { file: 'views/twice.ts', text: VIEW },
    ],
  },
  {
    change: 'an ACS code',
    limit: 1,
    edits: [
      after(
        'acs/codes.ts',
        'const CODES: readonly AcsCode[] = [\n',
        `  {
    code: 'QZ',
    form: 'none',
    source: 'call',
    known: 'yes',
    doc: 'the node has an odd number',
    compile: () => (subject) => subject.node % 2 === 1,
    show: (subject) => shown(subject.node),
  },\n`,
      ),
    ],
  },
  {
    change: 'an MCI code that shows a value',
    limit: 1,
    edits: [
      after(
        'menu/screen/mci-codes.ts',
        'export const MCI_CODES: Readonly<Record<string, MciCode>> = {\n',
        `  QB: always('name of the board in capitals', (s) =>
    s.services.config().general.boardName.toUpperCase(),
  ),\n`,
      ),
    ],
  },
  {
    change: 'a screen with logic',
    limit: 2,
    edits: [
      { file: 'modules/motto.ts', text: MODULE },
      after(
        'modules/registry.ts',
        "import { lastCallersModule } from './last-callers';\n",
        "import { mottoModule } from './motto';\n",
      ),
      after('modules/registry.ts', '  showArtModule,\n', '  mottoModule,\n'),
    ],
  },
  {
    change: 'a `@systemMethod:`',
    limit: 2,
    edits: [
      after(
        'menu/run/system-methods.ts',
        'export const SYSTEM_METHODS: Readonly<Record<string, SystemMethod>> = {\n',
        `  wave: {
    doc: 'Says hello.',
    needs: 'none',
    run: () => go({ kind: 'stay', message: 'Hello from the method.' }),
  },\n`,
      ),
    ],
  },
];

/** Named for codes that ask something new of a caller. */
const ONLY_FOR_NEW_FACTS: ReadonlySet<string> = new Set(['acs/subject.ts']);

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
          mci: { ET1: { argName: 'x', focus: true } },
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

describe('the recipes for menus and screens', () => {
  it.each(RECIPES)(
    '$change takes the files that the document names, within its limit',
    (recipe) => {
      const files = filesOf(recipe);
      const named = pathsIn(placeOf(recipe));
      expect(named.length).toBeGreaterThan(0);
      expect(files.length).toBeLessThanOrEqual(recipe.limit);
      const isNew = (file: string): boolean =>
        recipe.edits.some((edit) => edit.file === file && edit.anchor === undefined);
      const isFile = (path: string): boolean =>
        path.endsWith('.ts') && !ONLY_FOR_NEW_FACTS.has(path);
      expect(files.filter((file) => !isNew(file))).toEqual([...named].filter(isFile).sort());
    },
  );

  describe('carried out in a copy of the program', () => {
    let copy: SourceCopy;
    let board: ChildProcess | undefined;
    const callers: DialledCaller[] = [];
    beforeAll(async () => {
      copy = await SourceCopy.make(RECIPES);
      expect(await copy.build()).toEqual({ exitCode: 0, out: '' });
      await copy.write('config/menu.hjson', JSON.stringify(MENUS));
      await copy.write('config/config.hjson', JSON.stringify(CONFIG));
      await copy.write('art/general/RECIPE.ANS', 'name %QB\r\n%ZV1\r\n%TL2\r\n%ET3\r\n');
      await copy.write('art/general/ODD.ANS', 'an odd node\r\n%ET1\r\n');
      await copy.write('art/general/EVEN.ANS', 'an even node\r\n%ET1\r\n');
    });
    afterAll(async () => {
      for (const caller of callers) caller.hangUp();
      if (board !== undefined && board.exitCode === null) {
        const ended = new Promise((resolve) => board?.once('close', resolve));
        board.kill('SIGKILL');
        await ended;
      }
      await copy.remove();
    });

    it('passes the check of the menus', async () => {
      const { exitCode, out } = await copy.run('dist/oputil/main.js', 'menu', 'check');
      expect({ exitCode, out }).toMatchObject({ exitCode: 0 });
      expect(out).toContain('3 menus: 0 errors');
      expect(out).toContain('told apart by QZ');
    });

    it('shows a caller the view, the codes, the stored value and the method', async () => {
      const data = join(copy.path, 'data');
      const started = copy.spawn(['dist/main.js', '--data', data]);
      board = started;
      let out = '';
      for (const stream of [started.stdout, started.stderr])
        stream?.on('data', (chunk: Buffer) => (out += chunk.toString()));
      await eventually(
        'the board to open',
        () => out.includes('the gate is open') || started.exitCode !== null,
      );
      expect(out).toContain('the gate is open');
      const run = JSON.parse(await copy.read('data/run.json')) as {
        readonly servers: Readonly<Record<string, { readonly port: number }>>;
      };
      const port = run.servers['telnet']?.port ?? 0;
      const first = await dialTelnet({ port });
      callers.push(first);
      const text = await first.sees('motto: none');
      expect(text).toMatch(/name [A-Z]/);
      expect(text).toContain('echoecho');
      first.type('be kind\r');
      await first.sees('an odd node');
      first.type('\r');
      await first.sees('Hello from the method.');
      const second = await dialTelnet({ port });
      callers.push(second);
      await second.sees('motto: be kind');
      second.type('x\r');
      await second.sees('an even node');
    });
  });
});
