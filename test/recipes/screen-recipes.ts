import type { Edit, Recipe } from './source-copy';

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

/** The recipes for menus and screens. */
export const SCREEN_RECIPES: readonly Recipe[] = [
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
