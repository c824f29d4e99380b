import { asking, keyed, scenes, stop, theme } from './scene';

const open = scenes();

describe('A2.1 files', () => {
  it('includes: files are merged under the one that includes them', async () => {
    const scene = await open({
      menus: {
        includes: ['more.hjson'],
        menus: { first: stop('FIRST', { next: 'second' }), second: { desc: 'the including file' } },
      },
      files: {
        'more.hjson': JSON.stringify({
          menus: { second: stop('SECOND', { desc: 'the included file' }) },
          prompts: { pause: { art: 'PAUSE' } },
        }),
      },
      art: { FIRST: 'one\r\n', SECOND: 'by %MD', PAUSE: 'go on' },
    });
    const caller = scene.call();
    await caller.sees('go on');
    caller.type(' ');
    await caller.sees('by the including file');
  });

  it('menus, prompts and free blocks such as common are the other root keys', async () => {
    const scene = await open({
      menus: `
        common: { name: "word" }
        menus: {
          first: {
            prompt: ask
            submit: [ { value: "word", action: "@menu:second" } ]
          }
          second: {
            art: SECOND
            config: { pause: true }
          }
        }
        prompts: {
          ask: {
            art: ASK
            mci: { ET1: { argName: "@reference:common.name" } }
          }
        }`,
      art: { ASK: 'Say: %ET1', SECOND: 'said' },
    });
    expect(scene.board.menuSet?.problems).toEqual([]);
    const caller = scene.call();
    await caller.sees('Say:');
    caller.type('x\r');
    await caller.sees('said');
  });

  it('@reference: the value there takes its place; what leads nowhere stays as it is', async () => {
    const scene = await open({
      menus: {
        common: { back: [{ keys: ['g'], action: '@menu:second' }] },
        menus: {
          first: { art: 'FIRST', form: { 0: { actionKeys: '@reference:common.back' } } },
          second: stop('SECOND', { desc: '@reference:common.nowhere' }),
        },
      },
      art: { FIRST: 'one', SECOND: '%MD' },
    });
    expect(scene.board.menuSet?.problems.map(({ severity }) => severity)).toEqual(['warning']);
    const caller = scene.call();
    await caller.sees('one');
    caller.type('g');
    await caller.sees('@reference:common.nowhere');
  });

  it.each([
    ['VAR', '@environment:V', 'word', 'word'],
    ['VAR:string', '@environment:V:string', '7', '7'],
    ['VAR:bool', '@environment:V:bool', 'true', true],
    ['VAR:boolean', '@environment:V:boolean', 'false', false],
    ['VAR:number', '@environment:V:number', '7', 7],
    ['VAR:object', '@environment:V:object', '{"a":[1]}', { a: [1] }],
    ['VAR:timestamp', '@environment:V:timestamp', '2026-01-02T03:04:05Z', /^2026-01-02T/],
    ['VAR:number:array', '@environment:V:number:array', '1,2', [1, 2]],
  ])('@environment:%s', async (_form, written, value, expected) => {
    const scene = await open({
      menus: { menus: { first: { art: 'FIRST', config: { own: written } } } },
      art: { FIRST: 'one' },
      env: { V: value },
    });
    expect(scene.board.menuSet?.menus.get('first')?.config.all['own']).toEqual(
      expected instanceof RegExp ? expect.stringMatching(expected) : expected,
    );
  });

  it('@file: the content of a file, without white space around it, for a secret of a module', async () => {
    const own = { module: 'show_art', config: { password: '@file:texts/secret.txt' } };
    const scene = await open({
      menus: { menus: { first: stop('FIRST', own) } },
      files: { 'texts/secret.txt': '\n  From a file \n\n' },
      art: { FIRST: '[%MD]' },
    });
    const first = scene.board.menuSet?.menus.get('first');
    expect(first?.config.all['password']).toBe('From a file');
  });

  it('a change: who is inside a menu keeps it as it was until he leaves it', async () => {
    const menus = (action: string) => ({
      menus: {
        first: keyed('FIRST', { g: action }),
        second: stop('SECOND', { next: 'first' }),
        third: stop('THIRD'),
      },
    });
    const scene = await open({
      menus: menus('@menu:second'),
      art: { FIRST: 'one', SECOND: 'two', THIRD: 'three' },
    });
    const caller = scene.call();
    await caller.sees('one');
    await scene.board.reload(menus('@menu:third'));
    caller.type('g');
    await caller.sees('two');
    caller.type(' ');
    await caller.sees('one');
    caller.type('g');
    await caller.sees('three');
  });

  const word = {
    ET1: { argName: 'word', maxLength: 3, width: 5, validate: '@systemMethod:validateNonEmpty' },
  };
  const menus = {
    menus: { first: asking('FIRST', word, '@menu:second'), second: stop('SECOND') },
    prompts: { pause: { art: 'PAUSE', mci: { TL1: { text: 'plain' } } } },
  };
  const art = { FIRST: '>%ET1', SECOND: 'two', PAUSE: '%TL1' };

  it('theme merge: config and mci of a menu, mci and config of a prompt, deeply', async () => {
    const scene = await open({
      menus,
      art: {
        ...art,
        ...theme({
          menus: {
            first: { mci: { ET1: { fillChar: '_' } } },
            second: { config: { pausePosition: { row: 7, col: 9 } } },
          },
          prompts: { pause: { mci: { TL1: { text: 'themed' } } } },
        }),
      },
    });
    const caller = scene.call();
    await caller.sees('>_____');
    caller.type('a\r');
    await caller.sees('themed');
    expect(caller.screen.row(7)).toBe('        themed');
  });

  it('theme merge: maxLength, argName, submit and validate cannot be changed', async () => {
    const change = { maxLength: 99, argName: 'other', submit: false, validate: '@method:other' };
    const scene = await open({
      menus,
      art: { ...art, ...theme({ menus: { first: { mci: { ET1: change } } } }) },
    });
    const caller = scene.call();
    await caller.sees('>');
    caller.type('\r');
    await caller.sees('Please fill this in.');
    caller.type('abcdef');
    await caller.sees('>abc');
    expect(caller.screen.row(1)).toBe('>abc');
    caller.type('\r');
    await caller.sees('two');
  });

  it('theme form: { 0: { mci }, 1: { mci } } for a menu of several forms', async () => {
    const forms = {
      0: { mci: { ET1: { fillChar: '.' } } },
      1: { mci: { ET1: { fillChar: '!' } } },
    };
    const scene = await open({ menus, art: { ...art, ...theme({ menus: { first: forms } }) } });
    await scene.call().sees('>.....');
  });

  it('a menu with neither form nor prompt goes on by itself, after art and timeout', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: { art: 'FIRST', config: { nextTimeout: 500 }, next: 'second' },
          second: stop('SECOND'),
        },
      },
      art,
    });
    const caller = scene.call();
    await caller.sees('>');
    expect(caller.menus).toEqual(['first']);
    await scene.board.accounts.fake.advance(500);
    await caller.sees('two');
  });
});
