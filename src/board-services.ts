import type { ArtStore } from './art/art-store';
import type { Clock } from './base/clock';
import type { Log } from './base/log';
import type { Random } from './base/random';
import { VERSION } from './base/version';
import type { Config } from './config/schema';
import type { LiveBoard } from './live-board';
import { createCallHistory } from './menu/call-history';
import type { MenuServices } from './menu/menu-services';
import type { MissingForTwoFactor } from './menu/services';
import { createSignInHistory } from './menu/sign-in-history';
import { createSshKeyDesk } from './menu/ssh-key-desk';
import { createTwoFactorDesk } from './menu/two-factor-desk';
import { modulesForCallers } from './modules/registry';
import type { Office } from './office';
import type { Nodes } from './servers/nodes';

/** What menus and modules use of the board, put together from its parts. */
export function boardServices(parts: {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly startedAtMs: number;
  readonly live: LiveBoard;
  readonly art: ArtStore;
  readonly nodes: Nodes;
  readonly office: Office;
}): MenuServices {
  const { live, office } = parts;
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
    modules: modulesForCallers(),
    accounts: office.directory,
    calls: createCallHistory(office.db),
    nodes: parts.nodes,
    twoFactor: createTwoFactorDesk({
      enrollment: office.enrollment,
      missing: () => missingForTwoFactor(live.config),
    }),
    accountDesk: office.accounts,
    mailChange: office.mailChange,
    sshKeys: createSshKeyDesk({
      db: office.db,
      clock: parts.clock,
      notifier: office.mailer,
      changed: () => office.accountEvents.poke(),
    }),
    signIns: createSignInHistory(office.db),
    sendFeedback: (letter, origin) => office.feedback.send(letter, origin),
    contentServices: () => new Set(live.config.contentServers.web.https.enabled ? ['https'] : []),
    forgotPassword: (name, { server, remoteIp, node }) => {
      office.passwordReset.request(name, { server, remoteIp, node });
      return Promise.resolve();
    },
  };
}

/** What registering a second factor by mail needs and this board has not (issue: prerequisites are named). */
function missingForTwoFactor(config: Config): readonly MissingForTwoFactor[] {
  const { loginServers, contentServers } = config;
  const missing: MissingForTwoFactor[] = [];
  if (!loginServers.ssh.enabled && !loginServers.webSocket.wss.enabled)
    missing.push('secure-login');
  if (!contentServers.web.https.enabled && !contentServers.web.behindProxy) missing.push('https');
  return missing;
}
