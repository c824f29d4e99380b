import type { Socket } from 'node:net';
import type { Config } from '../config/schema';
import { plainIp } from '../base/source';
import type { Admission } from './connection-limiter';
import { isFromThisMachine } from './networks';
import { RefusalLog, type RefusalLogOptions } from './refusal-log';

export interface PageAdmissionOptions extends Omit<RefusalLogOptions, 'server'> {
  readonly config: () => Config;
  readonly admission: Admission;
}

/** The slot of a connection to the pages. */
export interface PageSeat {
  /** Only the board's health may be requested on it. */
  readonly onlyHealth: boolean;
  release(): void;
}

/** Limit of local connections that are only for the health check (rule M11). */
const MAX_HEALTH = 8;

/** Asks the limiter of the login servers for the pages: a slot, or undefined when it refuses. */
export class PageAdmission {
  private readonly refusals: RefusalLog;
  private asking = 0;

  constructor(private readonly options: PageAdmissionOptions) {
    this.refusals = new RefusalLog({ ...options, server: 'https' });
  }

  admit(socket: Socket): PageSeat | undefined {
    const { admission, config } = this.options;
    const remoteIp = plainIp(socket.remoteAddress ?? '');
    if (remoteIp === '') return undefined;
    const isLocal = isFromThisMachine(socket);
    const applicant = { remoteIp, isLocal, end: () => this.end(socket, remoteIp) };
    const admittance = config().contentServers.web.behindProxy
      ? admission.admitProxy(applicant)
      : admission.admit(applicant);
    if (admittance.ok) return { onlyHealth: false, release: () => admittance.seat.release() };
    this.refusals.note(remoteIp, admittance.reason);
    return isLocal ? this.healthSeat() : undefined;
  }

  /** Logs the refusals that were counted but not logged yet. */
  close(): void {
    this.refusals.close();
  }

  /**
   * A supervisor on this machine always gets its health check, whatever other callers or local
   * programs do.
   */
  private healthSeat(): PageSeat | undefined {
    if (this.asking >= MAX_HEALTH) return undefined;
    this.asking += 1;
    return { onlyHealth: true, release: () => void (this.asking -= 1) };
  }

  private end(socket: Socket, remoteIp: string): void {
    this.refusals.note(remoteIp, 'made-room');
    socket.destroy();
  }
}
