import { openShell } from '../onward/ssh-client';
import { ACCOUNT_KEYS } from './far-account';
import { handOnModule, type OnwardProtocol } from './hand-on';
import type { HandOnSettings } from './hand-on-settings';
import { fillField } from './rlogin';
import { SIGN_IN_MS, SSH_ACCOUNT_KEYS, sshAccountOf, sshAccountProblems } from './ssh-account';

const VARIABLE = /^[A-Za-z_]\w{0,60}$/;

export const sshProtocol: OnwardProtocol = {
  port: 22,
  keys: {
    userName: 'Name of the account there; `{userName}` where nothing is said.',
    ...SSH_ACCOUNT_KEYS,
    env: 'Variables for the shell there, where its server takes them (AcceptEnv): `{ CALLER_ADDRESS: "{remoteIp}" }`, also `{userName}` and `{terminalType}`.',
    ...ACCOUNT_KEYS,
  },
  problems,
  open: (socket, { context, settings, taken, signal, answer, userName, password }) => {
    const { clock } = context.services;
    const { terminalType, remoteIp } = taken.facts;
    const account = sshAccountOf(settings);
    return openShell(socket, {
      ...{ clock, signal, answer, limitMs: SIGN_IN_MS },
      ...account,
      userName: fillField(settings['userName'] ?? '{userName}', { userName }),
      password: password ?? account.password,
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
  const { env } = settings;
  const found: Record<string, string> = { ...sshAccountProblems(settings) };
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
