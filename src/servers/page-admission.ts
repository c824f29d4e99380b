import type { Socket } from 'node:net';
import type { Config } from '../config/schema';
import { plainIp } from '../base/source';
import type { Admission } from './admission';
import { isFromThisMachine } from './networks';
import { RefusalLog, type RefusalLogOptions } from './refusal-log';

export interface PageAdmissionOptions extends Omit<RefusalLogOptions, 'server'> {
  readonly config: () => Config;
  readonly admission: Admission;
}

/** A connection's place among those of the pages. */
export interface PageSeat {
  /** Nothing but the board's health may be asked on it. */
  readonly onlyHealth: boolean;
  release(): void;
}

/** Connections from the machine itself that are there for its health alone (rule M11). */
const MOST_HEALTH = 8;

/** How the pages ask the admission of the login servers: for a seat, or undefined for whom it refuses. */
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

  /** Says what is counted and not said yet. */
  close(): void {
    this.refusals.close();
  }

  /** Whatever strangers do, and whatever the machine's own programs did: a supervisor gets its answer. */
  private healthSeat(): PageSeat | undefined {
    if (this.asking >= MOST_HEALTH) return undefined;
    this.asking += 1;
    return { onlyHealth: true, release: () => void (this.asking -= 1) };
  }

  private end(socket: Socket, remoteIp: string): void {
    this.refusals.note(remoteIp, 'made-room');
    socket.destroy();
  }
}
