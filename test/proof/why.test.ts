import type { AcsSubject } from '../../src/acs/subject';
import { whyMenu } from '../../src/proof/why';
import type { WhyAnswer } from '../../src/proof/why';
import { subjectWith, userWith } from '../acs/subject';
import { menusFrom } from './menu-text';

const SET = menusFrom(`menus: {
  telnetConnected: { next: "login" }
  sshConnected: { next: [ { acs: "AR2 & !AF2", next: "otp" } { next: "mainMenu" } ] }
  login: {
    next: [ { acs: "AR2", next: "otp" } { next: "mainMenu" } ]
    form: { 0: { submit: { "*": [ { value: "password", action: "@systemMethod:login" } ] } } }
  }
  otp: {
    config: { area: "login" }
    next: "mainMenu"
    form: { 0: { submit: { "*": [ { value: "token", action: "@systemMethod:login2FA_OTP" } ] } } }
  }
  mainMenu: { form: { 0: { submit: { "*": [
    { value: "a", action: [ { acs: "SC", action: "@menu:secret" } { action: "@menu:plain" } ] }
    { value: "b", action: "@menu:sysops" }
  ] } } } }
  secret: { }
  plain: { }
  sysops: { config: { acs: "GM[sysops] & AF2" } }
}`);

interface Who {
  readonly twoFactors: boolean;
  readonly groups?: readonly string[];
  readonly server?: 'telnet' | 'ssh';
}

function ask(to: string, { twoFactors, groups = ['users'], server = 'telnet' }: Who): WhyAnswer {
  const subject = (factor: 0 | 1 | 2): AcsSubject =>
    subjectWith({
      factor,
      requiredFactor: factor > 0 && twoFactors ? 2 : 1,
      secure: server === 'ssh',
      user: factor === 0 ? undefined : userWith({ groups }),
    });
  return whyMenu(SET, {
    from: server === 'ssh' ? 'sshConnected' : 'telnetConnected',
    factor: server === 'ssh' ? 1 : 0,
    to,
    subject,
    modules: new Map(),
  });
}

const way = (answer: WhyAnswer): readonly string[] =>
  (answer.ways[0] ?? []).map(({ from, to, via, result }) => `${from} > ${to} by ${via}: ${result}`);

describe('how a user gets to a menu', () => {
  it.each([
    ['prompt', true],
    ['promt', false],
  ])('is by rules of a menu with a prompt alone: %s', (key, reaches) => {
    const set = menusFrom(`menus: {
      telnetConnected: {
        config: { area: "login" }
        ${key}: "command"
        submit: [ { value: { command: "U" }, action: "@menu:matrix" } ]
      }
      matrix: { }
    }
    prompts: { command: { mci: { ET1: { argName: "command" } } } }`);
    const answer = whyMenu(set, {
      ...{ from: 'telnetConnected', factor: 0, to: 'matrix', modules: new Map() },
      subject: (factor) => subjectWith({ factor }),
    });
    expect(answer.reaches).toBe(reaches);
  });

  it('is told step by step, with the conditions that decided', () => {
    const answer = ask('mainMenu', { twoFactors: true });
    expect(answer.reaches).toBe(true);
    expect(way(answer)).toEqual([
      'telnetConnected > login by next: goes-on',
      'login > otp by login: goes-on',
      'otp > mainMenu by one-time code: goes-on',
    ]);
    const [asked] = answer.ways[0]?.[1]?.asked ?? [];
    expect(asked).toMatchObject({
      text: 'AR2',
      result: true,
      place: { file: 'menu.hjson' },
    });
    expect(asked?.steps[0]?.reason).toContain('needs factor 2');
  });

  it('is shorter without a second factor', () => {
    expect(way(ask('mainMenu', { twoFactors: false }))).toEqual([
      'telnetConnected > login by next: goes-on',
      'login > mainMenu by login: goes-on',
    ]);
  });

  it('begins signed in where SSH has checked the password', () => {
    expect(way(ask('secret', { twoFactors: true, server: 'ssh' }))).toEqual([
      'sshConnected > otp by next: goes-on',
      'otp > mainMenu by one-time code: goes-on',
      'mainMenu > secret by submit: goes-on',
    ]);
  });
});

describe('where a user is stopped', () => {
  it('is the ACS of the menu, part by part', () => {
    const answer = ask('sysops', { twoFactors: true });
    expect(answer.reaches).toBe(false);
    const last = answer.ways[0]?.at(-1);
    expect(last).toMatchObject({ to: 'sysops', result: 'refused', entry: { result: false } });
    expect(last?.entry?.steps.map(({ text, result }) => `${text} ${result}`)).toEqual([
      'all of false',
      'GM[sysops] false',
      'AF2 true',
    ]);
  });

  it('is nothing for somebody who has what it asks for', () => {
    expect(ask('sysops', { twoFactors: true, groups: ['sysops'] }).reaches).toBe(true);
    expect(ask('sysops', { twoFactors: false, groups: ['sysops'] }).reaches).toBe(false);
  });

  it('is a condition that sends him another way', () => {
    const answer = ask('secret', { twoFactors: false });
    expect(answer.reaches).toBe(false);
    expect(answer.ways[0]?.at(-1)).toMatchObject({
      to: 'secret',
      result: 'another-way',
      asked: [{ text: 'SC', result: false }],
    });
  });

  it('is the factor floor, whatever the menus say', () => {
    const set = menusFrom('menus: { telnetConnected: { next: "mainMenu" }, mainMenu: { } }');
    const answer = whyMenu(set, {
      from: 'telnetConnected',
      factor: 0,
      to: 'mainMenu',
      subject: () => subjectWith(),
      modules: new Map(),
    });
    expect(answer).toMatchObject({ reaches: false, ways: [[{ result: 'factor' }]] });
  });

  it('is told even when nothing leads near the menu', () => {
    const set = menusFrom(
      'menus: { telnetConnected: { next: "club" }, club: { config: { area: "login", acs: "GM[x]" }, next: "far" }, far: { } }',
    );
    const answer = whyMenu(set, {
      from: 'telnetConnected',
      factor: 0,
      to: 'far',
      subject: () => subjectWith(),
      modules: new Map(),
    });
    expect(answer).toMatchObject({ reaches: false, ways: [[{ to: 'club', result: 'refused' }]] });
  });
});
