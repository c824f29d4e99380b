import type { Config } from '../config/schema';
import type { Admission, Seat } from './admission';
import { RefusalLog, type RefusalLogOptions } from './refusal-log';

export interface PageAdmissionOptions extends Omit<RefusalLogOptions, 'server'> {
  readonly config: () => Config;
  readonly admission: Admission;
}

/** How the pages ask the admission of the login servers: for a seat, or undefined for whom it refuses. */
export function createPageAdmission(
  options: PageAdmissionOptions,
): (remoteIp: string) => Pick<Seat, 'release'> | undefined {
  const { admission, config } = options;
  const refusals = new RefusalLog({ ...options, server: 'https' });
  return (remoteIp) => {
    const admittance = config().contentServers.web.behindProxy
      ? admission.admitProxy(remoteIp)
      : admission.admit(remoteIp);
    if (admittance.ok) return admittance.seat;
    refusals.note(remoteIp, admittance.reason);
    return undefined;
  };
}
