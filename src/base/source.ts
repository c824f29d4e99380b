import { BlockList, isIP } from 'node:net';
import { BbsError } from './errors';

/** An address as Node reports it, without a zone and with mapped IPv4 written as IPv4. */
export function plainIp(ip: string): string {
  const withoutZone = ip.split('%', 1)[0] ?? '';
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(withoutZone)?.[1] ?? withoutZone;
}

/**
 * The unit by which callers are limited and remembered: one IPv4 address, or one IPv6 /64, because
 * a single home line has 2^64 addresses (rule K1).
 */
export function sourceOf(ip: string): string {
  const plain = plainIp(ip);
  return isIP(plain) === 6 ? prefixOf(groupsOf(plain), 64) : plain;
}

/**
 * The networks by which an address is counted, from the widest to its source (rule M11): a line has
 * up to a /56 of IPv6, a customer of a tunnel broker a /48; a /24 is the smallest routed IPv4
 * network.
 */
export function networksOf(ip: string): readonly [string, ...string[]] {
  const plain = plainIp(ip);
  switch (isIP(plain)) {
    case 4:
      return [`${plain.slice(0, plain.lastIndexOf('.'))}.0/24`, plain];
    case 6: {
      const groups = groupsOf(plain);
      return [prefixOf(groups, 48), prefixOf(groups, 56), prefixOf(groups, 64)];
    }
    default:
      return [plain];
  }
}

/** The widest network of a source, as `sourceOf` and `networksOf` write it. */
export function networkOf(source: string): string {
  return networksOf(source.replace(/\/\d+$/, ''))[0];
}

/** True for the loopback interface. */
export function isLoopback(ip: string): boolean {
  const plain = plainIp(ip);
  return plain === '::1' || (plain.startsWith('127.') && isIP(plain) === 4);
}

/** The first four groups of an IPv6 address, which make up its /64. */
function groupsOf(plain: string): readonly number[] {
  return allGroupsOf(plain).slice(0, 4);
}

/** All eight; an IPv4 suffix takes the place of two, as zeros. */
function allGroupsOf(plain: string): readonly number[] {
  const [head = '', tail] = plain.toLowerCase().split('::', 2);
  const front = head.split(':').filter((group) => group !== '');
  const back = (tail ?? '').split(':').filter((group) => group !== '');
  // An IPv4 suffix takes the place of two groups.
  const length = back.length + (plain.includes('.') ? 1 : 0);
  const gap = tail === undefined ? 0 : Math.max(0, 8 - front.length - length);
  const groups = [...front, ...new Array<string>(gap).fill('0'), ...back];
  return groups.flatMap((group) => (group.includes('.') ? [0, 0] : Number.parseInt(group, 16)));
}

/** A prefix of 48 bits or more, in the notation that all tables use. */
function prefixOf(groups: readonly number[], bits: 48 | 56 | 64): string {
  const last = bits === 64 ? 0xffff : bits === 56 ? 0xff00 : 0;
  const kept = groups.map((group, at) => (at < 3 ? group : group & last));
  return `${kept.map((group) => group.toString(16)).join(':')}::/${bits}`;
}

/** Networks in CIDR notation, searched by address. */
export class Networks {
  private readonly list = new BlockList();

  /** Throws CONFIG_INVALID naming the first invalid entry. */
  constructor(cidrs: readonly string[], key: string) {
    for (const cidr of cidrs) {
      const [network = '', bits] = cidr.split('/', 2);
      const family = isIP(network);
      const prefix =
        bits === undefined ? (family === 6 ? 128 : 32) : /^\d+$/.test(bits) ? Number(bits) : NaN;
      if (
        family === 0 ||
        !Number.isInteger(prefix) ||
        prefix < 0 ||
        prefix > (family === 6 ? 128 : 32)
      )
        throw new BbsError(
          'CONFIG_INVALID',
          `${key} holds "${cidr}", which is not a network; write it like 192.0.2.0/24 or 2001:db8::/32`,
        );
      this.list.addSubnet(network, prefix, family === 6 ? 'ipv6' : 'ipv4');
    }
  }

  has(ip: string): boolean {
    const plain = plainIp(ip);
    const family = isIP(plain);
    return family !== 0 && this.list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  }
}

/** Where an address can be reached from the network: of IPv6 that is 2000::/3 (RFC 4291, section 2.4). */
const EVERYBODY = [
  { family: 4, first: 0n, last: 2n ** 32n - 1n },
  { family: 6, first: 1n << 125n, last: (1n << 126n) - 1n },
] as const;

/** True where networks, together, are everybody of IPv4 or of IPv6; text that is no network is passed by. */
export function areEverybody(cidrs: readonly string[]): boolean {
  return EVERYBODY.some(({ family, first, last }) => {
    const ranges = cidrs.flatMap((cidr) => rangeOf(cidr, family) ?? []);
    let next = first;
    for (const range of ranges.sort((a, b) => (a.first < b.first ? -1 : 1)))
      if (range.first <= next && range.last >= next) next = range.last + 1n;
    return next > last;
  });
}

/** First and last address of a network; undefined for one of another family. */
function rangeOf(
  cidr: string,
  family: 4 | 6,
): { readonly first: bigint; readonly last: bigint } | undefined {
  const [network = '', bits] = cidr.split('/', 2);
  const length = family === 6 ? 128 : 32;
  const prefix = bits === undefined ? length : Number(bits);
  if (isIP(network) !== family || !(prefix >= 0 && prefix <= length)) return undefined;
  const size = 1n << BigInt(length - prefix);
  const first = (numberOf(network, family) / size) * size;
  return { first, last: first + size - 1n };
}

function numberOf(ip: string, family: 4 | 6): bigint {
  const groups = family === 4 ? ip.split('.').map(Number) : allGroupsOf(ip);
  const width = family === 4 ? 8n : 16n;
  return groups.reduce((sum, group) => (sum << width) | BigInt(group), 0n);
}

/** In `proxies` and in a log: who connects to a Unix socket of the board, which has no address. */
export const UNIX_PEER = 'unix';

/** Gives a connection to a Unix socket the address `unix`, and a number in place of a port, to tell it from others. */
export function nameUnixSocket(socket: { destroy(): unknown }, number: number): void {
  Object.defineProperties(socket, {
    remoteAddress: { value: UNIX_PEER },
    localAddress: { value: UNIX_PEER },
    remotePort: { value: number },
    // There is nothing to reset: Node.js throws.
    resetAndDestroy: { value: () => socket.destroy() },
  });
}

/** The networks of a config key; a reload may change them. */
export class ConfiguredNetworks {
  private cidrs: readonly string[] | undefined;
  private networks: Networks | undefined;

  constructor(
    private readonly key: string,
    private readonly read: () => readonly string[],
  ) {}

  has(ip: string): boolean {
    const cidrs = this.read();
    if (ip === UNIX_PEER) return cidrs.includes(UNIX_PEER);
    if (this.networks === undefined || this.cidrs !== cidrs) {
      const networks = cidrs.filter((cidr) => cidr !== UNIX_PEER);
      this.networks = new Networks(networks, this.key);
      this.cidrs = cidrs;
    }
    return this.networks.has(ip);
  }
}

/** Where a connection comes from. */
export interface Peer {
  readonly remoteIp: string;
  /** True for a program on the machine that the board runs on. */
  readonly isLocal: boolean;
  /** True for a proxy's address that may stand for many callers, none of whom is named. */
  readonly isShared: boolean;
}

interface SocketAddresses {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
}

/**
 * Where a connection itself comes from; undefined once it is closed. Behind a proxy that is the
 * proxy: `throttle/proxy-door.ts` asks, and all others are told (rule G3).
 */
export function peerOf({ remoteAddress = '', localAddress }: SocketAddresses): Peer | undefined {
  const remoteIp = plainIp(remoteAddress);
  if (remoteIp === '') return undefined;
  const isLocal = isLoopback(remoteAddress) || remoteAddress === localAddress;
  return { remoteIp, isLocal, isShared: false };
}

/** The address and port that a connection of ours leads to; empty and 0 once it is closed. */
export function farEndOf({ remoteAddress = '', remotePort = 0 }: SocketAddresses): {
  readonly target: string;
  readonly port: number;
} {
  return { target: plainIp(remoteAddress), port: remotePort };
}

/** Identifies a connection also after it is wrapped: TLS has a socket of its own. */
export function connectionKey({ remoteAddress, remotePort }: SocketAddresses): string {
  return addressKey(remoteAddress, remotePort);
}

/** The same from address and port. */
export function addressKey(ip: string | undefined, port: number | undefined): string {
  return `${ip} ${port}`;
}
