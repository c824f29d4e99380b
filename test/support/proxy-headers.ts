import { isIPv4 } from 'node:net';
import type { ConfigInput } from '../../src/config/schema';

const BEHIND = { proxyProtocol: 'required' } as const;

/** Of a board whose ways in and pages all stand behind a proxy on this machine. */
export const BEHIND_PROXY: ConfigInput = {
  proxies: ['127.0.0.1'],
  loginServers: {
    telnet: BEHIND,
    rlogin: { ...BEHIND, enabled: true },
    ssh: BEHIND,
    webSocket: { wss: { ...BEHIND, enabled: true } },
  },
  contentServers: { web: { https: BEHIND } },
};

export type ProxyVersion = 'v1' | 'v2';

const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');

/** A header as HAProxy sends it for a caller from this address. */
export function proxyHeader(version: ProxyVersion, source: string): Buffer {
  const family = isIPv4(source) ? 4 : 6;
  const target = family === 4 ? '192.0.2.1' : '2001:db8::1';
  if (version === 'v1')
    return Buffer.from(`PROXY TCP${family} ${source} ${target} 56324 8888\r\n`, 'latin1');
  const addresses = Buffer.concat([addressBytes(source), addressBytes(target)]);
  return binaryHeader({
    family: family === 4 ? 0x11 : 0x21,
    body: Buffer.concat([addresses, Buffer.from([0xdc, 4, 0x22, 0xb8])]),
  });
}

export interface BinaryHeader {
  readonly version?: number;
  readonly family: number;
  readonly body: Buffer;
  /** The length that the header claims; that of the body by default. */
  readonly length?: number;
}

/** A header of version 2 with whatever is in it. */
export function binaryHeader({ version = 0x21, family, body, length }: BinaryHeader): Buffer {
  const fixed = Buffer.from([version, family, 0, 0]);
  fixed.writeUInt16BE(length ?? body.length, 2);
  return Buffer.concat([SIGNATURE, fixed, body]);
}

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const groups = (text: string): readonly string[] => text.split(':').filter((part) => part !== '');
  const front = groups(head);
  const back = groups(tail ?? '');
  const gap = new Array<string>(8 - front.length - back.length).fill('0');
  const bytes = Buffer.alloc(16);
  for (const [at, group] of [...front, ...gap, ...back].entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16), 2 * at);
  return bytes;
}
