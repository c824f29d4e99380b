import { flowFindings } from '../../src/proof/flow-findings';
import { proveFlow } from '../../src/proof/flow-proof';
import type { FlowReport } from '../../src/proof/flow-proof';
import type { ModuleFacts } from '../../src/proof/flow-moves';
import { entriesOf, menusFrom } from './menu-text';

function prove(text: string, modules: Readonly<Record<string, ModuleFacts>> = {}): FlowReport {
  const set = menusFrom(`menus: {\n${text}\n}`);
  return proveFlow(set, { entries: entriesOf(set), modules: new Map(Object.entries(modules)) });
}

const LOGIN_FORM = `form: { 0: {
  mci: { ET2: { argName: "password", submit: true } }
  submit: { "*": [ { value: { password: null }, action: "@systemMethod:login" } ] }
} }`;

const OTP = `loginTwoFactorAuthOTP: {
  next: "mainMenu"
  form: { 0: { submit: { "*": [ { value: { token: null }, action: "@systemMethod:login2FA_OTP" } ] } } }
}
mainMenu: { form: { 0: { actionKeys: [ { keys: [ "g" ], action: "@systemMethod:logoff" } ] } } }`;

const START = 'telnetConnected: { next: "login" }';

function login(next: string): string {
  return `${START}\nlogin: { next: ${next}\n${LOGIN_FORM} }\n${OTP}`;
}

describe('a flow is proven', () => {
  it.each([
    [
      'as the contract has it',
      '[ { acs: "AR2", next: "loginTwoFactorAuthOTP" } { next: "mainMenu" } ]',
    ],
    [
      'the other way round',
      '[ { acs: "!AR2", next: "mainMenu" } { next: "loginTwoFactorAuthOTP" } ]',
    ],
    [
      'with !AF2 beside it',
      '[ { acs: "AR2 & !AF2", next: "loginTwoFactorAuthOTP" } { next: "mainMenu" } ]',
    ],
    [
      'whatever else is asked',
      '[ { acs: "AR2 & SC", next: "loginTwoFactorAuthOTP" } { acs: "AR2 & !SC", next: "loginTwoFactorAuthOTP" } { next: "mainMenu" } ]',
    ],
    [
      'by a condition on an account that holds one way or the other',
      '[ { acs: "AR2 & GM[a]", next: "loginTwoFactorAuthOTP" } { acs: "!GM[a] & AR2", next: "loginTwoFactorAuthOTP" } { next: "mainMenu" } ]',
    ],
  ])('%s', (_, next) => {
    const report = prove(login(next));
    expect(report.bypasses).toEqual([]);
    expect(report.proven).toBe(true);
  });

  it('beside a method that is not there, which keeps its caller, and not one of a program, which may lead on', () => {
    const text = login('"mainMenu"').replace('@systemMethod:login"', '@systemMethod:lgoin"');
    const set = menusFrom(`menus: {\n${text}\n}`);
    const known = (systemMethods: readonly string[]): FlowReport =>
      proveFlow(set, { entries: entriesOf(set), modules: new Map(), systemMethods });
    expect(known(['login']).bypasses).toEqual([]);
    expect(known(['login', 'lgoin']).bypasses).toMatchObject([{ menu: 'mainMenu' }]);
  });

  it('by the ACS of the menu itself', () => {
    const text = `${START}
      login: { next: "mainMenu"\n${LOGIN_FORM} }
      mainMenu: { config: { acs: "AF2 | (AF1 & !AR2)" }, form: { 0: { actionKeys: [ { keys: [ "g" ], action: "@systemMethod:logoff" } ] } } }`;
    expect(prove(text).proven).toBe(true);
  });

  it('with a limit, whatever it is compared with', () => {
    const next =
      '[ { acs: "AR2 & NC10", next: "loginTwoFactorAuthOTP" } { acs: "AR2 & !NC5", next: "loginTwoFactorAuthOTP" } { acs: "AR2 & NC5 & !NC10", next: "loginTwoFactorAuthOTP" } { next: "mainMenu" } ]';
    expect(prove(login(next)).proven).toBe(true);
  });
});

describe('a way round is found', () => {
  it.each([
    ['without a branch for AR2', '"mainMenu"'],
    [
      'with the branches swapped',
      '[ { next: "mainMenu" } { acs: "AR2", next: "loginTwoFactorAuthOTP" } ]',
    ],
    [
      'for secure callers only',
      '[ { acs: "AR2 & !SC", next: "loginTwoFactorAuthOTP" } { next: "mainMenu" } ]',
    ],
    [
      'for one account only',
      '[ { acs: "AR2 & !ID1", next: "loginTwoFactorAuthOTP" } { next: "mainMenu" } ]',
    ],
    ['by chance only', '[ "loginTwoFactorAuthOTP", "mainMenu" ]'],
    [
      'with a misread precedence',
      '[ { acs: "AR2 & SC | NC99", next: "loginTwoFactorAuthOTP" } { next: "mainMenu" } ]',
    ],
    [
      'with a code that is never true',
      '[ { acs: "AR2 & XX", next: "loginTwoFactorAuthOTP" } { next: "mainMenu" } ]',
    ],
    [
      'with an ACS that cannot be read',
      '[ { acs: "AR2 &", next: "loginTwoFactorAuthOTP" } { next: "mainMenu" } ]',
    ],
  ])('%s', (_, next) => {
    const report = prove(login(next));
    expect(report.proven).toBe(false);
    const [bypass] = report.bypasses;
    expect(bypass?.menu).toBe('mainMenu');
    expect(bypass?.path.map(({ menu }) => menu)).toEqual(['telnetConnected', 'login']);
    expect(bypass?.state).toContain('AF1, AR2');
  });

  it('names the state that it is open in', () => {
    const next =
      '[ { acs: "AR2 & !ID[1,2]", next: "loginTwoFactorAuthOTP" } { next: "mainMenu" } ]';
    expect(prove(login(next)).bypasses[0]?.state).toMatch(/ID [12]/);
  });

  it('past the login altogether', () => {
    const report = prove(`${START}
      login: { form: { 0: { actionKeys: [ { keys: [ "x" ], action: "@menu:mainMenu" } ] } } }
      mainMenu: { }`);
    expect(report.bypasses).toMatchObject([{ menu: 'mainMenu', state: 'not signed in (AF0)' }]);
    expect(report.bypasses[0]?.path.at(-1)?.via).toBe('key x');
  });

  it('through a menu that going back leads to', () => {
    const report = prove(`
      telnetConnected: { next: [ { acs: "AF1", next: "mainMenu" } { next: "login" } ] }
      login: { next: "loginTwoFactorAuthOTP"\n${LOGIN_FORM} }
      loginTwoFactorAuthOTP: { form: { 0: { actionKeys: [ { keys: [ "escape" ], action: "@systemMethod:prevMenu" } ] } } }
      mainMenu: { }`);
    expect(report.bypasses).toMatchObject([{ menu: 'mainMenu' }]);
    expect(report.bypasses[0]?.path.some(({ via }) => via.includes('back'))).toBe(true);
  });

  it('through a menu that Esc at a pause leads back to', () => {
    const withFlags = (flags: string) =>
      prove(`
      telnetConnected: { next: [ { acs: "AF1", next: "mainMenu" } { next: "login" } ] }
      login: { next: "welcome"\n${LOGIN_FORM} }
      welcome: { next: "loginTwoFactorAuthOTP", config: { area: "login", pause: true, menuFlags: [ ${flags} ] } }
      loginTwoFactorAuthOTP: { form: { 0: { } } }
      mainMenu: { }`);
    expect(withFlags('"noHistory"').bypasses).toEqual([]);
    const { bypasses } = withFlags('"noHistory", "escapeBack"');
    expect(bypasses).toMatchObject([{ menu: 'mainMenu' }]);
    expect(bypasses[0]?.path.map(({ via }) => via)).toContain('Esc at the pause, back');
  });

  it('not through one that keeps no history', () => {
    const report = prove(`
      telnetConnected: { next: [ { acs: "AF1", next: "mainMenu" } { next: "login" } ], config: { menuFlags: [ "noHistory" ] } }
      login: { next: "loginTwoFactorAuthOTP"\n${LOGIN_FORM} }
      loginTwoFactorAuthOTP: { form: { 0: { actionKeys: [ { keys: [ "escape" ], action: "@systemMethod:prevMenu" } ] } } }
      mainMenu: { }`);
    expect(report.proven).toBe(true);
  });

  it.each([
    ['nextTimeout', 'login: { next: "mainMenu", config: { nextTimeout: 1000 }\nform: { 0: { } } }'],
    [
      'nextMenu',
      'login: { next: "mainMenu", form: { 0: { actionKeys: [ { keys: [ "x" ], action: "@systemMethod:nextMenu" } ] } } }',
    ],
    ['a failure menu', `login: { config: { locked: "mainMenu" }\n${LOGIN_FORM} }`],
    [
      'extraArgs of a module',
      'login: { module: "own", form: { 0: { actionKeys: [ { keys: [ "x" ], action: "@method:go", extraArgs: { next: "mainMenu" } } ] } } }',
    ],
    ['a module that goes on by itself', 'login: { module: "own", next: "mainMenu" }'],
    ['a prompt', 'login: { prompt: "p", submit: [ { value: "x", action: "@menu:mainMenu" } ] }'],
    [
      'a sign-in that next asks for',
      'login: { next: [ { acs: "AF1", next: "mainMenu" } { next: "@systemMethod:login" } ] }',
    ],
  ])('by %s', (_, menu) => {
    expect(prove(`${START}\n${menu}\nmainMenu: { }`).bypasses).toMatchObject([
      { menu: 'mainMenu' },
    ]);
  });

  it('by a key of a prompt', () => {
    const set = menusFrom(`menus: { ${START}\n login: { prompt: "p" }\n mainMenu: { } }
      prompts: { p: { actionKeys: [ { keys: [ "x" ], action: "@menu:mainMenu" } ] } }`);
    const report = proveFlow(set, { entries: entriesOf(set), modules: new Map() });
    expect(report.bypasses).toMatchObject([{ menu: 'mainMenu' }]);
  });

  it('after an SSH server has checked the password', () => {
    const report =
      prove(`sshConnected: { next: [ { acs: "AR2 & !SC", next: "login" } { next: "mainMenu" } ] }
      login: { }\nmainMenu: { }`);
    expect(report.bypasses[0]).toMatchObject({
      menu: 'mainMenu',
      path: [{ menu: 'sshConnected' }],
    });
  });
});

describe('a new account', () => {
  const nua: Record<string, ModuleFacts> = {
    nua: { methods: ['submitApplication'], signsIn: true },
  };
  const form = (next: string): string => `telnetConnected: { next: "newUserApplication" }
    newUserApplication: { module: "nua", next: ${next}, form: { 0: { submit: { "*": [ { value: "x", action: "@method:submitApplication" } ] } } } }
    mainMenu: { }
    logoff: { next: "@systemMethod:logoff" }`;

  it('comes in by the module that makes and signs it in', () => {
    const report = prove(form('[ { acs: "AF1", next: "mainMenu" } { next: "logoff" } ]'), nua);
    expect(report.proven).toBe(true);
    expect(report.unreachable).toEqual([]);
  });

  it('does so by no other', () => {
    const next = '[ { acs: "AF1", next: "mainMenu" } { next: "logoff" } ]';
    expect(prove(form(next)).unreachable).toMatchObject([{ menu: 'mainMenu' }]);
  });

  it('may also have to wait, so next cannot be a menu for members alone', () => {
    expect(prove(form('"mainMenu"'), nua).proven).toBe(false);
  });
});

describe('who never gets in', () => {
  it('is nobody in a sound flow', () => {
    const next = '[ { acs: "AR2", next: "loginTwoFactorAuthOTP" } { next: "mainMenu" } ]';
    expect(prove(login(next)).lockedOut).toEqual([]);
  });

  it('is everybody with a second factor where no menu takes a code', () => {
    const report = prove(`${START}
      login: { next: [ { acs: "!AR2", next: "mainMenu" } { next: "logoff" } ]\n${LOGIN_FORM} }
      mainMenu: { }\nlogoff: { next: "@systemMethod:logoff" }`);
    expect(report.lockedOut).toMatchObject([
      { server: 'telnet', state: undefined },
      { server: 'wss', state: undefined },
    ]);
    expect(flowFindings(report).map(({ text }) => text)).toContain(
      'by telnet, wss accounts with a second factor never get in; behind the sign-in a form of the login area must do @systemMethod:login2FA_OTP and lead on',
    );
  });

  it('is some accounts only, and which', () => {
    const report = prove(`${START}
      login: { next: [ { acs: "!AR2", next: "mainMenu" } { acs: "GM[friends]", next: "loginTwoFactorAuthOTP" } { next: "logoff" } ]
      ${LOGIN_FORM} }
      ${OTP}
      logoff: { next: "@systemMethod:logoff" }`);
    expect(report.lockedOut[0]).toMatchObject({ server: 'telnet', menu: 'telnetConnected' });
    expect(report.lockedOut[0]?.state).toContain('!GM[friends]');
  });

  it('is those on a plain line where the code wants a secure one', () => {
    const report = prove(`${START}
      login: { next: [ { acs: "AR2", next: "loginTwoFactorAuthOTP" } { next: "mainMenu" } ]\n${LOGIN_FORM} }
      ${OTP.replace('next: "mainMenu"', 'next: "mainMenu", config: { acs: "SC" }')}`);
    expect(report.lockedOut.map(({ server }) => server)).toEqual(['telnet']);
  });
});

describe('dead ends and menus that nothing leads to', () => {
  it('are told', () => {
    const report = prove(`
      telnetConnected: { next: [ { acs: "SC", next: "matrix" } { acs: "EC0", next: "login" } ] }
      matrix: { form: { 0: { mci: { ET1: { } } } } }
      login: { next: "@systemMethod:logoff" }
      lost: { }`);
    expect(report.deadEnds.map(({ menu }) => menu)).toEqual(['telnetConnected', 'matrix']);
    expect(report.unreachable.map(({ menu }) => menu)).toEqual(['lost']);
  });

  it('are not where every case has its entry', () => {
    const report = prove(`
      telnetConnected: { next: [ { acs: "EC0 & SC", next: "login" } { acs: "EC1", next: "login" } { acs: "!SC", next: "login" } ] }
      login: { next: "@systemMethod:logoff" }`);
    expect(report.deadEnds).toEqual([]);
  });

  it('a condition after the sign-in is asked with the factor that was gained', () => {
    const report = prove(`${START}
      login: { next: [ { acs: "AF1", next: "logoff" } ]\n${LOGIN_FORM} }
      logoff: { next: "@systemMethod:logoff" }`);
    expect(report.deadEnds).toEqual([]);
  });
});

describe('what is too wide', () => {
  it('is taken to go either way, and said so', () => {
    const terms = Array.from({ length: 30 }, (_, at) => `GM[g${at}]`).join(' & ');
    const report = prove(
      login(`[ { acs: "AR2 & (${terms})", next: "loginTwoFactorAuthOTP" } { next: "mainMenu" } ]`),
    );
    expect(report.proven).toBe(false);
    expect(report.undecided.length).toBeGreaterThan(0);
  });

  it('does not spoil a proof that does not hang on it', () => {
    const terms = Array.from({ length: 30 }, (_, at) => `GM[g${at}]`).join(' | ');
    const report = prove(
      login(
        `[ { acs: "AR2", next: "loginTwoFactorAuthOTP" } { acs: "${terms}", next: "mainMenu" } { next: "mainMenu" } ]`,
      ),
    );
    expect(report.proven).toBe(true);
  });
});

it('a way round is a warning on a live board and an error for menu check', () => {
  const report = prove(login('"mainMenu"'));
  const severities = (findings: ReturnType<typeof flowFindings>): readonly string[] =>
    findings.filter(({ rule }) => rule === 'flow-bypass').map(({ severity }) => severity);
  expect(severities(flowFindings(report))).toEqual(['warning']);
  expect(severities(flowFindings(report, 'error'))).toEqual(['error']);
});
