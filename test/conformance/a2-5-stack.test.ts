import type { MenuModule } from '../../src/menu/run/module';
import { keyed, scenes, stop } from './scene';

const open = scenes();
const art = { FIRST: 'one\r\n', SECOND: 'two\r\n', THIRD: 'three\r\n' };

describe('A2.5 the stack', () => {
  it('goto: asks config.acs, keeps the state of the menu that is left, enters', async () => {
    const visits: unknown[] = [];
    const counter: MenuModule = {
      name: 'counter',
      doc: '',
      needs: 'none',
      views: [],
      methods: {},
      enter: ({ memory, extraArgs }) => {
        visits.push([extraArgs, memory.get('seen')]);
        memory.set('seen', true);
        return Promise.resolve(undefined);
      },
    };
    const scene = await open({
      menus: {
        menus: {
          first: {
            art: 'FIRST',
            form: { 0: { actionKeys: [{ keys: ['g'], action: '@menu:second', extraArgs: 7 }] } },
          },
          second: keyed('SECOND', { g: '@menu:third' }, { module: 'counter' }),
          third: keyed('THIRD', { b: '@systemMethod:prevMenu' }),
        },
      },
      art,
      modules: [counter],
    });
    const caller = scene.call();
    await caller.sees('one');
    caller.type('g');
    await caller.sees('two');
    caller.type('g');
    await caller.sees('three');
    caller.type('b');
    await caller.sees('two');
    expect(visits).toEqual([
      [7, undefined],
      [7, true],
    ]);
  });

  it('prev: back to the previous menu, one after the other', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: keyed('FIRST', { g: '@menu:second' }),
          second: keyed('SECOND', { g: '@menu:third', b: '@systemMethod:prevMenu' }),
          third: keyed('THIRD', { b: '@systemMethod:prevMenu' }),
        },
      },
      art,
    });
    const caller = scene.call();
    for (const [key, shown] of [
      ['', 'one'],
      ['g', 'two'],
      ['g', 'three'],
      ['b', 'two'],
      ['b', 'one'],
    ] as const) {
      caller.type(key);
      await caller.sees(shown);
    }
  });

  it('goto the same menu: ALREADYTHERE; nothing happens, and back leads where it led', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: keyed('FIRST', { g: '@menu:second' }),
          second: keyed('SECOND', { g: '@menu:second', b: '@systemMethod:prevMenu' }),
        },
      },
      art,
    });
    const caller = scene.call();
    await caller.sees('one');
    caller.type('g');
    await caller.sees('two');
    caller.type('gg');
    caller.type('b');
    await caller.sees('one');
    expect(caller.menus).toEqual(['first', 'second', 'first']);
    expect(scene.board.events('menu.already-there')).toMatchObject([
      { menu: 'second', reason: 'ALREADYTHERE' },
      { menu: 'second', reason: 'ALREADYTHERE' },
    ]);
  });

  it('prev on an empty stack: NOPREV is logged, and the call ends', async () => {
    const scene = await open({
      menus: { menus: { first: keyed('FIRST', { b: '@systemMethod:prevMenu' }) } },
      art,
    });
    const caller = scene.call();
    await caller.sees('one');
    caller.type('b');
    expect(await caller.ended).toBe('no-menu');
    expect(scene.board.events('menu.no-previous')).toMatchObject([{ reason: 'NOPREV' }]);
  });

  it('missing art is not fatal for a menu', async () => {
    const scene = await open({
      menus: { menus: { first: { art: 'NOWHERE', next: 'second' }, second: stop('SECOND') } },
      art,
    });
    await scene.call().sees('two');
  });
});
