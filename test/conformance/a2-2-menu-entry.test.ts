import type { Submission } from '../../src/menu/run/module';
import { asking, keyed, noting, scenes, stop } from './scene';

const open = scenes();

describe('A2.2 keys of a menu', () => {
  const art = {
    FIRST: 'one',
    SECOND: 'two',
    THIRD: 'three',
    FIELD: '%ET1',
    FIELDS: '%ET1 %ET2 %ET3',
  };

  it('desc: what %MD shows, and who is online', async () => {
    const scene = await open({
      menus: { menus: { first: stop('FIRST', { desc: 'At the door' }) } },
      art: { FIRST: 'now: %MD' },
    });
    const caller = scene.call();
    await caller.sees('now: At the door');
    expect(caller.places.at(-1)?.description).toBe('At the door');
  });

  it('art: a spec, or a list of which the first fitting one is shown', async () => {
    const wide = [{ acs: 'TW100', art: 'SECOND' }, { acs: 'EC1', art: 'THIRD' }, { art: 'FIRST' }];
    const scene = await open({ menus: { menus: { first: stop('x', { art: wide }) } }, art });
    await scene.call().sees('one');
    await scene.call({ width: 132 }).sees('two');
    await scene.call({ encoding: 'utf8' }).sees('three');
  });

  it.each([
    ['a menu by its bare name', 'second'],
    ['@menu:x', '@menu:second'],
    ['@method:x of its module', '@method:onward'],
    ['@systemMethod:x', '@systemMethod:prevMenu'],
    ['a list with acs', [{ acs: 'SC', next: 'third' }, { next: 'second' }]],
    [
      'a list in which an entry without acs is for everybody',
      [{ next: 'second' }, { next: 'third' }],
    ],
  ])('next: %s', async (_form, next) => {
    const scene = await open({
      menus: {
        menus: {
          second: keyed('SECOND', { g: '@menu:first' }),
          first: stop('FIRST', { module: 'noting', next }),
          third: stop('THIRD'),
        },
      },
      art,
      modules: [noting([])],
    });
    const caller = scene.call({}, 'second');
    await caller.sees('two');
    caller.type('g');
    await caller.sees('one');
    caller.type(' ');
    await caller.sees('two');
  });

  it('next: a list of names is picked from by chance', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: { next: ['second', 'third'] },
          second: stop('SECOND', { next: 'first' }),
          third: stop('THIRD', { next: 'first' }),
        },
      },
      art,
    });
    const caller = scene.call();
    for (let shown = 1; shown <= 40; shown++) {
      await caller.until(`menu ${shown}`, () => caller.menus.length === 2 * shown);
      await caller.until('its pause', () => caller.isAsked);
      caller.type(' ');
    }
    expect(new Set(caller.menus)).toEqual(new Set(['first', 'second', 'third']));
  });

  it('next: none fits: NOCONDMATCH, and back to the menu before', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: keyed('FIRST', { g: '@menu:second' }),
          second: stop('SECOND', { next: [{ acs: 'GM[nobody]', next: 'third' }] }),
          third: stop('THIRD'),
        },
      },
      art,
    });
    const caller = scene.call();
    await caller.sees('one');
    caller.type('g');
    await caller.sees('two');
    caller.type(' ');
    await caller.sees('one');
    expect(scene.board.events('menu.no-condition-matched')).toMatchObject([
      { menu: 'second', reason: 'NOCONDMATCH' },
    ]);
  });

  it('next: none written: back to the menu before', async () => {
    const scene = await open({
      menus: {
        menus: { first: keyed('FIRST', { g: '@menu:second' }), second: stop('SECOND') },
      },
      art,
    });
    const caller = scene.call();
    await caller.sees('one');
    caller.type('g');
    await caller.sees('two');
    caller.type(' ');
    await caller.sees('one');
  });

  it.each([
    ['a name', 'noting'],
    ['@systemModule:name', '@systemModule:noting'],
    ['@userModule:name', '@userModule:noting'],
  ])('module: %s', async (_form, module) => {
    const scene = await open({
      menus: {
        menus: {
          first: keyed('FIRST', { g: '@method:onward' }, { module }),
          second: stop('SECOND'),
        },
      },
      art,
      modules: [noting([])],
    });
    const caller = scene.call();
    await caller.sees('one');
    caller.type('g');
    await caller.sees('two');
  });

  it.each(['standard_menu', '@systemModule:standard_menu', undefined])(
    'module: %s is the standard menu module',
    async (module) => {
      const scene = await open({ menus: { menus: { first: stop('FIRST', { module }) } }, art });
      await scene.call().sees('one');
      expect(scene.board.menuSet?.menus.get('first')?.module.kind).toBe('standard');
    },
  );

  it('form: directly, and by the MCI key of its art: the sorted codes of its views', async () => {
    const mci = { ET1: { argName: 'word' }, TM2: { argName: 'pick', items: ['a', 'b'] } };
    const submit = (menu: string) => ({ '*': [{ action: `@menu:${menu}` }] });
    const scene = await open({
      menus: {
        menus: {
          first: {
            art: [{ acs: 'TW100', art: 'BOTH' }, { art: 'FIELD' }],
            form: {
              0: { ETTM: { mci, submit: submit('third') }, ET: { mci, submit: submit('second') } },
            },
          },
          second: stop('SECOND'),
          third: stop('THIRD'),
        },
      },
      art: { ...art, BOTH: 'Both: %TM2 %ET1', FIELD: 'Only: %ET1' },
    });
    const narrow = scene.call();
    await narrow.sees('Only:');
    narrow.type('x\r');
    await narrow.sees('two');
    const wide = scene.call({ width: 132 });
    await wide.sees('Both:');
    wide.type('x\r\r');
    await wide.sees('three');
  });

  it('form.N.mci: argName, maxLength, width, focus, submit, password, items, hotKeys, hotKeySubmit, textStyle, text, acceptsFocus', async () => {
    const submissions: Submission[] = [];
    const mci = {
      TL1: { text: 'Label' },
      ET2: { argName: 'name', maxLength: 4, width: 6, textStyle: 'upper', acceptsFocus: true },
      ET3: { argName: 'fixed', text: 'kept', acceptsFocus: false },
      ET4: { argName: 'secret', password: true, focus: true },
      TM5: {
        argName: 'pick',
        items: ['one', { text: 'two', data: 'zwei' }],
        hotKeys: { T: 1 },
        hotKeySubmit: true,
        submit: true,
      },
    };
    const scene = await open({
      menus: { menus: { first: asking('FIRST', mci, '@method:note', { module: 'noting' }) } },
      art: { FIRST: '%TL1\r\n[%ET2]\r\n%ET3\r\n%ET4\r\n%TM5' },
      modules: [noting(submissions)],
    });
    const caller = scene.call();
    await caller.sees('Label');
    // The focus begins on the password; up goes past the view that takes none.
    caller.type('pw');
    await caller.sees('**');
    caller.type('\x1b[Ajosephine');
    await caller.sees('JOSE');
    caller.type('\t\tt');
    await caller.sees('noted 1');
    expect(submissions[0]).toEqual({
      formId: 0,
      submitId: 5,
      value: { name: 'JOSE', fixed: 'kept', secret: 'pw', pick: 'zwei' },
    });
  });

  it('form.N.mci: validate, mode, height, maskPattern', async () => {
    const submissions: Submission[] = [];
    const mci = {
      MT1: { text: 'a b c d e f', width: 3, height: 2, mode: 'preview' },
      ME2: { argName: 'date', maskPattern: '##/##', validate: '@systemMethod:validateNonEmpty' },
    };
    const scene = await open({
      menus: { menus: { first: asking('FIRST', mci, '@method:note', { module: 'noting' }) } },
      art: { FIRST: '%MT1\r\n\r\n\r\n%ME2' },
      modules: [noting(submissions)],
    });
    const caller = scene.call();
    await caller.sees('a b\nc d');
    caller.type('\x1b[B');
    await caller.sees('c d\ne f');
    caller.type('\t12x3\r');
    await caller.sees('12/3');
    await caller.sees('noted 1');
    expect(submissions[0]?.value['date']).toBe('12/3');
  });

  it('form.N.submit: keyed by * or by the view that submits; the first that fits is done', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: {
            art: 'FIELDS',
            form: {
              0: {
                mci: { ET1: { argName: 'a', submit: true }, ET2: { argName: 'b', submit: true } },
                submit: {
                  1: [
                    { value: { a: 'no' }, action: '@menu:third' },
                    { value: { a: null }, action: '@menu:second' },
                    { value: { a: 'go' }, action: '@menu:third' },
                  ],
                  '*': [{ value: { b: null }, action: '@menu:third' }],
                },
              },
            },
          },
          second: stop('SECOND', { next: 'first' }),
          third: stop('THIRD'),
        },
      },
      art: { ...art, FIELDS: 'Fields %ET1 %ET2' },
    });
    const caller = scene.call();
    await caller.sees('Fields');
    caller.type('go\r');
    await caller.sees('two');
    caller.type(' ');
    await caller.sees('Fields');
    caller.type('\t\r');
    await caller.sees('three');
  });

  it('form.N.actionKeys: keys with an action and extraArgs, or with a viewId to go to', async () => {
    const submissions: Submission[] = [];
    const extra: unknown[] = [];
    const scene = await open({
      menus: {
        menus: {
          first: {
            art: 'FIELDS',
            module: 'noting',
            form: {
              0: {
                mci: { ET1: { argName: 'a', focus: true }, ET2: { argName: 'b' } },
                actionKeys: [
                  { keys: ['f1', 'ctrl + s'], action: '@method:note', extraArgs: { page: 2 } },
                  { keys: ['f2'], viewId: 2 },
                ],
              },
            },
          },
        },
      },
      art: { FIELDS: 'Fields %ET1 %ET2' },
      modules: [noting(submissions, extra)],
    });
    const caller = scene.call();
    await caller.sees('Fields');
    caller.type('x\x1bOQy\x13');
    await caller.sees('noted 1');
    caller.type('\x1bOP');
    await caller.sees('noted 2');
    expect(submissions[0]).toEqual({
      formId: 0,
      submitId: undefined,
      value: { a: 'x', b: 'y' },
      key: 'ctrl + s',
    });
    expect(submissions[1]?.key).toBe('f1');
    expect(extra).toEqual([{ page: 2 }, { page: 2 }]);
  });

  it('prompt: asks by the prompt of that name; submit is then a list at menu level', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: {
            art: 'FIRST',
            prompt: 'command',
            submit: [
              { value: { command: 'GO' }, action: '@menu:second' },
              { value: { command: null }, action: '@menu:third' },
            ],
          },
          second: stop('SECOND'),
          third: stop('THIRD'),
        },
        prompts: {
          command: {
            art: 'ASK',
            mci: { ET2: { argName: 'command', textStyle: 'upper' } },
            actionKeys: [{ keys: ['f1'], action: '@menu:third' }],
          },
        },
      },
      art: { ...art, FIRST: 'one\r\n', ASK: 'Command: %ET2' },
    });
    const caller = scene.call();
    const text = await caller.sees('Command:');
    expect(text).toMatch(/^one\s+Command:$/);
    caller.type('go\r');
    await caller.sees('two');
    const other = scene.call();
    await other.sees('Command:');
    other.type('\x1bOP');
    await other.sees('three');
  });

  it('prompt: without its art a plain line stands in, which works', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: { art: 'FIRST', prompt: 'command', submit: [{ action: '@menu:second' }] },
          second: stop('SECOND'),
        },
        prompts: {
          command: { art: 'NOWHERE', mci: { ET2: { argName: 'command', submit: true } } },
        },
      },
      art,
    });
    const caller = scene.call();
    await caller.sees('Command:');
    expect(scene.board.events('menu.prompt-art-missing')).toHaveLength(1);
    caller.type('go\r');
    await caller.sees('two');
  });

  it('module: one that this board does not have is passed by where there is a next', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: keyed('FIRST', { g: '@menu:second' }),
          second: { module: 'rumorz', art: 'NOWHERE', next: 'third' },
          third: stop('THIRD'),
        },
      },
      art,
    });
    const caller = scene.call();
    await caller.sees('one');
    caller.type('g');
    await caller.sees('three');
    expect(caller.menus).toEqual(['first', 'second', 'third']);
  });

  it('module: one that this board does not have says so, and leads back', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: keyed('FIRST', { g: '@menu:second' }),
          second: { desc: 'The wall', module: 'rumorz', form: { 0: {} } },
        },
      },
      art,
    });
    const caller = scene.call();
    await caller.sees('one');
    caller.type('g');
    await caller.sees('no rumours and no chat');
    expect(caller.screen.text()).toContain('The wall');
    caller.type(' ');
    await caller.sees('one');
  });

  it('fallback: is read and means nothing', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: keyed('FIRST', { g: '@menu:second' }),
          second: stop('SECOND', { fallback: 'third' }),
          third: stop('THIRD'),
        },
      },
      art,
    });
    expect(scene.board.menuSet?.problems).toEqual([]);
    const caller = scene.call();
    await caller.sees('one');
    caller.type('g');
    await caller.sees('two');
    caller.type(' ');
    await caller.sees('one');
  });

  const matching = (value: unknown) => ({
    menus: {
      menus: {
        first: {
          art: 'FIELDS',
          form: {
            0: {
              mci: { ET1: { argName: 'a' }, ET2: {}, TM3: { argName: 'n', items: ['x', 'y'] } },
              submit: { '*': [{ value, action: '@menu:yes' }, { action: '@menu:no' }] },
            },
          },
        },
        yes: stop('YES'),
        no: stop('NO'),
      },
    },
    art: { FIELDS: 'Fields %ET1 %ET2 %TM3', YES: 'it fits', NO: 'it does not' },
  });

  it.each([
    ['null takes any value', { a: null }, true],
    ['text must be equal', { a: 'word' }, true],
    ['other text is not', { a: 'wor' }, false],
    ['a number must be equal', { n: 0 }, true],
    ['another number is not', { n: 1 }, false],
    ['a field without argName goes by its number', { 2: 'other' }, true],
    ['every key must fit', { a: 'word', n: 1 }, false],
    ['a key that is no field never fits', { a: 'word', z: null }, false],
    ['a name alone: there is such a field', 'a', true],
    ['a name alone: there is none', 'z', false],
  ])('value: %s', async (_form, value, fits) => {
    const scene = await open(matching(value));
    const caller = scene.call();
    await caller.sees('Fields');
    caller.type('word\tother\t\r');
    await caller.sees(fits ? 'it fits' : 'it does not');
  });

  it('submit: without any view flagged so, the one with the highest number submits', async () => {
    const mci = {
      ET1: { argName: 'a' },
      ET3: { argName: 'c' },
      ET2: { argName: 'b', focus: true },
    };
    const scene = await open({
      menus: { menus: { first: asking('FIELDS', mci, '@menu:second'), second: stop('SECOND') } },
      art: { ...art, FIELDS: 'Fields %ET3 %ET2 %ET1' },
    });
    const caller = scene.call();
    await caller.sees('Fields');
    caller.type('two\rthree\r');
    await caller.sees('two');
    expect(caller.menus).toEqual(['first', 'second']);
  });

  it('focus: true says which view is first', async () => {
    const mci = { ET1: { argName: 'a' }, ET2: { argName: 'b', focus: true } };
    const scene = await open({
      menus: { menus: { first: asking('FIELDS', mci, '@menu:second') } },
      art: { FIELDS: 'A: %ET1\r\nB: %ET2' },
    });
    const caller = scene.call();
    await caller.sees('A:');
    caller.type('here');
    await caller.sees('B: here');
  });
});
