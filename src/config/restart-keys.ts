import { WAY_IN_NAMES, WAYS_IN } from '../protocols/ways-in';
import { valueAt } from './login-servers';
import type { Config } from './schema';

/** Keys and blocks that the board reads only when it starts. */
const AT_START = [
  ...WAY_IN_NAMES.flatMap((way) =>
    ['enabled', 'address', 'port', 'socket', 'socketForGroup'].map(
      (key) => `${WAYS_IN[way].configKey}.${key}`,
    ),
  ),
  'loginServers.ssh.privateKeyPem',
  'loginServers.ssh.privateKeyCommand',
  'loginServers.ssh.privateKeyPass',
  'loginServers.ssh.profile',
  'loginServers.ssh.algorithms',
  'loginServers.ssh.keepAliveSeconds',
  'loginServers.ssh.traceConnections',
  ...['https', 'http'].flatMap((name) =>
    ['enabled', 'address', 'port'].map((key) => `contentServers.web.${name}.${key}`),
  ),
  'contentServers.web.http.socket',
  'contentServers.web.http.socketForGroup',
  'security.sealingKeyFile',
  'security.sealingKeyCommand',
  'users.badPassFile',
  'mods',
  'verify.https',
  'verify.socket',
  'verify.socketForGroup',
  'database',
  'logging',
];

/** Those of these keys that have changed, so that the change takes effect after a restart. */
export function keysThatWaitForRestart(started: Config, now: Config): readonly string[] {
  return AT_START.filter((path) => textAt(started, path) !== textAt(now, path));
}

function textAt(config: Config, path: string): string {
  return JSON.stringify(valueAt(config, path));
}
