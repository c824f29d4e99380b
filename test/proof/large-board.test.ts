import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkMenus } from '../../src/proof/check';
import { loadMenus } from '../../src/menu/load/menu-file';
import { runs } from '../support/runs';
import { registriesFor } from './menu-text';

const MENUS = runs(5000);

/** A board with thousands of menus: a tree of ten-way forms, each with conditions of its own. */
function largeBoard(): readonly string[] {
  const parts = [
    'telnetConnected: { next: "login" }',
    `login: { art: "USERLOG", next: [ { acs: "AR2", next: "loginTwoFactorAuthOTP" } { next: "m0" } ]
      form: { 0: { mci: { ET2: { argName: "password", password: true, submit: true } }
        submit: { "*": [ { value: { password: null }, action: "@systemMethod:login" } ] } } } }`,
    `loginTwoFactorAuthOTP: { next: "m0", form: { 0: { mci: { ET1: { argName: "token", submit: true } }
        submit: { "*": [ { value: { token: null }, action: "@systemMethod:login2FA_OTP" } ] } } } }`,
  ];
  for (let at = 0; at < MENUS; at++) {
    const below = Array.from({ length: 10 }, (_, child) => at * 10 + child + 1).filter(
      (n) => n < MENUS,
    );
    const rules = below.map(
      (child, key) =>
        `{ value: { go: ${key} }, action: [ { acs: "GM[group${child}] | SC", action: "@menu:m${child}" } { action: "@systemMethod:prevMenu" } ] }`,
    );
    parts.push(`m${at}: {
      desc: "Menu ${at}"
      art: "MENU${at}"
      config: { acs: "AF1 & !GM[banned${at % 50}]" }
      form: { 0: {
        mci: { VM1: { argName: "go", focus: true, submit: true, items: [ "a", "b", "c" ] } }
        submit: { "*": [ ${rules.join('\n')} { value: { go: null }, action: "@systemMethod:prevMenu" } ] }
        actionKeys: [ { keys: [ "escape" ], action: "@systemMethod:prevMenu" } ]
      } }
    }`);
  }
  return parts;
}

describe('a large board', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'large-board-'));
    const menus = largeBoard();
    const files: string[] = [];
    for (let at = 0; at < menus.length; at += 1000) {
      files.push(`part${at}.hjson`);
      const text = `menus: {\n${menus.slice(at, at + 1000).join('\n')}\n}`;
      await writeFile(join(folder, `part${at}.hjson`), text);
    }
    await writeFile(join(folder, 'menu.hjson'), `includes: ${JSON.stringify(files)}`);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('of thousands of menus loads, is checked and proven', async () => {
    const started = process.cpuUsage();
    const set = await loadMenus({ file: join(folder, 'menu.hjson'), env: {} });
    const findings = checkMenus(set, registriesFor(set));
    const { user, system } = process.cpuUsage(started);
    expect(set.menus.size).toBe(MENUS + 3);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    // The aim for 5000 is 3 s on a machine of its own; what grows with the square of the board takes minutes.
    expect((user + system) / 1e3).toBeLessThan(3 * MENUS);
  }, 60_000);
});
