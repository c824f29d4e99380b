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
