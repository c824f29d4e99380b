import { z } from 'zod';
import { WAYS_IN, WAY_IN_NAMES, type WayInName } from '../protocols/ways-in';
import {
  address,
  file,
  HARMLESS,
  onSocket,
  port,
  proxyProtocol,
  seconds,
  section,
} from './schema-parts';

/** An origin as a browser sends it: scheme, host and, where it is not the default, port. */
function isOrigin(text: string): boolean {
  return (
    URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text
  );
}

/** What every login server has; the defaults are in the table of ways in. */
function listening(way: WayInName, enabledDoc = 'Listen at all.') {
  const { listens } = WAYS_IN[way];
  return {
    enabled: z.boolean().default(listens.enabled).describe(enabledDoc),
    address: address(),
    port: port(listens.port),
    proxyProtocol: proxyProtocol(),
    ...onSocket(),
  };
}

function bareSection(way: WayInName) {
  return section(`${WAYS_IN[way].label}.`, listening(way));
}

/** Ways in whose section has more keys than every section has. */
const WITH_MORE_KEYS = [
  'telnet',
  'rlogin',
  'ssh',
  'wss',
  'ws',
] as const satisfies readonly WayInName[];

/** The sections of all other ways in, which follow from the table. */
type BareSections = {
  [
    Way in Exclude<
      WayInName,
      (typeof WITH_MORE_KEYS)[number]
    > as (typeof WAYS_IN)[Way]['configKey'] extends `loginServers.${infer Name}` ? Name : never
  ]: ReturnType<typeof bareSection>;
};

const BARE_SECTIONS = Object.fromEntries(
  WAY_IN_NAMES.filter((way) => !WITH_MORE_KEYS.some((other) => other === way)).map((way) => [
    WAYS_IN[way].configKey.replace('loginServers.', ''),
    bareSection(way),
  ]),
) as BareSections;

const algorithmNames = (doc: string) => z.array(z.string()).default([]).describe(doc);

/** Servers for callers. */
export const loginServers = section('Where callers dial in.', {
  telnet: section('Telnet. Clear text: 2FA cannot be set up here.', {
    ...listening('telnet'),
    firstMenu: z.string().default('telnetConnected').describe('Menu that a caller enters by.'),
    passwordLogin: z
      .enum(['allow', 'with-otp', 'never', 'refuse'])
      .default('allow')
      .describe(
        'Counts for every way in clear text (rule F8). with-otp: only accounts with a second factor may sign in; never: the password is not asked for, but one code of the app or of a sheet (rule N7); refuse: nobody signs in.',
      ),
  }),
  rlogin: section(
    'Rlogin. Clear text, with the rules of telnet; callers enter by telnet.firstMenu, those whose greeting has a right password by ssh.firstMenu.',
    {
      ...listening('rlogin'),
      password: z
        .enum(['first', 'second', 'none'])
        .default('first')
        .describe(
          'The field of the greeting that may hold a password, as SyncTERM sends it; the other one is the user name. none: the second is the name, and the first is not read.',
        ),
    },
  ),
  ssh: section('SSH.', {
    ...listening('ssh', 'Listen at all (ENiGMA½: false).'),
    firstMenu: z.string().default('sshConnected').describe('Menu that a caller enters by.'),
    firstMenuNewUser: z
      .string()
      .default('sshConnectedNewUser')
      .describe('The same for the names in users.newUserNames.'),
    privateKeyPem: z
      .string()
      .default('')
      .describe(
        'Host key: a file, or the key itself, as @environment: gives it. Empty is data/keys/ssh_host_ed25519, made at first start.',
      ),
    privateKeyCommand: z
      .array(z.string())
      .default([])
      .describe(
        'A program and its arguments, run without a shell at a start, that prints the host key; in place of privateKeyPem.',
      ),
    privateKeyPass: z
      .string()
      .default('')
      .describe('Passphrase of the host key; use @environment: or @file:.'),
    profile: z
      .enum(['modern', 'retro'])
      .default('modern')
      .meta(HARMLESS)
      .describe('retro adds an RSA host key and old algorithms for old terminals; it is logged.'),
    algorithms: section(
      'Narrows what the profile offers to the names that stand here, as ENiGMA½ has them; a name that the profile does not offer, or a list that leaves nothing, is a warning.',
      {
        kex: algorithmNames('Key exchange; empty is all of the profile.'),
        cipher: algorithmNames('Ciphers; the same.'),
        hmac: algorithmNames('Message authentication; the same.'),
        compress: algorithmNames('Compression; the same.'),
      },
    ),
    keepAliveSeconds: seconds(60, 0, 3600)
      .meta(HARMLESS)
      .describe('Seconds between keep-alive requests; 0 is off, for terminals that hang on it.'),
    traceConnections: z
      .boolean()
      .default(false)
      .meta(HARMLESS)
      .describe('Log each step of the SSH protocol, at level debug.'),
  }),
  webSocket: section('WebSocket, for browser terminals.', {
    allowedOrigins: z
      .array(z.string().refine(isOrigin, 'write it like https://www.example.org, without a path'))
      .default([])
      .meta(HARMLESS)
      .describe(
        'Other web sites whose terminals may call; the pages of the board itself always may (rule G2).',
      ),
    wss: section('Secure WebSocket.', {
      ...listening(
        'wss',
        'Listen at all; the HTTPS server then has a terminal for browsers at /terminal. Callers enter by telnet.firstMenu.',
      ),
    }),
    ws: section(
      'WebSocket without TLS, for a web proxy that ends it: only the networks of `proxies` may connect. A call is secure where the proxy says so, by X-Forwarded-Proto or in Forwarded (rule G3).',
      listening('ws'),
    ),
  }),
  ...BARE_SECTIONS,
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
        'true: TLS of callers ends at a proxy, which connects to contentServers.web.https or contentServers.web.http; one of them must be enabled.',
      ),
    https: section('The HTTPS server.', {
      enabled: z.boolean().default(true).describe('Listen at all (ENiGMA½: false).'),
      address: address(),
      port: port(8443),
      proxyProtocol: proxyProtocol(),
      certPem: z
        .string()
        .default('')
        .describe(
          'Certificate: a file, or the text itself, as @environment: gives it. Empty is a self-signed one in data/keys.',
        ),
      keyPem: z.string().default('').describe('Key of the certificate, in the same ways.'),
      keyCommand: z
        .array(z.string())
        .default([])
        .describe(
          'A program and its arguments, run without a shell, that prints the key of the certificate; in place of keyPem.',
        ),
    }),
    http: section(
      'The pages without TLS, for a web proxy that ends it: only the networks of `proxies` may connect. A request is answered where the proxy says that its client came by https, by X-Forwarded-Proto or in Forwarded (rule G3). Links in mails begin with https all the same.',
      {
        enabled: z.boolean().default(false).describe('Listen at all.'),
        address: address(),
        port: port(8080),
        proxyProtocol: proxyProtocol(),
        ...onSocket(),
      },
    ),
    resetPassword: section('Forgotten passwords.', {
      resetPassEmailText: file('misc/reset_password_email.template.txt')
        .meta(HARMLESS)
        .describe('Mail template, text part.'),
      resetPassEmailHtml: file('misc/reset_password_email.template.html')
        .meta(HARMLESS)
        .describe('Mail template, HTML part.'),
      resetPageTemplate: file('misc/reset_password.template.html')
        .meta(HARMLESS)
        .describe('Web page template.'),
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
    }).meta(HARMLESS),
  }),
});
