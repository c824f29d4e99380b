import { request } from 'node:https';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PasswordReset } from '../../src/auth/password-reset';
import { AccountRules } from '../../src/auth/account-rules';
import { Accounts } from '../../src/auth/accounts';
import { FactorRecovery } from '../../src/auth/factor-recovery';
import { HashQueue } from '../../src/auth/hash-queue';
import { MailChange } from '../../src/auth/mail-change';
import { PasswordPolicy } from '../../src/auth/password-policy';
import { systemRandom } from '../../src/base/random';
import { configSchema } from '../../src/config/schema';
import type { ConfigInput } from '../../src/config/schema';
import { createTemplateFiles } from '../../src/mail/template';
import type { WebServerOptions } from '../../src/web/parts';
import { LiveCertificate } from '../../src/tls/live-certificate';
import { sayStock } from '../../src/texts/texts';
import { startWebServer } from '../../src/web/server';
import { openAccounts } from './accounts';
import { CHEAP_HASH } from './authenticator-context';

const PACKAGE = join(__dirname, '..', '..');

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}

export type WebBoard = Awaited<ReturnType<typeof openWebBoard>>;

/** The HTTPS pages over a real database, and requests to them. */
export async function openWebBoard(
  web: NonNullable<ConfigInput['contentServers']>['web'] = {},
  rest: ConfigInput = {},
  extra: Pick<
    WebServerOptions,
    'loginPorts' | 'notReady' | 'silentDestinations' | 'mayReadReasons'
  > &
    Partial<Pick<WebServerOptions, 'say'>> = {},
) {
  const config = configSchema.parse({
    ...rest,
    contentServers: { web: { ...web, https: { port: 0, ...web?.https } } },
  });
  const accounts = await openAccounts({ config: rest });
  const given = { ...accounts, config: () => config, random: systemRandom };
  const parts = { ...given, recovery: new FactorRecovery(given) };
  const policy = new PasswordPolicy({
    rules: () => ({
      min: config.users.passwordMin,
      max: config.users.passwordMax,
      boardName: config.general.boardName,
    }),
    refused: ['password123'],
  });
  const accountParts = {
    ...parts,
    rules: new AccountRules({ config: () => config, policy }),
    hashes: new HashQueue({ cost: CHEAP_HASH }),
  };
  const mailChange = new MailChange(parts);
  const passwordReset = new PasswordReset({ ...parts, accounts: new Accounts(accountParts) });
  const certificate = await LiveCertificate.open({
    ...parts,
    dataDir: accounts.folder,
    resolveFile: (name) => name,
    onNews: () => undefined,
  });
  const starting = startWebServer({
    ...parts,
    say: sayStock,
    ...extra,
    passwordReset,
    mailChange,
    findTemplate: createTemplateFiles(
      (path) => Promise.resolve(join(PACKAGE, path)),
      [join(PACKAGE, 'misc'), join(PACKAGE, 'test', 'web')],
      accounts.log,
    ),
    certificate,
    resolveFile: (name) => name,
  });
  const server = await starting.catch(async (error: unknown) => {
    await accounts.close();
    throw error;
  });
  const { port = 0 } = server.addresses.https ?? {};
  const ca = await readFile(join(accounts.folder, 'keys', 'web_cert.pem'));
  const ask = (path: string, what: Ask = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { method = 'GET', headers = {}, body } = what;
      const sent = request({
        host: '127.0.0.1',
        port,
        path,
        method,
        ca,
        servername: 'localhost',
        agent: false,
        headers: { host: `localhost:${port}`, ...headers } as Record<string, string>,
      });
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
  return {
    ...accounts,
    recovery: parts.recovery,
    accounts: new Accounts(accountParts),
    passwordReset,
    mailChange,
    server,
    port,
    ca,
    ask,
    post: (path: string, fields: Readonly<Record<string, string>>, headers: Ask['headers'] = {}) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams(fields).toString(),
      }),
    async close(): Promise<void> {
      await server.close();
      await passwordReset.close();
      await accounts.close();
    },
  };
}
