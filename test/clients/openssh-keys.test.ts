import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROFILES } from '../../src/servers/ssh/ssh-profile';
import { SIGNATURE_ALGORITHMS } from '../../src/servers/ssh/signature-algorithms';
import { TestBoard } from '../support/board';
import { SoftSecurityKey } from '../support/security-key';
import { SecurityKeyAgent } from '../support/security-key-agent';
import { PASSWORD } from '../support/sign-in';
import { output, run } from './programs';
import { TmuxTerminal } from './tmux';

/** Nothing of the machine's own SSH set-up plays a part. */
const OPTIONS = [
  ...['-F', 'none', '-o', 'IdentitiesOnly=yes', '-o', 'StrictHostKeyChecking=no'],
  ...['-o', 'UserKnownHostsFile=/dev/null', '-o', 'BatchMode=yes'],
];

const SECURITY_KEYS = [
  new SoftSecurityKey('sk-ssh-ed25519@openssh.com'),
  new SoftSecurityKey('sk-ecdsa-sha2-nistp256@openssh.com'),
];

/** What `ssh-keygen` makes, with each algorithm that OpenSSH signs with by it. */
const SIGNATURES = [
  ['ed25519', '256', 'ssh-ed25519'],
  ['ecdsa', '256', 'ecdsa-sha2-nistp256'],
  ['ecdsa', '384', 'ecdsa-sha2-nistp384'],
  ['ecdsa', '521', 'ecdsa-sha2-nistp521'],
  ['rsa', '2048', 'rsa-sha2-256'],
  ['rsa', '2048', 'rsa-sha2-512'],
] as const;

describe.each(Object.keys(PROFILES) as (keyof typeof PROFILES)[])('OpenSSH with %s', (profile) => {
  let board: TestBoard;
  let agent: SecurityKeyAgent;
  let agentPath: string;
  let secret: string;
  const terminals: TmuxTerminal[] = [];
  const fileOf = (kind: string, bits: string): string => join(board.dataDir, `${kind}-${bits}`);

  beforeAll(async () => {
    const users = { twoFactorAuth: { securityKeyIsFactor2: true } };
    board = await TestBoard.start({ config: { users, loginServers: { ssh: { profile } } } });
    await board.addUser('alice', PASSWORD);
    secret = await board.addUser('bob', PASSWORD, 'google');
    for (const [kind, bits] of new Map(
      SIGNATURES.map((row) => [`${row[0]}${row[1]}`, row]),
    ).values()) {
      const file = fileOf(kind, bits);
      await output('ssh-keygen', [
        '-q',
        '-t',
        kind,
        '-b',
        bits,
        '-N',
        '',
        '-C',
        'a test',
        '-f',
        file,
      ]);
      await board.oputil('user', 'import-ssh-key', 'alice', `${file}.pub`);
    }
    await board.oputil('user', 'import-ssh-key', 'bob', `${fileOf('ed25519', '256')}.pub`);
    for (const key of SECURITY_KEYS) {
      await writeFile(join(board.dataDir, `${key.type}.pub`), `${key.line}\n`);
      for (const name of ['alice', 'bob']) await board.addSshKey(name, key.line);
    }
    agentPath = join(board.dataDir, 'agent');
    agent = await SecurityKeyAgent.listen(agentPath, SECURITY_KEYS);
  });
  afterAll(async () => {
    for (const terminal of terminals) await terminal.close();
    await agent.close();
    await board.remove();
  });

  const args = (name: string, ...more: readonly string[]): string[] => [
    ...[...OPTIONS, ...more],
    ...['-p', String(board.sshPort), `${name}@127.0.0.1`],
  ];
  async function call(name: string, ...more: readonly string[]): Promise<TmuxTerminal> {
    const terminal = await TmuxTerminal.open(['ssh', ...args(name, ...more)]);
    terminals.push(terminal);
    return terminal;
  }

  it.each(SIGNATURES)(
    'signs in by a key %s of %s bit with %s alone',
    async (kind, bits, algorithm) => {
      const only = ['-o', `PubkeyAcceptedAlgorithms=${algorithm}`];
      const caller = await call('alice', '-i', fileOf(kind, bits), ...only);
      await caller.sees('Welcome, alice');
    },
  );

  it.each(SECURITY_KEYS.map((key) => [key.type, key] as const))(
    'signs in by a touched security key with %s alone, as both factors where the board says so (rule N4)',
    async (algorithm) => {
      const options = [
        ...['-i', join(board.dataDir, `${algorithm}.pub`), '-o', `IdentityAgent=${agentPath}`],
        ...['-o', `PubkeyAcceptedAlgorithms=${algorithm}`],
      ];
      await (await call('alice', ...options)).sees('Welcome, alice');
      await (await call('bob', ...options)).sees('Welcome, bob');
      await board.logged('login.accepted', { kind: 'public-key', userName: 'bob', factor: 2 });
    },
  );

  it('is told no SHA-1 for an RSA key, and offers none', async () => {
    const only = ['-o', 'PubkeyAcceptedAlgorithms=ssh-rsa'];
    const { exitCode, err } = await run(
      'ssh',
      args('alice', '-v', '-i', fileOf('rsa', '2048'), ...only),
    );
    expect(exitCode).toBe(255);
    const [, told = ''] = /server-sig-algs=<([^>]*)>/.exec(err) ?? [];
    expect(told.split(',')).toEqual([...SIGNATURE_ALGORITHMS]);
    expect(err).toContain('no mutual signature algorithm');
  });

  it('signs in by the key itself where a certificate lies beside it', async () => {
    const file = fileOf('ed25519', '256');
    const ca = join(board.dataDir, 'ca');
    await output('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', ca]);
    await output('ssh-keygen', ['-q', '-s', ca, '-I', 'bob', '-n', 'bob', `${file}.pub`]);
    const caller = await call('bob', '-i', file);
    await caller.sees('One-time code');
    await caller.enter(board.freshCode(secret));
    await caller.sees('Welcome, bob');
    const refused = await board.tryOputil('user', 'import-ssh-key', 'bob', `${file}-cert.pub`);
    expect(refused.exitCode).toBe(1);
  });
});
