import type { Mutant } from './mutant';

const CALLER = 'src/servers/websocket/web-socket-caller.ts';
const DOOR = 'src/throttle/proxy-door.ts';

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
    find: '    const accepted = accept(request);\n',
    put: "    const found = accept(request);\n    const forwarded = request.headers['x-forwarded-for'];\n    const accepted = found && { ...found, remoteIp: String(forwarded ?? found.remoteIp) };\n",
  },
  {
    rule: 'G3',
    fault: 'a PROXY header is believed of anybody',
    file: DOOR,
    find: 'else if (this.proxies.has(own.remoteIp)) this',
    put: "else if (own.remoteIp !== '') this",
  },
  {
    rule: 'G3',
    fault: 'a header that is required need not be there',
    file: DOOR,
    find: 'else if (!this.options.isRequired()) enter(own);',
    put: "else if (own.remoteIp !== '') enter(own);",
  },
  {
    rule: 'G3',
    fault: 'a header may name any address',
    file: DOOR,
    find: "  if (NO_CALLER.has(source) || (isLoopback(source) && !own.isLocal)) return 'impossible-address';\n",
    put: '',
  },
  {
    rule: 'G3',
    fault: 'a header is waited for as long as it takes',
    file: 'src/base/limits.ts',
    find: 'proxyHeaderMs: 5_000,',
    put: 'proxyHeaderMs: 500_000,',
  },
  {
    rule: 'G3',
    fault: 'callers whom a proxy does not name are exempt with it',
    file: 'src/throttle/connection-limiter.ts',
    find: 'const exempt = isShared !== true && this',
    put: 'const exempt = isShared !== null && this',
  },
  {
    rule: 'G3',
    fault: 'pages go by the address of the proxy',
    file: 'src/web/server.ts',
    find: 'request.remoteIp = caller.remoteIp;',
    put: 'request.remoteIp = request.ip;',
  },
  {
    rule: 'G3',
    fault: 'the first hop of a request is believed',
    file: 'src/protocols/forwarded.ts',
    find: 'hopsOf(text, name).reverse()',
    put: 'hopsOf(text, name)',
  },
  {
    rule: 'G3',
    fault: 'a quote that a client leaves open hides what the proxy adds',
    file: 'src/protocols/forwarded.ts',
    find: "  if ((text.split('\"').length - 1) % 2 === 1) return [''];\n",
    put: '',
  },
  {
    rule: 'G3',
    fault: 'a forwarded address is believed of anybody',
    file: DOOR,
    find: '      !this.options.isRequired() &&\n      this.proxies.has(own.remoteIp)\n',
    put: '      !this.options.isRequired()\n',
  },
  {
    rule: 'G3',
    fault: 'who is shut out gets pages by a web proxy',
    file: 'src/throttle/page-connection-limiter.ts',
    find: 'if (caller === undefined || this.options.limiter.admits(caller)) return caller;',
    put: "if (caller?.remoteIp !== '') return caller;",
  },
  {
    rule: 'G4',
    fault: 'nobody misses a pong',
    file: CALLER,
    find: '    this.alive = false;\n',
    put: '',
  },
];
