import type { Socket } from 'node:net';
import type { Clock } from '../../base/clock';
import type { Config } from '../../config/schema';
import type { Log } from '../../base/log';
import type { Accepted } from '../listener';
import { sendPiece } from '../output-queue';
import { Connection, sizeOf, terminalTypeOf, type Serve } from '../connection';
import type { Side } from '../../protocols/q-method';
import { TelnetCodec } from '../../protocols/telnet-codec';
import {
  answerCharset,
  ASK_CHARSET,
  ASK_ROWS_AND_COLUMNS,
  OPTION,
  SUB,
  parseEnvironment,
  parseMtts,
} from '../../protocols/telnet-protocol';
import { isListed } from '../../terminal/probe';

interface TelnetOptions {
  readonly config: () => Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly firstMenu: () => string;
  readonly serve: Serve;
}

const { binary, echo, suppressGoAhead, terminalType, windowSize, newEnvironment, charset } = OPTION;

/** Options that either side may enable; all others are refused, LINEMODE and AUTH among them. */
const AGREED: Readonly<Record<Side, ReadonlySet<number>>> = {
  us: new Set([binary, echo, suppressGoAhead, charset]),
  peer: new Set([binary, suppressGoAhead, terminalType, windowSize, newEnvironment, charset]),
};

// A peer that has not answered any request by then is not a telnet client (netcat), or is far away.
const NO_ANSWER_MS = 250;
// A peer that has answered a request may take this long for the others.
const ALL_ANSWERS_MS = 1_000;
const FIRST_SCREEN_MS = 2_000;
const MAX_TYPE_REQUESTS = 3;
// Names without information: the next one of the client's list may be more specific (RFC 1091).
const VAGUE_TYPES: ReadonlySet<string> = new Set(['unknown', 'network', 'dumb', 'none']);

/** One telnet caller: handles RFC 854 and its options, and nothing else. */
export class TelnetCaller {
  private readonly codec: TelnetCodec;
  private readonly connection: Connection;
  private readonly startedMs: number;
  private pieceDone: (() => void) | undefined;
  /** The names that the client has given, as it wrote them. */
  private readonly types: string[] = [];
  private typeKnown = false;
  private sizeKnown = false;
  private answered = false;
  private readonly settled: Promise<void>;
  private settle: () => void = () => undefined;

  constructor(
    private readonly accepted: Accepted,
    private readonly options: TelnetOptions,
  ) {
    const { socket, remoteIp } = accepted;
    this.startedMs = options.clock.monotonicMs();
    this.settled = new Promise((resolve) => {
      this.settle = resolve;
    });
    this.connection = new Connection({
      server: 'telnet',
      turns: accepted.turns,
      remoteIp,
      clock: options.clock,
      transport: {
        send: (piece, done) => {
          this.pieceDone = done;
          this.codec.send(piece);
        },
        finish: () => socket.end(),
        destroy: () => socket.destroy(),
        flow: (on) => void (on ? socket.resume() : socket.pause()),
        raw: (on) => this.setRaw(on),
      },
      onOverrun: (reason) => options.log.info('call.too-slow', { remoteIp, reason }),
    });
    this.codec = new TelnetCodec({
      clock: options.clock,
      agreed: AGREED,
      onEncoded: (bytes) => this.writeSocket(socket, bytes),
      onText: (bytes) => this.connection.received(bytes),
      onOption: (side, option, on) => this.optionChanged(side, option, on),
      onRefused: (side, option) => this.optionRefused(side, option),
      onSub: (option, data) => this.sub(option, data),
      onAreYouThere: () => this.connection.write(Buffer.from('\r\n[yes]\r\n')),
      onAbuse: (what) => this.abused(what),
    });
    socket.on('data', (chunk) => {
      this.inOneWrite(() => this.codec.receive(chunk));
      accepted.deadline.heard();
    });
    socket.once('end', () => this.inputEnded());
    socket.once('close', () => this.closed());
  }

  /** Negotiates, and passes the caller to a session. */
  start(): void {
    this.inOneWrite(() => {
      for (const option of [echo, suppressGoAhead, binary, charset])
        this.codec.enable('us', option);
      for (const option of [suppressGoAhead, binary, terminalType, windowSize])
        this.codec.enable('peer', option);
    });
    const { clock } = this.options;
    clock.after(NO_ANSWER_MS, () => {
      if (!this.answered) this.settle();
    });
    clock.after(ALL_ANSWERS_MS, this.settle);
    void this.options.serve({
      connection: this.connection,
      settled: this.settled,
      deadline: this.accepted.deadline,
      slot: this.accepted.slot,
      onNodesBusy: this.accepted.onNodesBusy,
      firstMenu: this.options.firstMenu(),
      login: undefined,
      node: undefined,
    });
  }

  /** Asks for BINARY again, which a peer that refused it at first may allow now (RFC 856). */
  private setRaw(on: boolean): void {
    this.codec.isRaw = on;
    if (!on) return;
    this.codec.enable('us', binary);
    this.codec.enable('peer', binary);
  }

  /** Sends requests and answers of a few bytes together instead of in separate packets. */
  private inOneWrite(work: () => void): void {
    const { socket } = this.accepted;
    socket.cork();
    try {
      work();
    } finally {
      socket.uncork();
    }
  }

  private writeSocket(socket: Socket, bytes: Buffer): void {
    if (!socket.writable) return;
    const done = this.pieceDone;
    this.pieceDone = undefined;
    if (done === undefined) socket.write(bytes);
    else sendPiece(socket, bytes, done);
  }

  private optionChanged(side: Side, option: number, on: boolean): void {
    this.answered = true;
    if (side === 'us' && option === charset && on) this.codec.sendSub(charset, ASK_CHARSET);
    if (side !== 'peer' || !on) return;
    if (option === terminalType) this.askType();
    else if (option === newEnvironment) this.codec.sendSub(newEnvironment, ASK_ROWS_AND_COLUMNS);
  }

  private optionRefused(side: Side, option: number): void {
    this.answered = true;
    if (side !== 'peer') return;
    if (option === terminalType) this.typeKnown = true;
    else if (option === windowSize) this.codec.enable('peer', newEnvironment);
    else if (option === newEnvironment) this.sizeKnown = true;
    this.settleWhenKnown();
  }

  private askType(): void {
    this.codec.sendSub(terminalType, Buffer.from([SUB.send]));
  }

  private sub(option: number, data: Buffer): void {
    if (option === terminalType) this.typeAnswered(data);
    else if (option === charset) this.charsetAnswered(data);
    else if (option === windowSize && data.length >= 4)
      this.sizeAnswered(data.readUInt16BE(0), data.readUInt16BE(2));
    else if (option === newEnvironment && data[0] !== SUB.send) {
      // USER, ACCT and all other variables are ignored: a variable signs nobody in (rule F4).
      const variables = parseEnvironment(data);
      this.sizeAnswered(Number(variables.get('COLUMNS')), Number(variables.get('ROWS')));
    }
    this.settleWhenKnown();
  }

  /**
   * The first name that is a terminal's is the type. Other first names are often those of MUD
   * clients, whose second one is the terminal and whose third one is a set of bits (MTTS). Asking
   * further changes what a client emulates (RFC 1091), so a known name ends it, as does one that
   * comes twice.
   */
  private typeAnswered(data: Buffer): void {
    if (data[0] !== SUB.is || this.typeKnown) return;
    const name = data.toString('latin1', 1);
    const mtts = parseMtts(name);
    if (mtts !== undefined) {
      this.typeKnown = true;
      this.connection.hinted({
        ...{ asksForLines: mtts.isScreenReader },
        ...(mtts.isUtf8 ? { charset: 'utf8' } : {}),
      });
      return;
    }
    const isRepeated = this.types.at(-1) === name;
    this.types.push(name);
    const type = terminalTypeOf(name);
    const isVague = type === undefined || VAGUE_TYPES.has(type);
    if (type !== undefined && (!isVague || this.connection.terminalType === undefined))
      this.connection.hinted({ terminalType: type });
    const isFirstKnown =
      this.types.length === 1 && !isVague && isListed(type, this.options.config().term);
    const isVagueNoMore = this.types.length > 1 && !isVague && isVagueName(this.types[0]);
    this.typeKnown =
      isFirstKnown || isVagueNoMore || isRepeated || this.types.length >= MAX_TYPE_REQUESTS;
    if (!this.typeKnown) this.askType();
  }

  private charsetAnswered(data: Buffer): void {
    const { charset: agreed, reply } = answerCharset(data);
    if (reply !== undefined) this.codec.sendSub(charset, reply);
    if (agreed !== undefined) this.connection.hinted({ charset: agreed });
  }

  private sizeAnswered(columns: number, rows: number): void {
    this.sizeKnown = true;
    // 0 means that the client does not know its size; the other dimension may still be right.
    this.connection.hinted({
      columns: sizeOf(columns) ?? this.connection.columns,
      rows: sizeOf(rows) ?? this.connection.rows,
    });
  }

  private settleWhenKnown(): void {
    if (this.typeKnown && this.sizeKnown) this.settle();
  }

  private abused(what: string): void {
    const { remoteIp, slot, socket } = this.accepted;
    this.options.log.warn('telnet.abuse', { remoteIp, what });
    slot.charge('protocol');
    socket.destroy();
  }

  /**
   * The peer has hung up, or is a program piped into the connection (`printf ... | nc`) that has
   * sent all its input and waits for the first screen: a new caller gets the time for that.
   */
  private inputEnded(): void {
    if (this.connection.inputEnded()) return;
    const { socket } = this.accepted;
    const leftMs = this.startedMs + FIRST_SCREEN_MS - this.options.clock.monotonicMs();
    if (leftMs <= 0) {
      socket.destroySoon();
      return;
    }
    const cancel = this.options.clock.after(leftMs, () => socket.destroySoon());
    socket.once('close', cancel);
  }

  private closed(): void {
    this.codec.close();
    this.settle();
    this.connection.closed();
  }
}

function isVagueName(name: string | undefined): boolean {
  return VAGUE_TYPES.has(terminalTypeOf(name ?? '') ?? 'none');
}
