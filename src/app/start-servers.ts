import type { ArtStore } from '../art/art-store';
import type { Backend } from '../backend';
import type { BoardClock } from '../base/clock';
import { BbsError } from '../base/errors';
import type { Log } from '../base/log';
import type { Random } from '../base/random';
import { hasPages, type PageServerName } from '../config/login-servers';
import type { Config } from '../config/schema';
import { sayOf } from '../menu/load/theme';
import type { Say } from '../texts/texts';
import { runMenus } from '../menu/run/runner';
import type { DestinationHealth } from '../onward/destination-health';
import type { DoorSeats } from '../servers/door-seats';
import type { Nodes } from '../servers/nodes';
import { terminalOpener } from '../servers/open-terminal';
import { Servers } from '../servers/servers';
import type { ConnectionLimiter } from '../throttle/connection-limiter';
import type { PageConnectionLimiter } from '../throttle/page-connection-limiter';
import type { LiveCertificate } from '../tls/live-certificate';
import { isPageOrigin } from '../web/origin';
import type { OwnRoute } from '../web/parts';
import { PROXY_PORT, startWebServer, type WebServer } from '../web/server';
import { startVerifySocket } from '../web/verify-socket';
import { boardServices, type OpenServers } from './board-services';
import type { Visitors } from './visitors';
import type { Drain } from './drain';
import type { FirstPassword } from './data-folder';
import type { EditWatch, LiveBoard } from './live-board';
import { mayReadReasons, type Readiness } from './readiness';

/** Parts of a running board that its RunningBbs uses. */
export interface Started {
  readonly backend: Backend;
  readonly first: FirstPassword;
  readonly certificate: LiveCertificate | undefined;
  readonly edits: EditWatch;
}

/** What every step of the start needs. */
export interface Basics {
  readonly live: LiveBoard;
  readonly art: ArtStore;
  readonly nodes: Nodes;
  readonly doorSeats: DoorSeats;
  readonly destinationHealth: DestinationHealth;
  readonly log: Log;
  readonly reopenLog: () => void;
  readonly isExempt: (ip: string) => boolean;
  /** Where the servers listen, as far as they are started. */
  readonly open: OpenServers;
  /** What servers and pages are made of alike. */
  readonly shared: {
    readonly config: () => Config;
    readonly clock: BoardClock;
    readonly random: Random;
    readonly log: Log;
    readonly dataDir: string;
    readonly resolveFile: (name: string) => string;
  };
}

/** What pages and login servers are made of beside the basics. */
export interface ServerParts {
  readonly backend: Backend;
  readonly limiter: ConnectionLimiter;
  readonly certificate: LiveCertificate | undefined;
  readonly readiness: Readiness;
  readonly drain: Drain;
}

/** Starts the pages; undefined where they are switched off. */
export async function startPages(
  { shared, open, isExempt, live, destinationHealth }: Basics,
  parts: ServerParts & {
    readonly pageLimiters: Readonly<Record<PageServerName, PageConnectionLimiter>>;
    readonly ownRoutes: readonly OwnRoute[] | undefined;
  },
): Promise<WebServer | undefined> {
  const { backend, certificate, pageLimiters, readiness, ownRoutes } = parts;
  if (!hasPages(shared.config())) {
    if ((ownRoutes ?? []).length === 0) return undefined;
    const text = 'routes: there are no pages; set contentServers.web.https.enabled to true';
    throw new BbsError('CONFIG_INVALID', text);
  }
  const { db, enrollment, passwordReset, mailChange, findTemplate, authenticator } = backend;
  const { recovery } = backend;
  return startWebServer({
    ...{ ...shared, db, enrollment, passwordReset, mailChange, findTemplate, certificate },
    ...{ ownRoutes, authenticator, recovery },
    say: boardSay({ live, shared }),
    accept: (server, socket, enter) => pageLimiters[server].accept(socket, enter),
    loginPorts: () => open.loginPorts,
    notReady: () => readiness.reasons(),
    silentDestinations: () => destinationHealth.failing(),
    mayReadReasons: (caller) => mayReadReasons(caller, { ...shared, isExempt }),
  });
}

/** Starts the verify service on its socket, where the configuration names one; returns what stops it. */
export async function startVerify(
  { shared }: Basics,
  { backend: { authenticator } }: Pick<ServerParts, 'backend'>,
): Promise<() => Promise<void>> {
  const { socket } = shared.config().verify;
  if (socket === '') return () => Promise.resolve();
  return startVerifySocket({ ...shared, authenticator, path: shared.resolveFile(socket) });
}

/** The board's sentences where no menu is open, in the words of the theme before the sign-in; read live. */
export function boardSay({ live, shared }: Pick<Basics, 'live' | 'shared'>): Say {
  return (id, ...values) => sayOf(live.themes, shared.config().theme.preLogin)(id, ...values);
}

/** Starts a server for each way in that is switched on. */
export async function startLoginServers(
  { shared, nodes, doorSeats, destinationHealth, open, live, art }: Basics,
  parts: ServerParts & { readonly visitors: Visitors },
): Promise<Servers> {
  const { config, clock } = shared;
  const { backend, limiter, certificate, visitors, drain } = parts;
  const services = boardServices({
    ...{ ...shared, live, art, nodes, doorSeats, destinationHealth, backend },
    listening: () => open.listening,
    startedAtMs: clock.nowMs(),
    onEntered: (caller) => visitors.entered(caller),
  });
  const pagesPort = (): number =>
    open.pages.https?.port ??
    (open.pages.http === undefined ? config().contentServers.web.https.port : PROXY_PORT);
  return Servers.start({
    ...shared,
    ...{ nodes, limiter, certificate },
    onBegan: (caller) => visitors.began(caller),
    onLeft: (caller, left) => visitors.left(caller, left),
    authenticator: backend.authenticator,
    isOwnOrigin: (origin, remoteIp) => isPageOrigin({ origin, remoteIp }, config(), pagesPort()),
    accountEvents: backend.accountEvents,
    say: boardSay({ live, shared }),
    openTerminal: terminalOpener({ config, clock }),
    run: (caller, firstMenu) => runMenus(caller, firstMenu, services),
    onEnded: (caller) => backend.endCall(caller.login),
    refusal: () => drain.refusal,
  });
}
