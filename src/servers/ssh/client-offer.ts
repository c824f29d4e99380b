import type { ProfileAlgorithms } from './ssh-profile';

/** What a client sent before key exchange: its version line and its algorithms. */
interface ClientOffer {
  readonly ident: string | undefined;
  readonly lists: { readonly [Kind in keyof ProfileAlgorithms]: readonly string[] } | undefined;
}

// A KEXINIT of OpenSSH takes 1.5 KB; RFC 4253 allows no packet over 35,000 bytes.
const MAX_BYTES = 36_000;
const KEXINIT = 20;

/**
 * Records the first bytes of a connection, until keys are agreed, so that a failure can be
 * explained.
 */
export class OfferRecorder {
  private chunks: Buffer[] | undefined = [];
  private bytes = 0;

  record(chunk: Buffer): void {
    if (this.chunks === undefined) return;
    this.bytes += chunk.length;
    if (this.bytes > MAX_BYTES) this.forget();
    else this.chunks.push(chunk);
  }

  forget(): void {
    this.chunks = undefined;
  }

  offer(): ClientOffer {
    return parseOffer(Buffer.concat(this.chunks ?? []));
  }
}

/**
 * Parses the version line and the first KEXINIT (RFC 4253 sections 4.2 and 7.1), which are in clear
 * text.
 */
export function parseOffer(bytes: Buffer): ClientOffer {
  const start = bytes.indexOf('SSH-');
  const end = start < 0 ? -1 : bytes.indexOf(10, start);
  if (end < 0) return { ident: undefined, lists: undefined };
  const ident = bytes.toString('latin1', start, Math.min(end, start + 255)).trim();
  const packet = bytes.subarray(end + 1);
  // packet length 4, padding length 1, message number 1, cookie 16
  if (packet.length < 22 || packet[5] !== KEXINIT) return { ident, lists: undefined };
  const names: string[][] = [];
  let at = 22;
  for (let list = 0; list < 8; list += 1) {
    if (at + 4 > packet.length) return { ident, lists: undefined };
    const length = packet.readUInt32BE(at);
    if (at + 4 + length > packet.length) return { ident, lists: undefined };
    names.push(packet.toString('latin1', at + 4, at + 4 + length).split(','));
    at += 4 + length;
  }
  const [kex = [], serverHostKey = [], toServer = [], toClient = []] = names;
  const [, , , , macToServer = [], macToClient = [], zipToServer = [], zipToClient = []] = names;
  const lists = {
    kex,
    serverHostKey,
    cipher: inBoth(toServer, toClient),
    hmac: inBoth(macToServer, macToClient),
    compress: inBoth(zipToServer, zipToClient),
  };
  return { ident, lists };
}

function inBoth(one: readonly string[], other: readonly string[]): readonly string[] {
  return one.filter((name) => other.includes(name));
}

const KINDS = {
  kex: 'key exchange',
  serverHostKey: 'host key',
  cipher: 'cipher',
  hmac: 'MAC',
  compress: 'compression',
} as const;

interface Disagreement {
  /** The kind of algorithm without agreement, with the client's offer for it. */
  readonly kind: (typeof KINDS)[keyof typeof KINDS];
  readonly offered: readonly string[];
  readonly wanted: readonly string[];
}

/** The kinds of algorithm that a client and a profile do not share; empty when they could agree. */
export function disagreements(
  offer: ClientOffer,
  profile: ProfileAlgorithms,
): readonly Disagreement[] {
  const { lists } = offer;
  if (lists === undefined) return [];
  return (Object.keys(KINDS) as (keyof typeof KINDS)[])
    .filter((key) => !lists[key].some((name) => profile[key].includes(name)))
    .map((key) => ({ kind: KINDS[key], offered: lists[key].slice(0, 40), wanted: profile[key] }));
}
