import fc from 'fast-check';
import { placeFinder } from '../../src/config/problems';

test('a place is the line and the column of a position, in whatever order places are asked for', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('\n', 'a', 'bb')).map((parts) => parts.join('')),
      fc.array(fc.nat(60)),
      (text, positions) => {
        const placeOf = placeFinder(text, 'a file');
        for (const at of positions) {
          const before = text.slice(0, at).split('\n');
          const column = at - before.slice(0, -1).join('\n').length + (before.length === 1 ? 1 : 0);
          expect([at, placeOf(at)]).toEqual([at, { file: 'a file', line: before.length, column }]);
        }
      },
    ),
  );
});
