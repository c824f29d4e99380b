import { Networks, networksOf, sourceOf } from '../../src/base/source';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ['', ''],
])('%s counts as %s', (ip, source) => expect(sourceOf(ip)).toBe(source));

test.each([
  ['::ffff:192.0.2.7', ['192.0.2.0/24', '192.0.2.7']],
  ['2001:DB8:1:2ff::1', ['2001:db8:1:0::/48', '2001:db8:1:200::/56', '2001:db8:1:2ff::/64']],
  ['::1', ['0:0:0:0::/48', '0:0:0:0::/56', '0:0:0:0::/64']],
  ['', ['']],
])('%s is counted in the networks %j, and the last is its source', (ip, networks) => {
  expect(networksOf(ip)).toEqual(networks);
  expect(networks[networks.length - 1]).toBe(sourceOf(ip));
});

test.each(['10.0.0.0/', '10.0.0.0/ ', '10.0.0.0/1e1', '10.0.0.0/33', '::/'])(
  '"%s" is no network, and never everybody',
  (text) => expect(() => new Networks([text], 'proxies')).toThrow('is not a network'),
);
