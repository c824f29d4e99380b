import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** Takes the answer to a request over, where it returns true. */
type Trick = (request: IncomingMessage, response: ServerResponse) => boolean;

const TOKEN = 'a1b2c3d4e5';

/** The part of a BBSLink service that boards show their codes to, by HTTPS with a certificate; `trick` spoils its answers. */
export class FarLink {
  readonly asked: IncomingMessage[] = [];
  trick: Trick = () => false;
  private readonly server;

  constructor(
    private readonly codes: {
      readonly sysCode: string;
      readonly authCode: string;
      readonly schemeCode: string;
    },
    tls?: { readonly cert: string; readonly key: string },
  ) {
    const answer = (request: IncomingMessage, response: ServerResponse): void =>
      this.answer(request, response);
    this.server = tls === undefined ? createServer(answer) : createSecureServer(tls, answer);
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    this.asked.push(request);
    if (this.trick(request, response)) return;
    const url = new URL(request.url ?? '/', 'http://link.invalid');
    const key = url.searchParams.get('key') ?? '';
    if (!/^[a-z0-9]{6}$/.test(key)) response.writeHead(400).end('no key');
    else if (url.pathname === '/token.php') response.end(`${TOKEN}\n`);
    else if (url.pathname === '/auth.php') response.end(this.judge(request, key));
    else response.writeHead(404).end();
  }

  private judge({ headers }: IncomingMessage, key: string): string {
    const { sysCode, authCode, schemeCode } = this.codes;
    const hash = (code: string): string =>
      createHash('md5').update(`${code}${TOKEN}`).digest('hex');
    const isKnown =
      headers['x-system'] === sysCode &&
      headers['x-auth'] === hash(authCode) &&
      headers['x-code'] === hash(schemeCode) &&
      headers['x-token'] === TOKEN &&
      headers['x-key'] === key;
    return isKnown ? 'complete' : 'unknown system';
  }
}
