import { sayersOf } from '../../misc/scripts/docs/text-tables';
import {
  nearestTextId,
  sayStock,
  sayWith,
  stockText,
  TEXT_AREAS,
  textProblems,
  wordingOf,
  type TextId,
} from '../../src/texts/texts';

const IDS = TEXT_AREAS.flatMap(({ texts }) => Object.keys(texts)) as readonly TextId[];

it('every text has an id of its own, which begins with the name of its area', () => {
  expect(new Set(IDS).size).toBe(IDS.length);
  const names = TEXT_AREAS.map(
    ({ texts }) => new Set(Object.keys(texts).map((id) => id.replace(/\..*/, ''))),
  );
  expect(names.filter(({ size }) => size !== 1)).toEqual([]);
  const areas = names.flatMap((set) => [...set]);
  expect(new Set(areas).size).toBe(areas.length);
});

it('every text keeps the rules for those of a board', () => {
  const wrong = IDS.flatMap((id) => textProblems(id, stockText(id)).map((why) => `${id}: ${why}`));
  expect(wrong).toEqual([]);
});

it('every text is said somewhere', () => {
  const sayers = sayersOf(IDS);
  expect(IDS.filter((id) => sayers.get(id)?.length === 0)).toEqual([]);
});

it('a text of a board takes the place of the stock one, and of two the later counts', () => {
  const say = sayWith({ 'menu.no-choice': 'one', 'menu.missing': 'two' }, { 'menu.missing': '3' });
  expect([say('menu.no-choice'), say('menu.missing')]).toEqual(['one', '3']);
  expect(say('field.empty')).toBe('Please fill this in.');
  expect(sayStock('menu.no-choice')).toBe('That is none of the choices.');
});

it('values stand where the braces were, and braces in a value mean nothing', () => {
  const say = sayWith({ 'call.signed-in-elsewhere': 'Node {node}! {node}?' });
  expect(say('call.signed-in-elsewhere', { node: '{node} $& {x}' })).toBe(
    'Node {node} $& {x}! {node} $& {x}?',
  );
  expect(wordingOf(say, 'call.signed-in-elsewhere')).toBe('Node {node}! {node}?');
});

test.each<[TextId, unknown, readonly string[]]>([
  ['menu.no-choice', 'Huh?', []],
  ['menu.no-choice', 7, ['it must be a text']],
  ['menu.no-choice', '  ', ['it is empty']],
  ['menu.no-choice', 'a\nb', ['it has a line break or another control character']],
  ['menu.no-choice', '\u001b[31mred', ['it has a line break or another control character']],
  ['menu.no-choice', 'turned \u202e round', ['it has a line break or another control character']],
  ['menu.no-choice', 'x'.repeat(79), ['it has 79 columns, and 78 have room']],
  ['menu.no-choice', 'No {name}', ['it has no value for {name}']],
  ['call.signed-in-elsewhere', 'You are elsewhere.', ['{node} is missing']],
  ['call.signed-in-elsewhere', 'Node {nod}', ['it has no value for {nod}', '{node} is missing']],
])('%s as %p: %j', (id, text, problems) => {
  expect(textProblems(id, text)).toEqual(problems);
});

it('an id that is not known has the nearest one', () => {
  expect(nearestTextId('menu.no-choise')).toBe('menu.no-choice');
  expect(nearestTextId('something else')).toBeUndefined();
});
