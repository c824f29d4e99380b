import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import {
  Client,
  utils,
  type ClientChannel,
  type ConnectConfig,
  type ParsedKey,
  type PublicKeyAuthMethod,
} from 'ssh2';
import type { Cancel, Clock } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import type { TerminalSize } from '../terminal/terminal';
import type { AnswerTime } from './answer-time';
import type { Address, FarSide } from './connect';
import { certifiedKey } from './ssh-certificate';

/** How long a board may take to close its side before the connection is cut. */
const CLOSE_MS = 2_000;
/** How the line begins by which a server names itself (RFC 4253 section 4.2); other lines may come before it. */
const IDENTIFICATION = 'SSH-';

interface AccountOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Until the server names itself, and behind a tunnel until the board there is connected. */
  readonly answer: AnswerTime;
  /** For all that follows: a key exchange and a password that is hashed take longer than a connection. */
  readonly limitMs: number;
  /** `SHA256:...` as ssh-keygen prints it; without one the board is not believed. */
  readonly hostKey: string | undefined;
  readonly userName: string;
  readonly password: string | undefined;
  /** In any format that ssh-keygen writes, without a passphrase. */
  readonly privateKey: string | undefined;
  /** Of that key: the line of a `-cert.pub` file. */
  readonly certificate: string | undefined;
}

interface ShellOptions extends AccountOptions {
  readonly terminalType: string;
  /** As it is when read. */
  readonly size: () => TerminalSize;
  /** Asked of the server there, which takes the variables that it knows. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Signs in to a board by SSH (RFC 4252) and opens a shell there with the caller's terminal (RFC 4254
 * section 6.2). Nothing is sent to a board with another host key. Rejects with HAND_ON_REFUSED where the key
 * is another one or the board refuses the account, with UNREACHABLE where it does not answer in time, and
 * with the signal's reason where that aborts first.
 */
export function openShell(socket: Duplex, options: ShellOptions): Promise<FarSide> {
  return signedIn(socket, options, (client) => shell(client, options));
}

/** Signs in likewise, and opens a connection from there to an address (RFC 4254 section 7.2). */
export function openTunnel(
  socket: Duplex,
  options: AccountOptions,
  address: Address,
): Promise<Duplex & FarSide> {
  const { answer } = options;
  return signedIn(socket, options, (client, limit) => {
    answer.begin();
    limit(answer.leftMs, 'the gateway opened no connection');
    return tunnel(client, options, address);
  });
}

/** Replaces the limit that counted so far; what has not happened by then is named in the error. */
type Limit = (ms: number, otherwise: string) => void;

async function signedIn<Far>(
  socket: Duplex,
  options: AccountOptions,
  open: (client: Client, limit: Limit) => Promise<Far>,
): Promise<Far> {
  const { clock, signal, answer, limitMs } = options;
  const client = new Client();
  const ending = new Promise<never>((_resolve, reject) => {
    const fail = (error: Error): void => reject(error);
    client.on('error', (error) => fail(refusalOf(error)));
    client.once('close', () => fail(unreachable('the board ended the connection')));
    signal.addEventListener('abort', () => fail(toError(signal.reason)), { once: true });
  });
  ending.catch(() => undefined);
  let cancel: Cancel = () => undefined;
  const limit: Limit = (ms, otherwise) => {
    cancel();
    cancel = clock.after(ms, () =>
      client.emit('error', unreachable(`${otherwise} within ${ms} ms`)),
    );
  };
  limit(answer.leftMs, 'the board did not name itself');
  try {
    signal.throwIfAborted();
    onIdentification(socket, () => limit(limitMs, 'not signed in'));
    // It rejects at once for a private key that cannot be read.
    const signing = signIn(client, socket, options).catch((error: unknown) => {
      throw refusalOf(toError(error));
    });
    await Promise.race([signing, ending]);
    return await Promise.race([open(client, limit), ending]);
  } catch (error) {
    client.destroy();
    socket.destroy();
    throw error;
  } finally {
    cancel();
  }
}

/** Calls `heard` once, when the server has named itself. */
function onIdentification(socket: Duplex, heard: () => void): void {
  let said = '';
  const listen = (chunk: Buffer): void => {
    said = said.slice(1 - IDENTIFICATION.length) + chunk.toString('latin1');
    if (!said.includes(IDENTIFICATION)) return;
    socket.off('data', listen);
    heard();
  };
  // Data that flowed from here on would be lost to the client, which resumes when it listens as well.
  socket.pause();
  socket.on('data', listen);
}

function signIn(client: Client, sock: Duplex, options: AccountOptions): Promise<void> {
  const { hostKey, userName } = options;
  return new Promise((resolve) => {
    client.once('ready', () => resolve());
    client.connect({
      sock,
      username: userName,
      ...credentialsOf(client, options),
      readyTimeout: 0,
      hostVerifier: (key: Buffer) => {
        const given = fingerprintOf(key);
        if (hostKey?.replace(/=+$/, '') === given) return true;
        const expected = hostKey === undefined ? 'hostKey names none' : `hostKey is ${hostKey}`;
        const text = `the board's host key is ${given}, and ${expected}`;
        client.emit('error', new BbsError('HAND_ON_REFUSED', text));
        return false;
      },
    });
  });
}

function credentialsOf(
  client: Client,
  { userName, password, privateKey, certificate }: AccountOptions,
): Pick<ConnectConfig, 'password' | 'privateKey' | 'authHandler'> {
  const own = privateKey === undefined ? undefined : readPrivateKey(privateKey);
  if (certificate === undefined)
    return {
      ...(password === undefined ? {} : { password }),
      ...(privateKey === undefined ? {} : { privateKey }),
    };
  const key = certifiedKey(own ?? readPrivateKey(''), certificate, { client, userName });
  const method: PublicKeyAuthMethod = { type: 'publickey', username: userName, key };
  return { authHandler: [method] };
}

/** Throws HAND_ON_REFUSED where the text is no private key that can be used; what it says holds nothing of it. */
export function readPrivateKey(text: string): ParsedKey {
  const parsed = utils.parseKey(text);
  const refuse = (why: string): BbsError => new BbsError('HAND_ON_REFUSED', why);
  if (parsed instanceof Error) {
    if (!/encrypted/i.test(parsed.message))
      throw refuse('the private key cannot be read: a key in the form of OpenSSH or PEM is needed');
    throw refuse(
      'the private key is encrypted: take its passphrase away with ssh-keygen -p -f FILE',
    );
  }
  if (!parsed.isPrivateKey()) throw refuse('there is a public key in place of the private one');
  return parsed;
}

function shell(client: Client, options: ShellOptions): Promise<FarSide> {
  const { terminalType, size, env } = options;
  const { width, height } = size();
  return new Promise((resolve, reject) => {
    const window = { term: terminalType, cols: width, rows: height };
    client.shell(window, { env }, (error, channel) => {
      if (error !== undefined) reject(refusalOf(error));
      else {
        resolve(
          Object.assign(farSideOf(client, channel, options), {
            resized: () => {
              const now = size();
              channel.setWindow(now.height, now.width, 0, 0);
            },
          }),
        );
      }
    });
  });
}

function tunnel(
  client: Client,
  options: AccountOptions,
  { host, port }: Address,
): Promise<Duplex & FarSide> {
  return new Promise((resolve, reject) => {
    client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
      if (error === undefined) resolve(farSideOf(client, channel, options));
      else reject(unreachable(`the gateway opens no connection: ${error.message}`));
    });
  });
}

function farSideOf(
  client: Client,
  channel: ClientChannel,
  { clock }: AccountOptions,
): Duplex & FarSide {
  client.removeAllListeners('error');
  client.on('error', (error) => channel.emit('error', error));
  // One that comes after whoever had the channel has given up must not be unheard.
  channel.on('error', () => undefined);
  channel.once('close', () => client.end());
  // With a terminal a shell has no such stream; what comes on it may not fill the channel's window.
  channel.stderr.resume();
  return Object.assign(channel, {
    destroy: () => {
      channel.close();
      client.end();
      clock.after(CLOSE_MS, () => client.destroy());
      return channel;
    },
  });
}

/** `SHA256:` and the hash in Base64 without padding, as ssh-keygen prints it. */
function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

function unreachable(text: string): BbsError {
  return new BbsError('UNREACHABLE', text);
}

function refusalOf(error: Error & { readonly level?: string }): Error {
  if (error instanceof BbsError) return error;
  const isRefusal = error.level === 'client-authentication' || error.level === undefined;
  return new BbsError(isRefusal ? 'HAND_ON_REFUSED' : 'UNREACHABLE', error.message, {
    cause: error,
  });
}
