import { greetByRlogin } from '../onward/rlogin-client';
import { openTunnel } from '../onward/ssh-client';
import { ACCOUNT_KEYS } from './far-account';
import { handOnModule, refuseWhere, type OnwardProtocol } from './hand-on';
import { portOf, type HandOnSettings } from './hand-on-settings';
import { RLOGIN_FIELDS, rloginFields } from './rlogin';
import { hostKeyProblem, SIGN_IN_MS, sshAccountOf, textOf } from './ssh-account';

const HOST = 'dp.throwbackbbs.com';
const SSH_PORT = 2022;
const RLOGIN_PORT = 513;

export const doorPartyProtocol: OnwardProtocol = {
  port: SSH_PORT,
  lacks: ['port', 'utf8Host', 'utf8Port'],
  keys: {
    username: 'Account of this board there, as DoorParty gave it.',
    password: 'Its password, as `@environment:NAME` or `@file:NAME`.',
    bbsTag: 'Tag of this board there; names go there as `[TAG]NAME`.',
    hostKey:
      'Fingerprint of the gateway’s host key, `SHA256:...`; nobody is handed on without it. The log says what the gateway has.',
    sshPort: `Port of the gateway; ${SSH_PORT} where nothing is said.`,
    rloginPort: `Port of the doors behind it; ${RLOGIN_PORT} where nothing is said.`,
    clientName: RLOGIN_FIELDS.clientName,
    terminal: RLOGIN_FIELDS.terminal,
    passwordLength: ACCOUNT_KEYS.passwordLength,
    boardId: ACCOUNT_KEYS.boardId,
  },
  withDefaults: (settings) => ({
    ...{ host: HOST, name: 'DoorParty' },
    ...settings,
    port: settings['sshPort'] ?? SSH_PORT,
    serverName: `[${tagOf(settings)}]{userName}`,
  }),
  problems: (settings) => {
    const hostKey = hostKeyProblem(settings);
    return { ...problems(settings), ...(hostKey === undefined ? {} : { hostKey }) };
  },
  // Without a host key the gateway is asked for the one that it has, for the log.
  before: ({ settings }) => refuseWhere(problems(settings)),
  open: async (socket, { context, settings, taken, signal, address, answer, ...caller }) => {
    const { clock } = context.services;
    const tunnel = await openTunnel(
      socket,
      {
        ...{ clock, signal, answer, limitMs: SIGN_IN_MS },
        ...{ ...sshAccountOf(settings), userName: textOf(settings['username']) ?? '' },
      },
      { host: address.host, port: portOf(settings['rloginPort']) ?? RLOGIN_PORT },
    );
    const fields = rloginFields(settings, { taken, ...caller });
    return greetByRlogin(tunnel, fields, { clock, limitMs: answer.leftMs, signal });
  },
};

/** Hands the caller on to DoorParty (ENiGMA½'s module of this name). */
export const doorPartyModule = handOnModule(
  'door_party',
  'Hands the caller on to DoorParty: by SSH to its gateway with the board’s own account, and inside by rlogin as `[TAG]NAME`; comes back when that ends. The caller’s password is not passed on.',
  doorPartyProtocol,
);

/** The tag without the brackets that it may be written with. */
function tagOf(settings: HandOnSettings): string {
  return String(settings['bbsTag'] ?? '').replaceAll(/[[\]{}]/g, '');
}

function problems(settings: HandOnSettings): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const key of ['username', 'password', 'bbsTag']) {
    const value = settings[key];
    if (typeof value !== 'string' || value === '')
      found[key] = `'${key}' is what DoorParty gave this board; without it nobody is handed on`;
  }
  for (const key of ['sshPort', 'rloginPort']) {
    if (settings[key] !== undefined && portOf(settings[key]) === undefined)
      found[key] = `'${key}' is a number from 1 to 65535`;
  }
  return found;
}
