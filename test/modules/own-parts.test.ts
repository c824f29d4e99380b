import type { MenuModule } from '../../src/index';
import { readOwnParts, type GivenParts } from '../../src/modules/own-parts';
import { LIMITS } from '../../src/base/limits';
import { MenuBoard, type MenuCaller } from '../support/menu-board';
import { FakeClock } from '../support/fake-clock';
import { MemoryLog } from '../support/memory-log';

const LATER = 'The board cannot do this right now.';

function read(parts: GivenParts) {
  const log = new MemoryLog();
  return readOwnParts([{ from: 'startBbs', parts }], { clock: new FakeClock(), log: () => log });
}

const MODULE: MenuModule = { name: 'weather', doc: '', needs: 'none', views: [], methods: {} };

test.each<readonly [string, unknown, string]>([
  [
    'the name of one of ours',
    { modules: [{ ...MODULE, name: 'nua' }] },
    "'nua' is a module of this program",
  ],
  ['a name twice', { modules: [MODULE, MODULE] }, "'weather' is there twice"],
  [
    'a key that is misspelt',
    { modules: [{ ...MODULE, entr: 1 }] },
    "has 'entr', which modules of others cannot have; did you mean 'enter'?",
  ],
  [
    'a right that is ours',
    { modules: [{ ...MODULE, bindsFactor: true }] },
    "has 'bindsFactor', which modules of others cannot have",
  ],
  [
    'a method that is none',
    { modules: [{ ...MODULE, methods: { go: 'menu' } }] },
    "'go' in the methods of 'weather' is no function",
  ],
  [
    'another sign-in',
    { modules: [{ ...MODULE, needs: 'full' }] },
    "has needs 'full'; it is 'none' or 'complete'",
  ],
  [
    'an ACS code of ours',
    { acsCodes: { GM: { test: () => true } } },
    "the ACS code 'GM' is one of this program",
  ],
  [
    'an ACS code in small letters',
    { acsCodes: { gm: { test: () => true } } },
    "the ACS code 'gm' is not two capital letters",
  ],
  [
    'an MCI code of a view',
    { mciCodes: { TL: { value: () => '' } } },
    "the MCI code 'TL' is one of this program",
  ],
  [
    'a system method of ours',
    { systemMethods: { login: { run: () => undefined } } },
    "the system method 'login' is one of this program",
  ],
])('%s is refused, with what is wrong', (_what, parts, text) => {
  expect(() => read(parts as GivenParts)).toThrow(text);
});

test('what does not say which sign-in it needs, needs a complete one (rule P5)', () => {
  const { needs, ...bare } = MODULE;
  const parts = read({
    modules: [bare as MenuModule],
    systemMethods: { tell: { run: () => Promise.resolve({ kind: 'stay' }) } },
  });
  expect(needs).toBe('none');
  expect(parts.modules.get('weather')).toMatchObject({ needs: 'complete', isForeign: true });
  expect(parts.systemMethods.get('tell')).toMatchObject({ needs: 'complete' });
});

const MENUS = {
  menus: {
    first: {
      art: 'FIRST',
      config: { area: 'login' },
      form: {
        0: {
          mci: { ET1: { argName: 'where', focus: true, submit: true } },
          submit: {
            '*': [
              { value: { where: 'door' }, action: '@menu:door' },
              { value: { where: null }, action: '@menu:broken' },
            ],
          },
        },
      },
    },
    // What checks callers before they go on.
    door: { module: 'broken', config: { area: 'login' }, next: 'past' },
    past: { art: 'PAST', config: { area: 'login', pause: true }, next: 'first' },
    broken: {
      module: 'broken',
      art: 'BROKEN',
      config: { area: 'login' },
      form: {
        0: {
          mci: { ET1: { argName: 'x', focus: true, submit: true }, TL10: {} },
          submit: { '*': [{ value: { x: null }, action: '@method:go' }] },
          actionKeys: [{ keys: ['escape'], action: '@systemMethod:prevMenu' }],
        },
      },
    },
  },
};

const ART = {
  FIRST: 'The first menu %ET1',
  PAST: 'Past the check.',
  BROKEN: 'Broken? %ET1\r\n%TL10',
};

describe('a module of others', () => {
  const boards: MenuBoard[] = [];
  afterEach(async () => {
    for (const board of boards.splice(0)) await board.close();
  });

  async function call(
    module: Partial<MenuModule>,
    where: string,
  ): Promise<{
    readonly board: MenuBoard;
    readonly caller: MenuCaller;
    readonly log: MemoryLog;
    readonly clock: FakeClock;
  }> {
    const log = new MemoryLog();
    const clock = new FakeClock();
    const parts = { modules: [{ ...MODULE, ...module, name: 'broken' }] };
    const own = readOwnParts([{ from: 'a test', parts }], { clock, log: () => log });
    const board = await MenuBoard.open({
      ...{ menus: MENUS, art: ART, clock },
      modules: [...own.modules.values()],
    });
    boards.push(board);
    const caller = board.call('first');
    await caller.sees('The first menu');
    caller.type(`${where}\r`);
    return { board, caller, log, clock };
  }

  it.each<readonly [string, MenuModule['methods'][string]]>([
    ['throws', () => Promise.reject(new Error('no weather today'))],
    [
      'throws at once',
      () => {
        throw new Error('no weather today');
      },
    ],
    ['returns nothing', () => Promise.resolve(undefined as never)],
  ])('that %s costs one caller a sentence, and the call goes on (rule P5)', async (_how, go) => {
    const { caller, log } = await call({ methods: { go } }, 'x');
    await caller.sees('Broken?');
    caller.type('y\r');
    await caller.sees(LATER);
    expect(log.of('extension.failed')).toHaveLength(1);
    caller.type('y\r');
    await caller.until('a second failure', () => log.of('extension.failed').length >= 2);
    caller.hangUp();
    expect(await caller.ended).toBe('hung-up');
  });

  it('that hangs is given up, and cannot use the screen afterwards (rule P5)', async () => {
    let wake: (() => void) | undefined;
    let late: Promise<unknown> = Promise.resolve();
    const { clock, caller } = await call(
      {
        methods: {
          go: async (context) => {
            await new Promise<void>((resolve) => (wake = resolve));
            late = context.showPages(['too late']).catch((error: unknown) => error);
            return { kind: 'previous' };
          },
        },
      },
      'x',
    );
    await caller.sees('Broken?');
    caller.type('y\r');
    await caller.until('the wait', () => wake !== undefined);
    await clock.advance(LIMITS.ownModuleMs);
    await caller.sees(LATER);
    wake?.();
    await caller.until('its end', () => caller.isAsked);
    expect(await late).toMatchObject({ message: 'this menu was given up' });
    expect(caller.screen.text()).not.toContain('too late');
    caller.hangUp();
  });

  it('that loops without end is given up, and others are served meanwhile (rule P5)', async () => {
    let turns = 0;
    let isOver = false;
    const { board, clock, caller } = await call(
      {
        methods: {
          go: async () => {
            for (; !isOver; turns += 1) await new Promise((resolve) => setImmediate(resolve));
            return { kind: 'previous' };
          },
        },
      },
      'x',
    );
    await caller.sees('Broken?');
    caller.type('y\r');
    await caller.until('the loop', () => turns > 10);
    const other = board.call('first');
    await other.sees('The first menu');
    other.type('x\r');
    await other.sees('Broken?');
    const before = turns;
    await caller.until('more of the loop', () => turns > before);
    await clock.advance(LIMITS.ownModuleMs);
    await caller.sees(LATER);
    expect(other.screen.text()).not.toContain(LATER);
    isOver = true;
    for (const each of [caller, other]) each.hangUp();
  });

  it('that leads to itself without end costs its caller the call, and nobody else (rule P5)', async () => {
    const again: MenuModule['enter'] = () => Promise.resolve({ kind: 'goto', menu: 'door' });
    const { board, caller } = await call({ enter: again }, 'door');
    expect(await caller.ended).toBe('loop');
    const other = board.call('first');
    await other.sees('The first menu');
    other.hangUp();
  });

  it('may take its time while it asks the caller (rule P5)', async () => {
    let answer: unknown;
    const { clock, caller } = await call(
      {
        methods: {
          go: async (context) => {
            answer = await context.ask({
              title: 'Which town',
              fields: [{ name: 'town', label: 'Town' }],
            });
            return { kind: 'stay', message: 'Thank you.' };
          },
        },
      },
      'x',
    );
    await caller.sees('Broken?');
    caller.type('y\r');
    await caller.sees('Which town');
    await clock.advance(2 * LIMITS.ownModuleMs);
    caller.type('York\r');
    await caller.sees('Thank you.');
    expect(answer).toEqual({ town: 'York' });
    caller.hangUp();
  });

  it('that checks callers and fails lets nobody past (rule P5)', async () => {
    const { caller } = await call({ enter: () => Promise.reject(new Error('who knows')) }, 'door');
    await caller.sees(LATER);
    caller.type(' ');
    await caller.until('the menu again', () => caller.menus.length >= 2 && caller.isAsked);
    expect(caller.menus).not.toContain('past');
    caller.hangUp();
  });
});
