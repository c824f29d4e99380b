import type { MenuModule } from '../../src/menu/run/module';
import { color, keyed, scenes, stop } from './scene';

const open = scenes();
const art = { FIRST: 'one\r\n', SECOND: 'two\r\n', THIRD: 'three\r\n' };
const tall = Array.from({ length: 60 }, (_, index) => `line ${index + 1}.`).join('\r\n');
const prompts = {
  pause: { art: 'PAUSE' },
  pausePage: { art: 'PAGE', config: { continuousKey: 'c', quitKey: 'q' } },
  own: { art: 'OWN' },
};
const pauseArt = { ...art, TALL: tall, PAUSE: '<pause>', PAGE: '<page>', OWN: '<own>' };

/** A module that notes the extraArgs of each visit. */
function visits(seen: unknown[]): MenuModule {
  return {
    name: 'visits',
    doc: '',
    needs: 'none',
    views: [],
    methods: {},
    enter: ({ extraArgs }) => {
      seen.push(extraArgs);
      return Promise.resolve(undefined);
    },
  };
}

describe('A2.3 config of a menu', () => {
  it('acs: asked on the way in', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: keyed('FIRST', { g: '@menu:second' }),
          second: stop('SECOND', { config: { acs: 'SC', pause: true } }),
        },
      },
      art,
    });
    const plain = scene.call();
    await plain.sees('one');
    plain.type('g');
    await plain.sees('You cannot go there.');
    expect(plain.menus).toEqual(['first']);
    const secure = scene.call({ server: 'ssh' });
    await secure.sees('one');
    secure.type('g');
    await secure.sees('two');
  });

  it('acs at menu level is honoured like config.acs (a departure from ENiGMA½)', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: keyed('FIRST', { g: '@menu:second' }),
          second: stop('SECOND', { acs: 'SC' }),
        },
      },
      art,
    });
    const plain = scene.call();
    await plain.sees('one');
    plain.type('g');
    await plain.sees('You cannot go there.');
  });

  it('cls: true is the default and empties the screen; false goes on below', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: stop('FIRST', { next: 'second' }),
          second: stop('SECOND', { config: { cls: false, pause: true }, next: 'third' }),
          third: stop('THIRD'),
        },
      },
      art,
    });
    const caller = scene.call();
    await caller.sees('one');
    caller.type(' ');
    expect(await caller.sees('two')).toMatch(/^one\n+two/);
    caller.type(' ');
    expect(await caller.sees('three')).not.toContain('one');
  });

  it('cls: menus.cls of the configuration is what holds where a menu says nothing', async () => {
    const scene = await open({
      config: { menus: { cls: false } },
      menus: {
        menus: {
          first: stop('FIRST', { next: 'second' }),
          second: stop('SECOND', { next: 'third' }),
          third: stop('THIRD', { config: { cls: true, pause: true } }),
        },
      },
      art,
    });
    const caller = scene.call();
    await caller.sees('one');
    caller.type(' ');
    expect(await caller.sees('two')).toMatch(/^one\n+two/);
    caller.type(' ');
    expect(await caller.sees('three')).not.toContain('one');
  });

  it.each([
    ['true', true, '<pause>'],
    ['end', 'end', '<pause>'],
    ['<promptId>', 'own', '<own>'],
  ])('pause: %s', async (_form, pause, shown) => {
    const scene = await open({
      menus: {
        menus: {
          first: { art: 'FIRST', config: { pause }, next: 'second' },
          second: stop('SECOND'),
        },
        prompts,
      },
      art: pauseArt,
    });
    const caller = scene.call();
    expect(await caller.sees(shown)).toContain('one');
    caller.type(' ');
    await caller.sees('two');
  });

  it('pause: pageBreak waits after each page, and at the end', async () => {
    const scene = await open({
      menus: { menus: { first: { art: 'TALL', config: { pause: 'pageBreak' } } }, prompts },
      art: pauseArt,
    });
    const caller = scene.call();
    for (const last of ['line 23.', 'line 46.']) {
      await caller.sees(new RegExp(`${last}\n<page>`));
      caller.type(' ');
    }
    expect(await caller.sees('<pause>')).toContain('line 60.');
  });

  it.each([
    ['"id": for the end and between pages', 'own', '<own>', '<own>'],
    ['{ end, page }', { end: 'pausePage', page: 'own' }, '<own>', '<page>'],
  ])('pausePrompt: %s', async (_form, pausePrompt, page, end) => {
    const scene = await open({
      menus: {
        menus: { first: { art: 'TALL', config: { pause: 'pageBreak', pausePrompt } } },
        prompts,
      },
      art: pauseArt,
    });
    const caller = scene.call();
    await caller.sees('line 23.');
    await caller.sees(page);
    caller.type(' ');
    await caller.sees('line 46.');
    await caller.sees(page);
    caller.type(' ');
    await caller.sees('line 60.');
    await caller.sees(end);
  });

  it('pausePosition: { row, col } counts from 1', async () => {
    const config = { pause: true, pausePosition: { row: 20, col: 30 } };
    const scene = await open({
      menus: { menus: { first: { art: 'FIRST', config } }, prompts },
      art: pauseArt,
    });
    const caller = scene.call();
    await caller.sees('<pause>');
    expect(caller.screen.row(20)).toBe(`${' '.repeat(29)}<pause>`);
  });

  it('nextTimeout: milliseconds after which next is followed', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: {
            ...keyed('FIRST', { x: '@menu:third' }),
            config: { nextTimeout: 2000 },
            next: 'second',
          },
          second: stop('SECOND'),
          third: stop('THIRD'),
        },
      },
      art,
    });
    const caller = scene.call();
    await caller.sees('one');
    await scene.board.accounts.fake.advance(1999);
    expect(caller.menus).toEqual(['first']);
    await scene.board.accounts.fake.advance(1);
    await caller.sees('two');
  });

  it.each([300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 76800, 115200])(
    'baudRate: %i shows a tenth as many characters a second, in ticks of 16 ms',
    async (baudRate) => {
      const scene = await open({
        menus: { menus: { first: stop('LONG', { config: { baudRate, pause: true } }) } },
        art: { LONG: Array.from({ length: 20 }, () => 'x'.repeat(79)).join('\r\n') },
      });
      const { fake } = scene.board.accounts;
      const caller = scene.call();
      await caller.until('the start', () => fake.waiting > 0);
      const ticks = 10;
      await fake.advance(16 * ticks);
      await caller.screen.settled();
      const bytes = Buffer.concat(caller.screen.sent).length;
      const due = Math.floor((Math.floor(baudRate / 10) * 16 * ticks) / 1000);
      const all = 20 * 81;
      // Escape sequences are never cut in two, so a few bytes more may go out.
      expect(bytes).toBeGreaterThanOrEqual(Math.min(due, all - 100));
      expect(bytes).toBeLessThan(Math.min(due, all) + 100);
    },
  );

  it('font: is chosen by its SyncTERM name where the terminal can, and given back', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: stop('FIRST', { config: { pause: true, font: 'topaz' }, next: 'second' }),
          second: stop('SECOND'),
        },
      },
      art,
    });
    const sent = (caller: ReturnType<typeof scene.call>): string =>
      Buffer.concat(caller.screen.sent).toString('latin1');
    const syncterm = scene.call({ type: 'syncterm' });
    await syncterm.sees('one');
    expect(sent(syncterm)).toContain('\x1b[0;42 D');
    syncterm.type(' ');
    await syncterm.sees('two');
    expect(sent(syncterm)).toContain('\x1b[0;0 D');
    const other = scene.call({ type: 'xterm' });
    await other.sees('one');
    expect(sent(other)).not.toContain(' D');
  });

  it('encodedAs: overrides the encoding that the kind of file tells', async () => {
    const scene = await open({
      menus: { menus: { first: stop('FIRST', { config: { encodedAs: 'latin1', pause: true } }) } },
      // In CP437 the byte E9 is a Greek letter, in Latin-1 an e with an accent; Θ is written as E9.
      art: { FIRST: 'caf\u0398' },
    });
    await scene.call().sees('café');
  });

  it.each(['never', 'queued', undefined])(
    'interrupt: %s keeps messages of nodes for later',
    async (interrupt) => {
      const scene = await open({
        menus: {
          menus: {
            first: { ...keyed('FIRST', { g: '@menu:second' }), config: { interrupt } },
            second: stop('SECOND'),
          },
        },
        art,
      });
      const caller = scene.call();
      await caller.sees('one');
      caller.caller.inbox.post({ text: 'hello there' });
      caller.type('x');
      await caller.seesNot('hello there');
      caller.type('g');
      await caller.sees('hello there');
      caller.type(' ');
      await caller.sees('two');
    },
  );

  it('interrupt: never also holds back what came before, queued does not', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: { ...keyed('FIRST', { g: '@menu:second' }), config: { interrupt: 'never' } },
          second: stop('SECOND', { config: { interrupt: 'never', pause: true }, next: 'third' }),
          third: stop('THIRD', { config: { interrupt: 'queued', pause: true } }),
        },
      },
      art,
    });
    const caller = scene.call();
    await caller.sees('one');
    caller.caller.inbox.post({ text: 'hello there' });
    caller.type('g');
    await caller.sees('two');
    caller.type(' ');
    await caller.sees('hello there');
    caller.type(' ');
    await caller.sees('three');
  });

  it('interrupt: realtime shows messages at once, and the menu again after a key', async () => {
    const scene = await open({
      menus: { menus: { first: { ...keyed('FIRST', {}), config: { interrupt: 'realtime' } } } },
      art,
    });
    const caller = scene.call();
    await caller.sees('one');
    caller.caller.inbox.post({ text: 'hello there', from: 'Node 2' });
    await caller.sees('Message from Node 2');
    caller.type(' ');
    await caller.sees('one');
  });

  it('menuFlags: noHistory is not kept on the stack', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: keyed('FIRST', { g: '@menu:second' }),
          second: stop('SECOND', {
            config: { pause: true, menuFlags: ['noHistory'] },
            next: 'third',
          }),
          third: keyed('THIRD', { b: '@systemMethod:prevMenu' }),
        },
      },
      art,
    });
    const caller = scene.call();
    await caller.sees('one');
    caller.type('g');
    await caller.sees('two');
    caller.type(' ');
    await caller.sees('three');
    caller.type('b');
    await caller.sees('one');
  });

  it.each([
    ['goes on', 'noHistory', 'three'],
    ['goes back with menuFlags: escapeBack', 'escapeBack', 'one'],
  ])('Esc at a pause %s', async (_what, flag, shown) => {
    const scene = await open({
      menus: {
        menus: {
          first: keyed('FIRST', { g: '@menu:second' }),
          second: stop('SECOND', { config: { pause: true, menuFlags: [flag] }, next: 'third' }),
          third: keyed('THIRD', { b: '@systemMethod:prevMenu' }),
        },
      },
      art,
    });
    const caller = scene.call();
    await caller.sees('one');
    caller.type('g');
    await caller.sees('two');
    caller.type('\x03');
    await caller.sees(shown);
  });

  it('menuFlags: forwardArgs hands extraArgs on to the next menu', async () => {
    const seen: unknown[] = [];
    const scene = await open({
      menus: {
        menus: {
          first: {
            art: 'FIRST',
            form: {
              0: { actionKeys: [{ keys: ['g'], action: '@menu:second', extraArgs: { page: 3 } }] },
            },
          },
          second: { config: { menuFlags: ['forwardArgs'] }, next: 'third' },
          third: stop('THIRD', { module: 'visits', next: 'fourth' }),
          fourth: stop('FIRST', { module: 'visits' }),
        },
      },
      art,
      modules: [visits(seen)],
    });
    const caller = scene.call();
    await caller.sees('one');
    caller.type('g');
    await caller.sees('three');
    caller.type(' ');
    await caller.isIn('fourth');
    expect(seen).toEqual([{ page: 3 }, undefined]);
  });

  it('menuFlags: mergeFlags takes flags over that come with extraArgs', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: {
            art: 'FIRST',
            form: {
              0: {
                actionKeys: [
                  { keys: ['g'], action: '@menu:second', extraArgs: { menuFlags: ['noHistory'] } },
                ],
              },
            },
          },
          second: {
            ...keyed('SECOND', { g: '@menu:third' }),
            config: { menuFlags: ['mergeFlags'] },
          },
          third: keyed('THIRD', { b: '@systemMethod:prevMenu' }),
        },
      },
      art,
    });
    const caller = scene.call();
    await caller.sees('one');
    caller.type('g');
    await caller.sees('two');
    caller.type('g');
    await caller.sees('three');
    caller.type('b');
    await caller.sees('one');
  });

  it('art: {} holds named art for the module', async () => {
    const picture: MenuModule = {
      name: 'picture',
      doc: '',
      needs: 'none',
      views: [],
      methods: {},
      art: ({ config }) => {
        const named = config['art'] as Record<string, string>;
        return Promise.resolve({ kind: 'art', spec: named['help'] ?? '' });
      },
    };
    const scene = await open({
      menus: {
        menus: {
          first: stop('FIRST', {
            module: 'picture',
            config: { pause: true, art: { help: 'SECOND' } },
          }),
        },
      },
      art,
      modules: [picture],
    });
    await scene.call().sees('two');
  });

  it('<form>InfoFormatNN: fills view NN in that format', async () => {
    const info: MenuModule = {
      name: 'info',
      doc: '',
      needs: 'none',
      views: [],
      methods: {},
      ready: (context) => {
        context.screen.setCustom('menuInfoFormat', { infoText: 'ready', count: 1234 });
        return Promise.resolve();
      },
    };
    const scene = await open({
      menus: {
        menus: {
          first: {
            art: 'INFO',
            module: 'info',
            form: { 0: { mci: {} } },
            config: {
              menuInfoFormat10: '|15{infoText}',
              menuInfoFormat11: '{count:,}',
              menuInfoFormat09: 'never',
            },
          },
        },
      },
      art: { INFO: '%TL10\r\n%MT11\r\n%TL9' },
      modules: [info],
    });
    const caller = scene.call();
    expect(await caller.sees('1,234')).toBe('ready\n1,234');
    expect(color(caller, 1, 1)).toBe(15);
  });
});
