import { Client, utils, type AuthenticationType, type ParsedKey } from 'ssh2';
import { PROFILES } from '../../src/servers/ssh/ssh-profile';
import { TestBoard } from '../support/board';
import { SoftSecurityKey } from '../support/security-key';
import { PASSWORD } from '../support/sign-in';
import { ed25519Pair } from '../support/ssh-keys';

/** A key of alice: the line of its .pub file, and as the client keeps it. */
interface Key {
  readonly line: string;
  readonly parsed: ParsedKey;
}

/** What the client keeps of any key. */
const ANY = parse(ed25519Pair().private);

const KEYS = {
  ed25519: ofPair(ed25519Pair()),
  'ecdsa 256': ofPair(utils.generateKeyPairSync('ecdsa', { bits: 256 })),
  'ecdsa 384': ofPair(utils.generateKeyPairSync('ecdsa', { bits: 384 })),
  'ecdsa 521': ofPair(utils.generateKeyPairSync('ecdsa', { bits: 521 })),
  rsa: ofPair(utils.generateKeyPairSync('rsa', { bits: 2048 })),
  'ed25519-sk': ofSecurityKey(new SoftSecurityKey('sk-ssh-ed25519@openssh.com')),
  'ecdsa-sk': ofSecurityKey(new SoftSecurityKey('sk-ecdsa-sha2-nistp256@openssh.com')),
} as const;

/** Every kind of key that ssh-keygen makes, with the algorithms that OpenSSH signs with by it. */
const SIGNATURES: readonly (readonly [
  key: keyof typeof KEYS,
  algorithm: string,
  takes: boolean,
])[] = [
  ['ed25519', 'ssh-ed25519', true],
  ['ecdsa 256', 'ecdsa-sha2-nistp256', true],
  ['ecdsa 384', 'ecdsa-sha2-nistp384', true],
  ['ecdsa 521', 'ecdsa-sha2-nistp521', true],
  ['rsa', 'rsa-sha2-256', true],
  ['rsa', 'rsa-sha2-512', true],
  ['rsa', 'ssh-rsa', false],
  ['ed25519-sk', 'sk-ssh-ed25519@openssh.com', true],
  ['ecdsa-sk', 'sk-ecdsa-sha2-nistp256@openssh.com', true],
];

function ofPair(pair: ReturnType<typeof ed25519Pair>): Key {
  return { line: pair.public, parsed: parse(pair.private) };
}

/** The client knows no security keys; it has this one for a key of a kind that it does not look at. */
function ofSecurityKey(key: SoftSecurityKey): Key {
  const sign = (data: Buffer): Buffer => {
    const { signature, tail } = key.sign(data);
    return Buffer.concat([signature, tail]);
  };
  const parsed = Object.create(ANY, {
    type: { value: key.type },
    getPublicSSH: { value: () => key.blob },
    sign: { value: sign },
  }) as ParsedKey;
  return { line: key.line, parsed };
}

function parse(privateKey: string): ParsedKey {
  const key = utils.parseKey(privateKey);
  if (key instanceof Error) throw key;
  return key;
}

/** What the client keeps of the board's extensions (RFC 8308), and does with them. */
interface ClientProtocol {
  readonly _handlers: {
    EXT_INFO: (protocol: unknown, extensions: readonly Extension[]) => void;
  };
}

interface Extension {
  readonly name: string;
  readonly algs: readonly string[];
}

/** Signs in as alice with this algorithm, whatever the board takes; resolves with what the board takes. */
function signIn(port: number, key: ParsedKey, algorithm: string): Promise<readonly string[]> {
  const client = new Client();
  let told: readonly string[] = [];
  return new Promise<readonly string[]>((resolve, reject) => {
    client.once('ready', () => resolve(told)).once('error', reject);
    const authHandler = [{ type: 'publickey' as const, username: 'alice', key }];
    client.connect({
      ...{ host: '127.0.0.1', port, username: 'alice' },
      authHandler: authHandler as unknown as AuthenticationType[],
    });
    const { _handlers } = (client as unknown as { readonly _protocol: ClientProtocol })._protocol;
    const keep = _handlers.EXT_INFO;
    _handlers.EXT_INFO = (protocol, extensions) => {
      told = extensions.find(({ name }) => name === 'server-sig-algs')?.algs ?? [];
      keep(protocol, [{ name: 'server-sig-algs', algs: [algorithm] }]);
    };
  }).finally(() => client.destroy());
}

describe.each(Object.keys(PROFILES) as (keyof typeof PROFILES)[])(
  'in the profile %s',
  (profile) => {
    let board: TestBoard;
    beforeAll(async () => {
      board = await TestBoard.start({ config: { loginServers: { ssh: { profile } } } });
      await board.addUser('alice', PASSWORD);
      for (const { line } of Object.values(KEYS)) await board.addSshKey('alice', line);
    });
    afterAll(() => board.remove());

    it.each(SIGNATURES)('a key %s signs in by %s: %s', async (key, algorithm, takes) => {
      const call = signIn(board.sshPort, KEYS[key].parsed, algorithm);
      if (!takes) {
        await expect(call).rejects.toThrow(/All configured authentication methods failed/);
        return;
      }
      // What it tells clients is what it lets in.
      const taken = SIGNATURES.filter(([, , each]) => each).map(([, each]) => each);
      expect([...(await call)].sort()).toEqual(taken.sort());
    });
  },
);
