import { connect, type Socket } from 'node:net';

/** Sockets in number, which listen for words and not for screens. */
export class Crowd {
  readonly members: Member[] = [];

  /** So many more by this port, a few at a time; resolves when each is connected or refused. */
  async join(port: number, count: number): Promise<readonly Member[]> {
    const joined: Member[] = [];
    const enter = async (): Promise<void> => {
      while (joined.length < count) {
        const member = new Member(port);
        joined.push(member);
        await member.connected;
      }
    };
    await Promise.all(Array.from({ length: Math.min(64, count) }, enter));
    this.members.push(...joined);
    return joined;
  }

  get open(): number {
    return this.members.filter((member) => !member.closed).length;
  }

  disperse(): void {
    for (const { socket } of this.members) socket.destroy();
  }
}

/** A screen and what follows it. */
const MAX_KEPT = 32 * 1024;

/** One of a crowd. */
export class Member {
  readonly socket: Socket;
  /** Resolves in either case. */
  readonly connected: Promise<void>;
  closed = false;
  heard = '';
  private readonly listeners = new Set<() => void>();

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.socket.on('error', () => undefined);
    this.connected = new Promise((resolve) => {
      this.socket.once('connect', resolve);
      this.socket.once('close', () => resolve());
    });
    this.socket.once('close', () => {
      this.closed = true;
      this.wake();
    });
    this.socket.on('data', (chunk) => {
      this.heard = (this.heard + chunk.toString('latin1')).slice(-MAX_KEPT);
      this.wake();
    });
  }

  /** The first of these words that he hears, or undefined when he is cut off before. */
  hears(...words: readonly string[]): Promise<string | undefined> {
    return new Promise((resolve) => {
      const look = (): void => {
        const word = words.find((each) => this.heard.includes(each));
        if (word === undefined && !this.closed) return;
        this.listeners.delete(look);
        resolve(word);
      };
      this.listeners.add(look);
      look();
    });
  }

  /** Forgets what he has heard so far. */
  say(bytes: string | Buffer): void {
    this.heard = '';
    if (this.socket.writable) this.socket.write(bytes);
  }

  private wake(): void {
    for (const look of [...this.listeners]) look();
  }
}
