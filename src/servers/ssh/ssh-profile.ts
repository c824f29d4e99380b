import type { Algorithms, ParsedKey } from 'ssh2';
import type { Config } from '../../config/schema';

export type SshProfile = Config['loginServers']['ssh']['profile'];

/** Algorithm names by purpose, most preferred first. */
export interface ProfileAlgorithms {
  readonly kex: readonly string[];
  readonly serverHostKey: readonly string[];
  readonly cipher: readonly string[];
  readonly hmac: readonly string[];
  readonly compress: readonly string[];
}

/**
 * Curve25519, the board's host keys, and ciphers that are AEAD or encrypt-then-MAC. Strict key
 * exchange is built into ssh2. dropbear 2022 hangs unless the name with `@libssh.org` comes first.
 * Without groups of many thousand bits no stranger can make the board calculate for 20 ms, and
 * without compression there are no decompression bombs.
 */
const MODERN: ProfileAlgorithms = {
  kex: ['curve25519-sha256@libssh.org', 'curve25519-sha256'],
  serverHostKey: [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com'],
  compress: ['none'],
};

/**
 * What SyncTERM's cryptlib, NetRunner, mTelnet and other clients of their time support, after all
 * better algorithms.
 */
const RETRO: ProfileAlgorithms = {
  kex: [
    ...MODERN.kex,
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group14-sha1',
    'diffie-hellman-group1-sha1',
  ],
  serverHostKey: [...MODERN.serverHostKey, 'ssh-rsa'],
  cipher: [...MODERN.cipher, 'aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'],
  hmac: [...MODERN.hmac, 'hmac-sha2-256', 'hmac-sha2-512', 'hmac-sha1'],
  compress: MODERN.compress,
};

export const PROFILES: Readonly<Record<SshProfile, ProfileAlgorithms>> = {
  modern: MODERN,
  retro: RETRO,
};

/**
 * A host key in the form that ssh2 1.17 takes, once for each algorithm that it may sign with. For
 * an RSA key ssh2 offers SHA-1 whatever its `algorithms` are, unless the key is passed under the
 * name of one algorithm.
 */
export function ssh2HostKeys(profile: SshProfile, key: ParsedKey): readonly { key: ParsedKey }[] {
  if (key.type !== 'ssh-rsa' || PROFILES[profile].serverHostKey.includes('ssh-rsa'))
    return [{ key }];
  const names = PROFILES[profile].serverHostKey.filter((name) => name.startsWith('rsa-'));
  return names.map((type) => ({ key: Object.create(key, { type: { value: type } }) as ParsedKey }));
}

type Narrowing = Config['loginServers']['ssh']['algorithms'];

/** What a board offers: of its profile, what the configuration leaves of each list. */
export function offeredAlgorithms(profile: SshProfile, narrowing: Narrowing): ProfileAlgorithms {
  const all = PROFILES[profile];
  const narrowed = (key: keyof Narrowing): readonly string[] => {
    const left = all[key].filter((name) => narrowing[key].includes(name));
    return left.length === 0 ? all[key] : left;
  };
  return {
    kex: narrowed('kex'),
    serverHostKey: all.serverHostKey,
    cipher: narrowed('cipher'),
    hmac: narrowed('hmac'),
    compress: narrowed('compress'),
  };
}

/** What of a list of the configuration is not as written; undefined where all of it is. */
export function describeNarrowing(
  ssh: Pick<Config['loginServers']['ssh'], 'profile' | 'algorithms'>,
  key: keyof Narrowing,
): string | undefined {
  const offered = PROFILES[ssh.profile][key];
  const wanted = [...new Set(ssh.algorithms[key])];
  const others = wanted.filter((name) => !offered.includes(name));
  if (others.length === 0) return undefined;
  const path = `loginServers.ssh.algorithms.${key}`;
  const rest =
    others.length === wanted.length
      ? `nothing is left, so that all of the profile counts: ${offered.join(', ')}`
      : `left are ${offered.filter((name) => wanted.includes(name)).join(', ')}`;
  return `${path} names what the profile '${ssh.profile}' does not offer (${others.join(', ')}); ${rest}`;
}

/** Of these algorithms those that the host keys can sign for. */
export function algorithmsWith(
  offered: ProfileAlgorithms,
  keys: readonly { readonly key: ParsedKey }[],
): ProfileAlgorithms {
  const types: readonly string[] = keys.map(({ key }) => key.type);
  const canSign = (name: string): boolean =>
    types.includes(name) || (name.startsWith('rsa-') && types.includes('ssh-rsa'));
  return { ...offered, serverHostKey: offered.serverHostKey.filter(canSign) };
}

/** These algorithms in the form that ssh2 takes. */
export function ssh2Algorithms(offered: ProfileAlgorithms): Algorithms {
  const { kex, serverHostKey, cipher, hmac, compress } = offered;
  // Constants of the board, which ssh2 checks again name by name.
  return { kex, serverHostKey, cipher, hmac, compress } as Algorithms;
}
