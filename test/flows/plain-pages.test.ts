import { request } from 'node:http';
import type { ConfigInput } from '../../src/config/schema';
import { TestBoard } from '../support/board';
import { hiddenFields, type BrowsedPage } from '../support/browse';
import { KEYS } from '../support/dial';
import { linkIn } from '../support/letter';
import { proxyHeader } from '../support/proxy-headers';
import { Relay } from '../support/relay';
import { PASSWORD, signIn } from '../support/sign-in';

const PROXY = '127.0.0.1';
const NO_PROXY = '127.0.0.2';
const CALLER = '203.0.113.9';
const DOMAIN = 'bbs.example.org';
const RESET = '/_enig/sec/reset_password?token=none';
const BY_TLS = { 'x-forwarded-for': CALLER, 'x-forwarded-proto': 'https' };
const NEW_PASSWORD = 'another quiet harbour 8';

const opened: { remove(): Promise<void> }[] = [];
afterAll(async () => {
  for (const each of opened) await each.remove();
});

async function start(
  config: ConfigInput,
  web: NonNullable<ConfigInput['contentServers']>['web'] = {},
): Promise<TestBoard> {
  const plain = { domain: DOMAIN, https: { enabled: false }, http: { enabled: true }, ...web };
  const board = await TestBoard.start({ config: { ...config, contentServers: { web: plain } } });
  opened.push(board);
  await board.addUser('alice', PASSWORD);
  return board;
}

const portOf = (board: TestBoard): number => board.bbs.addresses['http']?.port ?? 0;

interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly localAddress?: string;
}

/** A request as a proxy sends it on. */
function ask(port: number, path: string, asked: Asked = {}): Promise<BrowsedPage> {
  const { headers = BY_TLS, form, localAddress = PROXY } = asked;
  const body = form === undefined ? '' : String(new URLSearchParams(form));
  const ofForm = {
    'content-type': 'application/x-www-form-urlencoded',
    origin: `https://${DOMAIN}`,
  };
  return new Promise((done, reject) => {
    const asking = request({
      ...{ host: '127.0.0.1', port, path, localAddress, agent: false },
      method: form === undefined ? 'GET' : 'POST',
      headers: { host: DOMAIN, ...(form === undefined ? {} : ofForm), ...headers },
    });
    asking.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        done({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

describe('pages without TLS, behind a web proxy (rule G3)', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await start({ proxies: [PROXY], forwardedHeader: 'x-forwarded-for' });
  });

  it('take a mailed link that begins with https, and the form of its page', async () => {
    const caller = await board.telnet();
    await caller.sees('Sign in');
    caller.type('F');
    await caller.sees('User name');
    caller.type(`alice${KEYS.return}`);
    await caller.sees('Press a key');
    caller.hangUp();
    const link = new URL(linkIn(await board.letterTo('alice@example.org', /new password/)));
    expect(link.origin).toBe(`https://${DOMAIN}`);
    const page = await ask(portOf(board), link.pathname + link.search);
    expect(page.status).toBe(200);
    const given = { password: NEW_PASSWORD, confirm_password: NEW_PASSWORD };
    const form = { ...hiddenFields(page), ...given };
    const foreign = { ...BY_TLS, origin: `http://${DOMAIN}` };
    const refused = await ask(portOf(board), link.pathname, { form, headers: foreign });
    expect(refused.status).toBe(403);
    expect((await ask(portOf(board), link.pathname, { form })).status).toBe(200);
    const again = await board.telnet();
    await signIn(again, 'alice', NEW_PASSWORD);
    await again.sees('Both doors are open.');
    again.hangUp();
  });

  it.each([
    ['http', { 'x-forwarded-proto': 'http' }],
    ['https and http', { 'x-forwarded-proto': 'https, http' }],
    ['nothing', {}],
    ['https in the header that is not read', { forwarded: `for=${CALLER};proto=https` }],
  ])('show nothing where the proxy says %s', async (_said, headers) => {
    const page = await ask(portOf(board), RESET, {
      headers: { 'x-forwarded-for': CALLER, ...headers },
    });
    expect(page).toMatchObject({
      status: 403,
      body: expect.stringContaining('begins with https://') as string,
    });
    const said = { server: 'http', reason: 'in-clear', remoteIp: PROXY };
    await board.logged('proxy.in-clear', said);
  });

  it('are closed to everybody else, with a line in the log', async () => {
    await expect(ask(portOf(board), RESET, { localAddress: NO_PROXY })).rejects.toThrow();
    expect(board.events('proxy.refused')).toMatchObject([
      { server: 'http', reason: 'not-a-proxy', remoteIp: NO_PROXY },
    ]);
  });

  it('tell a proxy of the health, which it asks for itself', async () => {
    expect((await ask(portOf(board), '/_enig/health', { headers: {} })).status).toBe(200);
  });

  it('count requests by the address that the proxy names', async () => {
    const answers: number[] = [];
    const at = { headers: { ...BY_TLS, 'x-forwarded-for': '203.0.113.20' } };
    for (let call = 0; call < 11; call += 1)
      answers.push((await ask(portOf(board), RESET, at)).status);
    expect(answers.slice(9)).toEqual([answers[0], 429]);
    const other = { headers: { ...BY_TLS, 'x-forwarded-for': '203.0.113.21' } };
    expect((await ask(portOf(board), RESET, other)).status).toBe(answers[0]);
  });
});

it('by the PROXY protocol as well, pages are shown where the proxy says https', async () => {
  const board = await start(
    { proxies: [PROXY] },
    {
      http: { enabled: true, proxyProtocol: 'required' },
    },
  );
  const relay = await Relay.open(portOf(board), () => proxyHeader('v2', CALLER));
  opened.unshift({ remove: () => relay.close() });
  const shown = (await ask(relay.port, RESET, { headers: { 'x-forwarded-proto': 'https' } }))
    .status;
  expect(shown).not.toBe(403);
  expect((await ask(relay.port, RESET, { headers: { 'x-forwarded-proto': 'http' } })).status).toBe(
    403,
  );
  expect((await ask(relay.port, RESET, { headers: {} })).status).toBe(403);
});

it('stand beside those with TLS, which show a proxy nothing whose client came without it', async () => {
  const board = await start(
    { proxies: [PROXY], forwardedHeader: 'forwarded' },
    { domain: 'localhost', https: { enabled: true } },
  );
  const url = `https://localhost:${board.httpsPort}${RESET}`;
  const by = (forwarded?: string): Promise<{ readonly status: number }> =>
    board.browse(url, { headers: forwarded === undefined ? {} : { forwarded } });
  const { status } = await by();
  expect((await by(`for=${CALLER};proto=https`)).status).toBe(status);
  expect((await by(`for=${CALLER};proto=http`)).status).toBe(403);
  expect(board.events('proxy.in-clear')).toMatchObject([{ server: 'https' }]);
  const headers = { host: 'localhost', forwarded: `for=${CALLER};proto=https` };
  expect((await ask(portOf(board), RESET, { headers })).status).toBe(status);
});

it.each([
  ['proxies', {}, /it has no TLS and is for proxies alone/],
  ['who says who calls', { proxies: [PROXY] }, /forwardedHeader is off/],
] as const)('start with %s alone', async (_what, config, why) => {
  const proxies: string[] = 'proxies' in config ? [...config.proxies] : [];
  await expect(start({ proxies })).rejects.toThrow(why);
});
