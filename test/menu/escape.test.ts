import { join } from 'node:path';
import { loadMenus } from '../../src/menu/load/menu-file';
import type { MenuModule } from '../../src/menu/run/module';
import { MenuBoard } from '../support/menu-board';

const area = { area: 'login' };
const ROWS = Array.from({ length: 50 }, (_, index) => `row ${index + 1}.`);

/** Where a caller comes from, or is meant to stay: escape has nothing to go back to. */
const WITHOUT_ESCAPE = ['matrix', 'mainMenu'];

test('escape leads away from every form of the stock menus', async () => {
  const { menus, prompts } = await loadMenus({
    file: join(__dirname, '../../config/menu.hjson'),
    env: {},
  });
  const forms = [...menus.values()].flatMap(({ name, forms, prompt }) => [
    ...forms.map(({ actionKeys }) => ({ name, actionKeys })),
    ...(prompt === undefined
      ? []
      : [{ name, actionKeys: prompts.get(prompt.name)?.actionKeys ?? [] }]),
  ]);
  expect(forms.length).toBeGreaterThan(8);
  const stuck = forms.filter(
    ({ actionKeys }) => !actionKeys.some(({ keys }) => keys.includes('escape')),
  );
  expect(stuck.map(({ name }) => name).filter((name) => !WITHOUT_ESCAPE.includes(name))).toEqual(
    [],
  );
});

describe('escape', () => {
  let board: MenuBoard;
  const answers: unknown[] = [];

  const asking: MenuModule = {
    name: 'asking',
    doc: '',
    needs: 'none',
    views: [],
    methods: {
      ask: async (context) => {
        answers.push(
          await context.ask({
            title: 'In between',
            fields: [
              { name: 'word', label: 'Word' },
              { name: 'code', label: 'Code' },
            ],
          }),
        );
        return { kind: 'stay' };
      },
      read: async (context) => {
        await context.showPages(ROWS);
        return { kind: 'stay' };
      },
    },
  };

  const MENUS = {
    menus: {
      first: {
        module: 'asking',
        art: 'FORM',
        config: area,
        form: {
          0: {
            mci: { ET1: { argName: 'name', focus: true } },
            actionKeys: [
              { keys: ['f1'], action: '@method:ask' },
              { keys: ['f2'], action: '@method:read' },
            ],
          },
        },
      },
      paged: { art: 'TALL', config: { ...area, pause: 'pageBreak' }, next: 'first' },
      paused: { art: 'FORM', config: { ...area, pause: true }, next: 'first' },
    },
    prompts: { pause: { art: 'PAUSE' }, pausePage: { art: 'PAGE' } },
  };

  const ART = {
    FORM: 'Name %ET1',
    TALL: ROWS.join('\r\n'),
    PAUSE: '<pause>',
    PAGE: '<page>',
  };

  beforeEach(async () => {
    answers.length = 0;
    board = await MenuBoard.open({ menus: MENUS, art: ART, modules: [asking] });
  });

  afterEach(() => board.close());

  it('leaves a question unanswered, and the form below it as it was', async () => {
    const caller = board.call('first');
    await caller.sees('Name');
    caller.type('joe\x1bOP');
    await caller.sees('In between');
    // Neither an arrow nor a function key is an escape.
    caller.type('open\x1b[B\x1b[A\x1bOR');
    await caller.sees('open');
    expect(answers).toEqual([]);
    await caller.escape();
    await caller.sees('Name joe');
    expect(answers).toEqual([undefined]);
    expect(caller.screen.cursor).toEqual({ row: 1, column: 9 });
    caller.hangUp();
  });

  it('ends a text of several pages', async () => {
    const caller = board.call('first');
    await caller.sees('Name');
    caller.type('joe\x1bOQ');
    await caller.sees('<page>');
    await caller.escape();
    await caller.sees('Name joe');
    caller.hangUp();
  });

  it('skips the pages of art that are left, and goes on behind a pause', async () => {
    const caller = board.call('paged');
    await caller.sees('<page>');
    await caller.escape();
    expect(await caller.sees('<pause>')).not.toContain('row 24.');
    await caller.escape();
    await caller.isIn('first');
    caller.hangUp();
    const paused = board.call('paused');
    await paused.sees('<pause>');
    await paused.escape();
    await paused.isIn('first');
    paused.hangUp();
  });
});
