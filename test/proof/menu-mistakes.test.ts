import { groupWarnings } from '../../src/config/warning-kinds';
import { moduleTable } from '../../src/modules/registry';
import { factsOfModules } from '../../src/proof/registries';
import { checkMenus, describeFinding } from '../../src/proof/check';
import { weigh } from '../../src/proof/severity';
import type { Finding } from '../../src/menu/load/menu-entry';
import { menusFrom, registriesFor } from './menu-text';

const START = `telnetConnected: { next: "login" }
login: { next: [ { acs: "SC", next: "m" } { next: "@systemMethod:logoff" } ] }`;

/** What is found on a board with one more menu \`m\`, as a start weighs it. */
function findingsOf(body: string): readonly Finding[] {
  const set = menusFrom(`menus: {\n${START}\nm: {\n${body}\n}\n}\nprompts: { ask: { } }`);
  return weigh(checkMenus(set, registriesFor(set)));
}

describe('a condition that cannot be parsed', () => {
  it.each([
    ['for entering', 'config: { area: "login", acs: "SC & (AR2" }\nnext: "login"'],
    [
      'in a list',
      'config: { area: "login" }\nnext: [ { acs: "SC & (AR2", next: "login" } { next: "login" } ]',
    ],
  ])(
    '%s has a kind of its own, with menu, text and position, and says that nobody passes',
    (_, body) => {
      const found = findingsOf(body).filter(({ rule }) => rule === 'broken-acs');
      expect(found.map(describeFinding)).toEqual([
        "m: the condition 'SC & (AR2' cannot be parsed at its column 6: this '(' is never closed: nobody passes",
      ]);
      expect(found).toMatchObject([{ severity: 'warning', isMistake: true, subject: 'm' }]);
    },
  );

  it('does not stand in one count with codes that there are not', () => {
    const body =
      'config: { area: "login", acs: "QQ" }\nnext: [ { acs: "SC &", next: "login" } { next: "login" } ]';
    const rules = findingsOf(body).map(({ rule }) => rule);
    expect(rules).toEqual(expect.arrayContaining(['acs', 'broken-acs']));
  });

  it('is not printed whole where it has thousands of letters', () => {
    const long = `${'SC & '.repeat(300)}(`;
    const [found] = findingsOf(`config: { area: "login", acs: "${long}" }\nnext: "login"`).filter(
      ({ rule }) => rule === 'broken-acs',
    );
    expect(found?.text.length).toBeLessThan(200);
  });
});

describe('a misspelt key that holds what a menu asks', () => {
  const FORM = '{ 0: { mci: { ET1: { } }, submit: { "*": [] } } }';
  const lost = (body: string) => findingsOf(body).filter(({ rule }) => rule === 'lost-form');

  it.each([
    ['from', FORM, 'form'],
    ['fom', FORM, 'form'],
    ['forms', FORM, 'form'],
    ['Form', FORM, 'form'],
    ['promt', '"ask"', 'prompt'],
    ['pormpt', '"ask"', 'prompt'],
  ])('%s loses it, and that is said with what happens and the right key', (key, value, meant) => {
    const found = lost(`config: { area: "login" }\n${key}: ${value}\nnext: "login"`);
    expect(found.map(describeFinding)).toEqual([
      `m: '${key}' means nothing in a menu: its ${meant} is lost, and nothing is asked there; did you mean '${meant}'?`,
    ]);
    expect(found).toMatchObject([{ severity: 'warning', isMistake: true }]);
    expect(weigh(rawFindings(key, value), { isCheck: true })).toContainEqual(
      expect.objectContaining({ rule: 'lost-form', severity: 'error' }),
    );
  });

  it.each([
    ['beside a form', `from: ${FORM}\nform: ${FORM}`],
    ['beside a prompt', 'promt: "ask"\nprompt: "ask"'],
    ['with what is no form', 'from: "elsewhere"\nnext: "login"'],
    ['with what is no prompt', 'promt: { }\nnext: "login"'],
    ['and is near to neither', `font: "topaz"\nfromage: ${FORM}\nnext: "login"`],
  ])('%s is a key without a meaning as any other', (_, body) => {
    expect(lost(`config: { area: "login" }\n${body}`)).toEqual([]);
    expect(findingsOf(body).map(({ rule }) => rule)).toContain('unknown-key');
  });

  it('is told before all else, and several in one line', () => {
    const at = (line: number, kind: string) => ({
      place: { file: 'f', line },
      kind,
      message: kind,
    });
    const warnings = [at(1, 'acs'), at(2, 'lost-form'), at(3, 'unknown-key'), at(4, 'lost-form')];
    expect(groupWarnings(warnings, ({ message }) => message)).toEqual([
      '2 forms and prompts are lost by a misspelt key, and nothing is asked there; the first: lost-form',
      'acs',
      'unknown-key',
    ]);
    expect(groupWarnings(warnings, ({ message }) => message, { all: true })).toEqual([
      ...['lost-form', 'lost-form', 'acs', 'unknown-key'],
    ]);
  });

  const rawFindings = (key: string, value: string): readonly Finding[] => {
    const set = menusFrom(`menus: {\n${START}\nm: { ${key}: ${value}\nnext: "login" }\n}`);
    return checkMenus(set, registriesFor(set));
  };
});

describe('a screen before the sign-in without the mark of the login area', () => {
  const board = (rules: string): readonly Finding[] => {
    const set = menusFrom(`menus: {
telnetConnected: { next: "matrix" }
matrix: { form: { 0: { mci: { HM1: { items: [ "a" ], argName: "way" } }, submit: { "*": [
  { value: { way: 0 }, action: "@menu:rules" } { value: { way: 1 }, action: "@menu:login" } ] } } } }
login: { form: { 0: { mci: { ET1: { argName: "username" } ET2: { argName: "password", submit: true } }, submit: { "*": [
  { value: { password: null }, action: "@systemMethod:login" } ] } } }, next: [ { acs: "AR2", next: "loginTwoFactorAuthOTP" } { next: "hall" } ] }
loginTwoFactorAuthOTP: { form: { 0: { mci: { ET1: { argName: "token" } }, submit: { "*": [
  { value: { token: null }, action: "@systemMethod:login2FA_OTP" } ] } } }, next: "hall" }
rules: { ${rules} }
hall: { next: "@systemMethod:logoff" }
}`);
    return checkMenus(set, registriesFor(set), { bypass: 'error' });
  };
  const ways = (findings: readonly Finding[]) =>
    findings
      .filter(({ rule }) => ['turned-away', 'flow-bypass'].includes(rule))
      .map(({ rule, severity, subject }) => `${severity} ${rule} ${subject}`);

  it('is a warning of menu check and of a live edit, and an error with --strict, with the key to write', () => {
    const found = board('art: "RULES", config: { pause: true }, next: "matrix"');
    expect(ways(weigh(found, { isCheck: true }))).toEqual(['warning turned-away rules']);
    expect(ways(weigh(found, { strict: true }))).toEqual(['error turned-away rules']);
    const live = weigh(found).filter(({ rule }) => rule === 'turned-away');
    expect(live.map(describeFinding)).toEqual([
      expect.stringMatching(
        /^rules: callers are turned away at this screen, for .*; write config: \{ area: "login" \} into it/,
      ),
    ]);
    expect(live.map(({ isMistake }) => isMistake)).toEqual([undefined]);
  });

  it('is an error where it is more than a screen, and leads into the board', () => {
    for (const strict of [false, true])
      expect(
        ways(weigh(board('art: "RULES", next: "hall"'), { strict, isCheck: !strict })),
      ).toEqual(['error flow-bypass rules', 'error flow-bypass hall']);
  });

  it('is an error where callers come to it with a password alone, who owe a code', () => {
    const set = menusFrom(`menus: {
telnetConnected: { next: "login" }
login: { form: { 0: { mci: { ET1: { argName: "username" } ET2: { argName: "password", submit: true } }, submit: { "*": [
  { value: { password: null }, action: "@systemMethod:login" } ] } } }, next: "rules" }
rules: { art: "RULES", next: "loginTwoFactorAuthOTP" }
loginTwoFactorAuthOTP: { form: { 0: { mci: { ET1: { argName: "token" } }, submit: { "*": [
  { value: { token: null }, action: "@systemMethod:login2FA_OTP" } ] } } }, next: "@systemMethod:logoff" }
}`);
    const late = checkMenus(set, registriesFor(set), { bypass: 'error' });
    expect(ways(weigh(late, { isCheck: true }))).toEqual(['error flow-bypass rules']);
  });
});

describe('a field in a format that nothing fills', () => {
  const modules = Object.fromEntries(factsOfModules(moduleTable()));
  const told = (body: string): readonly string[] => {
    const set = menusFrom(`menus: {\n${START}\nm: {\n${body}\n}\n}`);
    return checkMenus(set, registriesFor(set, modules))
      .filter(({ rule }) => rule === 'format-field')
      .map(describeFinding);
  };
  const list = (module: string, format: string): readonly string[] =>
    told(`module: "${module}"\nform: { 0: { mci: { VM1: { itemFormat: "${format}" } } } }`);

  it.each([
    ['last_callers', 'userNam', 'userName'],
    ['user_list', 'lastLoginTS', 'lastLoginTs'],
    ['whos_online', 'acton', 'action'],
    ['sign_in_history', 'evnt', 'event'],
    ['my_calls', 'stat', 'state'],
    ['onelinerz', 'onliner', 'oneliner'],
    ['destinations', 'nam', 'name'],
  ])('is told of the rows of %s, with the nearest', (module, wrong, right) => {
    expect(list(module, `{${wrong}:<9.9} {${right}}`)).toEqual([
      `m: itemFormat of VM1 has no field '{${wrong}}', so that stays as it is written; did you mean '${right}'?`,
    ]);
  });

  it.each([
    ['last_callers', 'listInfoFormat20', 'inf', 'info'],
    ['user_list', 'chosenFormat21', 'abuot', 'about'],
    ['sign_in_history', 'signInInfoFormat20', 'lastSignin2', 'lastSignIn'],
    ['user_2fa_otp_config', 'stateFormat11', 'stat', 'state'],
    ['user_status_config', 'menuInfoFormat10', 'isVisibel', 'isVisible'],
    ['node_msg', 'messageFormat', 'mesage', 'message'],
    ['page_sysop', 'notifyFormat', 'nodeID2', 'nodeId'],
  ])('is told of %s in %s of its config', (module, key, wrong, right) => {
    const config = (name: string) => told(`module: "${module}"\nconfig: { ${key}: "{${name}}" }`);
    expect(config(right)).toEqual([]);
    expect(config(wrong)).toEqual([
      `m: ${key} has no field '{${wrong}}', so that stays as it is written; did you mean '${right}'?`,
    ]);
  });

  it('is told of items of the menu by their own fields, and of nothing that is not known', () => {
    const of = (format: string, items: string, module = '') =>
      told(`${module}\nform: { 0: { mci: { VM1: { ${items} focusItemFormat: "${format}" } } } }`);
    const items = 'items: [ "plain", { text: "a", hint: "b" } ]';
    expect(of('{text} {hint}', items)).toEqual([]);
    expect(of('{text} {hnt}', items)).toEqual([expect.stringContaining("did you mean 'hint'?")]);
    expect(of('{{text}} {BN} {TC}', items)).toEqual([]);
    expect(of('{whatever}', '')).toEqual([]);
    expect(of('{whatever}', items, 'module: "nua"')).toEqual([]);
    expect(told('module: "last_callers"\nconfig: { dateTimeFormat: "{x}" }')).toEqual([]);
  });
});
