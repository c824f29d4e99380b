import { join } from 'node:path';
import type { ArtStore } from '../art/art-store';
import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Random } from '../base/random';
import { VERSION } from '../base/version';
import { groupWarnings } from '../config/warning-kinds';
import type { LiveBoard } from './live-board';
import type { Listening } from '../mail/links';
import { KeyTurns } from '../menu/run/key-turns';
import type { MenuServices } from '../menu/run/call-context';
import { NodeTalk } from '../menu/run/node-talk';
import { Wall } from '../menu/run/wall';
import { modulesForCallers } from '../modules/registry';
import type { Backend } from '../backend';
import type { Nodes } from '../servers/nodes';
import type { PageServerName } from '../config/login-servers';
import type { ServerAddress } from './embedding';
import { mapWays, type WayInName } from '../protocols/ways-in';

/** The services that menus and modules use. */
export function boardServices(parts: {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly startedAtMs: number;
  readonly live: LiveBoard;
  readonly art: ArtStore;
  readonly nodes: Nodes;
  readonly doorSeats: MenuServices['doorSeats'];
  readonly destinationHealth: MenuServices['destinationHealth'];
  readonly backend: Backend;
  readonly listening: () => Listening;
  readonly onEntered: NonNullable<MenuServices['onEntered']>;
  readonly dataDir: string;
}): MenuServices {
  const { live, backend } = parts;
  return {
    clock: parts.clock,
    random: parts.random,
    log: parts.log,
    version: VERSION,
    startedAtMs: parts.startedAtMs,
    config: () => live.config,
    menus: () => live.menus,
    themes: () => live.themes,
    art: parts.art,
    keyTurns: new KeyTurns(parts.clock),
    modules: modulesForCallers(live.own.modules),
    systemMethods: live.own.systemMethods,
    ownCodes: live.own,
    onEntered: parts.onEntered,
    db: backend.db,
    accounts: backend.accounts,
    enrollment: backend.enrollment,
    recovery: backend.recovery,
    sheets: backend.sheets,
    sshKeys: backend.sshKeys,
    invites: backend.invites,
    ownCalls: backend.ownCalls,
    farAccounts: backend.farAccounts,
    mailChange: backend.mailChange,
    passwordReset: backend.passwordReset,
    feedback: backend.feedback,
    doorSeats: parts.doorSeats,
    doorFolder: join(parts.dataDir, 'doors'),
    mailer: backend.mailer,
    warnings: () => groupWarnings(live.warnings, ({ message }) => message).length,
    refusedFile: () => live.refusedFile,
    nodes: parts.nodes,
    talk: new NodeTalk({ ...backend, ...parts }),
    wall: new Wall({ ...backend, ...parts }),
    destinationHealth: parts.destinationHealth,
    listening: parts.listening,
  };
}

/** The addresses of the servers, set as each starts; mails, pages and menus read them. */
export class OpenServers {
  login: Readonly<Partial<Record<WayInName, ServerAddress>>> = {};
  /** The pages, with TLS and without. */
  pages: Readonly<Partial<Record<PageServerName, ServerAddress>>> = {};

  /** By server: `telnet`, `rlogin`, `ssh`, `wss`, `ws`, `https`, `http`. */
  get addresses(): Readonly<Record<string, ServerAddress>> {
    return { ...this.login, ...this.pages };
  }

  get loginPorts(): Readonly<Partial<Record<WayInName, number | undefined>>> {
    return mapWays((way) => this.login[way]?.port);
  }

  /** The servers that callers can reach now, of those that mailed links need. */
  get listening(): Listening {
    return {
      ...mapWays((way) => this.login[way] !== undefined),
      https: Object.keys(this.pages).length > 0,
    };
  }
}
