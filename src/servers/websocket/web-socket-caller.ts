import type { WebSocket } from 'ws';
import type { Cancel, Clock } from '../../base/clock';
import { LIMITS } from '../../base/limits';
import type { Log } from '../../base/log';
import type { WayInName } from '../../protocols/ways-in';
import type { Accepted } from '../listener';
import { Connection, type ClientHints, type Serve, sizeOf, terminalTypeOf } from '../connection';
import { RateWindow } from '../../base/event-counters';

export interface WebSocketCallerOptions {
  readonly server: WayInName;
  readonly clock: Clock;
  readonly log: Log;
  /** True while the board shuts down. */
  readonly isClosing: () => boolean;
  readonly firstMenu: () => string;
  readonly serve: Serve;
}

/** Status codes of RFC 6455, section 7.4.1. */
const CLOSE = { normal: 1000, goingAway: 1001, unsupported: 1003, policy: 1008 } as const;
const TEN_SECONDS_MS = 10_000;
/** The one text message: the window has another size. */
const SIZE = /^size (\d{1,4}) (\d{1,4})$/;
const MAX_REASON_BYTES = 123;
const SIZE_BYTES = 'size 9999 9999'.length;

/**
 * One caller by WebSocket: binary messages carry what telnet would carry without its commands.
 * The text message `size COLUMNS ROWS` tells a new size of the window. Pings detect dead connections, and protocol violations end the call.
 */
export class WebSocketCaller {
  private readonly connection: Connection;
  private readonly controls: RateWindow;
  private cancelBeat: Cancel = () => undefined;
  private alive = true;

  constructor(
    private readonly accepted: Accepted,
    private readonly socket: WebSocket,
    private readonly options: WebSocketCallerOptions,
  ) {
    const { clock, log } = options;
    const { remoteIp } = accepted;
    this.controls = new RateWindow(clock, TEN_SECONDS_MS, LIMITS.webSocketControlsPer10s);
    this.connection = new Connection({
      ...{ server: options.server, isInClear: accepted.isInClear },
      turns: accepted.turns,
      remoteIp,
      clock,
      transport: {
        send: (piece, done) => socket.send(piece, { binary: true }, () => done()),
        finish: (reason) =>
          socket.close(options.isClosing() ? CLOSE.goingAway : CLOSE.normal, fitReason(reason)),
        destroy: () => socket.terminate(),
        flow: (on) => this.flow(on),
      },
      onOverrun: (reason) => log.info('call.too-slow', { remoteIp, reason }),
    });
    socket.on('message', (data, isBinary) => this.message(data as Buffer, isBinary));
    socket.on('ping', (data) => {
      if (this.countControl()) socket.pong(data);
    });
    socket.on('pong', () => this.countControl());
    // ws has sent its status already: 1002 for an invalid frame, 1008 and 1009 for too many or too
    // large ones.
    socket.on('error', (error) => this.abused(error.message));
    socket.once('close', () => this.gone());
  }

  /** Passes the caller to a session. */
  start(hints: ClientHints): void {
    const { deadline, slot, onNodesBusy } = this.accepted;
    this.connection.hinted(hints);
    this.beat();
    void this.options.serve({
      connection: this.connection,
      settled: Promise.resolve(),
      ...{ deadline, slot, onNodesBusy },
      firstMenu: this.options.firstMenu(),
      login: undefined,
      node: undefined,
    });
  }

  private message(data: Buffer, isBinary: boolean): void {
    this.accepted.deadline.heard();
    if (this.connection.signal.aborted) return;
    this.alive = true;
    if (isBinary) {
      this.connection.received(data);
      return;
    }
    const size = data.length <= SIZE_BYTES ? SIZE.exec(data.toString('latin1')) : null;
    if (size !== null) {
      if (!this.countControl()) return;
      this.connection.hinted({ columns: sizeOf(Number(size[1])), rows: sizeOf(Number(size[2])) });
      return;
    }
    this.socket.close(CLOSE.unsupported, 'binary messages only');
    this.gone();
  }

  /** False when the limit is exceeded: terminals do not flood. */
  private countControl(): boolean {
    this.alive = true;
    this.accepted.deadline.heard();
    if (this.connection.signal.aborted) return false;
    if (this.controls.count()) return true;
    this.socket.close(CLOSE.policy, 'too many pings');
    this.abused('ping flood');
    return false;
  }

  private flow(on: boolean): void {
    if (!on) {
      this.socket.pause();
      return;
    }
    this.alive = true;
    this.socket.resume();
  }

  private beat(): void {
    // While input waits on the client's side, so do the answers to pings.
    if (!this.alive && !this.socket.isPaused) {
      this.options.log.info('wss.gone', { remoteIp: this.accepted.remoteIp });
      this.socket.terminate();
      return;
    }
    this.alive = false;
    this.socket.ping();
    this.cancelBeat = this.options.clock.after(LIMITS.webSocketPingMs, () => this.beat());
  }

  private abused(what: string): void {
    const { remoteIp, slot } = this.accepted;
    this.options.log.warn('wss.abuse', { remoteIp, what });
    slot.charge('protocol');
    this.gone();
  }

  /**
   * The call is over at once; ws closes the socket when the peer has answered, or soon without an
   * answer.
   */
  private gone(): void {
    this.cancelBeat();
    this.connection.closed();
  }
}

/** A reason has 123 bytes at most (RFC 6455, section 5.5); a longer one is cut at a character. */
function fitReason(reason: string): string {
  let fitting = '';
  for (const character of reason) {
    if (Buffer.byteLength(fitting + character) > MAX_REASON_BYTES) break;
    fitting += character;
  }
  return fitting;
}

/**
 * What the URL says of the terminal, `?cols=80&rows=24&term=xterm`; for display only. `lines=1` asks
 * for text line by line, `taps=1` says that the terminal reports taps when it is asked to.
 */
export function hintsOf(address: string): ClientHints {
  const at = address.indexOf('?');
  const query = new URLSearchParams(at < 0 ? '' : address.slice(at));
  return {
    columns: sizeOf(Number(query.get('cols') ?? 0)),
    rows: sizeOf(Number(query.get('rows') ?? 0)),
    terminalType: terminalTypeOf(query.get('term') ?? ''),
    ...(query.get('lines') === '1' ? { asksForLines: true } : {}),
    ...(query.get('taps') === '1' ? { reportsTaps: true } : {}),
  };
}
