import { utils } from 'ssh2';

/** A key pair as SSH clients keep it: the line of a .pub file, and OpenSSH's private format. */
type SshKeyPair = ReturnType<typeof utils.generateKeyPairSync>;

const MAX_ATTEMPTS = 20;

/** An Ed25519 key pair that can be read back, with `passphrase` where one is given; about one in 300 has to be made anew. */
export function ed25519Pair(passphrase?: string): SshKeyPair {
  const lock =
    passphrase === undefined ? undefined : { passphrase, cipher: 'aes256-cbc', rounds: 1 };
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const pair = utils.generateKeyPairSync('ed25519', lock);
    if (!(utils.parseKey(pair.private, passphrase) instanceof Error)) return pair;
  }
  throw new Error(`no usable key came of ${MAX_ATTEMPTS} attempts`);
}
