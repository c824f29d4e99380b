import { compileAcs, evaluateAcs } from '../../src/acs/acs';
import { ACS_CODES } from '../../src/acs/codes';
import type { AcsSubject } from '../../src/acs/subject';
import { subjectWith, userWith } from './subject';

function ask(text: string, subject: AcsSubject): boolean {
  return evaluateAcs(compileAcs(text), subject);
}

const at = (hour: number, minute: number, day = 18): number =>
  new Date(2026, 10, day, hour, minute).getTime();
const withProperties = (properties: Record<string, string>): AcsSubject =>
  subjectWith({ factor: 1, user: userWith({ properties }) });
const nobody = subjectWith();
const anybody = subjectWith({ factor: 1, user: userWith() });

/** One row for each way a code can come out: contract A3.2, code by code. */
const ROWS: readonly (readonly [string, string, AcsSubject, boolean])[] = [
  ['AR1', 'nobody', nobody, true],
  ['AR1', 'an account with 2FA', subjectWith({ requiredFactor: 2 }), true],
  ['AR2', 'an account without 2FA', anybody, false],
  ['AR2', 'an account with 2FA', subjectWith({ requiredFactor: 2 }), true],
  ['AR0', 'anybody', anybody, false],
  ['AR3', 'an account with 2FA', subjectWith({ requiredFactor: 2 }), false],
  ['AR', 'an account with 2FA', subjectWith({ requiredFactor: 2 }), false],

  ['AR[1,2]', 'an account without 2FA', anybody, true],
  ['AR[2]', 'an account without 2FA', anybody, false],
  ['AR[2,3]', 'an account with 2FA', subjectWith({ requiredFactor: 2 }), true],

  ['AF[1,2]', 'nobody', nobody, false],
  ['AF[1,2]', 'one factor', anybody, true],
  ['AF[2]', 'one factor', anybody, false],
  ['AF0', 'nobody', nobody, true],
  ['AF1', 'nobody', nobody, false],
  ['AF1', 'one factor', anybody, true],
  ['AF2', 'one factor', anybody, false],
  ['AF2', 'two factors', subjectWith({ factor: 2, requiredFactor: 2 }), true],
  ['AF', 'nobody: a missing number is 0', nobody, true],

  ['SC', 'telnet', nobody, false],
  ['SC', 'SSH', subjectWith({ secure: true }), true],
  ['SC1', 'SSH: an argument is ignored', subjectWith({ secure: true }), true],

  ['PW', 'a password is asked for', subjectWith({ takesPassword: true }), true],
  ['PW', 'a code in its place', subjectWith({ takesPassword: false }), false],

  ['LC', '127.0.0.1', subjectWith({ remoteIp: '127.0.0.1' }), true],
  ['LC', '::ffff:127.0.0.1', subjectWith({ remoteIp: '::ffff:127.0.0.1' }), true],
  ['LC', '::1', subjectWith({ remoteIp: '::1' }), false],
  ['LC', '127.0.0.2', subjectWith({ remoteIp: '127.0.0.2' }), false],

  ['AS2', 'active', anybody, true],
  ['AS1', 'active', anybody, false],
  ['AS1', 'inactive', subjectWith({ user: userWith({ status: 1 }) }), true],
  ['AS[0,3]', 'locked', subjectWith({ user: userWith({ status: 3 }) }), true],
  ['AS[0,3]', 'active', anybody, false],
  ['AS0', 'nobody', nobody, false],
  ['AS', 'active: no number', anybody, false],

  ['ID7', 'user 7', anybody, true],
  ['ID1', 'user 7', anybody, false],
  ['ID[1,7]', 'user 7', anybody, true],
  ['ID[1,2]', 'user 7', anybody, false],
  ['ID0', 'nobody', nobody, true],

  ['GM[users]', 'a member', anybody, true],
  ['GM[sysops]', 'no member', anybody, false],
  ['GM[sysops,users]', 'a member of one', anybody, true],
  ['GM[Users]', 'another spelling', anybody, false],
  ['GM[users]', 'nobody', nobody, false],
  ['GM', 'a member, without a list', anybody, false],

  ['AG21', 'born 21 years ago today', withProperties({ birthdate: '2005-11-18' }), true],
  ['AG21', 'born 21 years ago tomorrow', withProperties({ birthdate: '2005-11-19' }), false],
  ['AG21', 'a date with slashes', withProperties({ birthdate: '1980/01/02' }), true],
  ['AG21', 'a date with time', withProperties({ birthdate: '1980-01-02T00:00:00.000Z' }), true],
  ['AG21', 'a date without separators', withProperties({ birthdate: '19800102' }), true],
  ['AG0', 'no date', anybody, false],
  ['AG0', 'no date at all', withProperties({ birthdate: 'never' }), false],

  ['AA10', 'made ten days ago', withProperties({ account_created: '2026-11-08T13:30:00Z' }), true],
  ['AA11', 'made ten days ago', withProperties({ account_created: '2026-11-08T13:30:00Z' }), false],
  ['AA5', 'days in a property', withProperties({ account_days_old: '6' }), true],
  ['AA0', 'a date that is none', withProperties({ account_created: 'gestern' }), false],

  ['NC10', 'ten calls', withProperties({ login_count: '10' }), true],
  ['NC10', 'nine calls', withProperties({ login_count: '9' }), false],
  ['NC1', 'a count that is none', withProperties({ login_count: 'x' }), false],
  ['NC0', 'nobody', nobody, true],
  ['NC', 'anybody: a missing number is 0', anybody, true],
  ['NC[10]', 'ten calls, as a list', withProperties({ login_count: '10' }), true],
  ['NC[1,2]', 'ten calls, two numbers', withProperties({ login_count: '10' }), false],
  ['NC[a]', 'ten calls, no number', withProperties({ login_count: '10' }), false],
  ['NP3', 'three posts', withProperties({ post_count: '3' }), true],
  ['NP4', 'three posts', withProperties({ post_count: '3' }), false],

  ['BU100', '100 bytes up', withProperties({ ul_total_bytes: '100' }), true],
  ['BU101', '100 bytes up', withProperties({ ul_total_bytes: '100' }), false],
  ['BD100', '100 bytes down', withProperties({ dl_total_bytes: '100' }), true],
  ['BD101', '100 bytes down', withProperties({ dl_total_bytes: '100' }), false],
  ['UP5', 'five files up', withProperties({ ul_total_count: '5' }), true],
  ['UP6', 'five files up', withProperties({ ul_total_count: '5' }), false],
  ['DL5', 'five files down', withProperties({ dl_total_count: '5' }), true],
  ['DL6', 'five files down', withProperties({ dl_total_count: '5' }), false],

  ['NR50', '1 of 2', withProperties({ ul_total_count: '1', dl_total_count: '2' }), true],
  ['NR51', '1 of 2', withProperties({ ul_total_count: '1', dl_total_count: '2' }), false],
  ['NR1', 'nothing down', withProperties({ ul_total_count: '9' }), false],
  ['NR0', 'nothing down', anybody, true],
  ['KR200', '4 of 2', withProperties({ ul_total_bytes: '4', dl_total_bytes: '2' }), true],
  ['KR201', '4 of 2', withProperties({ ul_total_bytes: '4', dl_total_bytes: '2' }), false],
  ['PC33', '1 of 3', withProperties({ post_count: '1', login_count: '3' }), true],
  ['PC34', '1 of 3', withProperties({ post_count: '1', login_count: '3' }), false],

  ['AC2', 'two', withProperties({ achievement_total_count: '2' }), true],
  ['AC3', 'two', withProperties({ achievement_total_count: '2' }), false],
  ['AP20', 'twenty', withProperties({ achievement_total_points: '20' }), true],
  ['AP21', 'twenty', withProperties({ achievement_total_points: '20' }), false],

  ['PV[sex,F]', 'F', withProperties({ sex: 'F' }), true],
  ['PV[sex,M]', 'F', withProperties({ sex: 'F' }), false],
  ['PV[sex,f]', 'F: exactly', withProperties({ sex: 'F' }), false],
  ['PV[sex]', 'F: no value', withProperties({ sex: 'F' }), false],
  ['PV[sex,F]', 'nobody', nobody, false],

  ['NN3', 'node 3', nobody, true],
  ['NN4', 'node 3', nobody, false],
  ['NN[1,3]', 'node 3', nobody, true],

  ['EC0', 'CP437', nobody, true],
  ['EC1', 'CP437', nobody, false],
  ['EC1', 'UTF-8', subjectWith({ encoding: 'utf8' }), true],
  ['EC0', 'UTF-8', subjectWith({ encoding: 'utf8' }), false],
  ['EC2', 'UTF-8', subjectWith({ encoding: 'utf8' }), false],

  ['TH25', '25 rows', nobody, true],
  ['TH26', '25 rows', nobody, false],
  ['TW80', '80 columns', nobody, true],
  ['TW81', '80 columns', nobody, false],
  ['TT[ansi]', 'ansi', nobody, true],
  ['TT[xterm,ansi]', 'ansi', nobody, true],
  ['TT[ANSI]', 'ansi: small letters only', nobody, false],
  ['TT[xterm]', 'ansi', nobody, false],
  ['TM[gatehouse]', 'the theme', nobody, true],
  ['TM[other]', 'another theme', nobody, false],

  ['WD3', 'a Wednesday', nobody, true],
  ['WD4', 'a Wednesday', nobody, false],
  ['WD[0,6]', 'a Wednesday', nobody, false],
  ['WD[0,6]', 'a Sunday', subjectWith({ nowMs: at(12, 0, 22) }), true],
  ['MM810', '13:30', nobody, true],
  ['MM811', '13:30', nobody, false],
  ['MM0', 'midnight', subjectWith({ nowMs: at(0, 0) }), true],

  ['SE[https]', 'https is on', nobody, true],
  ['SE[HTTPS]', 'https is on, in capitals', nobody, true],
  ['SE[https,gopher]', 'only https is on', nobody, false],

  ['AE1', 'never known', anybody, false],
  ['AE0', 'never known', anybody, false],
  ['ML0', 'never known', anybody, false],
];

describe('each code of contract A3.2', () => {
  it.each(ROWS.map(([text, who, subject, expected]) => ({ text, who, subject, expected })))(
    '$text for $who is $expected',
    ({ text, subject, expected }) => {
      expect(ask(text, subject)).toBe(expected);
    },
  );

  it('has a row for every code there is', () => {
    const asked = new Set(ROWS.map(([text]) => text.slice(0, 2)));
    expect([...ACS_CODES.keys()].filter((code) => !asked.has(code))).toEqual([]);
  });

  it('has one sentence of documentation for every code', () => {
    for (const { doc } of ACS_CODES.values()) expect(doc.length).toBeGreaterThan(5);
  });
});

describe('each operator', () => {
  const subject = subjectWith({ secure: true, remoteIp: '127.0.0.1' });
  // SC and LC are true, AF1 and AR2 false.
  it.each([
    ['SC & LC', true],
    ['SC & AF1', false],
    ['AF1 & SC', false],
    ['AF1 & AR2', false],
    ['SC LC', true],
    ['SC AF1', false],
    ['SC | LC', true],
    ['SC | AF1', true],
    ['AF1 | SC', true],
    ['AF1 | AR2', false],
    ['!SC', false],
    ['!AF1', true],
    ['!(AF1 | SC)', false],
    ['!(AF1 & SC)', true],
    ['AF1 & AR2 | SC', true],
    ['SC | AF1 & AR2', true],
    ['(SC | AF1) & AR2', false],
    ['!AF1 & SC', true],
    ['!AF1 AR2 | LC', true],
  ])('%s is %s', (text, expected) => {
    expect(ask(text, subject)).toBe(expected);
  });

  it('follows the documented precedence where the two readings differ', () => {
    const member = subjectWith({ user: userWith({ id: 2, groups: ['users'] }) });
    expect(ask('NC99 & SC | GM[users]', member)).toBe(true);
    expect(ask('ID9 & ID8 | ID2', member)).toBe(true);
    expect(ask('(ID9 & ID8) | ID2', member)).toBe(true);
    expect(ask('ID9 & (ID8 | ID2)', member)).toBe(false);
  });
});
