import { BlockList, isIP } from 'node:net';
import { BbsError } from './errors';
import { isLoopback, plainIp } from './source';

/** Networks in CIDR notation, searched by address. */
export class Networks {
  private readonly list = new BlockList();

  /** Throws CONFIG_INVALID naming the first invalid entry. */
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
    if (this.networks === undefined || this.cidrs !== cidrs) {
      this.networks = new Networks(cidrs, this.key);
      this.cidrs = cidrs;
    }
    return this.networks.has(ip);
  }
}

/** True for a connection from a program on the machine that the board runs on. */
export function isFromThisMachine(socket: {
  readonly remoteAddress?: string | undefined;
  readonly localAddress?: string | undefined;
}): boolean {
  const { remoteAddress = '', localAddress } = socket;
  return isLoopback(remoteAddress) || remoteAddress === localAddress;
}
