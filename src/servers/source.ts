import { BlockList, isIP } from 'node:net';
import { BbsError } from '../base/errors';

/** An address as Node gives it, without a zone and with mapped IPv4 written as IPv4. */
export function plainIp(ip: string): string {
  const withoutZone = ip.split('%', 1)[0] ?? '';
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(withoutZone)?.[1] ?? withoutZone;
}

/**
 * What a limit per source counts: one IPv4 address, or one IPv6 /64, because a single home line holds
 * 2^64 addresses (rule K1).
 */
export function sourceOf(ip: string): string {
  const plain = plainIp(ip);
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail = ''] = plain.toLowerCase().split('::', 2);
  const front = groups(head);
  const back = groups(tail);
  const gap = plain.includes('::') ? Math.max(0, 8 - front.length - back.length) : 0;
  const all = [...front, ...new Array<string>(gap).fill('0'), ...back];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

function groups(part: string): string[] {
  return part === '' ? [] : part.split(':');
}

/** Networks in CIDR notation, asked by address. */
export class Networks {
  private readonly list = new BlockList();

  /** Throws CONFIG_INVALID naming the first entry that is no network. */
  constructor(cidrs: readonly string[], key: string) {
    for (const cidr of cidrs) {
      const [network = '', bits] = cidr.split('/', 2);
      const family = isIP(network);
      const prefix = bits === undefined ? (family === 6 ? 128 : 32) : Number(bits);
      if (
        family === 0 ||
        !Number.isInteger(prefix) ||
        prefix < 0 ||
        prefix > (family === 6 ? 128 : 32)
      )
        throw new BbsError(
          'CONFIG_INVALID',
          `${key} holds "${cidr}", which is no network; write it like 192.0.2.0/24 or 2001:db8::/32`,
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

/** Networks as a config key names them now; a reload may name others. */
export class ConfiguredNetworks {
  private cidrs: readonly string[] | undefined;
  private networks: Networks | undefined;

  constructor(
    private readonly key: string,
    private readonly read: () => readonly string[],
  ) {}

  has(ip: string): boolean {
    const cidrs = this.read();
    if (this.networks === undefined || this.cidrs !== cidrs) {
      this.networks = new Networks(cidrs, this.key);
      this.cidrs = cidrs;
    }
    return this.networks.has(ip);
  }
}
