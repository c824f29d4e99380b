import { ACS_CODES } from '../../src/acs/codes';
import { totp } from '../support/authenticator';
import { scenes, stop, theme, type Scene } from './scene';

const open = scenes();

const KEYS = 'abcdefghijklmnopqrstuvwxyz';
/** Each condition behind a key of its own, with the way for those whom it lets through. */
const doors = (conditions: readonly string[]) => ({
  art: 'DOORS',
  form: {
    0: {
      actionKeys: conditions.map((acs, index) => ({
        keys: [KEYS[index]],
        action: [{ acs, action: '@menu:yes' }, { action: '@menu:no' }],
      })),
    },
  },
});

interface Asker {
  /** Signed in with these; nobody otherwise. */
  readonly user?: { readonly otp?: true; readonly properties?: Record<string, string> };
  readonly call?: Parameters<Scene['call']>[0];
  /** Not through the second factor yet. */
  readonly halfWay?: true;
}

/** What each condition comes to when a caller presses its key. */
async function ask(conditions: readonly string[], asker: Asker): Promise<boolean[]> {
  const form = {
    mci: { ET1: { argName: 'username' }, ET2: { argName: 'password', password: true } },
    submit: { '*': [{ value: { password: null }, action: '@systemMethod:login' }] },
  };
  const scene = await open({
    openMenus: ['first', 'yes', 'no'],
    menus: {
      menus: {
        login: {
          art: 'LOGIN',
          next: [{ acs: 'AR2', next: 'loginTwoFactorAuthOTP' }, { next: 'first' }],
          form: { 0: form },
        },
        loginTwoFactorAuthOTP: {
          art: 'OTP',
          next: 'first',
          form: {
            0: {
              mci: { ET1: { argName: 'token' } },
              submit: { '*': [{ value: { token: null }, action: '@systemMethod:login2FA_OTP' }] },
              actionKeys: [{ keys: ['f1'], action: '@menu:first' }],
            },
          },
        },
        first: doors(conditions),
        yes: stop('YES'),
        no: stop('NO'),
      },
    },
    art: {
      LOGIN: 'Name %ET1 %ET2',
      OTP: 'Code %ET1',
      DOORS: 'doors',
      YES: 'open',
      NO: 'shut',
      ...theme({}),
    },
  });
  const caller = scene.call(asker.call, asker.user === undefined ? 'first' : 'login');
  if (asker.user !== undefined) {
    const { secret } = await scene.board.addUser('joe', 'correct horse', asker.user);
    await caller.sees('Name');
    caller.type('joe\rcorrect horse\r');
    if (asker.user.otp === true) {
      await caller.sees('Code');
      const code = totp(secret, scene.board.accounts.clock.nowMs());
      caller.type(asker.halfWay === true ? '\x1bOP' : `${code}\r`);
    }
  }
  const answers: boolean[] = [];
  for (const key of KEYS.slice(0, conditions.length)) {
    await caller.isIn('first');
    caller.type(key);
    await caller.until(`an answer to ${key}`, () => caller.menus.at(-1) !== 'first');
    answers.push(caller.menus.at(-1) === 'yes');
    await caller.sees(/open|shut/);
    caller.type(' ');
  }
  return answers;
}

type Truth = Readonly<Record<string, boolean>>;

async function expectTruth(truth: Truth, asker: Asker): Promise<void> {
  const answers = await ask(Object.keys(truth), asker);
  const found = Object.fromEntries(Object.keys(truth).map((acs, index) => [acs, answers[index]]));
  expect(found).toEqual(truth);
}

/** What the loader says about a condition. */
async function problemsOf(acs: string): Promise<readonly string[]> {
  const scene = await open({ menus: { menus: { first: { config: { acs } } } } });
  return (scene.board.menuSet?.problems ?? []).map(({ severity }) => severity);
}

describe('A3.1 grammar of ACS', () => {
  const nobody: Asker = {};

  it('start: spaces around an expression mean nothing', () =>
    expectTruth({ ' NN1 ': true, '  NN2  ': false }, nobody));

  it('ws: a TAB is a mistake, and never true', async () => {
    await expectTruth({ '\tNN1': false, 'NN1\t& NN1': false }, nobody);
    expect(await problemsOf('NN1\t& NN1')).toEqual(['error']);
  });

  it('expr: | is true when one side is', () =>
    expectTruth({ 'NN1|NN2': true, 'NN2 | NN1': true, 'NN2 | NN3': false }, nobody));

  it('and: & and standing side by side are true when both are', () =>
    expectTruth(
      { 'NN1&TW80': true, 'NN1 & NN2': false, 'NN1 TW80': true, NN1TW80: true, 'NN2 TW80': false },
      nobody,
    ));

  it('not: ! turns what follows', () =>
    expectTruth({ '!NN2': true, '! NN2': true, '!NN1': false, '!(NN1 & NN2)': true }, nobody));

  it('not: !! is a mistake', async () => {
    await expectTruth({ '!!NN1': false }, nobody);
    expect(await problemsOf('!!NN1')).toEqual(['error']);
  });

  it('atom: parentheses group', () =>
    expectTruth(
      { '(NN2 | NN1) & TW80': true, '( NN1 )': true, 'NN2 & (NN1 | TW80)': false },
      nobody,
    ));

  it('precedence: ! before & before |, as ENiGMA½ documents it', () =>
    expectTruth(
      {
        'NN9 & NN8 | NN1': true,
        '(NN9 & NN8) | NN1': true,
        'NN9 & (NN8 | NN1)': false,
        '!NN9 & NN8 | NN1': true,
      },
      nobody,
    ));

  it('precedence: a string that mixes & and | without parentheses is warned of', async () => {
    expect(await problemsOf('NN9 & NN8 | NN1')).toEqual(['warning']);
    expect(await problemsOf('(NN9 & NN8) | NN1')).toEqual([]);
  });

  it('precedence: where ENiGMA½ reads the mixture otherwise, the warning has both readings', async () => {
    const scene = await open({
      menus: { menus: { first: { config: { acs: 'NN9 & NN8 | NN1' } } } },
    });
    const [problem] = scene.board.menuSet?.problems ?? [];
    expect(problem?.text).toContain('here it means (NN9 & NN8) | NN1');
    expect(problem?.text).toContain('to ENiGMA½ NN9 & (NN8 | NN1)');
  });

  it('CODE: two capital letters; anything else is a mistake', async () => {
    await expectTruth({ nn1: false, N1: false, '1': false }, nobody);
    expect(await problemsOf('nn1')).toEqual(['error']);
  });

  it('arg: a list, digits, or nothing', () =>
    expectTruth(
      { 'NN[1]': true, 'NN[3, 2 ,1]': true, NN1: true, 'NN[2,3]': false, NN: false },
      nobody,
    ));

  it('arg: a missing number counts as 0', () => expectTruth({ TW: true, NC: true }, { user: {} }));

  it('arg: an argument of a code that takes none is ignored', () =>
    expectTruth({ SC1: true, SC: true, 'SC[x]': true }, { call: { server: 'ssh' } }));

  it('item: letters, digits, _ + -; no dot, no @, no space just inside the brackets', async () => {
    await expectTruth({ 'TT[xterm-256color]': true }, { call: { type: 'xterm-256color' } });
    expect(await problemsOf('GM[a.b]')).toEqual(['error']);
    expect(await problemsOf('GM[a@b]')).toEqual(['error']);
    expect(await problemsOf('GM[ a]')).toEqual(['error']);
  });

  it('an unknown code is an error at load, and never true', async () => {
    await expectTruth({ XX: false, '!NN2 & XX': false }, nobody);
    expect(await problemsOf('SU')).toEqual(['error']);
  });

  it('an empty string is an error at load, and lets nobody in', async () => {
    await expectTruth({ '': false, ' ': false }, nobody);
    expect(await problemsOf('')).toEqual(['error']);
  });
});

describe('A3.2 ACS codes', () => {
  const joe: Asker = { user: {} };
  const today = new Date(Date.UTC(2026, 0, 1, 12));
  const minutes = today.getHours() * 60 + today.getMinutes();
  const day = today.getDay();

  const rows: [code: string, truth: Truth, asker: Asker][] = [
    ['AR', { AR1: true, AR2: false, AR3: false, AR0: false }, joe],
    ['AR', { AR1: true, AR2: true }, { user: { otp: true } }],
    ['AR', { 'AR[1,2]': true, 'AR[2,3]': false }, joe],
    ['AR', { AR1: true, '!AR1': false }, {}],
    ['AF', { AF0: true, AF1: false, AF2: false }, {}],
    ['AF', { AF0: true, AF1: true, AF2: false }, joe],
    ['AF', { AF1: true, AF2: false, 'AR2 & !AF2': true }, { user: { otp: true }, halfWay: true }],
    ['AF', { AF0: true, AF1: true, AF2: true }, { user: { otp: true } }],
    ['SC', { SC: false }, { call: { server: 'telnet' } }],
    ['SC', { SC: true }, { call: { server: 'ssh' } }],
    ['SC', { SC: true }, { call: { server: 'wss' } }],
    ['PW', { PW: true }, { call: { server: 'telnet' } }],
    ['LC', { LC: true }, { call: { remoteIp: '127.0.0.1' } }],
    ['LC', { LC: true }, { call: { remoteIp: '::ffff:127.0.0.1' } }],
    ['LC', { LC: false }, { call: { remoteIp: '::1' } }],
    ['AS', { AS2: true, AS1: false, 'AS[0,2]': true, 'AS[0,1,3]': false }, joe],
    ['AS', { AS2: false, AS1: false }, {}],
    ['ID', { ID2: true, ID1: false, 'ID[1,2]': true, 'ID[1,3]': false }, joe],
    ['ID', { ID0: true, '!ID0': false, ID1: false }, {}],
    ['GM', { 'GM[users]': true, 'GM[sysops]': false, 'GM[sysops,users]': true, GM: false }, joe],
    [
      'AG',
      { AG18: true, AG36: false },
      { user: { properties: { birthdate: '1990-06-15T00:00:00.000Z' } } },
    ],
    [
      'AA',
      { AA30: true, AA31: true, AA99: false },
      { user: { properties: { account_created: '2025-12-01T10:00:00.000+00:00' } } },
    ],
    ['AA', { AA: true, '!AA': false }, {}],
    ['NC', { NC41: true, NC99: false }, { user: { properties: { login_count: '41' } } }],
    ['NC', { NC: true, NC0: true, '!NC0': false, NC1: false }, {}],
    ['NP', { NP5: true, NP6: false }, { user: { properties: { post_count: '5' } } }],
    ['BU', { BU100: true, BU101: false }, { user: { properties: { ul_total_bytes: '100' } } }],
    ['BD', { BD100: true, BD101: false }, { user: { properties: { dl_total_bytes: '100' } } }],
    ['UP', { UP3: true, UP4: false }, { user: { properties: { ul_total_count: '3' } } }],
    ['DL', { DL3: true, DL4: false }, { user: { properties: { dl_total_count: '3' } } }],
    [
      'NR',
      { NR50: true, NR51: false },
      { user: { properties: { ul_total_count: '1', dl_total_count: '2' } } },
    ],
    ['NR', { NR0: true, NR1: false }, { user: { properties: { ul_total_count: '1' } } }],
    [
      'KR',
      { KR25: true, KR26: false },
      { user: { properties: { ul_total_bytes: '1', dl_total_bytes: '4' } } },
    ],
    [
      'PC',
      { PC100: true, PC999: false },
      { user: { properties: { post_count: '100', login_count: '50' } } },
    ],
    ['AC', { AC2: true, AC3: false }, { user: { properties: { achievement_total_count: '2' } } }],
    [
      'AP',
      { AP20: true, AP21: false },
      { user: { properties: { achievement_total_points: '20' } } },
    ],
    [
      'PV',
      {
        'PV[location,Rome]': true,
        'PV[location,rome]': false,
        'PV[location]': false,
        'PV[sex,M]': false,
      },
      { user: { properties: { location: 'Rome' } } },
    ],
    ['NN', { NN1: true, NN2: false, 'NN[1,2]': true, 'NN[2,3]': false }, {}],
    ['EC', { EC0: true, EC1: false, EC2: false }, { call: { encoding: 'cp437' } }],
    ['EC', { EC0: false, EC1: true }, { call: { encoding: 'utf8' } }],
    ['TH', { TH24: true, TH25: false }, { call: { height: 24 } }],
    ['TW', { TW80: true, TW81: false }, { call: { width: 80 } }],
    [
      'TT',
      {
        'TT[syncterm]': true,
        'TT[ansi,syncterm]': true,
        'TT[SyncTERM]': false,
        'TT[xterm]': false,
      },
      { call: { type: 'SyncTERM' } },
    ],
    ['TM', { 'TM[gatehouse]': true, 'TM[plain]': false, 'TM[plain,gatehouse]': true }, {}],
    ['WD', { [`WD${day}`]: true, [`WD${(day + 1) % 7}`]: false, 'WD[0,1,2,3,4,5,6]': true }, {}],
    ['MM', { [`MM${minutes}`]: true, [`MM${minutes + 1}`]: false, MM0: true }, {}],
    [
      'SE',
      { 'SE[https]': true, 'SE[HTTPS]': true, 'SE[https,gopher]': false, 'SE[gopher]': false },
      {},
    ],
    ['AE', { AE0: false, AE1: false }, joe],
    ['ML', { ML: false, ML0: false }, joe],
  ];

  it.each(rows)('%s: %j', (_code, truth, asker) => expectTruth(truth, asker));

  it('there is a row for every code, and a code for every row', () => {
    expect([...new Set(rows.map(([code]) => code))].sort()).toEqual([...ACS_CODES.keys()].sort());
  });
});
