import { isIP } from 'node:net';

/** An address as Node gives it, without a zone and with mapped IPv4 written as IPv4. */
export function plainIp(ip: string): string {
  const withoutZone = ip.split('%', 1)[0] ?? '';
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(withoutZone)?.[1] ?? withoutZone;
}

/**
 * What limits and memories of callers go by: one IPv4 address, or one IPv6 /64, because a single home
 * line holds 2^64 addresses (rule K1).
 */
export function sourceOf(ip: string): string {
  const plain = plainIp(ip);
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail] = plain.toLowerCase().split('::', 2);
  const front = head.split(':').filter((group) => group !== '');
  const back = (tail ?? '').split(':').filter((group) => group !== '');
  // An IPv4 tail takes the place of two groups.
  const length = back.length + (plain.includes('.') ? 1 : 0);
  const gap = tail === undefined ? 0 : Math.max(0, 8 - front.length - length);
  const network = [...front, ...new Array<string>(gap).fill('0'), ...back].slice(0, 4);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
