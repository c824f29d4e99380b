import { BlockList, isIP } from 'node:net';
import { normalize } from 'node:path';
import { toError } from '../base/errors';
import { areEverybody, UNIX_PEER } from '../base/source';
import { parsePostgresAddress } from '../base/postgres-address';
import {
  BROWSER_WAYS,
  isForProxies,
  SECURE_WAYS,
  WAY_IN_NAMES,
  WAYS_IN,
  WAYS_TO_TELL,
} from '../protocols/ways-in';
import { hasPages, listLoginServers, listServers, loginServer } from './login-servers';
import type { Config } from './schema';
import type { Path } from './source-tree';

/** A finding about several keys at once, or about a text that only code can check. */
interface CrossFinding {
  readonly path: Path;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** Checks what a schema of single keys cannot express. */
export function checkAcrossKeys(config: Config): readonly CrossFinding[] {
  return [
    ...checkRanges(config),
    ...checkDatabase(config),
    ...checkTexts(config),
    ...checkPorts(config),
    ...checkProxies(config),
    ...checkSockets(config),
    ...checkWeb(config),
    ...checkKeySources(config),
    ...checkSecondFactor(config),
  ];
}

function error(path: string, message: string): CrossFinding {
  return { path: path.split('.'), severity: 'error', message: `${path} ${message}` };
}

function warning(path: string, message: string): CrossFinding {
  return { path: path.split('.'), severity: 'warning', message: `${path} ${message}` };
}

function* checkDatabase({ database }: Config): Iterable<CrossFinding> {
  const { client, connection, tls } = database;
  if (client === 'sqlite') {
    if (connection !== '') {
      const why = 'has no effect: database.client is sqlite, which is the file in data/db';
      yield warning('database.connection', why);
    }
    return;
  }
  let isNear = false;
  try {
    const { places } = parsePostgresAddress(connection);
    isNear = places.every(
      ({ host }) => host.startsWith('/') || ['localhost', '127.0.0.1', '::1'].includes(host),
    );
  } catch (problem) {
    yield {
      path: ['database', 'connection'],
      severity: 'error',
      message: toError(problem).message,
    };
  }
  if (isNear) return;
  if (!tls.enabled)
    yield warning(
      'database.tls.enabled',
      'is false: what is stored goes over the network as it is',
    );
  else if (!tls.rejectUnauthorized) {
    const why = 'is false: whoever stands between can read and change what is stored';
    yield warning('database.tls.rejectUnauthorized', why);
  }
}

function* checkRanges({ users }: Config): Iterable<CrossFinding> {
  if (users.preAuthIdleLogoutSeconds > users.newUserSeconds) {
    yield warning(
      'users.preAuthIdleLogoutSeconds',
      `has no effect: a call ends after users.newUserSeconds (${users.newUserSeconds}) at the latest`,
    );
  }
}

function* checkTexts({ security, email }: Config): Iterable<CrossFinding> {
  const [start = 0, percent = 0, full = 0] = security.earlyDrop.split(':').map(Number);
  if (start > full || percent > 100) {
    yield error('security.earlyDrop', 'must have a start below its end and at most 100 percent');
  }
  if (email.defaultFrom !== '' && !isPlainAddress(email.defaultFrom)) {
    yield error(
      'email.defaultFrom',
      'must be one plain address like bbs@example.org, without a name',
    );
  }
}

/** True for a mail address without a name, which no header of a mail reads in another way. */
export function isPlainAddress(text: string): boolean {
  return /^[^\s@<>,;:()"\\]+@[^\s@<>,;:()"\\]+$/.test(text);
}

/**
 * Compiles `users.usernamePattern`, with the `u` flag where the pattern allows it: the default has
 * escapes that `u` refuses. Throws SyntaxError where it is valid neither with nor without.
 */
export function compileNamePattern(source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch {
    return new RegExp(source);
  }
}

/** True for an address or a network in CIDR form. */
export function isNetwork(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (!text.includes('/')) return true;
  if (!/^\d{1,3}$/.test(bits)) return false;
  try {
    new BlockList().addSubnet(address, Number(bits), family === 6 ? 'ipv6' : 'ipv4');
    return true;
  } catch {
    return false;
  }
}

function* checkNetworks(key: string, networks: readonly string[]): Iterable<CrossFinding> {
  for (const [index, network] of networks.entries()) {
    if (isNetwork(network)) continue;
    yield {
      path: [...key.split('.'), index],
      severity: 'error',
      message: `${key} must list networks like 192.0.2.0/24 or 2001:db8::/32, not '${network}'`,
    };
  }
}

function* checkProxies(config: Config): Iterable<CrossFinding> {
  const { proxies } = config;
  const networks = proxies.map((text) => (text === UNIX_PEER ? '::1' : text));
  yield* checkNetworks('proxies', networks);
  if (areEverybody(proxies)) {
    yield error(
      'proxies',
      'must not be everybody: any caller could then choose the address to be seen under',
    );
  }
  if (config.forwardedHeader !== 'off' && proxies.length === 0) {
    yield error(
      'forwardedHeader',
      'is set, but proxies is empty: nobody is believed; list the networks of your proxies',
    );
  }
  // Who comes by an address is none of those who open Unix sockets.
  const byAddress = proxies.filter((text) => text !== UNIX_PEER);
  const lack = proxies.length === 0 ? 'is empty' : `has "${UNIX_PEER}" alone`;
  for (const { name, path, enabled, proxyProtocol, socket } of listServers(config)) {
    if (!enabled || !hasNoTls(name)) continue;
    if (socket === '' && byAddress.length === 0) {
      yield error(
        `${path}.enabled`,
        `is true, but proxies ${lack}: it has no TLS and is for proxies alone; list the networks of your proxies`,
      );
    } else if (proxyProtocol === 'off' && config.forwardedHeader === 'off') {
      yield error(
        `${path}.enabled`,
        'is true, but forwardedHeader is off: all callers would be the proxy; set x-forwarded-for or forwarded',
      );
    }
  }
  for (const server of listServers(config)) {
    const { enabled, path, proxyProtocol, socket } = server;
    if (!enabled || proxyProtocol === 'off' || socket !== '' || byAddress.length > 0) continue;
    yield error(
      `${path}.proxyProtocol`,
      `is required, but proxies ${lack}: nobody could connect; list the networks of your proxies`,
    );
  }
}

/** A Unix socket has no address: who connects is a proxy, and says who calls. */
function* checkSockets(config: Config): Iterable<CrossFinding> {
  const paths = new Map([[normalize(config.verify.socket), 'verify.socket']]);
  for (const { name, path, enabled, proxyProtocol, socket } of listServers(config)) {
    if (!enabled || socket === '') continue;
    const other = paths.get(normalize(socket));
    if (other !== undefined)
      yield error(`${path}.socket`, `is ${socket}, which ${other} has already`);
    else paths.set(normalize(socket), `${path}.socket`);
    if (!config.proxies.includes(UNIX_PEER))
      yield error(
        `${path}.socket`,
        `is for proxies alone, and proxies lacks "${UNIX_PEER}": nobody could connect; add it`,
      );
    const isByRequest = name === 'http' || BROWSER_WAYS.some((way) => way === name);
    if (proxyProtocol === 'off' && !(isByRequest && config.forwardedHeader !== 'off'))
      yield error(
        `${path}.socket`,
        `is set, but ${path}.proxyProtocol is off: all callers would be one; set it to required`,
      );
  }
}

/** True for the servers without TLS that are for proxies alone. */
function hasNoTls(name: string): boolean {
  return name === 'http' || WAY_IN_NAMES.some((way) => way === name && isForProxies(way));
}

interface Listener {
  readonly path: string;
  readonly enabled: boolean;
  readonly address: string;
  readonly port: number;
}

function* checkPorts(config: Config): Iterable<CrossFinding> {
  const loginServers = listLoginServers(config);
  if (!loginServers.some(({ enabled }) => enabled)) {
    const names = WAYS_TO_TELL.join(', ').replace(/, (?=[^,]*$)/, ' or ');
    yield error('loginServers', `are all off, so that nobody could call; enable ${names}`);
  }
  const listeners: readonly Listener[] = listServers(config).filter(
    ({ enabled, port, socket }) => enabled && port !== 0 && socket === '',
  );
  for (const [index, listener] of listeners.entries()) {
    const other = listeners.slice(0, index).find((earlier) => collide(earlier, listener));
    if (other !== undefined) {
      yield error(`${listener.path}.port`, `is ${listener.port}, which ${other.path} has already`);
    }
  }
}

function collide(one: Listener, other: Listener): boolean {
  const anywhere = [one.address, other.address].some((text) => text === '0.0.0.0' || text === '::');
  return one.port === other.port && (anywhere || one.address === other.address);
}

function* checkWeb(config: Config): Iterable<CrossFinding> {
  const { contentServers } = config;
  const { overrideUrlPrefix, behindProxy, domain, https } = contentServers.web;
  const prefix = 'contentServers.web.overrideUrlPrefix';
  if (overrideUrlPrefix !== '') {
    const url = URL.canParse(overrideUrlPrefix) ? new URL(overrideUrlPrefix) : undefined;
    if (url?.protocol === 'http:') {
      yield error(
        prefix,
        'must begin with https://: mailed links carry secrets, so callers reach the pages by TLS, also where a proxy ends it',
      );
    } else if (url?.protocol !== 'https:' || url.search !== '' || url.hash !== '') {
      yield error(prefix, 'must be an address like https://bbs.example.org');
    }
  }
  if (behindProxy && !hasPages(config)) {
    yield error(
      'contentServers.web.behindProxy',
      'is true, but contentServers.web.https.enabled is false, and so is http: nothing listens for the proxy to connect to; set https.enabled: true',
    );
  }
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(domain) && isIP(domain) === 0) {
    yield error('contentServers.web.domain', 'must be a host name alone, like bbs.example.org');
  }
  const hasKey = https.keyPem !== '' || https.keyCommand.length > 0;
  if ((https.certPem === '') === hasKey) {
    const missing = https.certPem === '' ? 'certPem' : 'keyPem';
    yield error(
      `contentServers.web.https.${missing}`,
      'is missing; certPem goes together with keyPem or keyCommand',
    );
  }
  const isPublic = https.enabled && !/^(127\.|::1$|localhost$)/.test(https.address);
  if (isPublic && domain === 'localhost' && overrideUrlPrefix === '') {
    yield warning(
      'contentServers.web.domain',
      'is localhost: mailed links lead nowhere for callers',
    );
  }
}

function* checkKeySources({ loginServers, contentServers }: Config): Iterable<CrossFinding> {
  const { ssh } = loginServers;
  const { https } = contentServers.web;
  const both = 'is set, and so is';
  if (ssh.privateKeyPem !== '' && ssh.privateKeyCommand.length > 0)
    yield error(
      'loginServers.ssh.privateKeyCommand',
      `${both} privateKeyPem: one of them gives the host key; remove the other`,
    );
  if (https.keyPem !== '' && https.keyCommand.length > 0)
    yield error(
      'contentServers.web.https.keyCommand',
      `${both} keyPem: one of them gives the key; remove the other`,
    );
}

function* checkSecondFactor(config: Config): Iterable<CrossFinding> {
  const { required, registration } = config.users.twoFactorAuth;
  const hasSecureWay = SECURE_WAYS.some((way) => loginServer(config, way).enabled);
  if (required !== '' && !hasSecureWay) {
    yield error(
      'users.twoFactorAuth.required',
      'must be empty while no secure way in is on: nobody could set a second factor up, and those who must have one, the sysop too, would be locked out; enable loginServers.ssh',
    );
  }
  if (required !== '' && !registration.includes('terminal')) {
    yield error(
      'users.twoFactorAuth.required',
      'needs terminal in users.twoFactorAuth.registration: those who must have a second factor, the sysop too, are led to the set-up on the screen, and would be locked out',
    );
  }
  if (!hasPages(config)) {
    yield warning(
      'contentServers.web.https.enabled',
      'is false: nobody can register a second factor or reset a password by a mailed link',
    );
  }
  if (!hasSecureWay) {
    const [first = '', ...others] = SECURE_WAYS.filter((way) => !isForProxies(way)).map(
      (way) => WAYS_IN[way].configKey,
    );
    const also = others.map((key) => `, and so is ${key.replace('loginServers.', '')}`).join('');
    yield warning(
      `${first}.enabled`,
      `is false${also}: without a secure way in nobody can set up a second factor`,
    );
  }
}
