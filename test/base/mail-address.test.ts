import fc from 'fast-check';
import { isMailAddress } from '../../src/base/mail-address';
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
