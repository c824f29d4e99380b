import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, type ClientChannel } from 'ssh2';
import { sendPacket, sshText } from '../test/support/ssh-packets';
import { LeanCaller } from './lean-caller';
import { PASSWORD } from './population';

export interface AttackOrder {
  readonly attack: AttackName;
  readonly ports: { readonly telnet: number; readonly ssh: number };
  /** Accounts without a second factor, one for each caller. */
  readonly names: readonly string[];
  readonly seconds: number;
}

/** What one hostile caller does until `isOver`, or until he is cut off. */
interface Attempt {
  readonly order: AttackOrder;
  readonly name: string;
  readonly isOver: () => boolean;
}

const SIZE_PERIOD_MS = 1_000 / 48;
/** Large ones before sign-in become 132x60, so that every other one is a size below. */
const SIZES = [
  [500, 500],
  [131, 59],
] as const;
const BURST = 64;
const [IGNORE, CHANNEL_OPEN, CHANNEL_DATA] = [2, 90, 94] as const;

/** Rule M8: what a caller can do to keep the board from answering others. */
export const ATTACKS = {
  'telnet-sizes': {
    what: '4 telnet callers before sign-in send 48 sizes of 500x500 a second',
    attempt: async ({ order, isOver }: Attempt) => {
      const caller = await atMatrix(order);
      await sizes(caller, isOver);
    },
  },
  'ssh-sizes': {
    what: '4 callers as `ssh new@` send 1,000 window-changes a second',
    attempt: async ({ order, isOver }: Attempt) => {
      const { client, channel, isClosed } = await newUserShell(order);
      for (let count = 0; !isOver() && !isClosed(); count += 1) {
        const [columns, rows] = SIZES[count % 2] ?? SIZES[0];
        channel.setWindow(rows, columns, 0, 0);
        if (count % 10 === 9) await delay(10);
      }
      client.destroy();
    },
  },
  'channel-opens': {
    what: '4 callers as `ssh new@` open channels as fast as they can, and call again when they are ended',
    attempt: async ({ order, isOver }: Attempt) => {
      const { client, isClosed } = await newUserShell(order);
      const open = Buffer.concat([Buffer.from([CHANNEL_OPEN]), sshText('direct-tcpip'), UINTS]);
      await flood(client, { isOver: () => isOver() || isClosed(), packet: open });
    },
  },
  'ssh-ignore': {
    what: '4 callers send SSH_MSG_IGNORE before sign-in as fast as they can, and call again',
    attempt: async ({ order, isOver }: Attempt) => {
      const { client, isClosed } = await handshake(order);
      const packet = Buffer.concat([Buffer.from([IGNORE]), sshText('x')]);
      await flood(client, { isOver: () => isOver() || isClosed(), packet });
    },
  },
  'ssh-overrun': {
    what: '4 callers as `ssh new@` send data beyond the window, and call again',
    attempt: async ({ order, isOver }: Attempt) => {
      const { client, isClosed } = await newUserShell(order);
      const packet = Buffer.concat([
        Buffer.from([CHANNEL_DATA, 0, 0, 0, 0]),
        sshText('x'.repeat(30_000)),
      ]);
      await flood(client, { isOver: () => isOver() || isClosed(), packet });
    },
  },
  'signed-in-sizes': {
    what: '4 signed-in telnet callers send 48 sizes of 500x500 a second',
    attempt: async ({ order, name, isOver }: Attempt) => {
      const caller = await atMatrix(order);
      await caller.ask(`\r${name}\r${PASSWORD}\r`, 'Both');
      await sizes(caller, isOver);
    },
  },
  'signed-in-screens': {
    what: '4 signed-in telnet callers at 500x500 ask for the main menu as fast as they can',
    attempt: async ({ order, name, isOver }: Attempt) => {
      const caller = await atMatrix(order);
      await caller.ask(`\r${name}\r${PASSWORD}\r`, 'Both');
      caller.send(naws(SIZES[0]));
      await caller.ask('\r', 'ommand');
      await screens(caller, { keys: AGAIN, isOver });
      caller.hangUp();
    },
  },
  'screens-read': {
    what: '4 telnet callers before sign-in change screens as fast as they can',
    attempt: async ({ order, isOver }: Attempt) => {
      const caller = await atMatrix(order);
      await screens(caller, { keys: IN_AND_OUT, isOver });
      caller.hangUp();
    },
  },
  'screens-unread': {
    what: 'the same, and they read nothing',
    attempt: async ({ order, isOver }: Attempt) => {
      const socket = await unreadCall(order.ports.telnet);
      await screens(
        {
          send: (bytes) => socket.write(bytes),
          get isCutOff() {
            return socket.destroyed;
          },
        },
        { keys: IN_AND_OUT, isOver },
      );
      socket.destroy();
    },
  },
} as const satisfies Readonly<Record<string, Attack>>;

interface Attack {
  readonly what: string;
  readonly attempt: (attempt: Attempt) => Promise<void>;
}

export type AttackName = keyof typeof ATTACKS;
export const ATTACK_NAMES = Object.keys(ATTACKS) as readonly AttackName[];

/** Sender's channel, window and packet of a CHANNEL_OPEN, and room for the addresses of a forward. */
const UINTS = Buffer.alloc(12);

async function atMatrix({ ports }: AttackOrder): Promise<LeanCaller> {
  const caller = await LeanCaller.telnet(ports.telnet);
  await caller.hears('Sign in');
  return caller;
}

async function sizes(caller: LeanCaller, isOver: () => boolean): Promise<void> {
  for (let count = 0; !isOver() && !caller.isCutOff; count += 1) {
    caller.send(naws(SIZES[count % 2] ?? SIZES[0]));
    await delay(SIZE_PERIOD_MS);
  }
  caller.hangUp();
}

function naws([columns, rows]: readonly [number, number]): Buffer {
  const size = [columns >> 8, columns & 255, rows >> 8, rows & 255];
  return Buffer.from([255, 250, 31, ...size, 255, 240]);
}

/** The sign-in form and the list before it in turn: Enter, and Esc twice, for one might begin a sequence. */
const IN_AND_OUT = Buffer.from('\r\x1b\x1b'.repeat(16), 'latin1');
/** The main menu comes again for each command that it does not know. */
const AGAIN = Buffer.from('\r'.repeat(48), 'latin1');

/** A screen for every other key. */
async function screens(
  peer: { readonly send: (bytes: Buffer) => boolean; readonly isCutOff: boolean },
  { keys, isOver }: { readonly keys: Buffer; readonly isOver: () => boolean },
): Promise<void> {
  while (!isOver() && !peer.isCutOff) await delay(peer.send(keys) ? 0 : 5);
}

/** At the first screen; from there on nothing is read. */
function unreadCall(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.on('error', reject);
    let heard = '';
    const onData = (chunk: Buffer): void => {
      heard += chunk.toString('latin1');
      if (!heard.includes('Sign in')) return;
      socket.off('data', onData);
      socket.pause();
      resolve(socket);
    };
    socket.on('data', onData);
  });
}

interface SshCall {
  readonly client: Client;
  readonly isClosed: () => boolean;
}

/** Keys are agreed on and nobody is signed in. */
function handshake({ ports }: AttackOrder): Promise<SshCall> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    let isClosed = false;
    client.on('error', reject);
    client.on('close', () => {
      isClosed = true;
      reject(new Error('closed'));
    });
    client.on('handshake', () => resolve({ client, isClosed: () => isClosed }));
    client.connect({
      ...{ host: '127.0.0.1', port: ports.ssh, username: 'nobody' },
      // Says nothing of who calls.
      authHandler: () => undefined,
    });
  });
}

function newUserShell({
  ports,
}: AttackOrder): Promise<SshCall & { readonly channel: ClientChannel }> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    let isClosed = false;
    client.on('error', reject);
    client.on('close', () => {
      isClosed = true;
      reject(new Error('closed'));
    });
    client.on('ready', () =>
      client.shell({ term: 'ansi', cols: 80, rows: 24 }, (error, channel) => {
        if (error !== undefined) {
          reject(error);
          return;
        }
        channel.on('error', () => undefined);
        channel.resume();
        resolve({ client, channel, isClosed: () => isClosed });
      }),
    );
    client.connect({ host: '127.0.0.1', port: ports.ssh, username: 'new' });
  });
}

/** One packet again and again, as fast as the board takes it. */
async function flood(
  client: Client,
  { packet, isOver }: { readonly packet: Buffer; readonly isOver: () => boolean },
): Promise<void> {
  const { _sock: socket } = client as unknown as { readonly _sock?: Socket };
  while (!isOver()) {
    for (let count = 0; count < BURST; count += 1) sendPacket(client, packet);
    await delay(socket?.writableNeedDrain === true ? 5 : 0);
  }
  client.destroy();
}
