import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adoptBoard } from '../../src/adopt/adopt';
import { EnigmaInstallation } from '../support/enigma-installation';

let old: EnigmaInstallation;
let newDir: string;

async function adopt(
  files: Readonly<Record<string, string>>,
  options: { readonly all?: boolean } = {},
): Promise<string> {
  old = await EnigmaInstallation.make(files);
  newDir = join(old.folder, 'myboard');
  const lines = await adoptBoard({ oldDir: old.dir, newDir, dryRun: false, env: {}, ...options });
  return lines.join('\n');
}

const report = (): readonly string[] =>
  readFileSync(join(newDir, 'adopt-report.txt'), 'utf8').split('\n');

afterEach(() => old.remove());

/** The art of a board that came from Windows. */
const UPPER = Object.fromEntries(
  Array.from({ length: 40 }, (_, at) => [`art/GENERAL/SCREEN${at}.ANS`, `screen ${at}`]),
);

test("files in other letters' case are one line with a count on the screen, and a line each in the report", async () => {
  const screen = await adopt(UPPER);
  expect(screen.split('\n').length).toBeLessThan(24);
  expect(screen.match(/SCREEN\d/g)).toBeNull();
  expect(screen).toContain("Renamed        40 files, whose names have other letters' case here");
  const title = report().indexOf("Files in other letters' case here");
  expect(report().slice(title + 1, title + 41)).toContain(
    '- art/GENERAL/SCREEN7.ANS is art/general/SCREEN7.ANS here',
  );
  expect(report()[title + 41]).toBe('');
});

test('with --all each of them is on the screen', async () => {
  const screen = await adopt(UPPER, { all: true });
  expect(screen.match(/is art\/general\/SCREEN\d+\.ANS here/g)).toHaveLength(40);
});

test("files whose names are there in other letters' case are not taken: one line with a count, each in the report", async () => {
  const twins = Object.fromEntries(
    Array.from({ length: 3 }, (_, at) => [
      [`art/general/S${at}.ANS`, 'taken'],
      [`art/General/S${at}.ANS`, 'left'],
    ]).flat() as [string, string][],
  );
  const screen = await adopt(twins);
  expect(screen.replace(/\n {2}/g, ' ')).toContain(
    "- 3 files were not taken, for their names are there in other letters' case (art/General/S0.ANS)",
  );
  expect(report()).toContain('- art/General/S2.ANS: art/general/S2.ANS was taken');
  expect(readFileSync(join(newDir, 'art/general/S2.ANS'), 'utf8')).toBe('taken');
  expect(existsSync(join(newDir, 'art/General'))).toBe(false);
});

test('a name that is put right twice is told by what it was and what it is', async () => {
  await adopt({
    'art/themes/oldtheme/theme.hjson': '',
    'art/themes/oldtheme/USERLOG.ANS': '',
    'art/Themes/OLDTHEME/THEME.HJSON': '{ info: { name: "Old" } }',
  });
  expect(report()).toContain(
    '- art/Themes/OLDTHEME/THEME.HJSON is art/themes/oldtheme/theme.hjson here',
  );
});
