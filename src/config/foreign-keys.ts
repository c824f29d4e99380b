/**
 * Keys that a config.hjson made for ENiGMA½ may have and that have no effect here. They are ignored
 * with a warning, so that a sysop can use an existing file.
 */
const FOREIGN_KEYS: Readonly<Record<string, string>> = {
  'general.prettyBoardName': 'put pipe codes into the art instead',
  'general.description': 'there is nothing that shows it',
  'general.telnetHostname': 'callers see contentServers.web.domain',
  'general.sshHostname': 'callers see contentServers.web.domain',
  'general.achievementFile': 'there are no achievements',
  'users.avatars': 'there are no avatars',
  'users.activityPub': 'there is no ActivityPub',
  'logging.rotatingFile': 'see logging.level and logging.file',
  messageAreaDefaults: 'there are no message areas',
  messageConferences: 'there are no message areas',
  messageNetworks: 'there are no message networks',
  scannerTossers: 'there are no message networks',
  fileBase: 'there is no file base',
  fileTransferProtocols: 'there is no file base',
  fileTypes: 'there is no file base',
  infoExtractUtils: 'there is no file base',
  archives: 'there is no file base',
  archivers: 'there is no file base',
  debug: 'see logging.level',
  eventScheduler: 'old tokens and mails are cleared without it',
  paths: 'use --board and --data',
  chatServers: 'there is no chat server',
  'contentServers.gopher': 'there is no gopher server',
  'contentServers.nntp': 'there is no NNTP server',
  'contentServers.web.staticRoot': 'there are no static pages',
  'contentServers.web.handlers': 'there are no other pages',
  'contentServers.web.logging': 'see logging.level and logging.file',
  'loginServers.webSocket.wss.certPem': 'it shows the certificate of contentServers.web.https',
  'loginServers.webSocket.wss.keyPem': 'it shows the certificate of contentServers.web.https',
  'loginServers.webSocket.proxied':
    'the plain loginServers.webSocket.ws is for the networks of proxies alone',
  'loginServers.ssh.algorithms.serverHostKey': 'the host keys that are there decide',
};

const NO_PROGRAMS = 'the board hands mails to an SMTP server and runs no program (rule M14)';
const NO_FILES = 'without a transport, mails are files in data/mail already (rule M14)';

/** Keys that are refused by name, since what they do elsewhere must not happen here. */
const REFUSED_KEYS: Readonly<Record<string, string>> = {
  'email.transport.sendmail': NO_PROGRAMS,
  'email.transport.path': NO_PROGRAMS,
  'email.transport.args': NO_PROGRAMS,
  'email.transport.plugins': NO_PROGRAMS,
  'email.transport.SES': NO_PROGRAMS,
  'email.transport.jsonTransport': NO_FILES,
  'email.transport.streamTransport': NO_FILES,
  'email.transport.url': 'write host, port, secure and auth instead',
};

/** Why the key at a dotted path is refused, or undefined where it is none of those keys. */
export function findRefusedKey(path: string): string | undefined {
  return Object.hasOwn(REFUSED_KEYS, path) ? REFUSED_KEYS[path] : undefined;
}

/** Why the key at a dotted path has no effect here, or undefined where it is none of those keys. */
export function findForeignKey(path: string): string | undefined {
  return Object.hasOwn(FOREIGN_KEYS, path) ? FOREIGN_KEYS[path] : undefined;
}

/** All of them with their reasons, for the documentation. */
export function listForeignKeys(): readonly (readonly [path: string, reason: string])[] {
  return Object.entries(FOREIGN_KEYS);
}
