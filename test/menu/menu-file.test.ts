import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatPlace } from '../../src/base/errors';
import type { MenuEntry } from '../../src/menu/load/menu-entry';
import { evaluateAcs } from '../../src/acs/acs';
import { isNeverMet } from '../../src/menu/load/form-entry';
import { loadMenus } from '../../src/menu/load/menu-file';
import { matchSubmit } from '../../src/menu/load/choice';
import { admit } from '../../src/menu/run/menu-access';
import { subjectWith } from '../acs/subject';
import { menusFrom } from '../proof/menu-text';

/** The one menu `m` with this body, and what was found wrong with it. */
function menu(body: string): MenuEntry {
  const entry = menusFrom(`menus: {\n  m: {\n${body}\n  }\n}`).menus.get('m');
  if (entry === undefined) throw new Error('the menu was not read');
  return entry;
}

function problems(body: string): readonly string[] {
  const set = menusFrom(`menus: {\n  m: {\n${body}\n  }\n}`);
  return set.problems.map(({ severity, place, text, nearest }) => {
    const hint = nearest === undefined ? '' : ` (${nearest})`;
    return `${place.line}:${place.column} ${severity}: ${text}${hint}`;
  });
}

describe('next, in every form of contract A2.2', () => {
  it('is a menu name', () => {
    expect(menu('next: other').next).toMatchObject({
      pick: 'first',
      options: [{ acs: undefined, value: { kind: 'menu', name: 'other' } }],
    });
  });

  it.each([
    ['@menu:other', { kind: 'menu', name: 'other' }],
    ['@method:doIt', { kind: 'method', name: 'doIt' }],
    ['@method:/mods/own.js:doIt', { kind: 'method', name: 'doIt', location: '/mods/own.js' }],
    ['@systemMethod:logoff', { kind: 'system-method', name: 'logoff' }],
  ])('is the address %s', (text, value) => {
    expect(menu(`next: "${text}"`).next?.options).toMatchObject([{ value }]);
  });

  it('is a list with ACS, the first match of which wins', () => {
    const { next } = menu('next: [ { acs: "AR2 & !AF2", next: "otp" } { next: "main" } ]');
    expect(next).toMatchObject({
      pick: 'first',
      options: [
        { acs: { text: 'AR2 & !AF2' }, value: { name: 'otp' } },
        { acs: undefined, value: { name: 'main' } },
      ],
    });
  });

  it('is a list to pick from at random', () => {
    expect(menu('next: [ "a", "b" ]').next).toMatchObject({
      pick: 'random',
      options: [{ value: { name: 'a' } }, { value: { name: 'b' } }],
    });
  });
});

describe('action and art', () => {
  it('take the same forms', () => {
    const { forms, art } = menu(`
      art: [ { acs: "EC1", art: "DOOR_U" } { art: "@art:DOOR" } ]
      form: { 0: { submit: { "*": [
        { value: { go: 0 }, action: [ { acs: "SC", action: "@menu:secret" } { action: "@menu:gate" } ] }
      ] } } }`);
    expect(art?.options.map(({ value }) => value)).toEqual(['DOOR_U', 'DOOR']);
    const [rule] = forms[0]?.submit.get('*') ?? [];
    expect(rule?.action?.options.map(({ value }) => value.name)).toEqual(['secret', 'gate']);
  });

  it('an action that is a bare name is an error that says what to write', () => {
    expect(
      problems('form: { 0: { submit: { "*": [ { value: "x", action: "other" } ] } } }'),
    ).toEqual([expect.stringContaining('write @menu:other')]);
  });

  it.each(['@prompt:x', '@art:x', '@config:x'])('%s cannot be an action', (address) => {
    const [problem] = problems(`next: "${address}"`);
    expect(problem).toContain('only @menu:, @method: or @systemMethod: can stand');
  });

  it.each(['@menue:x', '@menu', '@menu:', '@menu:a b', '@a:b:c:d'])(
    '%s is no address',
    (address) => {
      expect(problems(`next: "${address}"`)[0]).toContain('not of the form @kind:name');
    },
  );
});

describe('forms', () => {
  it('stand directly, or by the codes of the art in any order', () => {
    const direct = menu('form: { 0: { mci: { ET1: { argName: "name" } } } }').forms;
    expect(direct).toMatchObject([{ id: 0, mciKey: undefined, views: [{ code: 'ET', id: 1 }] }]);
    const keyed = menu(
      'form: { 0: { TMET: { mci: { TM2: {} } }, VM: { mci: { VM1: {} } } } }',
    ).forms;
    expect(keyed.map(({ mciKey }) => mciKey)).toEqual(['ETTM', 'VM']);
  });

  it('keep view properties as written, with their places', () => {
    const set = menusFrom(
      'menus: { m: { form: { 0: { mci: {\nET1: {\nmaxLength: "@config:users.usernameMax"\nfoo: 1 } } } } } }',
    );
    const view = set.menus.get('m')?.forms[0]?.views[0];
    expect(view?.properties).toEqual({ maxLength: '@config:users.usernameMax', foo: 1 });
    expect(view?.placeOf('foo')).toEqual({ file: 'menu.hjson', line: 4, column: 6 });
  });

  it.each([
    ['value: { go: 0 }', [{ field: 'go', equals: 0 }]],
    [
      'value: { go: null, name: "x" }',
      [
        { field: 'go', equals: null },
        { field: 'name', equals: 'x' },
      ],
    ],
    ['value: "name"', [{ field: 'name', equals: null }]],
    ['value: { 1: 0 }', [{ field: '1', equals: 0 }]],
  ])('submit rules match by %s', (value, match) => {
    const { forms } = menu(
      `form: { 0: { submit: { 12: [ { ${value}, action: "@method:x" } ] } } }`,
    );
    expect(forms[0]?.submit.get('12')?.[0]?.match).toEqual(match);
  });

  it('action keys act or move the focus', () => {
    const { forms } = menu(
      'form: { 0: { actionKeys: [ { keys: [ "escape" ], viewId: 1 } { keys: [ "q", "shift + q" ], action: "@systemMethod:prevMenu", extraArgs: { a: 1 } } ] } }',
    );
    expect(forms[0]?.actionKeys).toMatchObject([
      { keys: ['escape'], viewId: 1, action: undefined },
      { keys: ['q', 'shift + q'], viewId: undefined, extraArgs: { a: 1 } },
    ]);
  });

  it('a view with a letter too many is read as the one that it is meant to be, and told', () => {
    const views = (mci: string) => menu(`form: { 0: { mci: { ${mci} } } }`).forms[0]?.views;
    expect(views('MET3: { maskPattern: "##/##/####" }')).toMatchObject([
      { mci: 'ME3', code: 'ME', id: 3, properties: { maskPattern: '##/##/####' } },
    ]);
    expect(problems('form: { 0: { mci: { MET3: { maskPattern: "##" } } } }')[0]).toMatch(
      /'MET3' is not a view.*read as ME3/,
    );
    expect(views('QZJ3: {}')).toEqual([]);
  });

  it('a condition that is not understood is never met, instead of taking everything', () => {
    for (const value of ['value: [ "a" ]', 'value: { go: [ 0, 1 ] }']) {
      const { forms } = menu(
        `form: { 0: { submit: { "*": [ { ${value}, action: "@menu:x" } ] } } }`,
      );
      const rules = forms[0]?.submit.get('*') ?? [];
      expect(matchSubmit(rules, { go: 0, a: 'a' })).toBeUndefined();
    }
  });

  it.each([
    ['1', true],
    [1, true],
    [' 1', true],
    ['1 ', true],
    ['1 1', false],
    ['', false],
    [' ', false],
  ])('the unquoted number 1 is met by %j: %s', (typed, isMet) => {
    const { forms } = menu(
      'form: { 0: { submit: { "*": [ { value: { command: 1 }, action: "@menu:x" } ] } } }',
    );
    const rules = forms[0]?.submit.get('*') ?? [];
    expect(matchSubmit(rules, { command: typed }) !== undefined).toBe(isMet);
  });

  it('an entry that cannot be read keeps its condition, and leads nowhere', () => {
    const { next } = menu('next: [ { acs: "GM[banned]", next: "@art:x" } { next: "inside" } ]');
    expect(next?.options).toMatchObject([
      { acs: { text: 'GM[banned]' }, value: { kind: 'system-method', name: '@' } },
      { value: { name: 'inside' } },
    ]);
  });

  it.each([
    'form: "asks the age"',
    'form: { zero: { mci: { ET1: {} } } }',
    'prompt: "noSuchPrompt"',
    'config: [ "GM[sysops]" ]',
  ])('%s: what would ask or keep out and cannot be read closes the menu', (body) => {
    const closed = menu(`${body}\nnext: "inside"`);
    expect(closed.acs?.acs.root).toBeUndefined();
    expect(closed.acs).toBeDefined();
    expect(problems(body).join('\n')).toContain('cannot be used, so nobody gets in');
  });
});

describe('config, in the forms of contract A2.3', () => {
  it.each([
    ['pause: true', { pause: 'end' }],
    ['pause: end', { pause: 'end' }],
    ['pause: pageBreak', { pause: 'pageBreak' }],
    ['pause: myPrompt', { pause: { prompt: 'myPrompt' } }],
    ['pause: false', { pause: undefined }],
    ['pausePrompt: x', { pausePrompt: { end: 'x', page: 'x' } }],
    ['pausePrompt: { page: "y" }', { pausePrompt: { page: 'y' } }],
    ['pausePosition: { row: 2, col: 3 }', { pausePosition: { row: 2, column: 3 } }],
    ['nextTimeout: 1500', { nextTimeoutMs: 1500 }],
    ['baudRate: 2400', { baudRate: 2400 }],
    ['menuFlags: [ "noHistory", "forwardArgs" ]', { noHistory: true, forwardArgs: true }],
    ['menuFlags: escapeBack', { escapeBack: true, noHistory: false }],
    ['menuFlags: noHistory', { noHistory: true, mergeFlags: false }],
    ['interrupt: realtime', { interrupt: 'realtime' }],
    ['cls: false', { cls: false }],
    ['font: topaz', { font: 'topaz' }],
    ['encodedAs: utf8', { encodedAs: 'utf8' }],
  ])('%s', (text, expected) => {
    expect(menu(`config: {\n${text}\n}`).config).toMatchObject(expected);
  });

  it('an ACS counts in config and in the menu itself alike', () => {
    expect(menu('config: { acs: "SC" }').acs?.acs.text).toBe('SC');
    expect(menu('acs: SC').acs?.acs.text).toBe('SC');
  });

  it('two of them are a warning, and both must hold; one that cannot be read lets nobody in', () => {
    const body = 'acs: "SC"\nconfig: { acs: "AF2" }';
    expect(menu(body).acs?.acs.text).toBe('(AF2) & (SC)');
    expect(menu('acs: "SC)"\nconfig: { acs: "AF2" }').acs?.acs.root).toBeUndefined();
    expect(menu('acs: { }\nconfig: { acs: "AF2" }').acs?.acs.root).toBeUndefined();
    expect(problems(body)).toEqual([expect.stringContaining('config.acs')]);
  });

  it('an ACS that is no text lets nobody in', () => {
    expect(menu('config: { acs: null }').acs?.acs.root).toBeUndefined();
    expect(menu('config: { acs: { } }').acs?.acs.root).toBeUndefined();
  });
});

describe('the login area', () => {
  it('is the menus of the contract and those marked', () => {
    const set = menusFrom(
      'menus: { login: {}, mainMenu: {}, lobby: { config: { area: "login" } }, gate: {} }',
    );
    const area = [...set.menus.values()].filter(({ loginArea }) => loginArea);
    expect(area.map(({ name }) => name)).toEqual(['login', 'lobby']);
  });

  it('is nothing that is misspelt', () => {
    expect(menu('config: {\narea: logn\n}').loginArea).toBe(false);
    expect(problems('config: {\narea: logn\n}')).toEqual([
      "4:7 error: 'area' is 'login', not 'logn' (login)",
    ]);
  });
});

describe('what does not fit', () => {
  it.each([
    ['desk: At the door', /3:1 warning: 'desk' means nothing in a menu \(desc\)/],
    ['next: [ ]', /empty/],
    ['next: { acs: "SC" }', /no 'next'/],
    ['next: [ "a" { next: "b" } ]', /mixes plain values/],
    ['next: [ { next: "a" } { acs: "SC", next: "b" } ]', /never looked at/],
    ['form: [ ]', /'form' is a block in braces/],
    ['form: { main: { } }', /named by its number/],
    ['form: { 0: { mcis: { } } }', /neither a part of a form/],
    ['mci: { }', /belongs inside form/],
    ['module: "@menu:x"', /names no module/],
    ['config: {\nbaudRate: 1234\n}', /'baudRate' is one of/],
    ['config: {\nmenuFlags: noHistroy\n}', /no menu flag 'noHistroy' \(noHistory\)/],
    ['config: {\nnextTimeout: soon\n}', /'nextTimeout' is a number/],
    ['submit: [ { value: "x", action: "@method:y" } ]', /only with a 'prompt'/],
    [
      'config: {\nacs: "SC & (AR2"\n}',
      /4:12 error: the condition 'SC & \(AR2' cannot be parsed at its column 6: this '\(' is never closed/,
    ],
    ['config: {\nacs: GN[users]\n}', /4:6 error: ACS: there is no ACS code 'GN'.*\(GM\)/],
  ])('%j is told', (body, expected) => {
    expect(problems(body).join('\n')).toMatch(expected);
  });

  it('hides nothing else: a menu with ten mistakes has ten findings', () => {
    const bad = Array.from({ length: 10 }, (_, at) => `wrong${at}: 1`).join('\n');
    expect(problems(bad)).toHaveLength(10);
  });

  it('a menu that is no block is left out, and its name can still be gone to', () => {
    const set = menusFrom('menus: { a: 5, b: { next: "a" } }');
    expect([...set.menus.keys()]).toEqual(['b']);
    expect(set.problems).toMatchObject([{ subject: 'a', rule: 'wrong-form' }]);
  });
});

describe('files', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'menus-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are merged under the one that includes them, and every place stays right', async () => {
    await writeFile(
      join(folder, 'extra.hjson'),
      'menus: {\n  a: { desc: "extra", next: "b" }\n  b: { nxt: "a" }\n}',
    );
    await writeFile(
      join(folder, 'menu.hjson'),
      'includes: [ "extra.hjson" ]\ncommon: { back: [ { keys: [ "escape" ], action: "@systemMethod:prevMenu" } ] }\nmenus: {\n  a: { desc: "mine", form: { 0: { actionKeys: "@reference:common.back" } } }\n}',
    );
    const set = await loadMenus({ file: join(folder, 'menu.hjson'), env: {} });
    expect(set.menus.get('a')).toMatchObject({
      desc: 'mine',
      next: { options: [{ value: { name: 'b' } }] },
    });
    expect(set.menus.get('a')?.forms[0]?.actionKeys[0]?.keys).toEqual(['escape']);
    expect(set.problems.map(({ place }) => formatPlace(place))).toEqual([
      `${join(folder, 'extra.hjson')}:3:8`,
    ]);
    expect(set.files).toEqual([join(folder, 'menu.hjson'), join(folder, 'extra.hjson')]);
  });

  it('that cannot be parsed are refused with their place', async () => {
    await writeFile(join(folder, 'menu.hjson'), 'menus: {\n  a: { next: }\n}');
    await expect(loadMenus({ file: join(folder, 'menu.hjson'), env: {} })).rejects.toMatchObject({
      code: 'CONFIG_SYNTAX',
      place: { line: 2 },
    });
  });

  it('without menus are an error', () => {
    expect(menusFrom('prompts: { }').problems).toMatchObject([
      { severity: 'error', rule: 'no-menus' },
    ]);
  });
});

describe('a key that stands twice in a menu file', () => {
  const gm = subjectWith({ factor: 1 });

  function isOpen(text: string, name = 'm'): boolean {
    const set = menusFrom(text);
    return admit(name, { menus: set, modules: new Map(), subject: gm }).kind === 'admitted';
  }

  it.each([
    ['m: { acs: "GM[sysops]", acs: "AF1" }'],
    ['m: { acs: "AF1", acs: "GM[sysops]" }'],
    ['m: { config: { acs: "GM[sysops]" }, config: { cls: true } }'],
    ['m: { config: { acs: "GM[sysops]", acs: "AF1" } }'],
    ['m: { acs: "GM[sysops]" }, m: { art: "X" }'],
    ['m: { config: { acs: "GM[sysops]" } }, m: { art: "X" }, m: {}'],
    ['m: { acs: "GM[sysops]", acs: "AF1" }, m: {}'],
    ['m: { next: [ { acs: "GM[sysops]", next: "a" } ], next: "a" }'],
    ['m: { next: [ { acs: "GM[sysops]", acs: "AF1", next: "a" } ] }'],
    [
      'm: { form: { 0: { submit: { *: [ { value: { x: 1 }, action: "@menu:a" } ] } } }, form: { 0: {} } }',
    ],
    ['m: { module: "@userModule:gate", next: "a" }, m: { next: "a" }'],
    ['m: { acs: null, acs: "AF1" }'],
    ['m: { acs: "GM[sysops" }, m: { acs: "AF1" }'],
    ['m: { acs: "AF1) | (AF1" }, m: { acs: "AF1" }'],
  ])('drops no condition: %s', (menus) => {
    const text = `menus: { ${menus} }`;
    expect(isOpen(text)).toBe(false);
    expect(menusFrom(text).problems).toContainEqual(
      expect.objectContaining({ severity: 'error', subject: 'm' }),
    );
  });

  it.each([
    ['m: { acs: "AF1", acs: "!AF2" }'],
    ['m: { acs: "AF1", acs: "AF1" }'],
    ['m: { config: { acs: "AF1" } }, m: { desc: "Later", config: { acs: "AF1" } }'],
    ['m: { desc: "One" }, m: { desc: "Two", next: [ { acs: "GM[sysops]", next: "a" } ] }'],
  ])('is open to whom all of its conditions let in: %s', (menus) => {
    expect(isOpen(`menus: { ${menus} }`)).toBe(true);
  });

  it('counts where all menus stand twice, over menus that are included', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-doubled-'));
    try {
      const file = join(folder, 'menu.hjson');
      await writeFile(join(folder, 'stock.hjson'), 'menus: { m: { art: "X" } }');
      await writeFile(
        file,
        'includes: ["stock.hjson"]\nmenus: { m: { acs: "GM[sysops]" } }\nmenus: { n: {} }',
      );
      const menus = await loadMenus({ file, env: {} });
      expect(admit('m', { menus, modules: new Map(), subject: gm }).kind).toBe('refused');
      expect(admit('n', { menus, modules: new Map(), subject: gm }).kind).toBe('admitted');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('closes what asks by a prompt of which a condition would be dropped', () => {
    const prompts = 'prompts: { p: { mci: { ET1: { validate: "x" } } }, p: { mci: {} } }';
    expect(isOpen(`menus: { m: { prompt: "p" } }\n${prompts}`)).toBe(false);
  });
});

describe('a misspelt condition', () => {
  const signedIn = subjectWith({ factor: 1 });

  it.each([
    'ACS: "GM[sysops]"',
    'aks: "GM[sysops]"',
    'asc: "GM[sysops]"',
    'config: { asc: "GM[sysops]" }',
    'config: { ACS: "GM[sysops]" }',
    'form: { 0: { acs: "GM[sysops]", mci: {} } }',
  ])('closes the menu: %s', (body) => {
    const menus = menusFrom(`menus: { m: { ${body} } }`);
    expect(admit('m', { menus, modules: new Map(), subject: signedIn }).kind).toBe('refused');
    expect(menus.problems).toContainEqual(
      expect.objectContaining({ severity: 'error', rule: 'closed-menu' }),
    );
  });

  it.each(['asc', 'ACS', 'aks'])('is never true in a list: %s', (key) => {
    const { next } = menu(`next: [ { ${key}: "GM[sysops]", next: "a" }, { next: "b" } ]`);
    const open = next?.options.filter(({ acs }) => !acs || evaluateAcs(acs, signedIn));
    expect(open).toMatchObject([{ value: { name: 'b' } }]);
  });

  it.each(['ZZ9', 'SC & ZZ', 'GM', 'AE1', '(SC'])(
    'that nobody ever meets is told with the entry of next that it closes: %s',
    (acs) => {
      const next = `[ { acs: "${acs}", next: "vault" }, { acs: "SC | ZZ", next: "a" }, { next: "b" } ]`;
      const { problems } = menusFrom(`menus: { m: { next: ${next} } }`);
      expect(problems.filter(({ rule }) => rule === 'never-taken')).toMatchObject([
        { severity: 'warning', text: expect.stringContaining("the entry to 'vault'") as string },
      ]);
    },
  );

  it.each(['valeu: { x: 1 }', 'Value: { x: 1 }', 'values: { x: 1 }', 'acs: "GM[sysops]"'])(
    'is never met in a rule: %s',
    (key) => {
      const { forms } = menu(`form: { 0: { submit: { *: [ { ${key}, action: "@menu:a" } ] } } }`);
      const [rule] = forms[0]?.submit.get('*') ?? [];
      expect(rule?.match.some(isNeverMet)).toBe(true);
    },
  );

  it('takes its key away from an action key', () => {
    const { forms } = menu(
      'form: { 0: { actionKeys: [ { keys: ["a"], acs: "SC", action: "@menu:a" } ] } }',
    );
    expect(forms[0]?.actionKeys).toEqual([]);
  });
});
