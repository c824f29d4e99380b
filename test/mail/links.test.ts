import { configSchema, type ConfigInput } from '../../src/config/schema';
import {
  configuredServers,
  lackSentence,
  missingForLink,
  type Listening,
} from '../../src/mail/links';
import { sayStock } from '../../src/texts/texts';

const PUBLIC = { domain: 'bbs.example.org', https: { address: '::' } };

function missing(input: ConfigInput, listening?: Listening): readonly string[] {
  const config = configSchema.parse(input);
  return missingForLink(config, listening ?? configuredServers(config), 'second-factor');
}

test('a board on its own machine lacks nothing for its own callers', () => {
  expect(missing({})).toEqual([]);
});

test.each<[string, ConfigInput, readonly string[]]>([
  [
    'a public board with its name',
    { contentServers: { web: PUBLIC }, loginServers: { ssh: { address: '::' } } },
    [],
  ],
  [
    'callers from elsewhere, links to localhost',
    { loginServers: { telnet: { address: '0.0.0.0' } } },
    ['public-address'],
  ],
  [
    'a public name, pages for this machine alone',
    { contentServers: { web: { domain: 'bbs.example.org' } } },
    ['public-address'],
  ],
  [
    'the same behind a proxy',
    { contentServers: { web: { domain: 'bbs.example.org', behindProxy: true } } },
    [],
  ],
  [
    'the same behind a proxy that names callers',
    {
      contentServers: { web: { domain: 'bbs.example.org', https: { proxyProtocol: 'required' } } },
    },
    [],
  ],
  [
    'callers by a proxy, links to localhost',
    { loginServers: { telnet: { proxyProtocol: 'required' } } },
    ['public-address'],
  ],
  [
    'a public address that is forwarded',
    { contentServers: { web: { overrideUrlPrefix: 'https://bbs.example.org/' } } },
    [],
  ],
  [
    'no pages, no secure way in',
    {
      loginServers: { ssh: { enabled: false } },
      contentServers: { web: { https: { enabled: false } } },
    },
    ['secure-login', 'pages'],
  ],
  [
    'secure WebSocket in place of SSH',
    { loginServers: { ssh: { enabled: false }, webSocket: { wss: { enabled: true } } } },
    [],
  ],
])('%s', (_name, input, expected) => {
  expect(missing(input)).toEqual(expected);
});

test('a server that is switched on and does not listen is missing', () => {
  expect(missing({}, { ssh: false, wss: false, ws: false, https: false })).toEqual([
    'secure-login',
    'pages',
  ]);
  expect(missing({}, { ssh: false, wss: true, ws: false, https: true })).toEqual([]);
});

test('all that is missing stands in one sentence', () => {
  expect(lackSentence(sayStock, ['secure-login', 'pages'])).toBe(
    'This board lacks what a mailed link needs: SSH or secure WebSocket, on and listening; the HTTPS web server, on and listening.',
  );
});
