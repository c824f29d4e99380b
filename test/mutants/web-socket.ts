import type { Mutant } from './mutant';

const CALLER = 'src/servers/websocket/web-socket-caller.ts';

/** Part G of docs/security.md. */
export const WEB_SOCKET: readonly Mutant[] = [
  {
    rule: 'G1',
    fault: 'messages may have ten megabytes',
    file: 'src/base/limits.ts',
    find: 'webSocketBytes: 64 * 1024,',
    put: 'webSocketBytes: 10 * 1024 * 1024,',
  },
  {
    rule: 'G2',
    fault: 'pages of others may call',
    file: 'src/servers/websocket/web-socket.ts',
    find: 'if (foreign !== undefined) {',
    put: "if (foreign === '') {",
  },
  {
    rule: 'G2',
    fault: 'a handshake may be any request',
    file: 'src/servers/websocket/web-socket.ts',
    find: "return httpVersion === '1.1' && hosts.length === 1 && !hasBody;",
    put: "return httpVersion !== '' && hosts.length >= 0 && hasBody !== undefined;",
  },
  {
    rule: 'G3',
    fault: 'a forwarded address is taken for the source',
    file: 'src/servers/websocket/web-socket.ts',
    find: '    const { accepted, cancel } = waiting;',
    put: "    const { accepted: found, cancel } = waiting;\n    const forwarded = request.headers['x-forwarded-for'];\n    const accepted = { ...found, remoteIp: String(forwarded ?? found.remoteIp) };",
  },
  {
    rule: 'G4',
    fault: 'nobody misses a pong',
    file: CALLER,
    find: '    this.alive = false;\n',
    put: '',
  },
];
