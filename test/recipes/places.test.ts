import { dirname } from 'node:path';
import { BOARD_RECIPES } from './board-recipes';
import { SCREEN_RECIPES } from './screen-recipes';
import { anchorsWithoutPlace, filesOf, pathsIn, placeOf } from './source-copy';

const RECIPES = [...BOARD_RECIPES, ...SCREEN_RECIPES];

/** Named for codes that ask something new of a caller. */
const ONLY_FOR_NEW_FACTS: ReadonlySet<string> = new Set(['acs/subject.ts']);

describe('docs/architecture.md', () => {
  test.each(RECIPES.map((recipe) => [recipe.change, recipe] as const))(
    'names each place of %s and no other, within its limit of files',
    (_change, recipe) => {
      const files = filesOf(recipe);
      const named = pathsIn(placeOf(recipe)).filter((path) => !ONLY_FOR_NEW_FACTS.has(path));
      const added = recipe.edits.flatMap(({ anchor, file }) => (anchor === undefined ? file : []));
      // A folder stands for its new file, or else for the file in it that fits; not for both.
      const isIn = (file: string, folder: string): boolean => `${dirname(file)}/` === folder;
      const covers = (path: string, file: string): boolean => {
        if (file === path || added.includes(file)) return file.startsWith(path);
        return isIn(file, path) && !added.some((other) => isIn(other, path));
      };
      expect(files.length).toBeLessThanOrEqual(recipe.limit);
      expect(files.filter((file) => !named.some((path) => covers(path, file)))).toEqual([]);
      expect(named.filter((path) => !files.some((file) => covers(path, file)))).toEqual([]);
    },
  );

  test('lets each recipe of test/recipes change what stands in src/ once (npm run test:programs carries them out)', () => {
    expect(RECIPES.flatMap(anchorsWithoutPlace)).toEqual([]);
  });
});
