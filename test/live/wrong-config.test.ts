import { join } from 'node:path';
import type { TestBoard } from '../support/board';
import { LiveFolder } from './live-folder';

const SLIPS = `{
  general: { boardNam: "The Harbour" }
  themes: { default: "plain" }
  logging: { level: "loud" }
  loginServers: { ssh: { profile: "vintage" } }
  users: { usernameMin: 20, newUserNames: [ "join", 7 ] }
  destinations: { near: { kind: "telnit", name: "Near" } }
}
`;

const SAID = [
  /config\.hjson:2:\d+: general has no key 'boardNam', so it has no effect; did you mean/,
  /config\.hjson:3:\d+: config has no key 'themes', so it has no effect; did you mean 'theme'\?/,
  /config\.hjson:4:\d+: logging\.level must be .*; the board starts with the default, "info"/,
  /config\.hjson:5:\d+: loginServers\.ssh\.profile must be .*; the board starts with the default, "modern"/,
  /config\.hjson:6:\d+: users\.usernameMin must not be above .*; the board starts with the defaults, 2 and 16/,
  /config\.hjson:6:\d+: users\.newUserNames must be a list of texts, not 7; it is left out/,
  /config\.hjson:7:\d+: destinations\.near\.kind must be .*; it is left out/,
];

describe('a configuration with mistakes that harm no caller', () => {
  const live = LiveFolder.forEachTest();

  /** Where and what each is, as a line of the start and of `config check --all` has it. */
  const told = (on: TestBoard): readonly string[] =>
    on
      .events('board.warning')
      .map(({ place, message }) => {
        const { file, line, column } = place as { file: string; line: number; column: number };
        return `${file}:${line}:${column}: ${String(message)}`;
      })
      .filter((line) => line.includes('config.hjson'))
      .sort();

  it('opens its board, and the start and config check say the same of each, with what counts', async () => {
    await live.dir.write('config/config.hjson', SLIPS);
    const on = await live.start();
    const caller = await on.telnet();
    await caller.sees('Sign in');
    const lines = told(on);
    for (const said of SAID) expect(lines).toContainEqual(expect.stringMatching(said));
    expect(lines).toHaveLength(SAID.length);
    const check = await live.shell.try('--board', live.dir.path, 'config', 'check', '--all');
    expect(check.exitCode).toBe(0);
    const checked = (check.out.match(/^warning: .*/gm) ?? [])
      .map((line) => line.replace('warning: ', ''))
      .filter((line) => line.includes(join('config', 'config.hjson')));
    expect(checked.sort()).toEqual(lines);
  });

  it('stays as it is when an edit brings one, and a board that opened with one takes other edits', async () => {
    await live.dir.write('config/config.hjson', '{ general: { boardNam: "The Harbour" } }');
    const on = await live.start();
    await live.dir.write(
      'config/config.hjson',
      '{ general: { boardNam: "x" }\n logging: { level: "x" } }',
    );
    const [refused] = await on.logged('board.edit-refused', {}, 1);
    expect(refused?.['problems']).toEqual([
      expect.stringMatching(/config\.hjson:2:\d+: logging\.level must be debug/),
    ]);
    await live.dir.write('config/config.hjson', '{ general: { boardNam: "x", website: "w" } }');
    await on.logged('board.reloaded', {}, 1);
  });

  it('takes no number that is out of range, and says that it goes on with what it had', async () => {
    const policy = (keys: string) =>
      live.dir.write('config/config.hjson', `{ users: { twoFactorAuth: { ${keys} } } }`);
    await policy('stepUpMinutes: 5, graceLogins: 2');
    const on = await live.start();
    await policy('stepUpMinutes: 5000, graceLogins: -1');
    const [refused] = await on.logged('board.edit-refused', {}, 1);
    const goesOn = 'the board goes on with what it had';
    expect(refused?.['problems']).toEqual([
      expect.stringMatching(`stepUpMinutes must be .*, not 5000; ${goesOn}$`),
      expect.stringMatching(`graceLogins must be .*, not -1; ${goesOn}$`),
    ]);
    await policy('stepUpMinutes: 5, graceLogins: 1');
    await on.logged('board.reloaded', {}, 1);
  });

  it('keeps its protections where an edit moves one to a block that is not known', async () => {
    const policy = '{ required: "GM[sysops]" }';
    await live.dir.write('config/config.hjson', `{ users: { twoFactorAuth: ${policy} } }`);
    const on = await live.start();
    await live.dir.write('config/config.hjson', `{ users: { twoFactor: ${policy} } }`);
    const [refused] = await on.logged('board.edit-refused', {}, 1);
    expect(refused?.['problems']).toEqual([
      expect.stringMatching(
        /1:\d+: users\.twoFactor\.required protects nothing there; it belongs at/,
      ),
    ]);
  });

  it('does not start, and config check says why, where one of them may let somebody in', async () => {
    await live.dir.write(
      'config/config.hjson',
      '{ general: { boardNam: "x", closedSytem: true } }',
    );
    const why = await live.start().catch((error: { describe(): string }) => error.describe());
    expect(why).toMatch(/config\.hjson:1:\d+: general has no key 'closedSytem'; did you mean/);
    const check = await live.shell.try('--board', live.dir.path, 'config', 'check');
    expect([check.exitCode, check.err.replace('oputil: ', '').trim()]).toEqual([78, why]);
  });
});
