import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { Client } from 'ssh2';

const IAC = 255;
const SB = 250;
const SE = 240;
const WILL = 251;
const DO = 253;
const TTYPE = 24;
const NAWS = 31;
/** What a terminal of 80x24 that calls itself "ansi" says when it is asked. */
const HELLO = Buffer.from([
  ...[IAC, WILL, 0, IAC, WILL, 3, IAC, WILL, TTYPE, IAC, WILL, NAWS],
  ...[IAC, SB, NAWS, 0, 80, 0, 24, IAC, SE, IAC, DO, 0, IAC, DO, 1, IAC, DO, 3],
]);
const TYPE = Buffer.from([IAC, SB, TTYPE, 0, ...Buffer.from('ansi'), IAC, SE]);
const ASKS_TYPE = Buffer.from([IAC, SB, TTYPE, 1]);
const ASKS_CURSOR = Buffer.from('\x1b[6n');
const PATIENCE_MS = 120_000;
const MAX_KEPT_BYTES = 32 * 1024;

interface Transport {
  send(bytes: Buffer): boolean;
  hangUp(): void;
}

interface Waiting {
  readonly words: readonly string[];
  resolve(word: string): void;
  reject(error: Error): void;
}

/** A caller who costs his own process next to nothing: he looks for words, not at a screen. */
export class LeanCaller {
  private heard: Buffer = Buffer.alloc(0);
  private waiting: Waiting | undefined;
  private onData: () => void = () => undefined;
  private greeted: boolean;
  private closed = false;

  private constructor(
    private readonly transport: Transport,
    way: 'telnet' | 'ssh',
  ) {
    this.greeted = way === 'ssh';
  }

  static telnet(port: number): Promise<LeanCaller> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true });
      const caller = LeanCaller.on(socket);
      socket.on('error', reject);
      socket.once('connect', () => resolve(caller));
    });
  }

  /** On a connection that the caller's program goes on with. */
  static on(stream: Duplex, way: 'telnet' | 'ssh' = 'telnet'): LeanCaller {
    const caller = new LeanCaller(
      { send: (bytes) => stream.write(bytes), hangUp: () => stream.destroy() },
      way,
    );
    stream.on('data', (chunk: Buffer) => caller.receive(chunk));
    stream.on('close', () => caller.cutOff());
    return caller;
  }

  static ssh(
    port: number,
    credentials: { username: string; password: string },
  ): Promise<LeanCaller> {
    return new Promise((resolve, reject) => {
      const client = new Client();
      client.on('error', reject);
      client.on('close', () => reject(new Error('the board closed the connection')));
      client.on('ready', () =>
        client.shell({ term: 'ansi', cols: 80, rows: 24 }, (error, channel) => {
          if (error !== undefined) {
            reject(error);
            return;
          }
          const caller = new LeanCaller(
            { send: (bytes) => channel.write(bytes), hangUp: () => client.destroy() },
            'ssh',
          );
          channel.on('data', (chunk: Buffer) => caller.receive(chunk));
          client.on('close', () => caller.cutOff());
          resolve(caller);
        }),
      );
      client.connect({ host: '127.0.0.1', port, readyTimeout: PATIENCE_MS, ...credentials });
    });
  }

  get isCutOff(): boolean {
    return this.closed;
  }

  hangUp(): void {
    this.transport.hangUp();
  }

  /** Sends, and waits for nothing; false while the board takes it more slowly than it comes. */
  send(bytes: Buffer): boolean {
    return this.transport.send(bytes);
  }

  /** Resolves with the first of the words that was or will be heard since the last one. */
  hears(...words: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        clearTimeout(timer);
        this.waiting = undefined;
        reject(new Error(`${why} while waiting for ${words.join(', ')}: ${this.tail()}`));
      };
      const timer = setTimeout(() => fail('silence'), PATIENCE_MS);
      this.waiting = {
        words,
        reject: (error) => fail(error.message),
        resolve: (word) => {
          clearTimeout(timer);
          this.waiting = undefined;
          this.heard = Buffer.alloc(0);
          resolve(word);
        },
      };
      if (this.closed) fail('cut off');
      else this.look();
    });
  }

  /** Sends, and resolves with the word that answers. */
  ask(text: string, ...words: string[]): Promise<string> {
    this.heard = Buffer.alloc(0);
    const answer = this.hears(...words);
    this.transport.send(Buffer.from(text, 'latin1'));
    return answer;
  }

  /** Milliseconds from a key to the first byte that answers it. */
  echo(key: string): Promise<number> {
    return new Promise((resolve) => {
      const startedMs = performance.now();
      this.onData = () => {
        this.onData = () => undefined;
        resolve(performance.now() - startedMs);
      };
      this.transport.send(Buffer.from(key, 'latin1'));
    });
  }

  private receive(chunk: Buffer): void {
    if (!this.greeted) {
      this.greeted = true;
      this.transport.send(HELLO);
    }
    if (chunk.includes(ASKS_TYPE)) this.transport.send(TYPE);
    for (let at = chunk.indexOf(ASKS_CURSOR); at >= 0; at = chunk.indexOf(ASKS_CURSOR, at + 1))
      this.transport.send(Buffer.from('\x1b[1;1R'));
    this.onData();
    if (this.heard.length > MAX_KEPT_BYTES) this.heard = Buffer.alloc(0);
    this.heard = this.heard.length === 0 ? chunk : Buffer.concat([this.heard, chunk]);
    this.look();
  }

  private look(): void {
    const { waiting } = this;
    const word = waiting?.words.find((each) => this.heard.includes(each));
    if (word !== undefined) waiting?.resolve(word);
  }

  private cutOff(): void {
    this.closed = true;
    this.waiting?.reject(new Error('cut off'));
  }

  private tail(): string {
    return JSON.stringify(this.heard.subarray(-200).toString('latin1'));
  }
}
