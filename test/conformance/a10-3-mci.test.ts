import { isEmptyCode, MCI_CODES } from '../../src/menu/screen/mci-codes';
import { addCall } from '../../src/store/calls';
import { setGroups } from '../../src/store/users';
import { asking, scenes, stop } from './scene';

const open = scenes();

const board = {
  menus: {
    menus: {
      login: asking(
        'LOGIN',
        { ET1: { argName: 'username' }, ET2: { argName: 'password', password: true } },
        '@systemMethod:login',
        { next: 'first' },
      ),
      first: stop('FIRST', { desc: 'In the court' }),
    },
  },
  config: {
    general: {
      boardName: 'The Postern',
      sysOp: {
        username: 'warden',
        realName: 'Wanda Warden',
        location: 'The Gatehouse',
        affiliations: 'None',
        sex: 'F',
        email: 'warden@example.org',
      },
    },
  },
  nodes: [
    { node: 1, server: 'ssh', user: { id: 2, name: 'joe' }, description: '', connectedAtMs: 0 },
    { node: 2, server: 'telnet', user: undefined, description: '', connectedAtMs: 0 },
  ],
} as const;

const properties = {
  real_name: 'Joe Doe',
  location: 'Rome',
  birthdate: '1990-06-15T00:00:00.000Z',
  sex: 'M',
  email_address: 'joe@example.org',
  web_address: 'example.org',
  affiliation: 'Builders',
  theme_id: 'gatehouse',
  login_count: '41',
  account_created: '2025-12-01T10:00:00.000+00:00',
  ul_total_count: '3',
  ul_total_bytes: '2048',
  dl_total_count: '6',
  dl_total_bytes: '1024',
  post_count: '82',
  achievement_total_count: '4',
  achievement_total_points: '120',
  door_run_total_count: '7',
  door_run_total_minutes: '120',
  minutes_online_total_count: '30',
};

/** What each code shows to joe, signed in at noon of the first of January 2026. */
const VALUES: Record<string, string | RegExp> = {
  BN: 'The Postern',
  VL: 'Sallyport v1.2.3',
  VN: '1.2.3',
  SN: 'warden',
  SR: 'Wanda Warden',
  SL: 'The Gatehouse',
  SA: 'None',
  SS: 'F',
  SE: 'warden@example.org',
  UN: 'joe',
  UI: '2',
  UG: 'users',
  UR: 'Joe Doe',
  LO: 'Rome',
  UA: '35',
  BD: '1990-06-15',
  US: 'M',
  UE: 'joe@example.org',
  UW: 'example.org',
  UF: 'Builders',
  UT: 'The Gatehouse theme',
  UD: 'gatehouse',
  UC: /^4[12]$/,
  MS: '2025-12-01',
  ND: '1',
  IP: '192.0.2.7',
  ST: 'SSH',
  WI: /^(Call by|No secure way in is on)/,
  SH: '24',
  SW: '80',
  MD: 'In the court',
  DT: '2026-01-01',
  CT: /^\d\d:00$/,
  OS: /^(Linux|Mac OS X|Windows|SunOS|FreeBSD)$/,
  SC: /./,
  OA: /^\w+$/,
  NV: process.version,
  AN: '1',
  TC: /^\d+$/,
  TT: /^\d+$/,
  LC: /^(joe|nobody yet)$/,
  LT: /^(\d\d:\d\d)?$/,
  LD: /^(\d{4}-\d\d-\d\d)?$/,
  TU: '1',
  NT: /^[01]$/,
  UU: 'a few seconds',
  MB: /^\d+$/,
  MF: /^\d+$/,
  LA: /^\d+\.\d\d$/,
  CL: /^\d+\.\d\d$/,
  DN: '6',
  DK: '1 KB',
  UP: '3',
  UK: '2 KB',
  NR: '50%',
  KR: '200%',
  PS: '82',
  PC: /^(200|195)%$/,
  AC: '4',
  AP: '120',
  DR: '7',
  DM: '2 hours',
  TO: '30 minutes',
  IA: 'Y',
  IV: 'Y',
  LB: 'P: line by line, for screen readers',
  WR: /^\S.{9,37}$/,
  ...Object.fromEntries(
    Object.keys(MCI_CODES)
      .filter(isEmptyCode)
      .map((code) => [code, '']),
  ),
};

const theme = {
  'themes/gatehouse/theme.hjson': '{ info: { name: "The Gatehouse theme" } }',
};

describe('A10.3 predefined MCI codes', () => {
  it('each has a row here', () => {
    expect(Object.keys(VALUES).sort()).toEqual(Object.keys(MCI_CODES).sort());
  });

  it.each(Object.entries(VALUES))('%s', async (code, value) => {
    const scene = await open({
      ...board,
      art: { LOGIN: 'Name %ET1\r\n%ET2', FIRST: `[%${code}`, ...theme },
    });
    await scene.board.addUser('joe', 'correct horse', { properties });
    const caller = scene.call({ server: 'ssh' }, 'login');
    await caller.sees('Name');
    caller.type('joe\rcorrect horse\r');
    await caller.sees('[');
    const shown = caller.screen.row(1).slice(1);
    if (typeof value === 'string') expect(shown).toBe(value);
    else expect(shown).toMatch(value);
  });

  it('a date without a time of day is that day in every time zone', async () => {
    const scene = await open({
      ...board,
      art: { LOGIN: 'Name %ET1\r\n%ET2', FIRST: '[%BD', ...theme },
    });
    // Midnight far in the east, which is the day before here.
    const birthdate = '1990-06-15T00:00:00.000+14:00';
    await scene.board.addUser('joe', 'correct horse', { properties: { ...properties, birthdate } });
    const caller = scene.call({ server: 'ssh' }, 'login');
    await caller.sees('Name');
    caller.type('joe\rcorrect horse\r');
    await caller.sees('[1990-06-15');
  });

  it('%LC: words stand in where nobody else has called, and nothing where that is not known', async () => {
    const art = { LOGIN: 'Name %ET1\r\n%ET2', FIRST: '[%LC', ...theme };
    const scene = await open({ ...board, art });
    const { id: joe } = await scene.board.addUser('joe', 'correct horse');
    const { id: ann } = await scene.board.addUser('ann', 'correct horse');
    const shown = async (): Promise<string> => {
      const caller = scene.call({ server: 'ssh' }, 'login');
      await caller.sees('Name');
      caller.type('joe\rcorrect horse\r');
      await caller.sees('[');
      return caller.screen.row(1).slice(1);
    };
    const record = (userId: number, userName: string, sessionId: string): Promise<unknown> =>
      scene.board.accounts.db.run((sql) => {
        const call = { userId, userName, sessionId, node: 1, server: 'ssh', startedAtMs: 1 };
        return addCall(sql, { ...call, source: '192.0.2.7' }, 99);
      });
    expect(await shown()).toBe('nobody yet');
    await record(joe, 'joe', 'own');
    expect(await shown()).toBe('nobody yet');
    await record(ann, 'ann', 'other');
    expect(await shown()).toBe('ann');
    // So many calls of one's own that those before them are not looked at.
    for (let at = 0; at < 50; at++) await record(joe, 'joe', `own ${at}`);
    expect(await shown()).toBe('');
  });

  it('%UG: groups are in alphabetical order', async () => {
    const scene = await open({
      ...board,
      art: { LOGIN: 'Name %ET1\r\n%ET2', FIRST: '[%UG', ...theme },
    });
    const { id } = await scene.board.addUser('joe', 'correct horse');
    const { db } = scene.board.accounts;
    await db.transaction('board', (sql) => setGroups(sql, id, ['users', 'sysops', 'artists']));
    const caller = scene.call({ server: 'ssh' }, 'login');
    await caller.sees('Name');
    caller.type('joe\rcorrect horse\r');
    await caller.sees('[artists, sysops, users');
  });

  it('a code with a number, as |XX and with colours about it, is the same', async () => {
    const scene = await open({ ...board, art: { FIRST: '|14%BN1|07\r\n|BN' } });
    expect(await scene.call().sees('The Postern\nThe Postern')).toContain('The Postern');
  });
});
