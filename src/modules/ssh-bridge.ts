import { openShell } from '../onward/ssh-client';
import { ACCOUNT_KEYS } from './far-account';
import { handOnModule, type OnwardProtocol } from './hand-on';
import type { HandOnSettings } from './hand-on-settings';
import { fillField } from './rlogin';

/** A key exchange and a password that is hashed take longer than a connection. */
export const SIGN_IN_MS = 10_000;

const VARIABLE = /^[A-Za-z_]\w{0,60}$/;

const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}=?$/;

export const sshProtocol: OnwardProtocol = {
  port: 22,
  keys: {
    hostKey:
      'Fingerprint of the board’s host key, `SHA256:...`; nobody is handed on without it. The log says what the board has.',
    userName: 'Name of the account there; `{userName}` where nothing is said.',
    password:
      'Password of that account, as `@environment:NAME` or `@file:NAME`; `{password}` for one that is made for each caller.',
    privateKey: 'Or a private key of this board’s own, as `@file:NAME`.',
    env: 'Variables for the shell there, where its server takes them (AcceptEnv): `{ CALLER_ADDRESS: "{remoteIp}" }`, also `{userName}` and `{terminalType}`.',
    ...ACCOUNT_KEYS,
  },
  problems,
  open: (socket, { context, settings, taken, signal, userName, password }) => {
    const { clock } = context.services;
    const { terminalType, remoteIp } = taken.facts;
    const text = (key: string): string | undefined => {
      const value = settings[key];
      return typeof value === 'string' && value !== '' ? value : undefined;
    };
    return openShell(socket, {
      ...{ clock, signal, limitMs: SIGN_IN_MS },
      hostKey: text('hostKey'),
      userName: fillField(settings['userName'] ?? '{userName}', { userName }),
      password: password ?? text('password'),
      privateKey: text('privateKey'),
      terminalType,
      size: () => taken.facts.size,
      env: environment(settings, { userName, terminalType, remoteIp }),
    });
  },
};

/** Hands the caller on to a board or a shell by SSH. */
export const sshBridgeModule = handOnModule(
  'ssh_bridge',
  'Hands the caller on by SSH, to a board whose host key is known, and comes back when that ends. The caller’s password is not passed on.',
  sshProtocol,
);

function problems(settings: HandOnSettings): Readonly<Record<string, string>> {
  const { password, privateKey, env } = settings;
  const found: Record<string, string> = {};
  const hostKey = hostKeyProblem(settings);
  if (hostKey !== undefined) found['hostKey'] = hostKey;
  if (password === undefined && privateKey === undefined)
    found['password'] = "'password' or 'privateKey' is needed to sign in there";
  const isMap = typeof env === 'object' && env !== null && !Array.isArray(env);
  if (env !== undefined && !(isMap && Object.keys(env).every((name) => VARIABLE.test(name))))
    found['env'] = "'env' is a map of names such as CALLER_ADDRESS to texts; others are not sent";
  return found;
}

function environment(
  { env }: HandOnSettings,
  values: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const given = typeof env === 'object' && env !== null ? Object.entries(env) : [];
  return Object.fromEntries(
    given
      .filter(([name]) => VARIABLE.test(name))
      .map(([name, template]) => [name, fillField(template, values)]),
  );
}

/** What is wrong with `hostKey`, if anything. */
export function hostKeyProblem({ hostKey }: HandOnSettings): string | undefined {
  if (typeof hostKey === 'string' && FINGERPRINT.test(hostKey)) return undefined;
  return "'hostKey' is a fingerprint such as SHA256:...; without it nobody is handed on (ssh-keyscan HOST | ssh-keygen -lf -)";
}
