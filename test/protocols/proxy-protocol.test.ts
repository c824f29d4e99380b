import fc from 'fast-check';
import { isIP } from 'node:net';
import {
  encodeProxyHeader,
  parseProxyHeader,
  PROXY_VERSIONS,
} from '../../src/protocols/proxy-protocol';
import { binaryHeader, proxyHeader, type BinaryHeader } from '../support/proxy-headers';
import { runs } from '../support/runs';

const line = (text: string): Buffer => Buffer.from(`${text}\r\n`, 'latin1');
const ADDRESSES = Buffer.from([203, 0, 113, 9, 192, 0, 2, 1, 0xdc, 4, 0x22, 0xb8]);
const tcp4 = (extras: Buffer = Buffer.alloc(0), more: Partial<BinaryHeader> = {}): Buffer =>
  binaryHeader({ family: 0x11, body: Buffer.concat([ADDRESSES, extras]), ...more });
const tlv = (type: number, value: Buffer): Buffer =>
  Buffer.concat([Buffer.from([type, value.length >> 8, value.length & 255]), value]);

/** The caller's address, or what else the header is. */
function read(bytes: Buffer): string {
  const header = parseProxyHeader(bytes);
  if (header.kind === 'refused') return header.reason;
  if (header.kind === 'more') return 'more';
  return header.source ?? (header.isProxyItself ? 'itself' : 'unnamed');
}

test.each([
  ['a line for IPv4', proxyHeader('v1', '203.0.113.9'), '203.0.113.9'],
  ['a line for IPv6', proxyHeader('v1', '2001:db8::9'), '2001:db8::9'],
  [
    'an IPv6 address in another spelling',
    line('PROXY TCP6 2001:DB8:0:0::0:9 ::1 1 2'),
    '2001:db8::9',
  ],
  ['IPv4 within IPv6, as text', line('PROXY TCP6 ::ffff:cb00:7109 ::1 1 2'), '203.0.113.9'],
  ['a line that names nobody', line('PROXY UNKNOWN'), 'unnamed'],
  ['a line that names nobody with words', line('PROXY UNKNOWN ffff::1 ::1 1 2'), 'unnamed'],
  ['version 2 for IPv4', proxyHeader('v2', '203.0.113.9'), '203.0.113.9'],
  ['version 2 for IPv6', proxyHeader('v2', '2001:db8::9'), '2001:db8::9'],
  ['IPv4 within IPv6', proxyHeader('v2', '::ffff:cb00:7109'), '203.0.113.9'],
  ['values after the addresses', tcp4(tlv(4, Buffer.alloc(40))), '203.0.113.9'],
  ['a Unix socket', binaryHeader({ family: 0x31, body: Buffer.alloc(216) }), 'unnamed'],
  ['no family', binaryHeader({ family: 0, body: Buffer.from('anything') }), 'unnamed'],
  ['LOCAL', binaryHeader({ version: 0x20, family: 0, body: Buffer.alloc(0) }), 'itself'],
  ['LOCAL with addresses', tcp4(undefined, { version: 0x20 }), 'itself'],
])('%s is read', (_name, bytes, source) => {
  expect(read(bytes)).toBe(source);
  // What follows is the caller's, also where it is a second header.
  const first = parseProxyHeader(Buffer.concat([bytes, proxyHeader('v1', '198.51.100.1')]));
  expect(first).toEqual(parseProxyHeader(bytes));
  expect(first).toMatchObject({ length: bytes.length });
});

test.each([
  ['keys', Buffer.from('new\r\n'), 'no-header'],
  ['an SSH client', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'), 'no-header'],
  ['TLS', Buffer.from([22, 3, 1, 2, 0]), 'no-header'],
  ['telnet options', Buffer.from([255, 251, 24]), 'no-header'],
  ['small letters', line('proxy TCP4 1.2.3.4 1.2.3.4 1 2'), 'no-header'],
  ['no family', line('PROXY 1.2.3.4 1.2.3.4 1 2'), 'bad-header'],
  ['another family', line('PROXY UDP4 1.2.3.4 1.2.3.4 1 2'), 'bad-header'],
  ['an address of the other family', line('PROXY TCP4 ::1 ::1 1 2'), 'bad-header'],
  ['a name', line('PROXY TCP4 example.org 1.2.3.4 1 2'), 'bad-header'],
  ['an address with a zone', line('PROXY TCP6 fe80::1%eth0 ::1 1 2'), 'bad-header'],
  ['an octal address', line('PROXY TCP4 010.1.1.1 1.2.3.4 1 2'), 'bad-header'],
  ['two spaces', line('PROXY TCP4  1.2.3.4 1.2.3.4 1 2'), 'bad-header'],
  ['a port too large', line('PROXY TCP4 1.2.3.4 1.2.3.4 65536 2'), 'bad-header'],
  ['a port with zeros', line('PROXY TCP4 1.2.3.4 1.2.3.4 01 2'), 'bad-header'],
  ['one port', line('PROXY TCP4 1.2.3.4 1.2.3.4 1'), 'bad-header'],
  ['words behind the ports', line('PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3'), 'bad-header'],
  ['no carriage return', Buffer.from('PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n'), 'bad-header'],
  ['107 bytes without an end', Buffer.from('PROXY UNKNOWN '.padEnd(107, 'x')), 'bad-header'],
  ['4 kB of a line', line('PROXY UNKNOWN '.padEnd(4096, 'x')), 'bad-header'],
  ['version 1 in binary', tcp4(undefined, { version: 0x11 }), 'bad-header'],
  ['version 3', tcp4(undefined, { version: 0x31 }), 'bad-header'],
  ['an unknown command', tcp4(undefined, { version: 0x22 }), 'bad-header'],
  ['datagrams', binaryHeader({ family: 0x12, body: ADDRESSES }), 'bad-header'],
  ['addresses that are cut', tcp4(undefined, { length: 11 }), 'bad-header'],
  ['half a Unix path', binaryHeader({ family: 0x31, body: Buffer.alloc(108) }), 'bad-header'],
  ['4 kB of values', tcp4(tlv(4, Buffer.alloc(4096))), 'bad-header'],
  ['a length of 65,535', tcp4(undefined, { length: 65_535 }), 'bad-header'],
  ['a value beyond the end', tcp4(Buffer.from([4, 0, 9, 1])), 'bad-header'],
  ['half a value', tcp4(Buffer.from([4, 0])), 'bad-header'],
  ['a wrong checksum', tcp4(tlv(3, Buffer.from([1, 2, 3, 4]))), 'bad-header'],
  ['a short checksum', tcp4(tlv(3, Buffer.alloc(2))), 'bad-header'],
])('%s: refused', (_name, bytes, reason) => {
  expect(read(bytes)).toBe(reason);
});

test('a checksum that is right is taken, and no bit of such a header can be changed', () => {
  // CRC-32C of the header with four zeros in place of the checksum.
  const bytes = tcp4(tlv(3, Buffer.from('5ee1c25b', 'hex')));
  expect(read(bytes)).toBe('203.0.113.9');
  for (let bit = 16 * 8; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    // A checksum that becomes another value is none any more: then the addresses are unharmed.
    const isType = bit >> 3 === 28;
    expect(read(changed)).toBe(isType ? '203.0.113.9' : 'bad-header');
  }
});

test('a line of 107 bytes is taken, and one of 108 is not', () => {
  expect(read(line('PROXY UNKNOWN '.padEnd(105, 'x')))).toBe('unnamed');
  expect(read(line('PROXY UNKNOWN '.padEnd(106, 'x')))).toBe('bad-header');
});

const anyHeader = fc
  .tuple(
    fc.constantFrom('v1' as const, 'v2' as const),
    fc.oneof(
      fc.ipV4(),
      fc.ipV6().filter((text) => !text.includes('.')),
    ),
  )
  .map(([version, source]) => ({ source, bytes: proxyHeader(version, source) }));

test('whatever the address and however TCP cuts it: the header is read when its last byte is there', () => {
  fc.assert(
    fc.property(anyHeader, fc.uint8Array({ maxLength: 40 }), ({ source, bytes }, rest) => {
      for (let cut = 0; cut < bytes.length; cut += 1)
        expect(parseProxyHeader(bytes.subarray(0, cut))).toEqual({ kind: 'more' });
      const header = parseProxyHeader(Buffer.concat([bytes, rest]));
      expect(header).toMatchObject({ kind: 'header', length: bytes.length, isProxyItself: false });
      if (header.kind !== 'header') throw new Error('no header');
      expect(isIP(header.source ?? '')).not.toBe(0);
      if (isIP(source) === 4) expect(header.source).toBe(source);
      else
        expect(new URL(`http://[${header.source}]`).hostname).toBe(
          new URL(`http://[${source}]`).hostname,
        );
    }),
    { numRuns: runs(1_000) },
  );
});

test('bytes of anybody are judged alike however they are cut, and none of them is waited for without end', () => {
  const start = fc.constantFrom(
    ...['', 'PROXY ', 'PROXY TCP4 ', 'PROXY UNKNOWN '].map((text) => Buffer.from(text)),
    tcp4().subarray(0, 12),
    tcp4().subarray(0, 14),
  );
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 1_200 }), (head, tail) => {
      const bytes = Buffer.concat([head, tail]);
      const whole = parseProxyHeader(bytes);
      if (bytes.length >= 1_024) expect(whole.kind).not.toBe('more');
      let decided = false;
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        const part = parseProxyHeader(bytes.subarray(0, cut));
        if (decided) expect(part).toEqual(whole);
        decided = part.kind !== 'more';
      }
    }),
    { numRuns: runs(500) },
  );
});

describe('a header that is written', () => {
  it.each([
    ['v1', '203.0.113.9', '203.0.113.9'],
    ['v2', '203.0.113.9', '203.0.113.9'],
    ['v1', '2001:db8::7', '2001:db8::7'],
    ['v2', '2001:db8::7', '2001:db8::7'],
    ['v1', '::ffff:203.0.113.9', '203.0.113.9'],
  ] as const)('of %s names the caller at %s to a board on %s', (version, source, read) => {
    for (const target of ['192.0.2.1', '2001:db8::1']) {
      const bytes = encodeProxyHeader(version, { source, target, port: 23 });
      const parsed = parseProxyHeader(bytes);
      expect(parsed).toMatchObject({ kind: 'header', length: bytes.length, source: read });
    }
  });

  it.each(PROXY_VERSIONS)('of %s names nobody where the address is none', (version) => {
    const bytes = encodeProxyHeader(version, {
      source: 'somewhere',
      target: '192.0.2.1',
      port: 23,
    });
    expect(parseProxyHeader(bytes)).toMatchObject({ kind: 'header', source: undefined });
  });
});
