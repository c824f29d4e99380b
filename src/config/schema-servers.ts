import { z } from 'zod';
import { address, file, port, seconds, section } from './schema-parts';

/** An origin as a browser sends it: scheme, host and, where it is not the default, port. */
function isOrigin(text: string): boolean {
  return (
    URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text
  );
}

/** Servers for callers. */
export const loginServers = section('Where callers dial in.', {
  telnet: section('Telnet. Clear text: 2FA cannot be set up here.', {
    enabled: z.boolean().default(true).describe('Listen at all.'),
    address: address(),
    port: port(8888),
    firstMenu: z.string().default('telnetConnected').describe('Menu that a caller enters by.'),
    passwordLogin: z
      .enum(['allow', 'with-otp', 'refuse'])
      .default('allow')
      .describe('with-otp: only accounts with a second factor may sign in here (rule F8).'),
  }),
  ssh: section('SSH.', {
    enabled: z.boolean().default(true).describe('Listen at all (ENiGMA½: false).'),
    address: address(),
    port: port(8889),
    firstMenu: z.string().default('sshConnected').describe('Menu that a caller enters by.'),
    firstMenuNewUser: z
      .string()
      .default('sshConnectedNewUser')
      .describe('The same for the names in users.newUserNames.'),
    privateKeyPem: z
      .string()
      .default('')
      .describe('Host key; empty is data/keys/ssh_host_ed25519, made at first start.'),
    privateKeyPass: z
      .string()
      .default('')
      .describe('Passphrase of the host key; use @environment: or @file:.'),
    profile: z
      .enum(['modern', 'retro'])
      .default('modern')
      .describe('retro adds an RSA host key and old algorithms for old terminals; it is logged.'),
    keepAliveSeconds: seconds(60, 0, 3600).describe(
      'Seconds between keep-alive requests; 0 is off, for terminals that hang on it.',
    ),
    traceConnections: z
      .boolean()
      .default(false)
      .describe('Log each step of the SSH protocol, at level debug.'),
  }),
  webSocket: section('WebSocket, for browser terminals.', {
    allowedOrigins: z
      .array(z.string().refine(isOrigin, 'write it like https://www.example.org, without a path'))
      .default([])
      .describe(
        'Other web sites whose terminals may call; the pages of the board itself always may (rule G2).',
      ),
    wss: section('Secure WebSocket.', {
      enabled: z
        .boolean()
        .default(false)
        .describe(
          'Listen at all; the HTTPS server then has a terminal for browsers at /terminal. Callers enter by telnet.firstMenu.',
        ),
      address: address(),
      port: port(8811),
    }),
  }),
});

/** Servers for browsers. */
export const contentServers = section('Web.', {
  web: section('The HTTPS pages: 2FA registration, password reset.', {
    domain: z.string().default('localhost').describe('Host name in mailed links (rule D7).'),
    overrideUrlPrefix: z
      .string()
      .default('')
      .describe(
        'What mailed links begin with behind a proxy, always https, e.g. https://bbs.example.org.',
      ),
    behindProxy: z
      .boolean()
      .default(false)
      .describe(
        'true: TLS of callers ends at a proxy, which connects to contentServers.web.https; that must be enabled.',
      ),
    https: section('The HTTPS server.', {
      enabled: z.boolean().default(true).describe('Listen at all (ENiGMA½: false).'),
      address: address(),
      port: port(8443),
      certPem: z
        .string()
        .default('')
        .describe('Certificate; empty is a self-signed one in data/keys.'),
      keyPem: z.string().default('').describe('Key of the certificate.'),
    }),
    resetPassword: section('Forgotten passwords.', {
      resetPassEmailText: file('misc/reset_password_email.template.txt').describe(
        'Mail template, text part.',
      ),
      resetPassEmailHtml: file('misc/reset_password_email.template.html').describe(
        'Mail template, HTML part.',
      ),
      resetPageTemplate: file('misc/reset_password.template.html').describe('Web page template.'),
      tokenTtlMinutes: z
        .int()
        .min(1)
        .max(1440)
        .default(30)
        .describe('Life of a reset link (ENiGMA½: 60).'),
    }),
    rateLimits: section('Requests per source and ten minutes.', {
      pwResetGet: z.int().min(1).default(10).describe('Showing the reset page.'),
      pwResetPost: z.int().min(1).default(5).describe('Setting a new password.'),
      otpRegGet: z
        .int()
        .min(1)
        .default(60)
        .describe(
          'Showing the registration page (ENiGMA½: 10); mail scanners fetch a link many times, and showing it changes nothing.',
        ),
      otpRegPost: z
        .int()
        .min(1)
        .default(10)
        .describe('Confirming a code (ENiGMA½: 5); five wrong codes end the link anyway.'),
    }),
  }),
});
