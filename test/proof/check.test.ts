import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { moduleTable } from '../../src/modules/registry';
import { VIEW_TYPES } from '../../src/views/registry';
import { factsOfModules } from '../../src/proof/registries';
import { checkMenus, formatFinding } from '../../src/proof/check';
import type { ArtFacts } from '../../src/proof/check-art';
import { findSilentLoops } from '../../src/proof/check-loops';
import type { ModuleFacts } from '../../src/proof/flow-moves';
import { weigh } from '../../src/proof/severity';
import { menusFrom, registriesFor } from './menu-text';

interface Board {
  readonly menus: string;
  readonly prompts?: string;
  readonly modules?: Readonly<Record<string, ModuleFacts>>;
  /** Views of each art: `DOOR: 'ET1 TM2'`. */
  readonly art?: Readonly<Record<string, string>>;
  readonly config?: Readonly<Record<string, unknown>>;
}

const START = 'telnetConnected: { next: "login" }\nlogin: { next: "@systemMethod:logoff" }';

/** All findings on a board, one line each. */
function check(board: Board): readonly string[] {
  const set = menusFrom(`menus: {\n${board.menus}\n}\nprompts: {\n${board.prompts ?? ''}\n}`);
  const art = Object.entries(board.art ?? {}).map(([name, views]): [string, ArtFacts[]] => {
    const found = views.match(/[A-Z]{2}[0-9]+/g) ?? [];
    const facts = found.map((view) => ({ code: view.slice(0, 2), id: Number(view.slice(2)) }));
    return [name, [{ file: `${name}.ANS`, views: facts }]];
  });
  return checkMenus(set, {
    ...registriesFor(set, board.modules),
    ...(board.art === undefined ? {} : { art: new Map(art), artNames: Object.keys(board.art) }),
    ...(board.config === undefined ? {} : { config: board.config }),
  }).map(formatFinding);
}

/** Findings on one more menu `m`, which `login` leads to. */
function checkMenu(body: string, board: Partial<Board> = {}): readonly string[] {
  const menus = `telnetConnected: { next: "login" }
login: { next: [ { acs: "SC", next: "m" } { next: "@systemMethod:logoff" } ] }
m: {
config: { area: "login" }
${body}
}`;
  return check({ ...board, menus });
}

const OUT = 'actionKeys: [ { keys: [ "escape" ], action: "@systemMethod:prevMenu" } ]';

it('a sound board has no findings', () => {
  expect(check({ menus: START })).toEqual([]);
});

describe('names that are not there are errors with their place and the nearest right name', () => {
  it('a property that has no effect here is told with what happens instead, and the manual says why', () => {
    const menu = (isOn: boolean): string =>
      `form: { 0: { mci: { MT1: { hyperlinks: ${isOn} } }, submit: { "*": [] }, ${OUT} } }`;
    expect(checkMenu(menu(true))).toEqual([
      expect.stringContaining("'hyperlinks' of MT1 has no effect here: links are plain text"),
    ]);
    expect(checkMenu(menu(false))).toEqual([]);
    const manual = readFileSync(join(__dirname, '..', '..', 'docs', 'moving.md'), 'utf8');
    for (const type of Object.values(VIEW_TYPES))
      for (const { name, instead } of type.properties)
        if (instead !== undefined) expect(manual).toContain(`\`${name}\``);
  });

  it("a key of a module's config that is nearly one of its own is told", () => {
    const modules = Object.fromEntries(factsOfModules(moduleTable()));
    const page =
      'telnetConnected: { next: "login" }\nlogin: { next: [ { acs: "SC", next: "page" } { next: "@systemMethod:logoff" } ] }';
    const menus = (key: string): string =>
      `${page}\npage: { module: "page_sysop", config: { ${key}: "{userName}" } }`;
    const of = (key: string) =>
      check({ menus: menus(key), modules }).filter((line) => line.includes(key));
    expect(of('notifyFormat')).toEqual([]);
    expect(of('notifyFormt')).toEqual([expect.stringContaining("did you mean 'notifyFormat'?")]);
  });

  it.each([
    ['a menu in next', 'next: "logon"', "there is no menu 'logon'; did you mean 'login'?"],
    [
      'a menu in an action',
      `form: { 0: { actionKeys: [ { keys: [ "x" ], action: "@menu:logni" } ] } }`,
      "there is no menu 'logni'; did you mean 'login'?",
    ],
    [
      'a menu for a failure',
      'next: "login"\nconfig: { area: "login", locked: "loginn" }',
      "'locked' names the menu 'loginn', which is not there; did you mean 'login'?",
    ],
    [
      'a menu in extraArgs.next',
      `form: { 0: { actionKeys: [ { keys: [ "x" ], action: "@systemMethod:prevMenu", extraArgs: { next: "loginn" } } ] } }`,
      "'next' names the menu 'loginn'",
    ],
    [
      'a system method',
      'next: "@systemMethod:logof"',
      "there is no system method 'logof'; did you mean 'logoff'?",
    ],
    ['a module', 'module: "nuaa"\nnext: "login"', "there is no module 'nuaa'; did you mean 'nua'?"],
    [
      'a module of a method',
      'next: "@method:/mods/nuaa.js:go"',
      "there is no module 'nuaa'; did you mean 'nua'?",
    ],
    [
      'a method',
      'module: "nua"\nnext: "@method:submitAplication"',
      "the module has no method 'submitAplication'; did you mean 'submitApplication'?",
    ],
    ['a method of an ordinary menu', 'next: "@method:go"', 'an ordinary menu has no methods'],
    [
      'a prompt',
      'prompt: "menuComand"',
      "there is no prompt 'menuComand'; did you mean 'menuCommand'?",
    ],
    [
      'a prompt to pause with',
      'next: "login"\nconfig: { area: "login", pause: "menuComand" }',
      "there is no prompt 'menuComand'; did you mean 'menuCommand'?",
    ],
    [
      'the prompt of pause: true',
      'next: "login"\nconfig: { area: "login", pause: true }',
      "there is no prompt 'pause'",
    ],
    [
      'a validator',
      `form: { 0: { mci: { ET1: { validate: "@systemMethod:validateNonEmty" } }, submit: { "*": [] }, ${OUT} } }`,
      "there is no validator 'validateNonEmty'; did you mean 'validateNonEmpty'?",
    ],
    [
      "a module's validator",
      `module: "nua"\nform: { 0: { mci: { ET1: { validate: "@method:validatePasConfirmMatch" } }, ${OUT} } }`,
      "did you mean 'validatePassConfirmMatch'?",
    ],
  ])('%s', (_, body, expected) => {
    const nua: ModuleFacts = {
      methods: ['submitApplication'],
      validators: ['validatePassConfirmMatch'],
    };
    const own = body.includes('config: {') ? body : `config: { area: "login" }\n${body}`;
    const found = check({
      menus: `telnetConnected: { next: "login" }\nlogin: { next: [ { acs: "SC", next: "m" } { next: "@systemMethod:logoff" } ] }\nm: {\n${own}\n}`,
      prompts: 'menuCommand: { }',
      modules: { nua },
    });
    const errors = found.filter((line) => /^menu\.hjson:[0-9]+:[0-9]+: error: /.test(line));
    expect(errors).toContainEqual(expect.stringContaining(expected));
  });

  it('the menu that a server begins with', () => {
    const set = menusFrom(`menus: { ${START} }`);
    const entries = [{ server: 'ssh', menu: 'sshConected', secure: true, signedIn: true }] as const;
    const found = checkMenus(set, { ...registriesFor(set), entries });
    expect(found.map(formatFinding)).toContainEqual(
      expect.stringContaining("calls by ssh begin with the menu 'sshConected', which is not there"),
    );
  });

  it('a value of config.hjson', () => {
    const body = `form: { 0: { mci: { ET1: { maxLength: "@config:users.usernamMax" } }, submit: { "*": [] }, ${OUT} } }`;
    expect(checkMenu(body, { config: { users: { usernameMax: 16 } } })).toEqual([
      expect.stringContaining(
        "config.hjson has no value 'users.usernamMax'; did you mean 'users.usernameMax'?",
      ),
    ]);
  });
});

describe('config keys', () => {
  it('of an ordinary menu that mean nothing are warnings', () => {
    const menus = START.replace('login: {', 'login: { config: { puase: true }, ');
    expect(check({ menus })).toEqual([
      expect.stringMatching(/warning: login: 'puase' means nothing.*did you mean 'pause'\?$/),
    ]);
  });

  it('of a module are its own affair unless it lists them', () => {
    const body = 'module: "own"\nnext: "login"\nconfig: { area: "login", colour: 1 }';
    const menus = `telnetConnected: { next: "login" }\nlogin: { next: [ { acs: "SC", next: "m" } { next: "@systemMethod:logoff" } ] }\nm: { ${body} }`;
    expect(check({ menus, modules: { own: { methods: [] } } })).toEqual([]);
    expect(check({ menus, modules: { own: { methods: [], configKeys: ['color'] } } })).toEqual([
      expect.stringContaining("did you mean 'color'?"),
    ]);
  });

  it('in a group of a module are looked at one by one, each with its own place', () => {
    const menus = START.replace(
      'login: {',
      'login: { module: "own", config: {\n texts: {\n saveEror: "No." saved: "Yes." } }, ',
    );
    const configKeys = ['texts.saveError', 'texts.saved'];
    expect(check({ menus, modules: { own: { methods: [], configKeys } } })).toEqual([
      expect.stringMatching(
        /:5:2: warning: login: 'texts.saveEror' means nothing.*did you mean 'texts.saveError'\?$/,
      ),
    ]);
  });
});

describe('art', () => {
  it('that is missing is an error, in menus, prompts and lists', () => {
    const found = check({
      menus: START.replace(
        'login: {',
        'login: { art: [ { acs: "EC1", art: "DOR" } { art: "DOOR" } ], ',
      ),
      prompts: 'pause: { art: "PUASE" }',
      art: { DOOR: '', PAUSE: '' },
    });
    expect(found).toEqual([
      expect.stringContaining("there is no art 'DOR'; did you mean 'DOOR'?"),
      expect.stringContaining("there is no art 'PUASE'; did you mean 'PAUSE'?"),
    ]);
  });

  it.each([
    ['an input that no art places', 'ET1: { }', 'TM2', /error: m: the art does not place ET1/],
    [
      'a view of another kind',
      'ET2: { }',
      'TM2',
      /error: m: the art places TM2 where the menu has ET2, so that is there without what the menu says/,
    ],
    ['a label that no art places', 'TL9: { }', 'ET1', /warning: m: the art does not place TL9/],
  ])('%s', (_, view, art, expected) => {
    const body = `art: "DOOR"\nform: { 0: { mci: { ${view} }, submit: { "*": [] }, ${OUT} } }`;
    expect(checkMenu(body, { art: { DOOR: art } }).join('\n')).toMatch(expected);
  });

  it('may have several rows for the sentence of a label', () => {
    const body = `art: "DOOR"\nform: { 0: { mci: { TL4: { }, ET1: { } }, submit: { "*": [] }, ${OUT} } }`;
    expect(checkMenu(body, { art: { DOOR: 'MT4 ET1' } })).toEqual([]);
    expect(checkMenu(body, { art: { DOOR: 'MT5 ET1' } })).toEqual([
      expect.stringContaining('the art does not place TL4'),
    ]);
  });

  it('is not needed for a view that the menu itself places', () => {
    const body = `art: "DOOR"\nform: { 0: { mci: { ET1: { position: { row: 3, col: 4 } } }, submit: { "*": [] }, ${OUT} } }`;
    expect(checkMenu(body, { art: { DOOR: '' } })).toEqual([]);
  });

  it('that lacks a view which the module needs', () => {
    const body = 'module: "own"\nart: "DOOR"\nnext: "login"';
    const modules = { own: { methods: [], views: [1, 11] } };
    expect(checkMenu(body, { modules, art: { DOOR: 'ET1' } })).toEqual([
      expect.stringContaining('the module own needs a view 11, which DOOR.ANS does not place'),
    ]);
  });

  it('chooses a form by its codes; a form that none chooses is told', () => {
    const body = `art: "DOOR"\nform: { 0: { ETTM: { submit: { "*": [] }, ${OUT} } VM: { ${OUT} } } }`;
    expect(checkMenu(body, { art: { DOOR: 'TM2 ET1' } })).toEqual([
      expect.stringContaining('no art of this menu has exactly the views VM'),
    ]);
  });
});

describe('views', () => {
  it.each([
    [
      'ET1: { maxLenght: 5 }',
      /warning: .*\(ET\) has no property 'maxLenght'; did you mean 'maxLength'\?/,
    ],
    ['ET1: { password: "yes" }', /error: .*'password' of ET1 must be true or false/],
    ['ET1: { maxLength: "long" }', /error: .*'maxLength' of ET1 must be a whole number/],
    [
      'EY1: { }',
      /warning: .*no kind of view 'EY' here, so the screen goes without it; did you mean/,
    ],
    [
      'TM1: { items: [ "a", "b" ], hotKeys: { C: 2 } }',
      /hot key C chooses item 2, but the last one is 1/,
    ],
  ])('%s', (view, expected) => {
    const body = `form: { 0: { mci: { ${view} }, submit: { "*": [] }, ${OUT} } }`;
    expect(checkMenu(body).join('\n')).toMatch(expected);
  });
});

it.each([
  ['"maybe"', 'masked-property', 'what is typed is masked'],
  ['""', 'wrong-property', 'the default counts'],
])('password: %s says what becomes of it (%s)', (password, rule, instead) => {
  const set = menusFrom(`menus: {\n${START}
m: { form: { 0: { mci: { ET1: { password: ${password} } }, ${OUT} } } }\n}`);
  const found = weigh(checkMenus(set, registriesFor(set)));
  expect(found).toContainEqual(expect.objectContaining({ rule, instead, severity: 'warning' }));
});

describe('forms', () => {
  it.each([
    [
      'that no view submits',
      'mci: { TL1: { } }, submit: { "*": [ { value: "x", action: "@systemMethod:prevMenu" } ] }',
      /error: .*no view that could submit it/,
    ],
    [
      'that a view submits which is not there',
      'mci: { ET1: { argName: "x" } }, submit: { 5: [ { value: "x", action: "@systemMethod:prevMenu" } ] }',
      /the form has no view 5/,
    ],
    [
      'that ask for a field that is not there',
      'mci: { ET1: { argName: "name" } }, submit: { "*": [ { value: { nam: null }, action: "@systemMethod:prevMenu" } ] }',
      /no view has the argName 'nam'.*did you mean 'name'\?/,
    ],
    [
      'that sign in and ask for no name',
      'mci: { ET2: { argName: "password" } }, submit: { "*": [ { value: { password: null }, action: "@systemMethod:login" } ] }',
      /no view has the argName 'username', so nobody can sign in here/,
    ],
    ['that do nothing with what is filled in', 'mci: { ET1: { } }', /goes nowhere/],
    [
      'that move to a view which is not there',
      'mci: { ET1: { } }, submit: { "*": [] }, actionKeys: [ { keys: [ "x" ], viewId: 4 } { keys: [ "escape" ], action: "@systemMethod:prevMenu" } ]',
      /there is no view 4 to go to/,
    ],
  ])('%s', (_, form, expected) => {
    const keys = form.includes('actionKeys') ? '' : `, ${OUT}`;
    expect(checkMenu(`form: { 0: { ${form}${keys} } }`).join('\n')).toMatch(expected);
  });

  it('of a prompt are matched with the prompt', () => {
    const found = checkMenu(
      'prompt: "p"\nsubmit: [ { value: { comand: null }, action: "@systemMethod:prevMenu" } ]',
      {
        prompts: 'p: { mci: { ET1: { argName: "command" } } }',
      },
    );
    expect(found).toEqual([expect.stringContaining("did you mean 'command'?")]);
  });
});

describe('rings of menus without a screen', () => {
  const ring = (a: string, b: string): readonly string[] =>
    check({
      menus: `${START.replace('next: "@systemMethod:logoff"', 'next: "a"')}
        a: { config: { area: "login" }, ${a} }
        b: { config: { area: "login" }, ${b} }`,
    }).filter((line) => line.includes('ring'));

  it('are an error when nothing leads out', () => {
    expect(ring('next: "b"', 'next: "a"')).toEqual([
      expect.stringMatching(/error: a: menus without a screen lead round in a ring: a -> b -> a$/),
    ]);
  });

  it('are a warning when a condition may lead out', () => {
    expect(ring('next: "b"', 'next: [ { acs: "SC", next: "a" } { next: "login" } ]')[0]).toContain(
      'warning',
    );
  });

  it('are none when one of them shows or asks something', () => {
    expect(ring('next: "b"', 'next: "a", art: "DOOR"')).toEqual([]);
    expect(ring('next: "b"', `next: "a", form: { 0: { ${OUT} } }`)).toEqual([]);
  });

  it('are found in a chain of thousands without overflowing the stack', () => {
    const chain = Array.from(
      { length: 8000 },
      (_, at) => `c${at}: { next: "c${(at + 1) % 8000}" }`,
    );
    const set = menusFrom(`menus: {\n${chain.join('\n')}\n}`);
    const found = checkMenus(set, registriesFor(set));
    expect(found.filter(({ rule }) => rule === 'silent-loop')).toHaveLength(1);
  });

  it('are looked for in steps of a menu each, so that callers are answered in between', () => {
    const chain = Array.from({ length: 500 }, (_, at) => `c${at}: { next: "c${at + 1}" }`);
    const set = menusFrom(`menus: {\n${chain.join('\n')}\n}`);
    const steps = findSilentLoops(set);
    let count = 0;
    while (steps.next().done !== true) count += 1;
    expect(count).toBeGreaterThanOrEqual(2 * 500);
  });
});

describe('the list', () => {
  it('is in the order of the file and has each finding once', () => {
    const set = menusFrom(`menus: {
telnetConnected: { next: "nowhere" }
login: { nxt: 1, next: "@systemMethod:logof" }
}`);
    const lines = checkMenus(set, registriesFor(set)).map(({ place }) => place.line ?? 0);
    expect(lines).toEqual([...lines].sort((a, b) => a - b));
  });

  it('holds the flow proof: a bypass is a warning, and an error where it is asked for', () => {
    const set = menusFrom(
      'menus: { telnetConnected: { next: "mainMenu" }, mainMenu: { next: "@systemMethod:logoff" } }',
    );
    const registries = registriesFor(set);
    const severity = (bypass: 'error' | 'warning'): string | undefined =>
      checkMenus(set, registries, { bypass }).find(({ rule }) => rule === 'flow-bypass')?.severity;
    expect(severity('warning')).toBe('warning');
    expect(severity('error')).toBe('error');
  });
});

describe('what needs a complete sign-in and stands in the login area is named (rule M4)', () => {
  const modules = {
    user_config: { methods: ['saveChanges'], needs: 'complete' },
    nua: { methods: [], needs: 'none' },
  } as const;

  it('a module, with its line', () => {
    expect(checkMenu('module: "user_config"\nnext: "login"', { modules })).toEqual([
      expect.stringMatching(
        /^menu\.hjson:\d+:9: warning: m: the module user_config shows or changes account data, and this menu is in the login area/,
      ),
    ]);
  });

  it('a method of such a module', () => {
    expect(
      checkMenu(`next: "@method:/mods/user_config.js:saveChanges"`, { modules }),
    ).toContainEqual(expect.stringContaining('the method saveChanges of the module user_config'));
  });

  it('no other module, and none outside the login area', () => {
    expect(checkMenu('module: "nua"\nnext: "login"', { modules })).toEqual([]);
    const menus = `${START}\nm: { module: "user_config", config: { acs: "AF1" }, next: "login" }`;
    expect(check({ menus, modules })).not.toContainEqual(expect.stringContaining('login area'));
  });
});
