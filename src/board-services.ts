import type { ArtStore } from './art/art-store';
import type { Clock } from './base/clock';
import type { Log } from './base/log';
import type { Random } from './base/random';
import { VERSION } from './base/version';
import type { LiveBoard } from './live-board';
import { missingForLink, type Listening } from './mail/prerequisites';
import { createCallHistory } from './menu/call-history';
import { KeyTurns } from './menu/key-turns';
import type { MenuServices } from './menu/menu-services';
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
  readonly listening: () => Listening;
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
    keyTurns: new KeyTurns(parts.clock),
    modules: modulesForCallers(),
    accounts: office.directory,
    calls: createCallHistory(office.db),
    nodes: parts.nodes,
    listening: parts.listening,
    links: {
      missing: (purpose) => missingForLink(live.config, parts.listening(), purpose),
      sendsMail: () => office.mailer.sendsMail,
    },
    twoFactor: createTwoFactorDesk({ enrollment: office.enrollment }),
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
    contentServices: () => new Set(parts.listening().https ? ['https'] : []),
    forgotPassword: (name, { server, remoteIp, node }) => {
      office.passwordReset.request(name, { server, remoteIp, node });
      return Promise.resolve();
    },
  };
}
