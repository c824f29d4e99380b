import { sayStock } from '../../src/texts/texts';
import { MCI_CODES, mciValue } from '../../src/menu/screen/mci-codes';
import { BARE_THEME } from '../../src/menu/load/theme';
import { VALIDATORS } from '../../src/menu/run/validators';
import { MenuBoard, type MenuCaller } from '../support/menu-board';

let board: MenuBoard;
let caller: MenuCaller;

beforeAll(async () => {
  board = await MenuBoard.open({
    menus: { menus: { first: { config: { area: 'login' }, form: { 0: { actionKeys: [] } } } } },
  });
  await board.addUser('joe', 'correct horse', { properties: { real_name: 'Joe Doe' } });
  caller = board.call('first');
});

afterAll(async () => {
  caller.hangUp();
  await caller.ended;
  await board.close();
});

const check = (name: string, text: string, values = {}): Promise<string | undefined> | undefined =>
  VALIDATORS[name]?.check(text, {
    ...{
      caller: caller.caller,
      services: board.services,
      say: sayStock,
      values,
      memory: new Map(),
    },
  });

test.each([
  ['validateNonEmpty', 'x'],
  ['validateMessageSubject', 'Hello'],
  ['validateUserNameAvail', 'min'],
  ['validateUserNameAvail', '100% sure'],
  ['validateUserNameExists', 'JOE'],
  ['validateUserNameOrRealNameExists', 'joe doe'],
  ['validateGeneralMailAddressedTo', 'someone@example.org'],
  ['validateGeneralMailAddressedTo', 'joe'],
  ['validateEmailAvail', ''],
  ['validateEmailAvail', 'free@example.org'],
  ['validateEmailAvail', 'joe@example.org'],
  ['validateBirthdate', ''],
  ['validateBirthdate', '1984/02/29'],
  ['validatePasswordSpec', 'a gate with two doors'],
])('%s lets "%s" pass', async (name, text) => {
  expect(await check(name, text)).toBeUndefined();
});

test.each([
  ['validateNonEmpty', '  ', 'Please fill this in.'],
  ['validateMessageSubject', '', 'Please give a subject.'],
  ['validateUserNameAvail', 'x', 'A user name has at least 2 characters.'],
  ['validateUserNameAvail', 'x'.repeat(17), 'A user name has at most 16 characters.'],
  [
    'validateUserNameAvail',
    'a[b]',
    'This name has characters that names may not have. Please choose another.',
  ],
  ['validateUserNameAvail', 'Sysop', 'This name is reserved. Please choose another.'],
  ['validateUserNameAvail', 'new', 'This name is reserved. Please choose another.'],
  ['validateUserNameAvail', 'Joe', 'This name is taken. Please choose another.'],
  ['validateUserNameExists', 'j%', 'There is no such user.'],
  // Reserved names, which no account has.
  ['validateUserNameExists', 'new', 'There is no such user.'],
  ['validateUserNameExists', 'root', 'There is no such user.'],
  ['validateUserNameOrRealNameExists', 'nobody', 'There is no such user.'],
  ['validateUserNameOrRealNameExists', 'root', 'There is no such user.'],
  ['validateGeneralMailAddressedTo', 'nobody', 'There is no such user.'],
  ['validateGeneralMailAddressedTo', 'root', 'There is no such user.'],
  ['validateEmailAvail', 'joe', 'Use a plain mail address, like name@example.org.'],
  [
    'validateEmailAvail',
    'a@b.example,c@d.example',
    'Use a plain mail address, like name@example.org.',
  ],
  ['validateBirthdate', '1985/02/29', 'There is no such date.'],
  ['validateBirthdate', '1985/2', 'Please type the whole date: year, month, day.'],
  ['validateBirthdate', '2199/01/01', 'This cannot be a birthdate.'],
  ['validatePasswordSpec', 'short', 'Use at least 8 characters.'],
])('%s refuses "%s"', async (name, text, sentence) => {
  expect(await check(name, text)).toBe(sentence);
});

test('a password made of the name in the same form is refused', async () => {
  expect(await check('validatePasswordSpec', 'penelope77', { username: 'penelope' })).toContain(
    'cannot be made from your name',
  );
});

test('every predefined code of the contract has a value', () => {
  const source = {
    caller: caller.caller,
    services: board.services,
    theme: BARE_THEME,
    description: '',
    figures: {},
  };
  const missing = Object.keys(MCI_CODES).filter((code) => mciValue(code, source) === undefined);
  expect(missing).toEqual([]);
  expect(mciValue('ZZ', source)).toBeUndefined();
  expect(mciValue('constructor', source)).toBeUndefined();
});
