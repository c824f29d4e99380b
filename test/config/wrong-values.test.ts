import { BbsError } from '../../src/base/errors';
import { findConfigKey, isHarmless, listConfigSections } from '../../src/config/config-keys';
import { loadConfig, type LoadedConfig } from '../../src/config/load';
import { defaultConfig } from '../../src/config/schema';

const FILE = 'config.hjson';

function load(text: string): Promise<LoadedConfig> {
  return loadConfig({ file: FILE, env: {}, readText: () => Promise.resolve(text) });
}

async function refusal(text: string): Promise<string> {
  try {
    await load(text);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof BbsError)) throw error;
    expect(error.exitCode).toBe(78);
    return error.describe();
  }
}

/** The block that holds one key with a value. */
function withKey(path: string, value: string): string {
  return path.split('.').reduceRight((inner, key) => `{ "${key}": ${inner} }`, value);
}

const PASSED_OVER: readonly (readonly [string, string, string, unknown])[] = [
  [
    'general: { boardNam: "X" }',
    "1:12: general has no key 'boardNam', so it has no effect; did you mean 'general.boardName'?",
    'general.boardName',
    'Sallyport',
  ],
  [
    'themes: { default: "plain" }',
    "1:1: config has no key 'themes', so it has no effect; did you mean 'theme'?",
    'theme.default',
    'gatehouse',
  ],
  [
    'boardName: "X"',
    "1:1: config has no key 'boardName', so it has no effect; it belongs at general.boardName",
    'general.boardName',
    'Sallyport',
  ],
  [
    'genral: { boardName: "X", sysOp: { username: "y" } }',
    "1:1: config has no key 'genral', so it has no effect; did you mean 'general'?",
    'general.boardName',
    'Sallyport',
  ],
  [
    'users: { requireActivaton: false }',
    "1:10: users has no key 'requireActivaton', so it has no effect; did you mean 'users.requireActivation'?",
    'users.requireActivation',
    false,
  ],
  [
    'contentServers: { web: { rateLimits: { pwResetPost: { windowMs: 60000 } } } }',
    '1:53: contentServers.web.rateLimits.pwResetPost must be a whole number, 1 or more, not a block of keys; the board starts with the default, 5',
    'contentServers.web.rateLimits.pwResetPost',
    5,
  ],
  [
    'logging: { level: "x" }',
    '1:19: logging.level must be debug, info, warn, error, silent, not the text \'x\'; the board starts with the default, "info"',
    'logging.level',
    'info',
  ],
  [
    'logging: "x"',
    "1:10: logging must be a block of keys in { }, not the text 'x'; the board starts with the default",
    'logging.file',
    'sallyport.log',
  ],
  [
    'loginServers: { ssh: { profile: "vintage" } }',
    '1:33: loginServers.ssh.profile must be modern, retro, not the text \'vintage\'; the board starts with the default, "modern"',
    'loginServers.ssh.profile',
    'modern',
  ],
  [
    'loginServers: { ssh: { profil: "retro" } }',
    "1:24: loginServers.ssh has no key 'profil', so it has no effect; did you mean 'loginServers.ssh.profile'?",
    'loginServers.ssh.profile',
    'modern',
  ],
  [
    'theme: { passwordChar: "**" }',
    '1:24: theme.passwordChar must be a single character, not the text \'**\'; the board starts with the default, "*"',
    'theme.passwordChar',
    '*',
  ],
  [
    'users: { newUserNames: [ "new", 7, "join", 8 ] }',
    '1:33: users.newUserNames must be a list of texts, not 7; it is left out',
    'users.newUserNames',
    ['new', 'join'],
  ],
  [
    'loginServers: { webSocket: { allowedOrigins: [ "https://one.example", "two.example" ] } }',
    "1:71: loginServers.webSocket.allowedOrigins must be a list of texts, not the text 'two.example'; it is left out",
    'loginServers.webSocket.allowedOrigins',
    ['https://one.example'],
  ],
  [
    'destinations: { near: { kind: "telnit", name: "Near" }, far: { kind: "telnet", name: "Far" } }',
    "1:31: destinations.near.kind must be telnet, rlogin, ssh, exec, bbs_link, door_party, not the text 'telnit'; did you mean 'telnet'?; it is left out",
    'destinations',
    { far: { kind: 'telnet', name: 'Far', about: '' } },
  ],
  ...['asc', 'Acs', 'access'].map((key): [string, string, string, unknown] => [
    `destinations: { near: { kind: "telnet", name: "Near", host: "h", ${key}: "GM[sysops]" } }`,
    `1:${68 + key.length}: destinations.near.${key} must be acs, as a condition is called, not the text 'GM[sysops]'; it is left out`,
    'destinations',
    {},
  ]),
  [
    'users: { usernameMin: 20 }',
    '1:23: users.usernameMin must not be above users.usernameMax (16); the board starts with the defaults, 2 and 16',
    'users.usernameMin',
    2,
  ],
  [
    'users: { passwordMin: 100, passwordMax: 70 }',
    '1:23: users.passwordMin must not be above users.passwordMax (70); the board starts with 100 for both',
    'users.passwordMax',
    100,
  ],
  [
    'users: { failedLogin: { firstWaitSeconds: 1800 } }',
    '1:43: users.failedLogin.firstWaitSeconds must not be above mostWaitSeconds and mostOtpWaitSeconds; the board starts with 1800 for what is below it',
    'users.failedLogin.mostWaitSeconds',
    1800,
  ],
  [
    'users: { twoFactorAuth: { otp: { lookAhead: 40, resyncWindow: 20 } } }',
    '1:45: users.twoFactorAuth.otp.lookAhead must not be above resyncWindow; the board starts with 20',
    'users.twoFactorAuth.otp.lookAhead',
    20,
  ],
  [
    'users: { usernamePattern: "[" }',
    `1:27: users.usernamePattern is not a regular expression; the board starts with the default, ${JSON.stringify(defaultConfig().users.usernamePattern)}`,
    'users.usernamePattern',
    defaultConfig().users.usernamePattern,
  ],
  [
    'security: { exemptNetworks: [ "10.0.0.0/8", "10.0.0.0/33" ] }',
    "1:45: security.exemptNetworks must list networks like 192.0.2.0/24 or 2001:db8::/32, not '10.0.0.0/33'; it is left out",
    'security.exemptNetworks',
    ['10.0.0.0/8'],
  ],
  ...['A\\u001b[2J', 'A\\u202eB'].map((name): [string, string, string, unknown] => [
    `general: { boardName: "${name}" }`,
    '1:23: general.boardName must have no control characters and no invisible ones; the board starts with the default, "Sallyport"',
    'general.boardName',
    'Sallyport',
  ]),
  [
    'general: { sysOp: { email: "sysop" } }',
    '1:28: general.sysOp.email must be one plain address like bbs@example.org, without a name; it is left out',
    'general.sysOp.email',
    '',
  ],
  [
    'email: { defaultFrom: "Board <bbs@example.org>" }',
    '1:23: email.defaultFrom must be one plain address like bbs@example.org, without a name; the board starts with bbs@example.org',
    'email.defaultFrom',
    'bbs@example.org',
  ],
  [
    'logging: { file: "../keys/sealing.json" }',
    '1:18: logging.file must be a file name without a folder; the board starts with the default, "sallyport.log"',
    'logging.file',
    'sallyport.log',
  ],
];

test.each(PASSED_OVER)(
  '%s keeps no board shut: the warning has the place, and what counts',
  async (text, message, key, counts) => {
    const { config, warnings } = await load(text);
    expect(config).toHaveProperty(key, counts);
    const said = warnings.map((each) => `${each.place.line}:${each.place.column}: ${each.message}`);
    expect(said).toContain(message);
    // An edit of a running board that brings one is refused.
    expect(warnings.every(({ isMistake }) => isMistake)).toBe(true);
  },
);

test.each([
  ['loginServers: { telnet: { port: 70000 } }', 'port must be a whole number from 0 to 65535'],
  ['loginServers: { telnet: { prt: 2323 } }', "did you mean 'loginServers.telnet.port'?"],
  ['loginServers: { ssh: { address: 7 } }', 'address must be a text that is not empty'],
  ['loginServers: { ssh: { enabled: "yes" } }', 'enabled must be true or false'],
  ['general: { closedSystem: "yes" }', 'general.closedSystem must be true or false'],
  ['general: { closedSytem: true }', "did you mean 'general.closedSystem'?"],
  ['genral: { closedSystem: true }', "did you mean 'general'?"],
  ['genral: { boardName: "X", closedSytem: true }', "did you mean 'general'?"],
  ['users: { requireActivaton: true }', "did you mean 'users.requireActivation'?"],
  ['user: { requireActivation: true }', "did you mean 'users'?"],
  ['telnet: { passwordLogin: "refuse" }', "config has no key 'telnet'"],
  ['users: { passwordMn: 12 }', "did you mean 'users.passwordMin'?"],
  ['users: { inviteOnly: 1 }', 'users.inviteOnly must be true or false'],
  ['users: { newUserNames: false }', 'users.newUserNames must be a list of texts'],
  ['users: { newUserName: [] }', "did you mean 'users.newUserNames'?"],
  ['users: { badUserNames: "root" }', 'users.badUserNames must be a list of texts'],
  ['users: { twoFactorAuth: { required: 2 } }', 'users.twoFactorAuth.required must be a text'],
  [
    'users: { twoFactorAuth: { registration: ["terminl"] } }',
    "users.twoFactorAuth.registration must be a list of one or more of terminal, email, not the text 'terminl'; did you mean 'terminal'?",
  ],
  [
    'users: { twoFactorAuth: { registration: [] } }',
    'one or more of terminal, email, not an empty list',
  ],
  ['loginServers: { telnet: { passwordLogin: "refuze" } }', "; did you mean 'refuse'?"],
  ['loginServers: { telnet: { passwordLogin: "no" } }', 'passwordLogin must be allow, with-otp'],
  ['loginServers: { telnet: { firstMenu: 7 } }', 'firstMenu must be a text'],
  ['loginServers: { ssh: { algorithms: { cipher: "aes" } } }', 'cipher must be a list of texts'],
  ['proxies: "10.0.0.1"', 'proxies must be a list of texts'],
  ['forwardedHeader: "x-real-ip"', 'forwardedHeader must be off, x-forwarded-for, forwarded'],
  ['database: { client: "mysql" }', 'database.client must be sqlite, postgres'],
  ['email: { transport: { secur: true } }', "did you mean 'email.transport.secure'?"],
  ['email: { defaultFrom: "Board" }', 'email.defaultFrom must be one plain address'],
])('%s keeps the board shut, and the reason is said', async (text, reason) => {
  expect(await refusal(text)).toContain(reason);
});

const KEYS = listConfigSections().flatMap((section) => section.keys);

test('of every key a value of a kind that cannot be gives way to the default, or keeps the board shut', async () => {
  const stopping: string[] = [];
  for (const { path, accepts } of KEYS) {
    const text = withKey(path, accepts.startsWith('a block') ? '7' : '{ "none": 1 }');
    const said = await load(text).catch(() => undefined);
    expect([path, said !== undefined]).toEqual([path, isHarmless(path)]);
    if (said === undefined) stopping.push(path);
    else expect(said.config).toEqual(defaultConfig());
  }
  for (const path of ['general.closedSystem', 'users.requireActivation', 'users.passwordMin'])
    expect(stopping).toContain(path);
});

test('no key whose default may be less than what was meant gives way to it', () => {
  const protecting =
    /(^|\.)(proxies|forwardedHeader|mods|closedSystem|maxConnections|menuFile|enabled|address|port|socket|proxyProtocol|passwordLogin|firstMenu\w*|privateKey\w*|domain|overrideUrlPrefix|behindProxy|certPem|key(Pem|Command)|(password|otp)Min|badPassFile|badUserNames|newUserNames|inviteOnly|requireActivation|defaultGroups|registration|required|disableAfter|window|lockAccount|transport|sealingKey\w*|exemptNetworks|earlyDrop|maxPerSource|perSourceAndDay|client|connection|rejectUnauthorized|clients)$/;
  const kept = KEYS.filter(({ path }) => protecting.test(path));
  expect(kept.length).toBeGreaterThan(60);
  // It is off unless it is asked for, which is the safer of the two.
  const off = ['users.twoFactorAuth.recoveryMail.enabled'];
  expect(kept.filter(({ isHarmless: gives }) => gives).map(({ path }) => path)).toEqual(off);
});

test('a misspelt key keeps the board shut where any key that it may be meant for does', async () => {
  for (const { path } of KEYS.filter((key) => !key.isHarmless)) {
    const name = path.split('.').at(-1) ?? '';
    const misspelt = `${path.slice(0, -name.length)}${name.slice(0, 2)}${name.slice(3)}`;
    if (findConfigKey(misspelt) !== undefined) continue;
    expect([misspelt, await refusal(withKey(misspelt, '"x"'))]).not.toContain('accepted');
  }
});

test('no secret stands in what is said of it', async () => {
  const clients = 'verify: { clients: { game: { secret: "hush" } } }';
  expect(await refusal(clients)).toContain('verify.clients.game.secret must be');
  expect(await refusal(clients)).not.toContain('hush');
});

test('of a value from a variable the nearest one is not said: it may be a secret that stands there by mistake', async () => {
  const text = 'loginServers: { telnet: { passwordLogin: "@environment:RULE" } }';
  const options = { file: FILE, env: { RULE: 'refuze' }, readText: () => Promise.resolve(text) };
  const error = await loadConfig(options).catch((thrown: unknown) => thrown as BbsError);
  expect(error).toBeInstanceOf(BbsError);
  const said = (error as BbsError).describe();
  expect(said).toContain('loginServers.telnet.passwordLogin must be');
  expect(said).not.toContain('did you mean');
  expect(said).not.toContain('refuze');
});
