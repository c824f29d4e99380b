import { scenes, stop, theme } from './scene';

const open = scenes();
const tall = Array.from({ length: 60 }, (_, index) => `line ${index + 1}.`).join('\r\n');
const prompts = {
  pause: { art: 'PAUSE' },
  pausePage: { art: 'PAGE', config: { continuousKey: 'c', quitKey: 'q' } },
  own: { art: 'OWN' },
};
const art = {
  FIRST: 'one\r\n',
  SECOND: 'two',
  TALL: tall,
  PAUSE: '<pause>',
  PAGE: '<page>',
  OWN: '<own>',
};

describe('A10.5 pauses', () => {
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
      art,
    });
    const caller = scene.call();
    await caller.sees(shown);
    caller.type('x');
    await caller.sees('two');
  });

  it('pause: pageBreak uses the prompt pausePage between the pages', async () => {
    const scene = await open({
      menus: { menus: { first: { art: 'TALL', config: { pause: 'pageBreak' } } }, prompts },
      art,
    });
    await scene.call().sees(/line 23\.\n<page>/);
  });

  it('the prompts may be themed', async () => {
    const scene = await open({
      menus: {
        menus: { first: stop('FIRST') },
        prompts: { pause: { art: 'PAUSE', mci: { TL1: {} } } },
      },
      art: {
        ...art,
        PAUSE: '%TL1',
        ...theme({ prompts: { pause: { mci: { TL1: { text: 'themed' } } } } }),
      },
    });
    await scene.call().sees('themed');
  });

  it('pausePrompt: id wins over the shorthand', async () => {
    const scene = await open({
      menus: {
        menus: { first: stop('FIRST', { config: { pause: 'pause', pausePrompt: 'own' } }) },
        prompts,
      },
      art,
    });
    await scene.call().sees('<own>');
  });

  it('pausePrompt: { end, page } wins over the shorthand', async () => {
    const pausePrompt = { end: 'pausePage', page: 'own' };
    const scene = await open({
      menus: {
        menus: { first: { art: 'TALL', config: { pause: 'pageBreak', pausePrompt } } },
        prompts,
      },
      art,
    });
    const caller = scene.call();
    await caller.sees(/line 23\.\n<own>/);
    caller.type('c');
    await caller.sees(/line 46\.\n<own>/);
    caller.type(' ');
    await caller.sees(/line 60\.\n+<page>/);
  });

  it('pausePosition: { row, col }', async () => {
    const config = { pause: true, pausePosition: { row: 5, col: 11 } };
    const scene = await open({
      menus: { menus: { first: { art: 'FIRST', config } }, prompts },
      art,
    });
    const caller = scene.call();
    await caller.sees('<pause>');
    expect(caller.screen.row(5)).toBe(`${' '.repeat(10)}<pause>`);
  });

  it('config.continuousKey of a prompt skips the remaining page breaks', async () => {
    const scene = await open({
      menus: { menus: { first: { art: 'TALL', config: { pause: 'pageBreak' } } }, prompts },
      art,
    });
    const caller = scene.call();
    await caller.sees('<page>');
    caller.type('c');
    await caller.sees(/line 60\.\n+<pause>/);
  });

  it('config.quitKey of a prompt leaves', async () => {
    const scene = await open({
      menus: { menus: { first: { art: 'TALL', config: { pause: 'pageBreak' } } }, prompts },
      art,
    });
    const caller = scene.call();
    await caller.sees('<page>');
    caller.type('q');
    expect(await caller.sees('<pause>')).not.toContain('line 24.');
  });

  it('art with absolute positioning is not paged', async () => {
    const scene = await open({
      menus: { menus: { first: { art: 'TALL', config: { pause: 'pageBreak' } } }, prompts },
      art: { ...art, TALL: `${tall}\x1b[60;20Hplaced` },
    });
    const caller = scene.call();
    await caller.sees('<pause>');
    expect(caller.screen.text()).toContain('line 60.');
  });

  it('the prompt stands on the last row of art that ends there on row 24', async () => {
    const scene = await open({
      menus: { menus: { first: stop('TALL') }, prompts },
      art: { ...art, TALL: tall.split('\r\n').slice(0, 24).join('\r\n') },
    });
    const caller = scene.call();
    await caller.sees('<pause>');
    expect(caller.screen.text()).toMatch(/^line 1\.\n[^]*line 23\.\n<pause>\.$/);
  });

  it.each([24, 40])(
    'the prompt hides no row of art with %i rows and a line break behind',
    async (rows) => {
      const lines = `${tall.split('\r\n').slice(0, rows).join('\r\n')}\r\n`;
      const scene = await open({
        menus: { menus: { first: stop('TALL') }, prompts },
        art: { ...art, TALL: lines },
      });
      const caller = scene.call();
      await caller.sees('<pause>');
      expect(caller.screen.text()).toMatch(new RegExp(`line ${rows}\\.\n<pause>$`));
      expect(caller.screen.text()).toMatch(new RegExp(`^line ${rows - 22}\\.`));
    },
  );
});
