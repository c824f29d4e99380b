import { configSchema } from '../../src/config/schema';
import type { ConfigInput } from '../../src/config/schema';
import { writeLetter } from '../../src/mail/letter';
import { linkPrefix } from '../../src/mail/links';
import { escapeHtml, fillHtml, fillText } from '../../src/mail/template';
import { sayStock } from '../../src/texts/texts';

describe('templates', () => {
  test('values are data: no replacement pattern, variable or markup in them takes effect', () => {
    const value = `$& $\` $' $1 %BOARDNAME% <img src=x onerror=alert(1)> "'\``;
    expect(fillText('a %USERNAME% b %BOARDNAME%', { USERNAME: value, BOARDNAME: 'B' })).toBe(
      `a ${value} b B`,
    );
    const html = fillHtml('<p title="%USERNAME%">%USERNAME%</p>', { USERNAME: value });
    expect(html).not.toContain('<img');
    expect(html.match(/"/g)).toHaveLength(2);
    expect(html).toContain('$&#38; $&#96; $&#39; $1 %BOARDNAME% &#60;img');
  });

  test('an unknown variable stays visible, one that objects inherit too', () => {
    expect(fillText('%NOBODY% %CONSTRUCTOR% %constructor% 100% %A%', { A: '1' })).toBe(
      '%NOBODY% %CONSTRUCTOR% %constructor% 100% 1',
    );
  });

  test('nothing that ends text or an attribute survives', () => {
    expect(escapeHtml(`&<>"'\``)).toBe('&#38;&#60;&#62;&#34;&#39;&#96;');
  });
});

describe('links', () => {
  const prefix = (web: NonNullable<ConfigInput['contentServers']>['web'], port?: number): string =>
    linkPrefix(configSchema.parse({ contentServers: { web } }), port);

  test('name the domain, and the port where it is not 443', () => {
    expect(prefix({ domain: 'bbs.example.org' })).toBe('https://bbs.example.org:8443');
    expect(prefix({ domain: 'bbs.example.org', https: { port: 443 } })).toBe(
      'https://bbs.example.org',
    );
    expect(prefix({ https: { port: 0 } }, 4711)).toBe('https://localhost:4711');
  });

  test('take the configured prefix behind a proxy', () => {
    expect(prefix({ overrideUrlPrefix: 'https://bbs.example.org/gate/' })).toBe(
      'https://bbs.example.org/gate',
    );
  });
});

describe('letters', () => {
  const write = (boardName: string, userName: string) =>
    writeLetter(
      { kind: 'otp-register', userId: 7, token: 'TOKEN', otpType: 'rfc6238_TOTP' },
      {
        config: configSchema.parse({ general: { boardName } }),
        say: sayStock,
        findTemplate: (path) =>
          Promise.resolve(
            path.endsWith('.html')
              ? '<b>%BOARDNAME%</b> %USERNAME% %TOKEN% %REGISTER_URL%'
              : '%BOARDNAME%|%USERNAME%|%TOKEN%|%REGISTER_URL%|%OTP_TYPE%',
          ),
        prefix: 'https://bbs.example.org',
        userName,
      },
    );

  test("a sysop's own template gets the variables of the contract", async () => {
    const letter = await write('My <Board>', '$&joe');
    const url = 'https://bbs.example.org/_enig/2fa/enable_2fa_otp?token=TOKEN&otpType=rfc6238_TOTP';
    expect(letter.text).toBe(`My <Board>|$&joe|TOKEN|${url}|authenticator app (TOTP, SHA-256)`);
    expect(letter.html).toBe(
      `<b>My &#60;Board&#62;</b> $&#38;joe TOKEN ${url.replace('&', '&#38;')}`,
    );
  });

  test('feedback is text, whatever a stranger typed', async () => {
    const letter = await writeLetter(
      { kind: 'feedback', userId: 0, from: '<script>', subject: 'a\r\nBcc: x', text: '%TOKEN% $&' },
      {
        config: configSchema.parse({}),
        say: sayStock,
        findTemplate: () => Promise.resolve(undefined),
        prefix: '',
        userName: 'sysop',
      },
    );
    expect(letter.subject).toBe('Sallyport: Feedback from a caller');
    expect(letter.html).not.toContain('<script>');
    expect(letter.text).toContain('%TOKEN% $&');
  });

  test("an application is the applicant's text: nothing of it is in the subject or in a command", async () => {
    const place = { server: 'telnet', remoteIp: '192.0.2.7' };
    const details = { Location: '<b>Oslo</b> %TITLE%' };
    const letter = await writeLetter(
      { kind: 'application', userId: 2, name: '$(reboot)', ...place, details },
      {
        config: configSchema.parse({}),
        say: sayStock,
        findTemplate: () => Promise.resolve(undefined),
        prefix: '',
        userName: 'sysop',
      },
    );
    expect(letter.subject).toBe('Sallyport: An application waits for you');
    expect(letter.text).toContain('User name: $(reboot)\nLocation: <b>Oslo</b> %TITLE%\n');
    expect(letter.text.match(/reboot/g)).toHaveLength(1);
    expect(letter.html).not.toContain('<b>Oslo');
  });

  test.each(['wrong-codes', 'second-factor-locked'] as const)(
    '%s: who typed the codes may have come by a key, which a new password does not stop',
    async (kind) => {
      const letter = await writeLetter(
        { kind, userId: 7, remoteIp: '192.0.2.7' },
        {
          config: configSchema.parse({}),
          say: sayStock,
          findTemplate: () => Promise.resolve(undefined),
          prefix: '',
          userName: 'joe',
        },
      );
      const text = letter.text.replace(/\s+/g, ' ');
      expect(text).toContain('has an SSH key of yours');
      expect(text).toMatch(/remove (?:the|every SSH) key/);
    },
  );
});
