import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import jsqr from 'jsqr';
import { PNG } from 'pngjs';
import { decodeBase32, readKeyUri, totp } from '../support/authenticator';
import { openBackOffice } from '../support/back-office';
import { PASSWORD, Shell } from './shell';

let shell: Shell;

beforeEach(async () => {
  shell = await Shell.open();
  await shell.run('user', 'add', 'joe', '--password', PASSWORD, '--email', 'joe@example.org');
});

afterEach(() => shell.close());

const CODE = '(?:[bdfghjklmnprstvz][aiou]){2}[bdfghjklmnprstvz]';

/** Draws half blocks as pixels, light where the terminal is, and reads the code. */
function readQr(lines: readonly string[]): string | undefined {
  const scale = 4;
  const width = (lines[0]?.length ?? 0) * scale;
  const height = lines.length * 2 * scale;
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const row = Math.floor(y / scale);
      const character = lines[Math.floor(row / 2)]?.[Math.floor(x / scale)] ?? ' ';
      const isLight = character === '█' || character === (row % 2 === 0 ? '▀' : '▄');
      pixels.fill(isLight ? 255 : 0, (y * width + x) * 4, (y * width + x) * 4 + 3);
      pixels[(y * width + x) * 4 + 3] = 255;
    }
  }
  return jsqr(pixels, width, height)?.data;
}

function readPng(bytes: Buffer): string | undefined {
  const { data, width, height } = PNG.sync.read(bytes);
  return jsqr(new Uint8ClampedArray(data), width, height)?.data;
}

const secretIn = (text: string): string => /^Secret {11}: ([A-Z2-7]+)$/m.exec(text)?.[1] ?? '';

test('2fa-otp prints the labels that scripts know, and a QR code that reads as the secret', async () => {
  const out = await shell.run('user', '2fa-otp', 'JOE', 'google');
  expect(out).toMatch(
    new RegExp(
      '^OTP enabled for  : joe\nSecret           : [A-Z2-7]{32}\n' +
        `Backup codes     : (?:${CODE}(?:-${CODE}){3}, ){9}${CODE}(?:-${CODE}){3}\n` +
        '--- Begin QR ---\n[█▀▄ \n]+\n--- End QR ---\n$',
    ),
  );
  const lines = out.split('\n');
  const picture = lines.slice(
    lines.indexOf('--- Begin QR ---') + 1,
    lines.indexOf('--- End QR ---'),
  );
  const uri = readKeyUri(readQr(picture) ?? '');
  expect(uri).toMatchObject({ type: 'totp', label: 'Sallyport:joe', secret: secretIn(out) });
  expect(await shell.run('user', 'info', 'joe')).toContain('2FA OTP      : GoogleAuth');
});

test('on a terminal backup codes stand two a line, and none is broken at 80 columns', async () => {
  shell.columns = 80;
  const out = await shell.run('user', '2fa-otp', 'joe', 'google');
  const code = `${CODE}(?:-${CODE}){3}`;
  expect(out).toMatch(
    new RegExp(
      `\nBackup codes     : ${code}, ${code},\n(?: {17}: ${code}, ${code},?\n){4}--- Begin`,
    ),
  );
  const lines = out.split('--- Begin')[0]?.split('\n') ?? [];
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test.each([
  ['google', 'googleAuth', 'GoogleAuth', 'totp'],
  ['totp', 'rfc6238_TOTP', 'RFC6238 TOTP', 'totp'],
  ['hotp', 'rfc4266_HOTP', 'rfc4266 HOTP', 'hotp'],
  ['rfc6238_TOTP', 'rfc6238_TOTP', 'RFC6238 TOTP', 'totp'],
])('otp takes %s', async (word, type, name, scheme) => {
  const bound = await shell.json<{ type: string; uri: string }>('user', 'otp', 'joe', word);
  expect(bound.type).toBe(type);
  expect(readKeyUri(bound.uri).type).toBe(scheme);
  expect(await shell.run('user', 'info', 'joe')).toContain(`2FA OTP      : ${name}\n`);
});

test('disable switches it off, and says so where it never was on', async () => {
  await shell.run('user', '2fa-otp', 'joe', 'google');
  const first = await shell.try('user', '2fa-otp', 'joe', 'disable');
  expect(first).toEqual({ exitCode: 0, out: '2FA OTP disabled for joe\n', err: '' });
  const second = await shell.try('user', '2fa-otp', 'joe', 'disable');
  expect(second.err).toBe('"joe" had no second factor\n');
  expect(second.exitCode).toBe(0);
});

test('an unknown type is an error with the nearest right one, and changes nothing', async () => {
  const { exitCode, err } = await shell.try('user', '2fa-otp', 'joe', 'gogle');
  expect(exitCode).toBe(2);
  expect(err).toContain("did you mean 'google'?");
  expect(await shell.run('user', 'info', 'joe')).toContain('2FA OTP      : disabled');
});

test('no command shows a secret or backup code again (rule D17)', async () => {
  const out = await shell.run('user', '2fa-otp', 'joe', 'google');
  const [code = ''] = /Backup codes {5}: (\S+),/.exec(out)?.slice(1) ?? [];
  const later = [
    await shell.run('user', 'info', 'joe', '--security'),
    await shell.run('user', 'info', 'joe', '--security', '--json'),
    await shell.run('user', 'list', '--json'),
    await shell.run('audit', '--json'),
    await shell.read('data/logs/sallyport.log'),
  ].join('');
  expect(later).toContain('OTP secret   : configured');
  expect(later).toContain('OTP Backup   : 10 codes left');
  expect(later).not.toContain(secretIn(out));
  expect(code.length).toBe(23);
  expect(later).not.toContain(code);
});

describe('secrets from elsewhere', () => {
  test('a 16 character secret of The Forgotten Server is bound as it is', async () => {
    const out = await shell.run('user', 'otp', 'joe', 'google', '--secret', 'jbsw y3dp-ehpk 3pxp');
    expect(secretIn(out)).toBe('JBSWY3DPEHPK3PXP');
  });

  test('with --raw-key its characters are the key, which apps are told in Base32', async () => {
    shell.answers = ['JBSWY3DPEHPK3PXP'];
    const out = await shell.run('user', 'otp', 'joe', 'google', '--secret-stdin', '--raw-key');
    expect(decodeBase32(secretIn(out)).toString('latin1')).toBe('JBSWY3DPEHPK3PXP');
  });

  test('--hash says how it was made', async () => {
    const args = ['--secret', 'JBSWY3DPEHPK3PXP', '--hash', 'sha256'];
    const { uri } = await shell.json<{ uri: string }>('user', 'otp', 'joe', 'google', ...args);
    expect(readKeyUri(uri).algorithm).toBe('SHA256');
  });

  test.each([
    [['--secret', 'JBSWY3DP'], 1, 'at least 10'],
    [['--secret', 'JBSWY3DPEHPK3PX1'], 1, 'not Base32'],
    [['--raw-key'], 2, 'give one'],
    [['--secret', 'JBSWY3DPEHPK3PXP', '--hash', 'md5'], 2, 'sha1'],
  ])('%j is refused', async (args, code, text) => {
    const { exitCode, err } = await shell.try('user', 'otp', 'joe', 'google', ...args);
    expect(exitCode).toBe(code);
    expect(err).toContain(text);
    expect(await shell.run('user', 'info', 'joe')).toContain('2FA OTP      : disabled');
  });
});

describe('the QR code', () => {
  test.each([
    ['code.png', [], 'png'],
    ['code.svg', [], 'svg'],
    ['code.txt', [], 'ascii'],
    ['code.txt', ['--qr-type', 'data'], 'data'],
    ['code.html', [], 'img'],
  ])('goes to %s %j for its owner alone', async (name, args, kind) => {
    const path = join(shell.folder, name);
    const out = await shell.run('user', 'otp', 'joe', 'google', '--out', path, ...args);
    expect(out).toContain(`QR code saved to ${path}`);
    expect(out).not.toContain('Begin QR');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const bytes = await readFile(path);
    const text = bytes.toString('utf8').trim();
    const secret = secretIn(out);
    if (kind === 'svg') return expect(text).toMatch(/^<svg [^]*<\/svg>$/);
    const base64 = /base64,([A-Za-z0-9+/=]+)/.exec(text)?.[1] ?? '';
    const read =
      kind === 'ascii'
        ? readQr(text.split('\n'))
        : readPng(kind === 'png' ? bytes : Buffer.from(base64, 'base64'));
    expect(read).toContain(`secret=${secret}`);
    if (kind !== 'ascii') expect(bytes.length).toBeLessThan(3_000);
  });

  test('takes the place of a file that was there, and closes it to others', async () => {
    const path = await shell.file('code.svg', 'x'.repeat(100_000));
    await shell.run('user', 'otp', 'joe', 'google', '--out', path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).not.toContain('xxx');
  });

  test('that cannot be written keeps the factor as it was', async () => {
    const path = join(shell.folder, 'nowhere', 'code.svg');
    const { exitCode, err, out } = await shell.try('user', 'otp', 'joe', 'google', '--out', path);
    expect(exitCode).toBe(2);
    expect(err).toContain(`cannot write ${path}`);
    expect(out).toBe('');
    expect(await shell.run('user', 'info', 'joe')).toContain('2FA OTP      : disabled');
  });

  test('is white on black where the terminal knows colours', async () => {
    shell.colors = true;
    expect(await shell.run('user', 'otp', 'joe', 'google')).toContain('\u001b[97;40m██');
  });
});

describe('2fa-link', () => {
  test('stores the mail with the link, for the board or mail send to deliver', async () => {
    const out = await shell.run('user', '2fa-link', 'joe', 'totp');
    expect(out).toContain('This board sends no mail: the sysop finds the link in its mail folder.');
    expect(out).toContain(join(shell.dataDir, 'mail'));
    expect(await shell.run('user', 'info', 'joe', '--security')).toMatch(
      /OTP pending {2}: RFC6238/,
    );
    expect(await shell.run('mail', 'list')).toMatch(/ joe +otp-register /);
    expect(await shell.run('mail', 'send')).toMatch(/^1 sent, as files in .*, 0 waiting$/m);
    expect(await shell.run('mail', 'list')).toBe('no mail waits\n');
  });

  test('names the missing address and the command for it', async () => {
    await shell.run('user', 'set', 'joe', '--email', '');
    const { exitCode, err } = await shell.try('user', '2fa-link', 'joe');
    expect(exitCode).toBe(1);
    expect(err).toContain('oputil user set joe --email ADDRESS');
  });
});

test('entry-code prints a code that is good for its time, and refuses what cannot use one', async () => {
  const refused = await shell.try('user', 'entry-code', 'joe');
  expect(refused.err).toBe('oputil: "joe" has no second factor: the password signs in\n');
  await shell.run('user', '2fa-otp', 'joe', 'google');
  const out = await shell.run('user', 'entry-code', 'JOE', '--for', '2h');
  expect(out).toMatch(
    new RegExp(
      `^Entry code for   : joe\nEntry code       : ${CODE}(?:-${CODE}){3}\nGood for         : 120 minutes\n$`,
    ),
  );
  for (const time of ['0m', '25h', '2d', '15', 'ever']) {
    const ran = await shell.try('user', 'entry-code', 'joe', '--for', time);
    expect(ran.exitCode).toBe(2);
    expect(ran.err).toContain("--for is a time from 1m to 24h, like 15m or 2h, not '");
  }
  expect(await shell.run('audit', '--user', 'joe')).toContain('entry-code-made');
});

test('entry-code says of an account that the policy names that its password leads to the set-up', async () => {
  const policy = '{ users: { twoFactorAuth: { required: "GM[users]" } } }';
  const config = await shell.file('policy.hjson', policy);
  const refused = await shell.try('--config', config, 'user', 'entry-code', 'joe');
  expect(refused.err).toBe(
    'oputil: "joe" has no second factor, and users.twoFactorAuth.required asks for one: over a secure line the password leads to its set-up, and after the grace to nothing else\n',
  );
});

test('entry-code says where nobody could use the code, and where the owner was not told', async () => {
  await shell.run('user', 'add', 'ann', '--password', PASSWORD);
  await shell.run('user', '2fa-otp', 'ann', 'google');
  const ran = await shell.try('user', 'entry-code', 'ann');
  expect(ran.exitCode).toBe(0);
  expect(ran.err).toBe(
    '"ann" was not told by mail: there is no address, or too many mails went there\n',
  );
  const config = await shell.file('telnet.hjson', '{ loginServers: { ssh: { enabled: false } } }');
  const refused = await shell.try('user', 'entry-code', 'ann', '--config', config);
  expect(refused.err).toContain('an entry code needs a secure way to call. Remedy: switch');
});

test('recovery tokens are made where the sysop asks for them, and nowhere else (rule N5)', async () => {
  const purposes = async (): Promise<unknown> => {
    const backend = await openBackOffice(shell.dataDir);
    const found = await backend.db.run((sql) => sql('backup_code').distinct().pluck('purpose'));
    await backend.close();
    return found;
  };
  const codes = await shell.run('user', '2fa-otp', 'joe', 'google');
  expect(codes).toMatch(/^Backup codes +: /m);
  expect(await purposes()).toEqual(['login']);
  const tokens = await shell.run('user', '2fa-otp', 'joe', 'google', '--recovery-tokens', '--yes');
  expect(tokens).toMatch(
    /^Recovery tokens +: .*\nEach token signs in once .* switches 2FA off\.$/m,
  );
  expect(await purposes()).toEqual(['disable']);
});

describe('of several authenticator apps', () => {
  /** Added as by a page that the sysop has sent the link of. */
  async function addTablet(): Promise<void> {
    const office = await openBackOffice(shell.dataDir);
    const { enrollment } = office;
    const id = await office.userId('joe');
    const begun = await enrollment.begin(id, 'googleAuth', { label: 'Tablet' });
    const token = begun.kind === 'begun' ? begun.token : '';
    const { secret = '' } = (await enrollment.find(token)) ?? {};
    const confirmed = await enrollment.confirm(token, totp(secret, Date.now()));
    expect(confirmed.kind).toBe('confirmed');
    await office.close();
  }

  beforeEach(async () => {
    await shell.run('user', '2fa-otp', 'joe', 'google');
    await addTablet();
  });

  test('user info --security lists each with its name and dates', async () => {
    const out = await shell.run('user', 'info', 'joe', '--security');
    const date = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d`;
    expect(out).toMatch(new RegExp(`OTP app +: Authenticator app, added ${date}, not used yet`));
    expect(out).toMatch(new RegExp(`OTP app +: Tablet, added ${date}, used ${date}`));
    const data = JSON.parse(await shell.run('user', 'info', 'joe', '--security', '--json')) as {
      otp: { apps: { label: string; used: string | null }[] };
    };
    expect(data.otp.apps.map(({ label }) => label)).toEqual(['Authenticator app', 'Tablet']);
  });

  test('2fa-otp disable --app removes one by its name, and never the last', async () => {
    const wrong = await shell.try('user', '2fa-otp', 'joe', 'disable', '--app', 'Phone');
    expect(wrong.exitCode).toBe(1);
    expect(wrong.err).toContain('it has "Authenticator app", "Tablet"');
    const out = await shell.run('user', '2fa-otp', 'joe', 'disable', '--app', 'authenticator APP');
    expect(out).toBe('Authenticator app "Authenticator app" of joe removed, 1 left\n');
    const last = await shell.try('user', '2fa-otp', 'joe', 'disable', '--app', 'Tablet');
    expect(last.exitCode).toBe(1);
    expect(last.err).toContain('"Tablet" is the only authenticator app of "joe"');
    expect(await shell.run('user', 'info', 'joe')).toContain('2FA OTP      : Google');
    const both = await shell.try('user', '2fa-otp', 'joe', 'google', '--app', 'Tablet');
    expect(both.exitCode).toBe(2);
  });

  test('an export with secrets and its import keep all of them', async () => {
    const other = await Shell.openEmpty();
    const first = join(shell.folder, 'a.csv');
    const second = join(shell.folder, 'b.csv');
    await shell.run('export', first, '--with-secrets');
    await other.run('import', 'csv', first);
    expect(await other.run('user', 'info', 'joe', '--security')).toContain('Tablet, added');
    await other.run('export', second, '--with-secrets');
    expect(await readFile(second, 'utf8')).toBe(await readFile(first, 'utf8'));
    await shell.run('export', join(shell.folder, 'c.csv'));
    expect(await readFile(join(shell.folder, 'c.csv'), 'utf8')).not.toContain('position');
    await other.close();
  });
});
