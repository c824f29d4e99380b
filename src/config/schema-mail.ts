import { z } from 'zod';
import { section } from './schema-parts';

/**
 * Connection to a mail server (rule M14). Only what SMTP needs: no setting runs a program, writes a
 * file or fetches an address from the configuration.
 */
const transport = z.strictObject({
  host: z.string().min(1).optional(),
  port: z.int().min(1).max(65535).optional(),
  /** TLS from the first byte on; otherwise STARTTLS. */
  secure: z.boolean().optional(),
  /** A mail provider by its name, in place of host, port and secure. */
  service: z.string().min(1).optional(),
  auth: z
    .strictObject({
      user: z.string().optional(),
      pass: z.string().optional(),
      type: z.enum(['login', 'oauth2', 'OAuth2']).optional(),
      clientId: z.string().optional(),
      clientSecret: z.string().optional(),
      refreshToken: z.string().optional(),
      accessToken: z.string().optional(),
      accessUrl: z
        .string()
        .regex(/^https:/)
        .optional(),
    })
    .optional(),
  authMethod: z.enum(['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2']).optional(),
  requireTLS: z.boolean().optional(),
  ignoreTLS: z.boolean().optional(),
  opportunisticTLS: z.boolean().optional(),
  tls: z
    .strictObject({
      rejectUnauthorized: z.boolean().optional(),
      servername: z.string().optional(),
      minVersion: z.enum(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']).optional(),
      maxVersion: z.enum(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']).optional(),
      ciphers: z.string().optional(),
      /** PEM texts, not file names: `@file:` reads a file. */
      ca: z.string().optional(),
      cert: z.string().optional(),
      key: z.string().optional(),
    })
    .optional(),
  /** Signs mails; privateKey is the PEM text. */
  dkim: z
    .strictObject({
      domainName: z.string(),
      keySelector: z.string(),
      privateKey: z.string(),
    })
    .optional(),
  /** Name for EHLO, and the local address to connect from. */
  name: z.string().optional(),
  localAddress: z.string().optional(),
  lmtp: z.boolean().optional(),
  pool: z.boolean().optional(),
  maxConnections: z.int().min(1).max(100).optional(),
  maxMessages: z.int().min(1).optional(),
  rateDelta: z.int().min(1).optional(),
  rateLimit: z.int().min(1).optional(),
});

/** `email.transport` of the configuration, checked. */
export type MailTransportOptions = z.output<typeof transport>;

/** Every key that `email.transport` accepts, and those of its blocks in the form `auth.user`. */
export const MAIL_TRANSPORT_KEYS: readonly string[] = Object.entries(transport.shape).flatMap(
  ([key, value]) => {
    const inner = value.unwrap();
    return inner instanceof z.ZodObject
      ? [key, ...Object.keys(inner.shape).map((name) => `${key}.${name}`)]
      : [key];
  },
);

export const email = section('Outgoing mail.', {
  transport: transport
    .nullable()
    .default(null)
    .describe(
      'How to reach the SMTP server (host, port, secure, auth { user, pass }, tls, ...), by the names of nodemailer; null drops mails as files into data/mail.',
    ),
  defaultFrom: z
    .string()
    .default('')
    .describe('Sender, one plain address; empty is noreply@ the web domain.'),
});
