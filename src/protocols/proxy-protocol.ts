import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { LIMITS } from '../base/limits';
import { plainIp } from '../base/source';

/** What the first bytes of a proxy's connection are, in version 1 or 2 of the PROXY protocol. */
export type ProxyHeader =
  /** The beginning of a header; the rest has not arrived. */
  | { readonly kind: 'more' }
  | { readonly kind: 'refused'; readonly reason: 'no-header' | 'bad-header' }
  | {
      readonly kind: 'header';
      /** Bytes of the header; what follows is the caller's. */
      readonly length: number;
      /** The caller's address; undefined where the header names none. */
      readonly source: string | undefined;
      /** True where the proxy calls for itself (version 2, LOCAL). */
      readonly isProxyItself: boolean;
    };

const V1_START = Buffer.from('PROXY ');
/** Longest line of version 1, with its end (section 2.1). */
const V1_BYTES = 107;
const V1_LINE =
  /^PROXY (?:UNKNOWN(?: [\x20-\x7e]*)?|(TCP[46]) ([\da-fA-F:.]+) ([\da-fA-F:.]+) (\d{1,5}) (\d{1,5}))$/;
const V2_START = Buffer.from([13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10]);
/** Signature, version with command, family, and length (section 2.2). */
const V2_FIXED_BYTES = 16;
const TLV_CHECKSUM = 3;

const MORE = { kind: 'more' } as const;
const NO_HEADER = { kind: 'refused', reason: 'no-header' } as const;
const BAD_HEADER = { kind: 'refused', reason: 'bad-header' } as const;

/**
 * Parses a header at the beginning of `bytes`. The answer does not depend on how TCP has cut them:
 * `more` turns into another answer when the rest arrives, and any other answer stays.
 */
export function parseProxyHeader(bytes: Buffer): ProxyHeader {
  if (beginsLike(bytes, V1_START)) return parseLine(bytes);
  return beginsLike(bytes, V2_START) ? parseBinary(bytes) : NO_HEADER;
}

function beginsLike(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length);
  return bytes.subarray(0, length).equals(start.subarray(0, length));
}

function parseLine(bytes: Buffer): ProxyHeader {
  const room = bytes.subarray(0, V1_BYTES);
  const end = room.indexOf('\n');
  if (end < 0) return room.length < V1_BYTES ? MORE : BAD_HEADER;
  if (room[end - 1] !== 13) return BAD_HEADER;
  const match = V1_LINE.exec(room.toString('latin1', 0, end - 1));
  if (match === null) return BAD_HEADER;
  const [, family, source = '', target = '', ...ports] = match;
  const found = { kind: 'header', length: end + 1, isProxyItself: false } as const;
  if (family === undefined) return { ...found, source: undefined };
  const isAddress = family === 'TCP4' ? isIPv4 : isIPv6;
  if (!isAddress(source) || !isAddress(target) || !ports.every(isPort)) return BAD_HEADER;
  return { ...found, source: canonical(source) };
}

function isPort(text: string): boolean {
  return Number(text) <= 65_535 && String(Number(text)) === text;
}

/** Bytes of source and target by family and transport; what follows them is skipped. */
const ADDRESS_BYTES: ReadonlyMap<number, number> = new Map([
  [0x00, 0],
  [0x11, 12],
  [0x21, 36],
  // Unix sockets, which name no address.
  [0x31, 216],
]);

function parseBinary(bytes: Buffer): ProxyHeader {
  const [version, family] = [bytes[12], bytes[13]];
  if (version === undefined) return MORE;
  // Version 2, command 0 (LOCAL) or 1 (PROXY).
  if (version !== 0x20 && version !== 0x21) return BAD_HEADER;
  if (family === undefined || bytes.length < V2_FIXED_BYTES) return MORE;
  const length = V2_FIXED_BYTES + bytes.readUInt16BE(14);
  if (length > LIMITS.proxyHeaderBytes) return BAD_HEADER;
  const isProxyItself = version === 0x20;
  const addressBytes = isProxyItself ? 0 : ADDRESS_BYTES.get(family);
  const addressEnd = V2_FIXED_BYTES + (addressBytes ?? 0);
  if (addressBytes === undefined || addressEnd > length) return BAD_HEADER;
  if (bytes.length < length) return MORE;
  const header = bytes.subarray(0, length);
  // A receiver has to skip what follows LOCAL and an unspecified family.
  if (addressBytes > 0 && !hasGoodExtras(header, addressEnd)) return BAD_HEADER;
  return { kind: 'header', length, isProxyItself, source: sourceOf(header, addressBytes) };
}

/** Versions of a header that `encodeProxyHeader` writes. */
export const PROXY_VERSIONS = ['v1', 'v2'] as const;

/**
 * A header that names a caller (sections 2.1 and 2.2): `source` is that address, `target` and `port` those of
 * the receiver. The caller's port is not kept and is 0. An address that is none makes it UNKNOWN or LOCAL.
 */
export function encodeProxyHeader(
  version: (typeof PROXY_VERSIONS)[number],
  {
    source,
    target,
    port,
  }: { readonly source: string; readonly target: string; readonly port: number },
): Buffer {
  const ends = [source, target].map(plainIp);
  const isV4 = ends.every((end) => isIPv4(end));
  const [from = '', to = ''] = isV4
    ? ends
    : ends.map((end) => (isIPv4(end) ? `::ffff:${end}` : end));
  const isKnown = isV4 || (isIPv6(from) && isIPv6(to));
  if (version === 'v1') {
    const text = isKnown ? `TCP${isV4 ? 4 : 6} ${from} ${to} 0 ${port}` : 'UNKNOWN';
    return Buffer.from(`PROXY ${text}\r\n`, 'latin1');
  }
  if (!isKnown) return Buffer.concat([V2_START, Buffer.of(0x20, 0x00, 0, 0)]);
  const addresses = Buffer.concat([addressBytes(from), addressBytes(to), Buffer.alloc(4)]);
  addresses.writeUInt16BE(port, addresses.length - 2);
  return Buffer.concat([
    V2_START,
    Buffer.of(0x21, isV4 ? 0x11 : 0x21, 0, addresses.length),
    addresses,
  ]);
}

/** The 4 or 16 bytes of an address. */
function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail = ''] = withoutDots(address).split('::');
  const groupsOf = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [before, after] = [groupsOf(head), groupsOf(tail)];
  const zeros = Array<number>(8 - before.length - after.length).fill(0);
  const bytes = Buffer.alloc(16);
  [...before, ...zeros, ...after].forEach((group, at) => bytes.writeUInt16BE(group, 2 * at));
  return bytes;
}

/** An IPv6 address with its last four bytes in hexadecimal too. */
function withoutDots(address: string): string {
  return address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
}

function sourceOf(header: Buffer, addressBytes: number): string | undefined {
  if (addressBytes === 12) return [...header.subarray(16, 20)].join('.');
  if (addressBytes !== 36) return undefined;
  const groups = Array.from({ length: 8 }, (_, at) => header.readUInt16BE(16 + 2 * at));
  return canonical(groups.map((group) => group.toString(16)).join(':'));
}

/** One spelling for each address, because bans and counts compare text. */
function canonical(address: string): string {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  return plainIp(new SocketAddress({ address, family }).address);
}

/** The values after the addresses fill the header exactly, and a checksum among them is right. */
function hasGoodExtras(header: Buffer, start: number): boolean {
  let at = start;
  while (at < header.length) {
    if (at + 3 > header.length) return false;
    const valueAt = at + 3;
    const next = valueAt + header.readUInt16BE(at + 1);
    if (next > header.length) return false;
    if (header[at] === TLV_CHECKSUM) {
      if (next - valueAt !== 4) return false;
      const blank = Buffer.from(header).fill(0, valueAt, next);
      if (crc32c(blank) !== header.readUInt32BE(valueAt)) return false;
    }
    at = next;
  }
  return true;
}

/** CRC-32C (RFC 4960, appendix B). */
function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
