import type { Config } from './schema';

/** Keys and blocks that the board reads only when it starts. */
const AT_START = [
  'loginServers.telnet.enabled',
  'loginServers.telnet.address',
  'loginServers.telnet.port',
  'loginServers.ssh.enabled',
  'loginServers.ssh.address',
  'loginServers.ssh.port',
  'loginServers.ssh.privateKeyPem',
  'loginServers.ssh.privateKeyPass',
  'loginServers.ssh.profile',
  'loginServers.ssh.keepAliveSeconds',
  'loginServers.ssh.traceConnections',
  'loginServers.webSocket.wss',
  'contentServers.web.https.enabled',
  'contentServers.web.https.address',
  'contentServers.web.https.port',
  'security.sealingKeyFile',
  'users.badPassFile',
  'logging',
] as const;

/** Those of these keys that have changed, so that the change takes effect after a restart. */
export function keysThatWaitForRestart(started: Config, now: Config): readonly string[] {
  return AT_START.filter((path) => textAt(started, path) !== textAt(now, path));
}

function textAt(config: Config, path: string): string {
  let at: unknown = config;
  for (const key of path.split('.')) at = (at as Readonly<Record<string, unknown>>)[key];
  return JSON.stringify(at);
}
