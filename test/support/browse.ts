import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';

export interface BrowsedPage {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

export interface BrowseOptions {
  /** Fields of a form; sends a POST. */
  readonly form?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A simple HTTPS client that trusts only the board's own certificate. */
export function browse(
  dataDir: string,
  address: string,
  options: BrowseOptions = {},
): Promise<BrowsedPage> {
  const url = new URL(address);
  const body = options.form === undefined ? '' : String(new URLSearchParams(options.form));
  return new Promise((resolve, reject) => {
    const asking = request(
      {
        // Boards of tests listen on this address, whatever their name resolves to.
        host: '127.0.0.1',
        port: url.port,
        servername: url.hostname,
        path: url.pathname + url.search,
        method: options.method ?? (options.form === undefined ? 'GET' : 'POST'),
        ca: readFileSync(join(dataDir, 'keys', 'web_cert.pem')),
        agent: false,
        headers: {
          host: url.host,
          ...(options.form === undefined
            ? {}
            : { 'content-type': 'application/x-www-form-urlencoded', origin: url.origin }),
          ...options.headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    asking.on('error', reject);
    asking.end(body);
  });
}

/** The hidden fields that a page's form would send. */
export function hiddenFields(page: BrowsedPage): Record<string, string> {
  const inputs = page.body.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g);
  return Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, value]));
}
