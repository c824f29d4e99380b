import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { groupWarnings, RULES } from '../../src/config/warning-kinds';

const SRC = join(__dirname, '..', '..', 'src');

/** Where neither the table nor the name of a kind says what happens: the words of the finding that do. */
const SAID_THERE: Readonly<Record<string, readonly [file: string, ...words: string[]]>> = {
  'ssh-algorithms': ['servers/ssh/ssh-profile.ts', 'all of the profile counts', 'left are '],
  'path-elsewhere': ['config/foreign-values.ts', 'is read there', 'is read`', 'makes its own'],
  'absent-module': ['proof/check.ts', 'callers pass this menu by'],
  'unknown-code': ['proof/check-art.ts', 'it is shown as it is written'],
  'passed-over-art': ['proof/passed-over-art.ts', 'callers see ${themeOf(instead)} instead'],
  'view-not-placed': [
    'proof/check-views.ts',
    'so it is not there',
    'so that is there without what the menu says',
  ],
  'unknown-view': ['proof/check-views.ts', 'the screen goes without it', 'the key does nothing'],
  'unknown-field': ['proof/check-views.ts', 'so this is never done', 'nobody can sign in here'],
  'nothing-submits': ['proof/check-views.ts', 'its actions are never done', 'goes nowhere'],
  'form-never-used': ['proof/check-views.ts', 'so this form is never used'],
  'two-forms': ['proof/check.ts', 'the prompt is used'],
  'two-acs': ['menu/load/menu-file.ts', 'both must hold'],
  'closed-menu': [
    'menu/load/menu-file.ts',
    'cannot be used, so nobody gets in',
    '), so nobody gets in',
  ],
  'asks-password': ['proof/check-password-art.ts', 'on a line that others can read'],
  'theme-art': ['proof/check-theme-art.ts', "' draws it", 'stands in`'],
  'theme-lacks': ['proof/check-theme-art.ts', 'nothing draws the art'],
  'dead-end': ['proof/flow-findings.ts', 'there is no way out of this menu', 'then it goes back'],
  unreachable: ['proof/flow-findings.ts', 'nothing leads to this menu'],
};

/** Kinds of many findings, each of which says what is wrong with one value in words of its own. */
const EACH_ITS_OWN = ['setting', 'acs', 'destination', 'module-config'];

/** Names of kinds that say themselves what happens. */
const SAYS_SO = /effect|count|stay as|nobody|nothing|and refuse|turned away|never|read as|read by/;

test('pictures that look like UTF-8, and settings of destinations, are one line each', () => {
  for (const kind of ['utf8-art', 'destination']) {
    const warnings = [1, 2, 3].map((line) => ({ place: { file: 'f', line }, message: 'm', kind }));
    expect(groupWarnings(warnings, ({ message }) => message)).toEqual([
      expect.stringMatching(/^3 \S.*; the first: m$/),
    ]);
  }
});

describe('a warning of any kind', () => {
  it.each(Object.entries(RULES).filter(([name]) => !EACH_ITS_OWN.includes(name)))(
    '%s says what happens in place of what was written',
    (name, { many, instead }) => {
      const [file, ...words] = SAID_THERE[name] ?? [];
      if (file === undefined) expect(instead ?? many).toMatch(instead ?? SAYS_SO);
      else for (const word of words) expect(readFileSync(join(SRC, file), 'utf8')).toContain(word);
    },
  );
});
