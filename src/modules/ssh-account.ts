import { toError } from '../base/errors';
import { readCertificate } from '../onward/ssh-certificate';
import { openTunnel, readPrivateKey } from '../onward/ssh-client';
import { refuseWhere, type OnwardGateway } from './hand-on';
import { portOf, type HandOnSettings } from './hand-on-settings';

/** How long a server that has named itself may take until an account is signed in there. */
export const SIGN_IN_MS = 10_000;

const SSH_PORT = 22;
const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}=?$/;

/** The keys by which this board signs in to a server by SSH, each with its documentation. */
export const SSH_ACCOUNT_KEYS = {
  hostKey:
    'Fingerprint of the board’s host key, `SHA256:...`; nobody is handed on without it. The log says what the board has.',
  password:
    'Password of that account, as `@environment:NAME` or `@file:NAME`; `{password}` for one that is made for each caller.',
  privateKey: 'Or a private key of this board’s own, as `@file:NAME`.',
  certificate:
    'Certificate of that key (`@file:far-key-cert.pub`; Ed25519 or RSA), where the server believes an authority of its own (`TrustedUserCAKeys`).',
} as const;

/** The key of settings that has a block of such keys, for a connection through a server. */
export const TUNNEL_KEY = {
  tunnel:
    'The way there by SSH: `{ host, port, userName, hostKey, privateKey }` of a server from which the board is reached, with the keys as `ssh_bridge` has them; `host` and `port` of the board are then as that server sees them. `port` is 22 where nothing is said.',
} as const;

const TUNNEL_KEYS = ['host', 'port', 'userName', ...Object.keys(SSH_ACCOUNT_KEYS)];

/** What is wrong in the keys of an account, if anything. */
export function sshAccountProblems(settings: HandOnSettings): Readonly<Record<string, string>> {
  const { password, privateKey, certificate } = settings;
  const hostKey = hostKeyProblem(settings);
  return {
    ...(hostKey === undefined ? {} : { hostKey }),
    ...(password === undefined && privateKey === undefined
      ? { password: "'password' or 'privateKey' is needed to sign in there" }
      : {}),
    ...(certificate !== undefined && textOf(privateKey) === undefined
      ? { certificate: "'certificate' needs the 'privateKey' that it is of" }
      : {}),
    ...keyProblems(settings),
  };
}

/** What is wrong with the private key, or else with its certificate, if anything. */
function keyProblems(settings: HandOnSettings): Readonly<Record<string, string>> {
  const { privateKey, certificate } = sshAccountOf(settings);
  if (privateKey === undefined) return {};
  let read: 'privateKey' | 'certificate' = 'privateKey';
  try {
    const key = readPrivateKey(privateKey);
    read = 'certificate';
    if (certificate !== undefined) readCertificate(key, certificate);
    return {};
  } catch (thrown) {
    return { [read]: `'${read}' cannot be used: ${toError(thrown).message}` };
  }
}

/** What is wrong with `hostKey`, if anything. */
export function hostKeyProblem({ hostKey }: HandOnSettings): string | undefined {
  if (typeof hostKey === 'string' && FINGERPRINT.test(hostKey)) return undefined;
  return "'hostKey' is a fingerprint such as SHA256:...; without it nobody is handed on (ssh-keyscan HOST | ssh-keygen -lf -)";
}

/** The keys of an account as the connection takes them. */
export function sshAccountOf(settings: HandOnSettings): {
  readonly hostKey: string | undefined;
  readonly password: string | undefined;
  readonly privateKey: string | undefined;
  readonly certificate: string | undefined;
} {
  return {
    hostKey: textOf(settings['hostKey']),
    password: textOf(settings['password']),
    privateKey: textOf(settings['privateKey']),
    certificate: textOf(settings['certificate']),
  };
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What is wrong in `tunnel`, if anything. */
export function tunnelProblems(settings: HandOnSettings): Readonly<Record<string, string>> {
  const { tunnel } = settings;
  if (tunnel === undefined) return {};
  const lacking = lackOf(tunnel);
  const block = isBlock(tunnel) ? tunnel : {};
  const unknown = Object.keys(block).find((key) => !TUNNEL_KEYS.includes(key));
  const [problem] = [
    ...lacking,
    hostKeyProblem(block) ?? [],
    Object.values(keyProblems(block)),
    unknown === undefined ? [] : `'${unknown}' has no effect`,
  ].flat();
  return problem === undefined ? {} : { tunnel: `tunnel: ${problem}` };
}

/**
 * The server through which the board is reached, where the settings have one. Its `open` rejects with
 * HAND_ON_REFUSED where they do not say all that is needed: nothing goes another way then.
 */
export function tunnelOf({ tunnel }: HandOnSettings): OnwardGateway | undefined {
  if (tunnel === undefined) return undefined;
  const { host, port, userName, ...account } = isBlock(tunnel) ? tunnel : {};
  return {
    address: { host: textOf(host) ?? '', port: portOf(port ?? SSH_PORT) ?? SSH_PORT },
    open: async (socket, { context, signal, address, answer }) =>
      openTunnel(
        socket,
        {
          ...{ clock: context.services.clock, signal, answer, limitMs: SIGN_IN_MS },
          ...{ ...sshAccountOf(account), userName: textOf(userName) ?? '' },
        },
        address,
      ),
  };
}

/** Without a host key the server is asked for the one that it has, for the log. */
export function refuseTunnel({ tunnel }: HandOnSettings): Promise<void> {
  const [lack] = tunnel === undefined ? [] : lackOf(tunnel);
  return refuseWhere(lack === undefined ? {} : { tunnel: `tunnel: ${lack}` });
}

/** What nobody can be handed on without. */
function lackOf(tunnel: unknown): readonly string[] {
  if (!isBlock(tunnel)) return ['it is a block of keys such as host and userName'];
  const { host, port, userName, password, privateKey } = tunnel;
  const isPort = port === undefined || portOf(port) !== undefined;
  const isSecret = (textOf(password) ?? textOf(privateKey)) !== undefined;
  return [
    textOf(host) === undefined ? ["'host' is the name or address of the server"] : [],
    isPort ? [] : ["'port' is a number from 1 to 65535"],
    textOf(userName) === undefined ? ["'userName' is the board's account there"] : [],
    isSecret ? [] : ["'password' or 'privateKey' is needed to sign in there"],
    isOfCaller(password)
      ? ["'password' is this board's own there; {password} is a caller's on a board"]
      : [],
  ].flat();
}

function isOfCaller(password: unknown): boolean {
  return textOf(password)?.includes('{password}') === true;
}

function isBlock(value: unknown): value is HandOnSettings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
