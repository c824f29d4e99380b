import { readdir } from 'node:fs/promises';
import { docPictures, PICTURES, SHEETS } from './pictures';
import { fileNameOf, STOPS } from './tour';

const NAMES = STOPS.map(({ name }) => fileNameOf(name));

it('every picture that a page of the docs shows is a stop of the tour, and every file is shown', async () => {
  const shown = await docPictures();
  expect([...shown].filter((name) => !NAMES.includes(name))).toEqual([]);
  expect(shown.size).toBeGreaterThan(8);
  const files = (await readdir(PICTURES)).filter((name) => name.endsWith('.png'));
  const now = files.filter((name) => !name.startsWith('before-'));
  expect(now.sort()).toEqual([...shown, ...SHEETS].map((name) => `${name}.png`).sort());
});

it('no two stops of the tour share a file', () => {
  expect(new Set(NAMES).size).toBe(NAMES.length);
});

it('a picture of how a screen looked before has one of how it looks now', async () => {
  const shown = new Set([...(await docPictures()), ...SHEETS]);
  const before = (await readdir(PICTURES)).filter((name) => name.startsWith('before-'));
  expect(before.length).toBeGreaterThan(8);
  const sheets = SHEETS.filter((name) => /^(?:gatehouse|plain)-/.test(name));
  expect(before).toEqual(expect.arrayContaining(sheets.map((name) => `before-${name}.png`)));
  expect(before.filter((name) => !shown.has(name.slice('before-'.length, -'.png'.length)))).toEqual(
    [],
  );
});
