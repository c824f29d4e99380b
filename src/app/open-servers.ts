import type { ServerAddress } from './embedding';
import type { Listening } from '../mail/links';
import { mapWays, type WayInName } from '../protocols/ways-in';

/** Where the board's servers listen, filled in as each starts: mails, pages and menus ask here. */
export class OpenServers {
  login: Readonly<Partial<Record<WayInName, ServerAddress>>> = {};
  https: ServerAddress | undefined;

  /** By server: `telnet`, `ssh`, `wss`, `https`. */
  get addresses(): Readonly<Record<string, ServerAddress>> {
    return { ...this.login, ...(this.https === undefined ? {} : { https: this.https }) };
  }

  get loginPorts(): Readonly<Partial<Record<WayInName, number | undefined>>> {
    return mapWays((way) => this.login[way]?.port);
  }

  /** The servers that callers can reach now, of those that mailed links need. */
  get listening(): Listening {
    return {
      ...mapWays((way) => this.login[way] !== undefined),
      https: this.https !== undefined,
    };
  }
}
