import { systemClock, type Clock } from '../../src/base/clock';
import type { MenuModule } from '../../src/menu/run/module';
import { MenuBoard } from '../support/menu-board';
import { eventually } from '../support/raw-caller';

const CALLERS = 4;
const KEYS = 64;
/** What a large screen takes. */
const SCREEN_MS = 3;

const MENUS = {
  menus: {
    here: {
      art: 'FORM',
      module: 'costly',
      config: { area: 'login' },
      form: {
        0: {
          mci: { TL1: { text: 'here' } },
          actionKeys: [{ keys: ['x'], action: '@method:draw' }],
        },
      },
    },
  },
};

let board: MenuBoard;
afterEach(() => board.close());

test('keys that were typed ahead share the turns of the event loop by what they cost (rules F10, M8)', async () => {
  let drawnMs = 0;
  let turn = 0;
  const screens = new Map<number, number>();
  const clock: Clock = { ...systemClock, monotonicMs: () => drawnMs };
  const costly: MenuModule = {
    name: 'costly',
    doc: 'Takes as long for a key as a large screen does.',
    needs: 'none',
    views: [],
    methods: {
      draw: () => {
        drawnMs += SCREEN_MS;
        screens.set(turn, (screens.get(turn) ?? 0) + 1);
        return Promise.resolve({ kind: 'stay' });
      },
    },
  };
  board = await MenuBoard.open({ menus: MENUS, art: { FORM: '%TL1' }, modules: [costly], clock });
  const callers = Array.from({ length: CALLERS }, () => board.call('here'));
  await eventually('all to be asked for a key', () => callers.every((caller) => caller.isAsked));
  let isOver = false;
  const count = (): void => {
    turn += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  for (const caller of callers) caller.type('x'.repeat(KEYS));
  const drawn = (): number => [...screens.values()].reduce((sum, each) => sum + each, 0);
  await eventually('a screen for each key', () => drawn() === CALLERS * KEYS);
  isOver = true;
  // The first key of each comes at once; of those behind it, as many as fit into some milliseconds.
  expect(Math.max(...screens.values())).toBeLessThanOrEqual(CALLERS + 2);
  for (const caller of callers) caller.hangUp();
});
