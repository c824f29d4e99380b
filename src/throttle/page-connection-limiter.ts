import type { Socket } from 'node:net';
import type { Config } from '../config/schema';
import { isFromThisMachine, plainIp } from '../base/source';
import type { ConnectionLimiter } from './connection-limiter';
import { RefusalLog, type RefusalLogOptions } from './refusal-log';

interface PageConnectionLimiterOptions extends Omit<RefusalLogOptions, 'server'> {
  readonly config: () => Config;
  readonly limiter: ConnectionLimiter;
}

/** The slot of a connection to the pages. */
interface PageSlot {
  /** Only the board's health may be requested on it. */
  readonly onlyHealth: boolean;
  release(): void;
}

/** Limit of local connections that are only for the health check (rule M11). */
const MAX_HEALTH = 8;

/** Asks the limiter of the login servers for the pages: a slot, or undefined when it refuses. */
export class PageConnectionLimiter {
  private readonly refusals: RefusalLog;
  private asking = 0;

  constructor(private readonly options: PageConnectionLimiterOptions) {
    this.refusals = new RefusalLog({ ...options, server: 'https' });
  }

  accept(socket: Socket): PageSlot | undefined {
    const { limiter, config } = this.options;
    const remoteIp = plainIp(socket.remoteAddress ?? '');
    if (remoteIp === '') return undefined;
    const isLocal = isFromThisMachine(socket);
    const request = { remoteIp, isLocal, end: () => this.end(socket, remoteIp) };
    const result = config().contentServers.web.behindProxy
      ? limiter.acceptProxy(request)
      : limiter.accept(request);
    if (result.ok) return { onlyHealth: false, release: () => result.slot.release() };
    this.refusals.note(remoteIp, result.reason);
    return isLocal ? this.healthSlot() : undefined;
  }

  /** Logs the refusals that were counted but not logged yet. */
  close(): void {
    this.refusals.close();
  }

  /**
   * A supervisor on this machine always gets its health check, whatever other callers or local
   * programs do.
   */
  private healthSlot(): PageSlot | undefined {
    if (this.asking >= MAX_HEALTH) return undefined;
    this.asking += 1;
    return { onlyHealth: true, release: () => void (this.asking -= 1) };
  }

  private end(socket: Socket, remoteIp: string): void {
    this.refusals.note(remoteIp, 'made-room');
    socket.destroy();
  }
}
