import fc from 'fast-check';
import { forwardedClient, forwardedProto } from '../../src/protocols/forwarded';
import { runs } from '../support/runs';

const PROXIES = new Set(['127.0.0.1', '192.0.2.10', '2001:db8::10']);
const isProxy = (ip: string): boolean => PROXIES.has(ip);

function client(name: 'x-forwarded-for' | 'forwarded', value: string | string[]): string {
  const found = forwardedClient({ [name]: value }, name, isProxy);
  return typeof found === 'string' ? found : found.ip;
}

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['203.0.113.9, 192.0.2.10', '203.0.113.9'],
  ['1.2.3.4, 203.0.113.9', '203.0.113.9'],
  ['1.2.3.4, 203.0.113.9, 127.0.0.1,192.0.2.10', '203.0.113.9'],
  ['nonsense, 203.0.113.9', '203.0.113.9'],
  ['192.0.2.10, 127.0.0.1', '192.0.2.10'],
  ['203.0.113.9:4711', '203.0.113.9'],
  ['2001:DB8:0::9', '2001:db8::9'],
  ['[2001:db8::9]', '2001:db8::9'],
  ['[2001:db8::9]:4711', '2001:db8::9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['', 'none'],
  ['unknown', 'bad-header'],
  ['203.0.113.9, nonsense', 'bad-header'],
  ['203.0.113.9,', 'bad-header'],
  ['203.0.113.9 198.51.100.1', 'bad-header'],
  ['fe80::1%eth0', 'bad-header'],
  ['[203.0.113.9', 'bad-header'],
])('X-Forwarded-For: %s is %s', (value, expected) => {
  expect(client('x-forwarded-for', value)).toBe(expected);
});

test.each([
  ['for=203.0.113.9', '203.0.113.9'],
  ['proto=https; For=203.0.113.9;by=192.0.2.10', '203.0.113.9'],
  ['for="[2001:db8::9]:4711"', '2001:db8::9'],
  ['for=1.2.3.4, for=203.0.113.9;host="a,b;for=9.9.9.9", for="127.0.0.1"', '203.0.113.9'],
  ['for=1.2.3.4;host=", for=203.0.113.9', 'bad-header'],
  ['for=_hidden', 'bad-header'],
  ['for=unknown', 'bad-header'],
  ['proto=https', 'bad-header'],
  ['for=203.0.113.9;for=198.51.100.1', 'bad-header'],
])('Forwarded: %s is %s', (value, expected) => {
  expect(client('forwarded', value)).toBe(expected);
});

test.each([
  ['https', 'https'],
  ['HTTPS', 'https'],
  ['wss', 'https'],
  ['https, https', 'https'],
  ['http', 'clear'],
  ['https, http', 'clear'],
  ['http, https', 'clear'],
  ['https,', 'clear'],
  ['https;', 'clear'],
  ['', 'none'],
])('X-Forwarded-Proto: %s is %s', (value, expected) => {
  const headers = { 'x-forwarded-proto': value, forwarded: 'for=203.0.113.9;proto=https' };
  expect(forwardedProto(headers, 'x-forwarded-for', isProxy)).toBe(expected);
});

test.each([
  ['for=203.0.113.9;proto=https', 'https'],
  ['proto=http, for=203.0.113.9;proto=https', 'https'],
  ['proto=https, for=203.0.113.9;proto=http', 'clear'],
  ['for=203.0.113.9;proto=https, for=192.0.2.10;proto=http', 'clear'],
  ['for=203.0.113.9;proto=http, for=192.0.2.10;proto=https', 'clear'],
  ['for=203.0.113.9;proto="https", for="127.0.0.1";proto=https', 'https'],
  ['for=203.0.113.9;proto=https;proto=http', 'none'],
  ['for=203.0.113.9;proto=https, for=192.0.2.10', 'clear'],
  ['for=203.0.113.9', 'none'],
  ['for=1.2.3.4;host=", for=203.0.113.9;proto=https', 'none'],
  ['', 'none'],
])('the protocol in Forwarded: %s is %s', (value, expected) => {
  const headers = { forwarded: value, 'x-forwarded-proto': 'https' };
  expect(forwardedProto(headers, 'forwarded', isProxy)).toBe(expected);
});

test('the other header is not read', () => {
  const headers = { forwarded: 'for=203.0.113.9', 'x-forwarded-for': '198.51.100.1' };
  expect(forwardedClient(headers, 'x-forwarded-for', isProxy)).toEqual({ ip: '198.51.100.1' });
  expect(forwardedClient(headers, 'forwarded', isProxy)).toEqual({ ip: '203.0.113.9' });
  expect(forwardedClient({ forwarded: 'for=203.0.113.9' }, 'x-forwarded-for', isProxy)).toBe(
    'none',
  );
});

const sentFirst = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc
    .array(fc.constantFrom('"', ',', ';', 'for=', '198.51.100.1', 'host=', '\\', ' ', '[', '='), {
      maxLength: 12,
    })
    .map((parts) => parts.join('')),
);

test('whatever a client sends first, the address that the proxy adds counts', () => {
  fc.assert(
    fc.property(sentFirst, fc.ipV4(), (sent, ip) => {
      fc.pre(!isProxy(ip));
      expect(client('x-forwarded-for', `${sent}, ${ip}`)).toBe(ip);
      // A quote that a client leaves open could hide the proxy's own element: that is refused.
      expect([ip, 'bad-header']).toContain(client('forwarded', `${sent}, for=${ip}`));
    }),
    { numRuns: runs(2_000) },
  );
});
