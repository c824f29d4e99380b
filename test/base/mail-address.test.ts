import fc from 'fast-check';
import { isMailAddress, readMailAddress } from '../../src/base/mail-address';
import { runs } from '../support/runs';

test.each([
  'joe@example.org',
  'joe.doe+bbs@mail.example.co.uk',
  "o'neil_x@xn--bcher-kva.example",
  `${'a'.repeat(64)}@example.org`,
])('%s is an address', (text) => expect(isMailAddress(text)).toBe(true));

test.each([
  '',
  'joe',
  '@example.org',
  'joe@',
  'joe@localhost',
  'joe@example',
  'joe@@example.org',
  'joe@example.org,ann@example.org',
  'joe@example.org;ann@example.org',
  'Joe <joe@example.org>',
  '<joe@example.org>',
  '"joe doe"@example.org',
  '"joe"@example.org',
  'joe@example.org\r\nBcc: a@b.org',
  'joe@example.org\n',
  ' joe@example.org',
  'joe@example.org ',
  'joe(comment)@example.org',
  'joe@[192.0.2.1]',
  'joe@192.0.2.1',
  'joe\\@x@example.org',
  'joe:x@example.org',
  '.joe@example.org',
  'joe.@example.org',
  'jo..e@example.org',
  'joe@-example.org',
  'joe@example-.org',
  'joe@example..org',
  'joé@example.org',
  'joe@exämple.org',
  'joe\u0000@example.org',
  'undisclosed:joe@example.org;',
  `${'a'.repeat(65)}@example.org`,
  `joe@${'a'.repeat(64)}.org`,
  `joe@${'abcdefgh.'.repeat(30)}org`,
])('%j is refused', (text) => expect(isMailAddress(text)).toBe(false));

test.each([
  ['joe@exämple.org', 'joe@xn--exmple-cua.org'],
  ['  Joe@EXÄMPLE.org ', 'Joe@xn--exmple-cua.org'],
  ['joe@bücher.straße.example', 'joe@xn--bcher-kva.xn--strae-oqa.example'],
  ['joe@例え.テスト', 'joe@xn--r8jz45g.xn--zckzah'],
  ['joe+bbs@example.org', 'joe+bbs@example.org'],
  ['\tjoe@Example.org ', 'joe@Example.org'],
])('%j is read as %s', (typed, address) => {
  expect(readMailAddress(typed)).toBe(address);
  expect(isMailAddress(readMailAddress(typed))).toBe(true);
});

test.each([
  'joé@exämple.org',
  'joe@exämple.org/x',
  'joe@exämple.org:25',
  'joe@exämple.org\r\nBcc: a@bücher.org',
  'joe@exäm\u200dple.org',
  'joe@exäm%41ple.org',
  'joe@exämple',
  'joe@ä@exämple.org',
  'joe@exämple..org',
  'joe@xn--ä.org',
  'joe@１９２.0.2.1',
  `joe@${'ä'.repeat(70)}.org`,
  '@exämple.org',
])('%j is none in any letters', (typed) =>
  expect(isMailAddress(readMailAddress(typed))).toBe(false),
);

test('nothing that means something to a mailer ever passes, however it is read', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom('a', 'ä', '.', '@', '\r', '\n', ',', '<', '/', ':', '%', ' ', '\t'),
      }),
      (text) => {
        const address = readMailAddress(text);
        return !isMailAddress(address) || /^[a.]+@[a-z0-9.-]+$/.test(address);
      },
    ),
    { numRuns: runs(5_000) },
  );
});

test('nothing that means something to a mailer ever passes', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom('a', '.', '@', '\r', '\n', ',', ';', '<', '"', '\\', ' ', '('),
      }),
      (text) => !isMailAddress(text) || /^[a.]+@[a.]+$/.test(text),
    ),
    { numRuns: runs(5_000) },
  );
});
