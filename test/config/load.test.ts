import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BbsError } from '../../src/base/errors';
import { loadConfig } from '../../src/config/load';
import type { LoadedConfig } from '../../src/config/load';
import { groupWarnings } from '../../src/config/warning-kinds';
import { defaultConfig, type Config } from '../../src/config/schema';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-config-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function load(text: string, env: Record<string, string> = {}): Promise<LoadedConfig> {
  const file = join(folder, 'config.hjson');
  await writeFile(file, text);
  return loadConfig({ file, env });
}

async function refusal(text: string, env: Record<string, string> = {}): Promise<readonly string[]> {
  try {
    await load(text, env);
  } catch (error) {
    if (!(error instanceof BbsError)) throw error;
    expect(error.exitCode).toBe(78);
    return error.describe().replaceAll(`${folder}/config.hjson:`, '').split('\n');
  }
  return ['accepted'];
}

test('without a file every key has its default', async () => {
  const file = join(folder, 'config.hjson');
  const { config, files, warnings } = await loadConfig({ file, env: {} });
  expect(config).toEqual(defaultConfig());
  expect(files).toEqual([file]);
  expect(warnings).toEqual([]);
});

test('a file that the sysop named must be there', async () => {
  const file = join(folder, 'mine.hjson');
  await expect(loadConfig({ file, env: {}, mustExist: true })).rejects.toMatchObject({
    code: 'CONFIG_UNREADABLE',
    message: `cannot read ${file}: there is no such file`,
  });
});

test('a pattern of user names may need Unicode escapes, which the rules for names know too', async () => {
  const pattern = '^[\\u{1F600}-\\u{1F64F}]+$';
  expect(() => new RegExp(pattern)).toThrow();
  const { config } = await load(JSON.stringify({ users: { usernamePattern: pattern } }));
  expect(config.users.usernamePattern).toBe(pattern);
});

test('a missing include is not taken for a missing file', async () => {
  expect(await refusal('includes: [ "none.hjson" ]')).toEqual([
    `1:13: cannot read ${folder}/none.hjson: there is no such file`,
  ]);
});

test('a file holds only the keys that differ', async () => {
  const { config } = await load(
    'loginServers: { telnet: { port: 2323 } }\ngeneral: { boardName: "X" }',
  );
  const expected = defaultConfig();
  expected.loginServers.telnet.port = 2323;
  expected.general.boardName = 'X';
  expect(config).toEqual(expected);
});

test('all that is wrong is listed at once, with place, accepted values and nearest names', async () => {
  expect(
    await refusal(`{
  general: { closedSytem: true, closedSystem: "yes" }
  loginServers: {
    telnet: { port: 8888x
    }
    ssh: { port: 70000, address: 7 }
  }
  users: { badUserNames: [ "new", 7 ] }
  email: "smtp.example.org"
  contentServers: { web: { overrideUrlPrefix: "http://bbs.example.org" } }
  forwardedHeader: forwarded  # as it was
}`),
  ).toEqual([
    "2:14: general has no key 'closedSytem'; did you mean 'general.closedSystem'?",
    "2:47: general.closedSystem must be true or false, not the text 'yes'",
    "4:21: loginServers.telnet.port must be a whole number from 0 to 65535, not the text '8888x'",
    '6:18: loginServers.ssh.port must be a whole number from 0 to 65535, not 70000',
    '6:34: loginServers.ssh.address must be a text that is not empty, not 7',
    '8:35: users.badUserNames must be a list of texts, not 7',
    "9:10: email must be a block of keys in { }, not the text 'smtp.example.org'",
    '10:47: contentServers.web.overrideUrlPrefix must begin with https://: mailed links carry secrets, so callers reach the pages by TLS, also where a proxy ends it',
    "11:20: forwardedHeader must be off, x-forwarded-for, forwarded, not the text 'forwarded  # as it was'; without quotes a text goes on to the end of its line, comments and commas included",
  ]);
});

test.each([
  [
    'proxies: [ "192.0.2.1", "bbs.example.org" ]',
    "1:25: proxies must list networks like 192.0.2.0/24 or 2001:db8::/32, not 'bbs.example.org'",
  ],
  ...[
    '"0.0.0.0/0"',
    '"::/0"',
    '"0.0.0.0/1", "192.0.0.0/2", "192.0.2.1", "128.0.0.0/2"',
    '"2000::/4", "192.0.2.1", "3000::/4"',
  ].map((networks): [string, string] => [
    `proxies: [ ${networks} ]`,
    '1:10: proxies must not be everybody: any caller could then choose the address to be seen under',
  ]),
  [
    'forwardedHeader: "forwarded"',
    '1:18: forwardedHeader is set, but proxies is empty: nobody is believed; list the networks of your proxies',
  ],
  [
    'loginServers: { ssh: { proxyProtocol: "required" } }',
    '1:39: loginServers.ssh.proxyProtocol is required, but proxies is empty: nobody could connect; list the networks of your proxies',
  ],
  [
    'proxies: [ "unix" ], loginServers: { ssh: { proxyProtocol: "required" } }',
    '1:60: loginServers.ssh.proxyProtocol is required, but proxies has "unix" alone: nobody could connect; list the networks of your proxies',
  ],
  [
    'proxies: [ "unix" ], forwardedHeader: "forwarded", contentServers: { web: { http: { enabled: true } } }',
    '1:94: contentServers.web.http.enabled is true, but proxies has "unix" alone: it has no TLS and is for proxies alone; list the networks of your proxies',
  ],
  [
    'proxies: [ "unix" ], loginServers: { telnet: { proxyProtocol: "required", socket: "run/one.sock" }, ssh: { proxyProtocol: "required", socket: "run/./one.sock" } }',
    '1:143: loginServers.ssh.socket is run/./one.sock, which loginServers.telnet.socket has already',
  ],
  [
    'proxies: [ "unix" ], verify: { socket: "run/one.sock" }, loginServers: { telnet: { proxyProtocol: "required", socket: "run/one.sock" } }',
    '1:119: loginServers.telnet.socket is run/one.sock, which verify.socket has already',
  ],
  [
    'contentServers: { web: { https: { proxyProtocol: "required" } } }',
    '1:50: contentServers.web.https.proxyProtocol is required, but proxies is empty: nobody could connect; list the networks of your proxies',
  ],
  [
    'security: { earlyDrop: "30:200:10" }',
    '1:24: security.earlyDrop must have a start below its end and at most 100 percent',
  ],
  [
    'loginServers: { ssh: { port: 8888 } }',
    '1:30: loginServers.ssh.port is 8888, which loginServers.telnet has already',
  ],
  [
    'contentServers: { web: { overrideUrlPrefix: "bbs.example.org" } }',
    '1:45: contentServers.web.overrideUrlPrefix must be an address like https://bbs.example.org',
  ],
  [
    'contentServers: { web: { domain: "https://bbs.example.org" } }',
    '1:34: contentServers.web.domain must be a host name alone, like bbs.example.org',
  ],
  [
    'contentServers: { web: { https: { certPem: "cert.pem" } } }',
    '1:33: contentServers.web.https.keyPem is missing; certPem goes together with keyPem or keyCommand',
  ],
  [
    'contentServers: { web: { https: { certPem: "c.pem", keyPem: "k.pem", keyCommand: ["k"] } } }',
    '1:82: contentServers.web.https.keyCommand is set, and so is keyPem: one of them gives the key; remove the other',
  ],
  [
    'loginServers: { ssh: { privateKeyPem: "k.pem", privateKeyCommand: ["k"] } }',
    '1:67: loginServers.ssh.privateKeyCommand is set, and so is privateKeyPem: one of them gives the host key; remove the other',
  ],
])('%s is refused', async (text, message) => {
  expect(await refusal(text)).toEqual([message]);
});

test('a public link is https: an http prefix is refused behind a proxy too (rule D7)', async () => {
  expect(
    await refusal(
      'contentServers: { web: { overrideUrlPrefix: "http://bbs.example.org", behindProxy: true } }',
    ),
  ).toEqual([
    '1:45: contentServers.web.overrideUrlPrefix must begin with https://: mailed links carry secrets, so callers reach the pages by TLS, also where a proxy ends it',
  ]);
});

test('a proxy needs pages that listen', async () => {
  const web = (https: string) =>
    `contentServers: { web: { behindProxy: true, overrideUrlPrefix: "https://bbs.example.org", ${https} } }`;
  expect(await refusal(web('https: { enabled: false }'))).toEqual([
    '1:39: contentServers.web.behindProxy is true, but contentServers.web.https.enabled is false, and so is http: nothing listens for the proxy to connect to; set https.enabled: true',
  ]);
  const { config } = await load(web('https: { enabled: true }'));
  expect(config.contentServers.web.behindProxy).toBe(true);
});

test('what is allowed but hardly meant is a warning with its place', async () => {
  const { warnings } = await load(`
    contentServers: { web: { https: { enabled: false } } }
    loginServers: { ssh: { enabled: false } }`);
  expect(warnings.map(({ place, message }) => `${String(place.line)}: ${message}`)).toEqual([
    '2: contentServers.web.https.enabled is false: nobody can register a second factor or reset a password by a mailed link',
    '3: loginServers.ssh.enabled is false, and so is webSocket.wss: without a secure way in nobody can set up a second factor',
  ]);
});

test('the servers without TLS of an ENiGMA½ board without proxies stay shut, and the board opens', async () => {
  const { config, warnings } = await load(`
    loginServers: { webSocket: { proxied: false, ws: { enabled: true } } }
    contentServers: { web: { http: { enabled: true, port: 8080 } } }`);
  expect(config.loginServers.webSocket.ws.enabled).toBe(false);
  expect(config.contentServers.web.http).toMatchObject({ enabled: false, port: 8080 });
  for (const path of ['loginServers.webSocket.ws', 'contentServers.web.http'])
    expect(warnings.map(({ message }) => message)).toContain(
      `${path}.enabled is true, but proxies is empty: nothing listens there, as it has no TLS and is for proxies alone`,
    );
  await expect(
    load('loginServers: { webSocket: { ws: { enabled: true } } }'),
  ).rejects.toMatchObject({ message: expect.stringContaining('proxies is empty') as string });
});

test('keys that ENiGMA½ knows and a gate has no use for are passed over with a warning', async () => {
  const { config, warnings } = await load(`
    fileBase: { areas: {} }
    loginServers: { webSocket: { proxied: true, wss: { port: 8812 } } }`);
  expect(config.loginServers.webSocket.wss.port).toBe(8812);
  expect(warnings.map(({ message }) => message)).toEqual([
    'fileBase has no effect here: there is no file base',
    'loginServers.webSocket.proxied has no effect here: the plain loginServers.webSocket.ws is for the networks of proxies alone',
  ]);
});

test('keys of the default configuration of ENiGMA½ for parts that are not here are passed over as well', async () => {
  const { warnings } = await load(`
    users: { avatars: { storagePath: "/x" }, activityPub: { autoGenerate: true } }
    contentServers: { web: { logging: { level: "info" } } }
    logging: { rotatingFile: { type: "rotating-file" } }
    debug: { assertsEnabled: false }`);
  expect(warnings.map(({ place, kind }) => `${String(place.line)} ${String(kind)}`)).toEqual([
    '2 foreign-key',
    '2 foreign-key',
    '3 foreign-key',
    '4 foreign-key',
    '5 foreign-key',
  ]);
});

test.each([
  ['users: { passwordMin: 6 }', (c: Config) => c.users.passwordMin, 8],
  ['users: { emailMax: 255 }', (c: Config) => c.users.emailMax, 254],
  ['users: { idleLogoutSeconds: 0 }', (c: Config) => c.users.idleLogoutSeconds, 86_400],
  [
    'users: { preAuthIdleLogoutSeconds: -1 }',
    (c: Config) => c.users.preAuthIdleLogoutSeconds,
    3600,
  ],
  ['users: { failedLogin: { disconnect: 0 } }', (c: Config) => c.users.failedLogin.disconnect, 6],
  [
    'users: { failedLogin: { lockAccount: -1 } }',
    (c: Config) => c.users.failedLogin.lockAccount,
    0,
  ],
  ['general: { maxConnections: -1 }', (c: Config) => c.general.maxConnections, 0],
] as const)(
  '%s is out of range, so the nearest counts, with a warning',
  async (text, of, value) => {
    const { config, warnings } = await load(text);
    expect(of(config)).toBe(value);
    expect(warnings.map(({ message, kind }) => [message, kind])).toContainEqual([
      expect.stringMatching(new RegExp(`must be a whole number.*, not -?\\d+; ${value} counts$`)),
      'out-of-range',
    ]);
  },
);

test.each([
  ['users.twoFactorAuth.stepUpMinutes', 5000, 0],
  ['users.twoFactorAuth.rememberKeyDays', 365, 0],
  ['users.twoFactorAuth.graceLogins', 5000, 3],
  ['users.twoFactorAuth.graceLogins', -1, 0],
  ['users.twoFactorAuth.otp.window', 9, 1],
  ['users.twoFactorAuth.recoveryMail.waitHours', 0, 72],
  ['users.failedLogin.free', 99, 5],
  ['users.failedLogin.firstWaitSeconds', 0, 30],
])('%s: %i does not count as what protects least: %i counts', async (key, given, counts) => {
  const text = key.split('.').reduceRight((inner, name) => `{ ${name}: ${inner} }`, `${given}\n`);
  const { config, warnings } = await load(text.slice(1, -1));
  expect(config).toHaveProperty(key, counts);
  expect(warnings).toMatchObject([
    { message: expect.stringMatching(`; ${counts} counts$`) as string, isMistake: true },
  ]);
});

test('a key that is like no other has no effect; one that is nearly another is refused, for it may be a protection', async () => {
  const { warnings } = await load('contentServers: { web: { spectacles: { on: true } } }');
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringContaining("contentServers.web has no key 'spectacles', so it has no effect"),
  ]);
  expect(await refusal('loginServers: { telnet: { passwordLogn: "refuse" } }')).toEqual([
    expect.stringContaining("did you mean 'loginServers.telnet.passwordLogin'?"),
  ]);
});

test('limits of requests in the form of ENiGMA½ are read as meant', async () => {
  const { config, warnings } = await load(`contentServers: { web: { rateLimits: {
    pwResetGet: { windowMs: 600000, maxRequests: 10 }
    otpRegPost: { windowMs: 60000, maxRequests: 2 } } } }`);
  expect(config.contentServers.web.rateLimits).toMatchObject({ pwResetGet: 10, otpRegPost: 20 });
  expect(warnings).toMatchObject([{ place: { line: 3 } }]);
});

test('a lock that comes along from a board where it had no effect is told', async () => {
  const lock = 'users: { failedLogin: { lockAccount: 9 } }';
  expect((await load(lock)).warnings).toEqual([]);
  expect((await load(`${lock}\nfileBase: {}`)).warnings.map(({ message }) => message)).toEqual([
    expect.stringContaining('fileBase has no effect'),
    expect.stringContaining('users.failedLogin.lockAccount is 9 and takes effect here'),
  ]);
});

test('the later of two equal keys counts, and the warning names both lines', async () => {
  const { config, warnings } = await load(
    'general: {\n boardName: "One"\n boardName: "Two"\n}\nlogging: {}\nlogging: {}',
  );
  expect(config.general.boardName).toBe('Two');
  expect(warnings.map(({ place, message }) => [place.line, message])).toEqual([
    [3, "the key 'boardName' is already set on line 2; this one counts, so remove one of the two"],
    [
      6,
      "the key 'logging' is already set on line 5; both are read as one block, in which the later of two equal keys counts",
    ],
  ]);
});

test.each([
  ['closedSystem: true', "config has no key 'closedSystem'; it belongs at general.closedSystem"],
  ['requireActivation: true', 'it belongs at users.requireActivation'],
  ['passwordLogin: "refuse"', 'it belongs at loginServers.telnet.passwordLogin'],
  ['loginServers: { passwordLogin: "refuse" }', 'loginServers.telnet.passwordLogin'],
  ['loginServers: { ssh: { passwordLogin: "refuse" } }', 'loginServers.telnet.passwordLogin'],
  ['telnet: { passwordLogin: "refuse" }', "config has no key 'telnet'"],
  ['users: { disableAfter: 5 }', 'it belongs at users.twoFactorAuth.otp.disableAfter'],
  ['users: { lockAccount: 5 }', 'it belongs at users.failedLogin.lockAccount'],
])('a key that belongs elsewhere is refused, with where: %s', async (text, said) => {
  expect(await refusal(text)).toEqual([expect.stringContaining(said)]);
});

test.each([
  ['general: { closedSystem: true }\ngeneral: { boardName: "X" }', 'general.closedSystem', true],
  [
    'loginServers: {\n telnet: { passwordLogin: "refuse" }\n telnet: { port: 2323 }\n}',
    'loginServers.telnet.passwordLogin',
    'refuse',
  ],
  [
    'users: { requireActivation: true }\nusers: {}\nusers: { passwordMin: 12 }',
    'users.requireActivation',
    true,
  ],
  [
    'users: { failedLogin: { lockAccount: 3 }, failedLogin: {} }\nusers: { failedLogin: {} }',
    'users.failedLogin.lockAccount',
    3,
  ],
])('a block that stands twice drops no protection: %s', async (text, path, wanted) => {
  const { config, warnings } = await load(text);
  expect(config).toHaveProperty(path, wanted);
  expect(warnings.length).toBeGreaterThan(0);
  expect(groupWarnings(warnings, ({ message }) => message)).toHaveLength(warnings.length);
  expect(warnings.every(({ isMistake }) => isMistake)).toBe(true);
});

test('a list of includes that stands twice is read whole, and a block that stands twice in one is merged', async () => {
  await writeFile(join(folder, 'one.hjson'), 'general: { closedSystem: true }\ngeneral: {}');
  await writeFile(join(folder, 'two.hjson'), 'general: { boardName: "Two" }');
  const { config } = await load('includes: ["one.hjson"]\nincludes: ["two.hjson"]');
  expect(config.general).toMatchObject({ closedSystem: true, boardName: 'Two' });
});

describe('a full path, as another board has it', () => {
  const roots = () => [join(folder, 'mine'), join(folder, 'package')];
  const loadThere = async (text: string): Promise<LoadedConfig> => {
    const file = join(folder, 'mine/config/config.hjson');
    await mkdir(join(folder, 'mine/config/menus'), { recursive: true });
    await writeFile(file, text);
    return loadConfig({
      file,
      env: {},
      fallbackFolders: roots().map((root) => join(root, 'config')),
    });
  };
  const oldMenu = () => join(folder, 'old/config/menus/nova-main.hjson');
  const naming = (path: string): string => `general: { menuFile: ${JSON.stringify(path)} }`;

  test('is taken as such where it can be read, with a warning where it is in another board', async () => {
    await mkdir(join(folder, 'old/config/menus'), { recursive: true });
    await writeFile(oldMenu(), 'menus: {}');
    expect((await loadThere(naming(oldMenu()))).warnings).toEqual([]);
    await writeFile(join(folder, 'old/config/config.hjson'), '');
    const { config, warnings } = await loadThere(naming(oldMenu()));
    expect(config.general.menuFile).toBe(oldMenu());
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining(`which is in another board, ${join(folder, 'old')}`),
    ]);
  });

  test('that is not there is looked for in this board', async () => {
    const mine = join(folder, 'mine/config/menus/nova-main.hjson');
    await mkdir(join(folder, 'mine/config/menus'), { recursive: true });
    await writeFile(mine, 'menus: {}');
    const { config, warnings } = await loadThere(naming(oldMenu()));
    expect(config.general.menuFile).toBe(mine);
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining(`which is not there; ${mine} is read`),
    ]);
  });

  test('of keys and certificates that came not along gives way to those that the board makes', async () => {
    const { config, warnings } = await loadThere(`
      loginServers: { ssh: { privateKeyPem: "/no/such/board/config/ssh.pem" } }
      contentServers: { web: { https: { certPem: "/no/such/board/config/cert.pem", keyPem: "/no/such/board/config/key.pem" } } }`);
    expect(config.loginServers.ssh.privateKeyPem).toBe('');
    expect(config.contentServers.web.https).toMatchObject({ certPem: '', keyPem: '' });
    expect(warnings).toHaveLength(3);
  });

  test('whose folder is there is meant, so that a slip in a name makes no new host key', async () => {
    const privateKeyPem = join(folder, 'shh.pem');
    const { config } = await loadThere(
      `loginServers: { ssh: { privateKeyPem: ${JSON.stringify(privateKeyPem)} } }`,
    );
    expect(config.loginServers.ssh.privateKeyPem).toBe(privateKeyPem);
  });
});

test('a value out of a variable or file is never repeated in a message', async () => {
  const lines = await refusal(
    'loginServers: { ssh: { port: "@environment:HUSH" } }\nemail: { transport: { auth: { pass: "@file:hush" } } }',
    { HUSH: 'open sesame' },
  );
  expect(lines).toEqual([`2:37: cannot read ${folder}/hush: there is no such file`]);
  await writeFile(join(folder, 'hush'), 'open sesame');
  expect(
    await refusal(
      'loginServers: { ssh: { port: "@environment:HUSH", privateKeyPass: 12345 } }\nemail: { transport: { auth: { type: "@file:hush" } } }',
      { HUSH: 'open sesame' },
    ),
  ).toEqual([
    '1:30: loginServers.ssh.port must be a whole number from 0 to 65535, not what that variable holds',
    '1:67: loginServers.ssh.privateKeyPass must be a text, not a number',
    expect.stringMatching(/^2:\d+: email\.transport\.auth\.type must be /),
  ]);
});

test.each([
  ['general.menuFile', 'general: { menuFile: "@file:hush" }'],
  ['theme.default', 'theme: { default: "@file:hush" }'],
  ['a network', 'security: { exemptNetworks: [ "@file:hush" ] }'],
  ['logging.level', 'logging: { level: "@file:hush" }'],
  ['email.transport.host', 'email: { transport: { host: "@file:hush" } }'],
  [
    'a reference',
    'loginServers: { ssh: { privateKeyPass: "@file:hush" } }\ngeneral: { boardName: "@reference:loginServers.ssh.privateKeyPass" }',
  ],
])('%s takes no content of a file, so that no message shows it (rule M14)', async (_, text) => {
  await writeFile(join(folder, 'hush'), 'open sesame');
  const lines = await refusal(text);
  expect(lines).toEqual([expect.stringMatching(/^[12]:\d+: '@file:' cannot stand here/)]);
  expect(lines.join()).not.toContain('sesame');
});

test('passwords and what signs in to the mail server may come from a file', async () => {
  await writeFile(join(folder, 'hush'), 'open sesame');
  const { config } = await load(
    'loginServers: { ssh: { privateKeyPass: "@file:hush" } }\nemail: { transport: { host: "h", auth: { user: "@file:hush", pass: "@file:hush" }, tls: { ca: "@file:hush" } } }',
  );
  expect(config.loginServers.ssh.privateKeyPass).toBe('open sesame');
  expect(config.email.transport?.tls?.ca).toBe('open sesame');
});

test('the defaults themselves give no warning and pass every check', async () => {
  const { warnings } = await load('');
  expect(warnings).toEqual([]);
});

test('what a program sets wins over the file, and its mistakes are named as its own', async () => {
  const file = join(folder, 'config.hjson');
  await writeFile(file, 'general: { boardName: "File", closedSystem: true }');
  const given = { general: { boardName: 'Program' } };
  const { config } = await loadConfig({ file, env: {}, overrides: given });
  expect(config.general).toMatchObject({ boardName: 'Program', closedSystem: true });
  const wrong = { loginServers: { ssh: { port: -1 } } };
  await expect(loadConfig({ file, env: {}, overrides: wrong })).rejects.toMatchObject({
    place: { file: 'the config given by the program' },
    message: 'loginServers.ssh.port must be a whole number from 0 to 65535, not -1',
  });
});

test('a board whose login servers are all off is refused: nobody could call', async () => {
  const lines = await refusal(
    'loginServers: { telnet: { enabled: false }, ssh: { enabled: false } }',
  );
  expect(lines).toEqual([expect.stringContaining('are all off, so that nobody could call')]);
});

test.each([
  [
    'loginServers: { ssh: { enabled: false } }',
    '["terminal"]',
    'must be empty while no secure way',
  ],
  ['contentServers: {}', '["email"]', 'needs terminal in users.twoFactorAuth.registration'],
])(
  'a policy that would lock out the last sysop is refused with the reason: %s (rule P2)',
  async (key, ways, why) => {
    const policy = `users: { twoFactorAuth: { required: "GM[sysops]", registration: ${ways} } }`;
    const lines = await refusal(`${key}\n${policy}`);
    expect(lines).toEqual([expect.stringContaining(`users.twoFactorAuth.required ${why}`)]);
    expect(lines[0]).toContain('locked out');
  },
);

test('a protection in a block that is not known is a warning of its own, with the place where it belongs', async () => {
  const { config, warnings } = await load(
    '{ frontDoor: { closedSystem: true, colour: "red"\n deeper: { lockAccount: 5 } }\n users: { twoFactor: { required: "GM[sysops]" } } }',
  );
  expect(config.general.closedSystem).toBe(false);
  const told = warnings.filter(({ kind }) => kind === 'lost-protection');
  expect(told.map(({ place, message }) => `${place.line}:${place.column}: ${message}`)).toEqual([
    '3:24: users.twoFactor.required protects nothing there; it belongs at users.twoFactorAuth.required',
    '1:16: frontDoor.closedSystem protects nothing there; it belongs at general.closedSystem',
    '2:12: frontDoor.deeper.lockAccount protects nothing there; it belongs at users.failedLogin.lockAccount',
  ]);
});
