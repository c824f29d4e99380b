import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, type ConnectConfig } from 'ssh2';
import { TestBoard } from '../support/board';
import type { DialledCaller } from '../support/dial';
import { PASSWORD, signIn } from '../support/sign-in';
import { dialWebSocket } from '../support/web-socket-caller';
import { ed25519Pair } from '../support/ssh-keys';

const CHANGED = 'Your account was changed. Please sign in again.';

/** An SSH connection that opens no shell. */
interface Waiting {
  readonly client: Client;
  readonly closed: Promise<void>;
  /** Resolves when it was let in, or asked for a code that it does not give. */
  readonly ready: Promise<void>;
}

describe('a sign-in under way when its account changes (rule M1)', () => {
  const pair = ed25519Pair();
  let board: TestBoard;
  let ca: Buffer;
  beforeAll(async () => {
    board = await TestBoard.start({
      config: { loginServers: { webSocket: { wss: { enabled: true, port: 0 } } } },
    });
    ca = await readFile(join(board.dataDir, 'keys', 'web_cert.pem'));
  });
  afterAll(() => board.remove());

  const wait = (config: ConnectConfig): Waiting => {
    const client = new Client();
    client.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    const ready = new Promise<void>((resolve, reject) => {
      client.once('ready', () => resolve());
      client.once('error', reject);
      client.on('keyboard-interactive', (_name, _text, _language, prompts, finish) => {
        if (prompts.some(({ prompt }) => prompt.startsWith('Password'))) finish([PASSWORD]);
        else resolve();
      });
    });
    client.connect({ host: '127.0.0.1', port: board.sshPort, readyTimeout: 0, ...config });
    return { client, closed, ready };
  };

  const withoutShell: readonly (readonly [string, string, ConnectConfig])[] = [
    ['a password', 'ann', { password: PASSWORD }],
    ['a key', 'bob', { privateKey: pair.private }],
    ['a password that the code is asked after', 'eve', { tryKeyboard: true }],
  ];

  it.each(withoutShell)('is ended by SSH after %s, before a shell', async (_what, name, config) => {
    await board.addUser(name, PASSWORD, name === 'eve' ? 'google' : undefined);
    if (name === 'bob') await board.addSshKey(name, pair.public);
    const waiting = wait({ username: name, ...config });
    await waiting.ready;
    await board.oputil('user', 'pw', name, 'another quiet harbour 8');
    await waiting.closed;
    expect(board.events('ssh.hung-up-on').at(-1)).toMatchObject({ reason: 'account-changed' });
  });

  const screens: readonly (readonly [string, string, () => Promise<DialledCaller>])[] = [
    ['telnet', 'tom', () => board.telnet()],
    ['wss', 'wim', () => dialWebSocket({ port: board.wssPort, ca })],
    ['SSH', 'sam', () => board.ssh({ userName: 'sam', password: PASSWORD })],
  ];

  it.each(screens)('is ended on the screen for the code by %s', async (way, name, dial) => {
    await board.addUser(name, PASSWORD, 'google');
    const caller = await dial();
    if (way !== 'SSH') await signIn(caller, name);
    await caller.sees('One-time code');
    await board.oputil('user', 'disable', name);
    expect(await caller.isHungUpOn()).toContain(CHANGED);
  });
});
