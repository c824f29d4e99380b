import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { BbsError, toError } from '../base/errors';
import { parseMailAddress } from '../base/mail-address';
import { writePrivateFile } from '../base/private-file';
import type { MailTransportOptions } from '../config/schema-mail';

/** A complete mail: one recipient, plain addresses only. */
export interface Mail {
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Stays the same over all attempts, so that a mail server can detect a duplicate. */
  readonly messageId: string;
  readonly date: Date;
}

/** Hands a mail over. Throws MAIL_FAILED, with `permanent` where another attempt cannot help. */
export interface MailTransport {
  send(mail: Mail): Promise<void>;
}

export class MailFailure extends BbsError {
  constructor(
    message: string,
    readonly permanent: boolean,
    cause: unknown,
  ) {
    super('MAIL_FAILED', message, { cause });
  }
}

/** Time limit of each step of a delivery; together they stay below a minute (invariant 6). */
const LIMITS_MS = {
  dnsTimeout: 10_000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 20_000,
} as const;

/**
 * Sends by SMTP according to the configuration. TLS is required unless the mail server is on this
 * machine or the sysop configures otherwise (rule D15).
 */
export class SmtpTransport implements MailTransport {
  private readonly transporter;

  constructor(options: MailTransportOptions) {
    const local = ['localhost', '127.0.0.1', '::1'].includes(options.host ?? 'localhost');
    this.transporter = createTransport({
      ...LIMITS_MS,
      requireTLS: !local,
      ...options,
      // The board sets all addresses and texts; nothing in a mail may make nodemailer read files or
      // fetch addresses.
      disableFileAccess: true,
      disableUrlAccess: true,
      logger: false,
      debug: false,
    });
  }

  async send(mail: Mail): Promise<void> {
    await this.deliver(mail);
  }

  /** Sends, and returns the server's response; throws MailFailure. */
  async deliver(mail: Mail): Promise<string> {
    const message = compose(mail);
    try {
      const { response } = (await this.transporter.sendMail(message)) as { response?: unknown };
      return typeof response === 'string' ? response : '';
    } catch (error) {
      const { responseCode, message: reason } = toError(error) as Error & {
        responseCode?: unknown;
      };
      const { code } = toError(error) as Error & { code?: unknown };
      const refused = typeof responseCode === 'number' && responseCode >= 500;
      throw new MailFailure(
        `the mail server did not accept the mail: ${reason}`,
        refused && (code === 'EENVELOPE' || code === 'EMESSAGE'),
        error,
      );
    }
  }

  /** Connects, and signs in where a user is configured; throws MailFailure. */
  async check(): Promise<void> {
    try {
      await this.transporter.verify();
    } catch (error) {
      const { message } = toError(error);
      throw new MailFailure(`the mail server cannot be used: ${message}`, false, error);
    }
  }
}

/**
 * Writes each mail as a file, for boards without a mail server. The same mail yields the same file.
 */
export class DropTransport implements MailTransport {
  private readonly transporter = createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
  });

  constructor(private readonly folder: string) {}

  async send(mail: Mail): Promise<void> {
    const { message } = await this.transporter.sendMail(compose(mail));
    // To the millisecond, so that names sort in the order in which the mails were written.
    const stamp = mail.date.toISOString().replaceAll(/[:.]/g, '');
    const name = `${stamp}-${mail.messageId.replace(/[^0-9a-f].*$/, '').slice(0, 16)}.eml`;
    try {
      writePrivateFile(join(this.folder, name), message as Buffer);
    } catch (error) {
      throw new MailFailure(
        `cannot write the mail into ${this.folder}: ${toError(error).message}`,
        false,
        error,
      );
    }
  }
}

/**
 * Addresses are checked again just before sending: somebody may have changed the database (rule
 * D13).
 */
function compose(mail: Mail) {
  const to = parseMailAddress(mail.to);
  if (to === undefined) {
    throw new MailFailure('the address is not one plain address', true, undefined);
  }
  return {
    from: mail.from,
    to: { name: '', address: to },
    envelope: { from: mail.from.address, to: [to] },
    subject: mail.subject.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' '),
    text: mail.text,
    html: mail.html,
    messageId: `<${mail.messageId}>`,
    date: mail.date,
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
