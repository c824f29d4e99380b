import { isOtpType, OTP_TYPES, OTP_TYPE_NAMES } from '../../src/base/otp-types';
import { configSchema } from '../../src/config/schema';
import { TEXT_KEYS } from '../../src/modules/two-factor-texts';
import { sayStock } from '../../src/texts/texts';
import { Shell } from '../oputil/shell';

test('the list on the screen has the order of the contract (A4.4)', () => {
  expect(OTP_TYPE_NAMES).toEqual(['rfc6238_TOTP', 'rfc4266_HOTP', 'googleAuth']);
});

test('no two types share a word, a name, a label or a text', () => {
  const facts = OTP_TYPE_NAMES.map((type) => {
    const { word, name } = OTP_TYPES[type];
    return [word, name, sayStock(`app.${word}`), sayStock(`set-up-page.hint-${word}`)];
  });
  expect(new Set(facts.flat()).size).toBe(4 * OTP_TYPE_NAMES.length);
});

test('only the names of the table are types', () => {
  expect(OTP_TYPE_NAMES.every(isOtpType)).toBe(true);
  expect(['', 'google', 'GOOGLEAUTH', 'constructor', '__proto__'].filter(isOtpType)).toEqual([]);
});

test.each(OTP_TYPE_NAMES)('%s may stand in the config and has a text on the screen', (type) => {
  const config = configSchema.parse({ users: { twoFactorAuth: { method: type } } });
  expect(config.users.twoFactorAuth.method).toBe(type);
  expect(TEXT_KEYS[`infoText.${type}`]).toMatch(/^Codes by /);
});

test('oputil names each type in its help, and takes it by its word and by its stored name', async () => {
  const shell = await Shell.open();
  const help = await shell.run('user', '2fa-otp', '--help');
  await shell.run('user', 'add', 'joe', '--password', 'trumpet vine 88');
  for (const type of OTP_TYPE_NAMES) {
    expect(help.split('Types: ')[1]).toMatch(new RegExp(`\\b${OTP_TYPES[type].word}\\s+\\(`));
    for (const word of [OTP_TYPES[type].word, type]) {
      await shell.run('user', '2fa-otp', 'joe', word, '--yes');
      const info = await shell.json<{ secondFactor: string; factors: unknown }>(
        ...['user', 'info', 'joe'],
      );
      expect(info.secondFactor).toBe(type);
      expect(info.factors).toEqual([{ kind: 'otp', type }]);
    }
  }
  await shell.close();
});
