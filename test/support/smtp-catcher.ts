import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';

export interface CaughtMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
}

/** A mail server on a free loopback port that keeps the received mails. */
export class SmtpCatcher {
  private constructor(
    private readonly server: SMTPServer,
    readonly port: number,
    readonly mails: readonly CaughtMail[],
    private readonly listeners: ((mail: CaughtMail) => void)[],
  ) {}

  /** Called for each mail that arrives from now on. */
  onMail(listener: (mail: CaughtMail) => void): void {
    this.listeners.push(listener);
  }

  static async start(options: SMTPServerOptions = {}, port = 0): Promise<SmtpCatcher> {
    const mails: CaughtMail[] = [];
    const listeners: ((mail: CaughtMail) => void)[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      logger: false,
      disableReverseLookup: true,
      onData(stream, session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          const mail = {
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            raw: Buffer.concat(chunks).toString('utf8'),
          };
          mails.push(mail);
          for (const listener of listeners) listener(mail);
          done();
        });
      },
      ...options,
    });
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const address = server.server.address() as AddressInfo;
    return new SmtpCatcher(server, address.port, mails, listeners);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
