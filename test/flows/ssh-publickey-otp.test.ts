import { BaseAgent, Client, utils, type IdentityCallback, type ParsedKey } from 'ssh2';
import { TestBoard } from '../support/board';
import { giveCode, goToMainMenu, PASSWORD } from '../support/sign-in';
import { ed25519Pair } from '../support/ssh-keys';

const REFUSED = /All configured authentication methods failed/;

describe('signing in by SSH with a public key', () => {
  let board: TestBoard;
  let secret: string;
  const bobs = ed25519Pair();
  const alices = utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const strangers = utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const rsa = utils.generateKeyPairSync('rsa', { bits: 2048 });
  beforeAll(async () => {
    board = await TestBoard.start();
    secret = await board.addUser('bob', PASSWORD, 'google');
    await board.addUser('alice', PASSWORD);
    await board.addSshKey('bob', bobs.public);
    await board.addSshKey('alice', alices.public);
    await board.addSshKey('alice', rsa.public);
  });
  afterAll(() => board.remove());

  it('asks for the one-time code after the key, and then leads on', async () => {
    const caller = await board.ssh({ userName: 'bob', privateKey: bobs.private });
    expect(await caller.sees('One-time code')).toContain('The first door is open.');
    await giveCode(caller, board.freshCode(secret));
    await goToMainMenu(caller);
    caller.hangUp();
  });

  it.each([
    ['ECDSA', alices.private],
    ['RSA', rsa.private],
  ])('lets in by %s who needs no code', async (_kind, privateKey) => {
    const caller = await board.ssh({ userName: 'alice', privateKey });
    await caller.sees('Welcome, alice');
    caller.hangUp();
  });

  it('refuses a key that is not on the account', async () => {
    const dial = board.ssh({ userName: 'alice', privateKey: bobs.private });
    await expect(dial).rejects.toThrow(REFUSED);
  });

  it('refuses the right public key with a signature of another private key', async () => {
    const stolen = new OtherSigner(alices.public, strangers.private);
    await expect(letIn(board.sshPort, 'alice', stolen)).rejects.toThrow(REFUSED);
    const [rejected] = await board.logged('login.rejected', { kind: 'public-key' });
    expect(rejected).toMatchObject({ reason: 'wrong-signature', userName: 'alice' });
  });

  it('neither lets in nor counts who only asks whether a key would do', async () => {
    const keyLines = () =>
      board.events('login.rejected').filter(({ kind }) => kind === 'public-key').length;
    const before = { let: board.events('login.accepted').length, refused: keyLines() };
    const asking = new OtherSigner(alices.public, undefined);
    await expect(letIn(board.sshPort, 'alice', asking)).rejects.toThrow();
    expect(board.events('login.accepted')).toHaveLength(before.let);
    expect(keyLines()).toBe(before.refused);
  });

  it('no longer takes a key once the sysop has removed it', async () => {
    const { public: line, private: privateKey } = ed25519Pair();
    await board.addUser('gina', PASSWORD);
    await board.addSshKey('gina', line);
    const caller = await board.ssh({ userName: 'gina', privateKey });
    await caller.sees('Welcome, gina');
    caller.hangUp();
    await board.oputil('user', 'remove-ssh-key', 'gina');
    await expect(board.ssh({ userName: 'gina', privateKey })).rejects.toThrow(REFUSED);
  });
});

/** An agent that offers one public key and signs with another private one, or not at all. */
class OtherSigner extends BaseAgent<ParsedKey> {
  constructor(
    private readonly offered: string,
    private readonly signsWith: string | undefined,
  ) {
    super();
  }

  override getIdentities(done: IdentityCallback<ParsedKey>): void {
    done(undefined, [parseKey(this.offered)]);
  }

  override sign(_key: unknown, data: Buffer, ...rest: unknown[]): void {
    const done = rest.at(-1) as (error?: Error, signature?: Buffer) => void;
    if (this.signsWith === undefined) done(new Error('this agent does not sign'));
    else done(undefined, parseKey(this.signsWith).sign(data));
  }
}

function parseKey(text: string): ParsedKey {
  const key = utils.parseKey(text);
  if (key instanceof Error) throw key;
  return key;
}

function letIn(port: number, username: string, agent: BaseAgent): Promise<void> {
  const client = new Client();
  return new Promise<void>((resolve, reject) => {
    client.once('ready', () => resolve());
    client.on('error', reject);
    client.connect({ host: '127.0.0.1', port, username, agent });
  }).finally(() => client.destroy());
}
