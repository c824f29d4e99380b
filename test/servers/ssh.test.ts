import { createHash, generateKeyPairSync } from 'node:crypto';
import {
  BaseAgent,
  Client,
  type IdentityCallback,
  type ParsedKey,
  type PseudoTtyOptions,
  utils,
  type AuthHandlerMiddleware,
  type ConnectConfig,
  type ClientChannel,
} from 'ssh2';
import type { SmallAccount } from '../support/small-authenticator';
import { EchoServers, type EchoOptions } from '../support/echo-servers';
import { FakeClock } from '../support/fake-clock';
import { RawCaller, eventually } from '../support/raw-caller';
import { ed25519Pair } from '../support/ssh-keys';

const ed25519 = ed25519Pair();
const otherEd25519 = ed25519Pair();
const blobOf = (line: string): string => line.split(' ')[1] ?? '';

const ACCOUNTS: Readonly<Record<string, SmallAccount>> = {
  ann: { password: 'right' },
  bob: { password: 'right', code: '123456' },
  eve: { password: 'right', keys: [blobOf(ed25519.public)] },
};

type Prompted = { readonly instructions: string; readonly prompts: string[] };

interface Attempt {
  readonly client: Client;
  readonly prompted: Prompted[];
  /** Resolves once let in; rejects with the client's error. */
  readonly letIn: Promise<void>;
}

function dial(port: number, config: ConnectConfig, answers: readonly string[] = []): Attempt {
  const client = new Client();
  const left = [...answers];
  const prompted: Prompted[] = [];
  client.on('keyboard-interactive', (_name, instructions, _language, prompts, finish) => {
    prompted.push({ instructions, prompts: prompts.map(({ prompt }) => prompt) });
    finish(prompts.map(() => left.shift() ?? ''));
  });
  const letIn = new Promise<void>((resolve, reject) => {
    client.once('ready', () => resolve());
    client.once('error', reject);
    client.once('close', () => reject(new Error('closed')));
  });
  letIn.catch(() => undefined);
  client.on('error', () => undefined);
  client.connect({ host: '127.0.0.1', port, readyTimeout: 0, ...config });
  return { client, prompted, letIn };
}

const shellOf = (client: Client, pty: PseudoTtyOptions | false = {}): Promise<ClientChannel> =>
  new Promise((resolve, reject) =>
    client.shell(pty, (error, channel) => (error ? reject(error) : resolve(channel))),
  );

interface Ended {
  readonly out: string;
  readonly err: string;
  readonly status: unknown;
}

/** Runs a request to its end; listens at once, for the answer may come in the same packet. */
const runToEnd = (
  open: (done: (error: Error | undefined, channel: ClientChannel) => void) => void,
): Promise<Ended> =>
  new Promise((resolve, reject) =>
    open((error, channel) => {
      if (error) {
        reject(error);
        return;
      }
      const ended = { out: '', err: '', status: undefined as unknown };
      channel.on('data', (chunk: Buffer) => (ended.out += chunk.toString()));
      channel.stderr.on('data', (chunk: Buffer) => (ended.err += chunk.toString()));
      channel.on('exit', (status: unknown) => (ended.status = status));
      channel.on('close', () => resolve(ended));
    }),
  );

/** An agent that offers one public key and signs as it is told. */
function agentWith(publicKey: string, sign: (data: Buffer) => Buffer | Error): BaseAgent {
  class TestAgent extends BaseAgent<ParsedKey> {
    override getIdentities(done: IdentityCallback<ParsedKey>): void {
      done(undefined, [utils.parseKey(publicKey) as ParsedKey]);
    }

    override sign(_key: unknown, data: Buffer, ...rest: unknown[]): void {
      const done = rest.at(-1) as (error?: Error, signature?: Buffer) => void;
      const signature = sign(data);
      if (signature instanceof Error) done(signature);
      else done(undefined, signature);
    }
  }
  return new TestAgent();
}

describe('SSH server', () => {
  let servers: EchoServers;
  const attempts: Attempt[] = [];

  async function start(options: EchoOptions = {}): Promise<number> {
    servers = new EchoServers({ accounts: ACCOUNTS, ...options });
    return servers.ssh();
  }

  function call(port: number, config: ConnectConfig, answers: readonly string[] = []): Attempt {
    const attempt = dial(port, config, answers);
    attempts.push(attempt);
    return attempt;
  }

  afterEach(async () => {
    for (const { client } of attempts.splice(0)) client.destroy();
    await servers.close();
  });

  describe('signing in', () => {
    test('a right password lets in and the session goes on with the same login', async () => {
      const port = await start();
      const { client, letIn } = call(port, { username: 'ann', password: 'right' });
      await letIn;
      await shellOf(client);
      await eventually('a session', () => servers.calls.length === 1);
      expect(servers.calls[0]).toMatchObject({ firstMenu: 'sshConnected', node: { node: 1 } });
      expect(servers.calls[0]?.login).toMatchObject({ factor: 1, complete: true });
      expect(servers.calls[0]?.connection).toMatchObject({ server: 'ssh', secure: true });
      expect(servers.authenticator.origins).toEqual([
        { server: 'ssh', secure: true, remoteIp: '127.0.0.1', isShared: false, node: 1 },
      ]);
    });

    test('a wrong password does not, and says nothing else than that', async () => {
      const port = await start();
      const wrong = call(port, { username: 'ann', password: 'wrong' });
      await expect(wrong.letIn).rejects.toThrow('All configured authentication methods failed');
      const unknown = call(port, { username: 'nobody', password: 'wrong' });
      await expect(unknown.letIn).rejects.toThrow('All configured authentication methods failed');
    });

    test('where a second factor is due a password opens the session, half signed in', async () => {
      const port = await start();
      const { client, letIn } = call(port, { username: 'bob', password: 'right' });
      await letIn;
      await shellOf(client);
      await eventually('a session', () => servers.calls.length === 1);
      expect(servers.calls[0]?.login).toMatchObject({ factor: 1, complete: false });
    });

    test('keyboard-interactive asks for password and code in one dialogue', async () => {
      const port = await start();
      const { client, letIn, prompted } = call(port, { username: 'bob', tryKeyboard: true }, [
        'right',
        '123456',
      ]);
      await letIn;
      expect(prompted.map(({ prompts }) => prompts)).toEqual([['Password: '], ['One-time code: ']]);
      await shellOf(client);
      await eventually('a session', () => servers.calls.length === 1);
      expect(servers.calls[0]?.login).toMatchObject({ factor: 2, complete: true });
    });

    test('a wrong code is said to be wrong and may be tried again', async () => {
      const port = await start();
      const { letIn, prompted } = call(port, { username: 'bob', tryKeyboard: true }, [
        'right',
        '000000',
        '123456',
      ]);
      await letIn;
      expect(prompted[2]).toEqual({
        instructions: expect.stringMatching(/wrong code/i) as string,
        prompts: ['One-time code: '],
      });
    });

    test('the password alone does not pass the dialogue', async () => {
      const port = await start();
      const { letIn } = call(port, { username: 'bob', tryKeyboard: true }, ['right']);
      await expect(letIn).rejects.toThrow();
      expect(servers.calls).toHaveLength(0);
    });

    test('after six attempts the connection is closed, whatever the methods', async () => {
      const port = await start();
      let asked = 0;
      const mixed: AuthHandlerMiddleware = (_left, _partial, next) => {
        asked += 1;
        if (asked === 1) next({ type: 'none', username: 'ann' });
        else if (asked % 2 === 0) next({ type: 'password', username: 'ann', password: 'wrong' });
        else
          next({
            type: 'keyboard-interactive',
            username: 'ann',
            prompt: (_name, _text, _language, prompts, finish) => finish(prompts.map(() => 'no')),
          });
      };
      const { letIn } = call(port, { username: 'ann', authHandler: mixed });
      await expect(letIn).rejects.toThrow();
      expect(asked).toBe(8);
      expect(servers.authenticator.submitted).toHaveLength(6);
      expect(servers.log.of('ssh.hung-up-on')).toMatchObject([{ reason: 'too-many' }]);
    });

    test('a login that has had enough ends the connection', async () => {
      const port = await start();
      servers.authenticator.failuresUntilTooMany = 2;
      const again: AuthHandlerMiddleware = (_left, _partial, next) =>
        next({ type: 'password', username: 'ann', password: 'wrong' });
      const { letIn } = call(port, { username: 'ann', authHandler: again });
      await expect(letIn).rejects.toThrow();
      expect(servers.authenticator.submitted).toHaveLength(2);
    });

    test('another name on the same connection ends it', async () => {
      const port = await start();
      let asked = 0;
      const other: AuthHandlerMiddleware = (_left, _partial, next) => {
        asked += 1;
        if (asked === 1) next({ type: 'password', username: 'bob', password: 'wrong' });
        else next({ type: 'password', username: 'ann', password: 'right' });
      };
      await expect(call(port, { username: 'bob', authHandler: other }).letIn).rejects.toThrow();
      expect(servers.authenticator.submitted).toHaveLength(1);
    });

    test('a new user is let in by any method but a key, and his name reaches no account', async () => {
      const port = await start();
      const none = call(port, { username: 'New', authHandler: ['none'] });
      const password = call(port, { username: 'apply', password: 'x', authHandler: ['password'] });
      const dialogue = call(port, {
        username: 'new',
        tryKeyboard: true,
        authHandler: ['keyboard-interactive'],
      });
      for (const { letIn, client } of [none, password, dialogue]) {
        await letIn;
        await shellOf(client);
      }
      await eventually('sessions', () => servers.calls.length === 3);
      expect(servers.calls.map(({ firstMenu }) => firstMenu)).toEqual([
        'sshConnectedNewUser',
        'sshConnectedNewUser',
        'sshConnectedNewUser',
      ]);
      expect(servers.calls[0]?.login).toMatchObject({ factor: 0, user: undefined });
      expect(servers.authenticator.submitted).toHaveLength(0);
      const key = call(port, {
        username: 'new',
        privateKey: ed25519.private,
        authHandler: ['publickey'],
      });
      await expect(key.letIn).rejects.toThrow();
    });

    test('a closed system lets no new user in', async () => {
      const port = await start({ config: { general: { closedSystem: true } } });
      const { letIn } = call(port, { username: 'new', authHandler: ['none'] });
      await expect(letIn).rejects.toThrow();
    });
  });

  describe('public keys', () => {
    const keys = {
      Ed25519: ed25519,
      'ECDSA P-256': utils.generateKeyPairSync('ecdsa', { bits: 256 }),
      'ECDSA P-521': utils.generateKeyPairSync('ecdsa', { bits: 521 }),
      RSA: utils.generateKeyPairSync('rsa', { bits: 2048 }),
    };

    test.each(Object.entries(keys))('%s lets its owner in by a signature', async (_name, pair) => {
      const port = await start({
        accounts: { eve: { password: 'x', keys: [blobOf(pair.public)] } },
      });
      const { letIn } = call(port, { username: 'eve', privateKey: pair.private });
      await letIn;
      expect(servers.authenticator.signatures).toEqual([true]);
    });

    test('asking whether a key would do is answered and leaves no trace', async () => {
      const port = await start();
      let failure: unknown;
      // An agent that has the public key only: it answers the question and cannot sign.
      const agent = agentWith(ed25519.public, () => {
        failure = 'asked to sign';
        return new Error('no private key');
      });
      const { letIn } = call(port, { username: 'eve', agent });
      await expect(letIn).rejects.toThrow();
      expect(failure).toBe('asked to sign');
      expect(servers.authenticator.submitted).toEqual([]);
      expect(servers.authenticator.origins).toEqual([]);
      expect(servers.nodes.list()).toEqual([]);
    });

    test('a key of nobody is refused before anything is signed', async () => {
      const port = await start();
      const { letIn } = call(port, { username: 'eve', privateKey: otherEd25519.private });
      await expect(letIn).rejects.toThrow();
      expect(servers.authenticator.submitted).toEqual([]);
    });

    test('the right public key with the wrong private key is refused', async () => {
      const port = await start();
      const wrong = utils.parseKey(otherEd25519.private) as { sign(data: Buffer): Buffer };
      const agent = agentWith(ed25519.public, (data) => wrong.sign(data));
      const { letIn } = call(port, { username: 'eve', agent });
      await expect(letIn).rejects.toThrow();
      expect(servers.authenticator.submitted).toMatchObject([{ kind: 'public-key' }]);
      expect(servers.authenticator.signatures).toEqual([false]);
      expect(servers.calls).toHaveLength(0);
    });
  });

  describe('after signing in', () => {
    async function inside(options: EchoOptions = {}): Promise<Client> {
      const port = await start(options);
      const { client, letIn } = call(port, { username: 'ann', password: 'right' });
      await letIn;
      return client;
    }

    test('type and size come from the pty and follow the window', async () => {
      const client = await inside();
      const shell = await shellOf(client, { term: 'xterm\x1b]0;x', cols: 132, rows: 60 });
      await eventually('a session', () => servers.calls.length === 1);
      const connection = servers.calls[0]?.connection;
      expect(connection).toMatchObject({ terminalType: 'xterm0x', columns: 132, rows: 60 });
      shell.setWindow(30, 100, 0, 0);
      await eventually('the new size', () => connection?.columns === 100 && connection.rows === 30);
      shell.setWindow(0, 4_294_967_295, 0, 0);
      await eventually('a clamped size', () => connection?.columns === 500);
      expect(connection?.rows).toBeUndefined();
    });

    test('a shell without a pty works', async () => {
      const client = await inside();
      const shell = await shellOf(client, false);
      shell.write('hello');
      const echoed = await new Promise((resolve) => shell.once('data', resolve));
      expect(String(echoed)).toBe('hello');
      expect(servers.calls[0]?.connection.columns).toBeUndefined();
    });

    test('end() closes with status 0', async () => {
      const client = await inside({
        serve: ({ connection }) => {
          connection.write(Buffer.from('good-bye'));
          connection.end();
          return Promise.resolve();
        },
      });
      await expect(runToEnd((done) => client.shell(done))).resolves.toEqual({
        out: 'good-bye',
        err: '',
        status: 0,
      });
    });

    test.each(['exec', 'subsystem'] as const)(
      '%s is refused with a sentence and status 1',
      async (what) => {
        const client = await inside();
        const ended = await runToEnd((done) =>
          what === 'exec' ? client.exec('id', done) : client.subsys('netconf', done),
        );
        expect(ended).toMatchObject({ out: '', status: 1 });
        expect(ended.err).toMatch(/runs no commands/);
        expect(servers.calls).toHaveLength(0);
      },
    );

    test('files, forwards and a second session are refused', async () => {
      const client = await inside();
      await shellOf(client);
      const refused = (run: (done: (error?: Error | null) => void) => void): Promise<unknown> =>
        new Promise((resolve) => run(resolve));
      await expect(refused((done) => client.shell(done))).resolves.toBeInstanceOf(Error);
      await expect(refused((done) => client.sftp(done))).resolves.toBeInstanceOf(Error);
      await expect(
        refused((done) => client.forwardOut('127.0.0.1', 1, '127.0.0.1', 22, done)),
      ).resolves.toBeInstanceOf(Error);
      await expect(
        refused((done) => client.forwardIn('127.0.0.1', 0, done)),
      ).resolves.toBeInstanceOf(Error);
      await expect(
        refused((done) => client.openssh_forwardInStreamLocal('/tmp/none', done)),
      ).resolves.toBeInstanceOf(Error);
      expect(servers.calls).toHaveLength(1);
    });

    test('a second session is refused in words, and a second connection is let in', async () => {
      const port = await start();
      const first = call(port, { username: 'ann', password: 'right' });
      await first.letIn;
      const shell = await shellOf(first.client);
      await expect(shellOf(first.client)).rejects.toMatchObject({
        message: '(SSH) Channel open failure: one call in one connection',
        reason: 1,
      });
      // What ssh2 refuses by itself keeps the words of ssh2.
      await expect(
        new Promise((_resolve, reject) =>
          first.client.forwardOut('127.0.0.1', 1, '127.0.0.1', 22, reject),
        ),
      ).rejects.toMatchObject({ message: '(SSH) Channel open failure: ' });
      shell.write('still here');
      const echoed = await new Promise((resolve) => shell.once('data', resolve));
      expect(String(echoed)).toBe('still here');
      const second = call(port, { username: 'ann', password: 'right' });
      await second.letIn;
      await shellOf(second.client);
      await eventually('two sessions', () => servers.calls.length === 2);
    });

    test('only variables that say how to draw are taken, and few of them', async () => {
      const client = await inside();
      const env = { LD_PRELOAD: 'x', LANG: 'C', COLUMNS: '90', ROWS: '33', TERM: 'vt100' };
      await new Promise<void>((resolve, reject) =>
        client.shell(false, { env }, (error) => (error ? reject(error) : resolve())),
      );
      await eventually('a session', () => servers.calls.length === 1);
      expect(servers.calls[0]?.connection).toMatchObject({
        terminalType: 'vt100',
        columns: 90,
        rows: 33,
      });
    });

    test('a reader who takes nothing is closed', async () => {
      const client = await inside({
        clock: new FakeClock(),
        serve: async ({ connection }) => {
          while (!connection.signal.aborted) {
            connection.write(Buffer.alloc(64 * 1024, 'x'));
            await new Promise((resolve) => setImmediate(resolve));
          }
        },
      });
      const shell = await shellOf(client);
      shell.pause();
      await eventually('the end', () => servers.calls[0]?.connection.signal.aborted === true);
      expect(servers.log.of('call.too-slow')).toMatchObject([{ reason: 'full' }]);
    });
  });

  describe('clients that do not get far', () => {
    test.each([
      ['says nothing', ''],
      ['stops after its version', 'SSH-2.0-silent\r\n'],
      ['sends half a packet', 'SSH-2.0-half\r\n\0\0\x01\0'],
    ])('one that %s is closed when its time is over', async (_what, bytes) => {
      const clock = new FakeClock();
      const port = await start({ clock });
      const caller = await RawCaller.dial(port);
      if (bytes !== '') caller.send(Buffer.from(bytes, 'latin1'));
      await caller.sees('SSH-2.0-Sallyport\r\n');
      await clock.advance(119_999);
      expect(servers.limiter.open.total).toBe(1);
      await clock.advance(1);
      await caller.isClosed();
      expect(servers.log.of('call.grace-over')).toHaveLength(1);
    });

    test('one that signs in and opens no shell is closed as well', async () => {
      const clock = new FakeClock();
      const port = await start({ clock });
      const { client, letIn } = call(port, { username: 'ann', password: 'right' });
      await letIn;
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
      await clock.advance(120_000);
      await closed;
    });

    test.each([
      ['key exchange', { kex: ['diffie-hellman-group14-sha1'] }, 'retro'],
      ['host key', { serverHostKey: ['rsa-sha2-512'] }, 'retro'],
      ['cipher', { cipher: ['aes128-cbc'] }, 'retro'],
      ['MAC', { cipher: ['aes128-ctr'], hmac: ['hmac-sha1'] }, 'retro'],
      ['cipher', { cipher: ['aes256-gcm', 'aes128-gcm'] }, 'newer client'],
    ])(
      'no %s in common: the log says what was offered and what would help',
      async (kind, algorithms, remedy) => {
        const port = await start();
        const { letIn } = call(port, {
          username: 'ann',
          password: 'right',
          algorithms: algorithms as never,
        });
        await expect(letIn).rejects.toThrow();
        await eventually('a log line', () => servers.log.of('ssh.no-agreement').length === 1);
        const [entry] = servers.log.of('ssh.no-agreement');
        expect(entry).toMatchObject({
          remoteIp: '127.0.0.1',
          client: expect.stringContaining('SSH-2.0-ssh2js') as string,
          missing: expect.arrayContaining([
            expect.objectContaining({
              kind,
              offered: expect.arrayContaining(
                Object.values(algorithms).at(-1) as string[],
              ) as unknown,
            }),
          ]) as unknown,
          remedy: expect.stringContaining(remedy) as string,
        });
      },
    );

    test('the retro profile lets such a client in', async () => {
      const port = await start({ config: { loginServers: { ssh: { profile: 'retro' } } } });
      const { letIn } = call(port, {
        username: 'ann',
        password: 'right',
        algorithms: {
          kex: ['diffie-hellman-group14-sha1'],
          serverHostKey: ['rsa-sha2-256'],
          cipher: ['aes128-cbc'],
          hmac: ['hmac-sha1'],
        },
      });
      await letIn;
    });

    test('bytes at random end at most their own connection', async () => {
      const port = await start({ clock: new FakeClock() });
      let seed = createHash('sha256').update('2026').digest();
      for (let round = 0; round < 60; round += 1) {
        const caller = await RawCaller.dial(port);
        seed = createHash('sha256').update(seed).digest();
        if (round % 2 === 0) caller.send('SSH-2.0-fuzz\r\n');
        caller.send(Buffer.concat(new Array<Buffer>(round % 7).fill(seed)));
        if (round % 3 === 0) caller.socket.resetAndDestroy();
        else caller.socket.end();
      }
      await call(port, { username: 'ann', password: 'right' }).letIn;
    });

    test('a caller who hangs up while his password is looked at takes nobody with him', async () => {
      const port = await start();
      for (let round = 0; round < 5; round += 1) {
        const { client } = call(port, { username: 'ann', password: 'wrong' });
        await eventually('a login', () => servers.authenticator.origins.length === round + 1);
        client.destroy();
      }
      await eventually('nobody', () => servers.limiter.open.total === 0);
      expect(servers.log.of('ssh.auth-failed')).toEqual([]);
      expect(servers.nodes.list()).toEqual([]);
    });

    test('a garbled packet inside the encryption ends only its connection', async () => {
      const port = await start();
      const { client, letIn } = call(port, { username: 'ann', password: 'right' });
      await letIn;
      const inner = client as unknown as { readonly _sock: { write(bytes: Buffer): void } };
      inner._sock.write(
        generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }),
      );
      await eventually('nobody', () => servers.limiter.open.total === 0);
      await call(port, { username: 'ann', password: 'right' }).letIn;
    });
  });
});
