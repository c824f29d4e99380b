import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadConfig } from '../../src/config/load';
import { BoardDir } from '../support/board-dir';

const FOLDER = resolve(__dirname, '../../misc/compose');
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const HAPROXY = read('../haproxy/two-nodes.cfg');

type Yaml = string | Yaml[] | { [key: string]: Yaml };

/** The part of YAML that the file is written in; anything else throws. */
class YamlReader {
  private readonly lines: { readonly indent: number; readonly text: string }[];

  constructor(text: string) {
    this.lines = text
      .split('\n')
      .filter((line) => !/^\s*(#.*)?$/.test(line))
      .map((line) => ({ indent: line.search(/\S/), text: line.trim() }));
  }

  block(indent = 0): Record<string, Yaml> {
    const found: Record<string, Yaml> = {};
    for (let [line] = this.lines; line?.indent === indent; [line] = this.lines) {
      const parts = /^([\w-]+):(?: (.+))?$/.exec(line.text);
      const [, key = '', rest] = parts ?? [];
      if (parts === null || key in found) throw new Error(`not read: ${line.text}`);
      this.lines.shift();
      const [next] = this.lines;
      if (rest !== undefined) found[key] = value(rest);
      else if (next !== undefined && next.indent > indent) found[key] = this.block(next.indent);
      else throw new Error(`${key} has no value`);
    }
    if (indent === 0 && this.lines.length > 0)
      throw new Error(`not read: ${this.lines[0]?.text ?? ''}`);
    return found;
  }
}

function value(text: string): Yaml {
  if (/^\[.*\]$/.test(text)) return parts(text).map(value);
  if (/^\{.*\}$/.test(text))
    return Object.fromEntries(
      parts(text).map((part) => {
        const [, key = '', rest] = /^([\w.-]+): (.+)$/.exec(part) ?? [];
        if (rest === undefined) throw new Error(`not read: ${part}`);
        return [key, value(rest)];
      }),
    );
  if (/^'[^']*'$/.test(text)) return text.slice(1, -1);
  if (/^[\w./-][^:#{}[\]]*(?::[\w./-]+)*$/.test(text)) return text;
  throw new Error(`not read: ${text}`);
}

/** What stands between brackets, at the commas of the outermost level. */
function parts(text: string): readonly string[] {
  let depth = 0;
  const found = [''];
  for (const letter of text.slice(1, -1)) {
    depth += '[{'.includes(letter) ? 1 : ']}'.includes(letter) ? -1 : 0;
    if (letter === ',' && depth === 0) found.push('');
    else found.push(`${found.pop() ?? ''}${letter}`);
  }
  return found.map((part) => part.trim()).filter((part) => part !== '');
}

const COMPOSE = new YamlReader(read('compose.yaml')).block();

/** What stands at a path of the file. */
function at(...path: readonly string[]): Yaml {
  let found: Yaml = COMPOSE;
  for (const key of path) {
    const next: Yaml | undefined =
      typeof found === 'string' || Array.isArray(found) ? undefined : found[key];
    if (next === undefined) throw new Error(`nothing at ${path.join('.')}`);
    found = next;
  }
  return found;
}
const list = (...path: readonly string[]): readonly string[] => at(...path) as string[];
const NODES = ['node-a', 'node-b'];

async function nodeConfig() {
  const dir = await BoardDir.make({});
  try {
    await dir.write('database_url', 'postgres://board:x@172.30.8.2:5432/board\n');
    const text = read('board/config/config.hjson').replaceAll(
      '@file:/run/secrets/',
      `@file:${dir.path}/`,
    );
    await dir.write('config.hjson', text);
    return await loadConfig({ file: join(dir.path, 'config.hjson'), env: {} });
  } finally {
    await dir.remove();
  }
}

test('the configuration of the nodes is read with the one warning about TLS, and names secrets that they are given', async () => {
  const { warnings } = await nodeConfig();
  expect(warnings.map(({ message }) => message)).toEqual([
    'database.tls.enabled is false: what is stored goes over the network as it is',
  ]);
  const named = [...read('board/config/config.hjson').matchAll(/\/run\/secrets\/(\w+)/g)];
  const wanted = [...new Set(named.map(([, name]) => name))].sort();
  for (const node of NODES) expect([...list('services', node, 'secrets')].sort()).toEqual(wanted);
  expect(Object.keys(at('secrets')).sort()).toEqual(['database_password', ...wanted].sort());
  expect(at('services', 'database', 'environment', 'POSTGRES_PASSWORD_FILE')).toBe(
    '/run/secrets/database_password',
  );
});

test('the nodes are where the balancer looks for them, and believe nobody else', async () => {
  const { config } = await nodeConfig();
  const address = (service: string): Yaml =>
    at('services', service, 'networks', 'board', 'ipv4_address');
  expect(config.proxies).toEqual([address('balancer')]);
  const env = at('services', 'balancer', 'environment') as Record<string, string>;
  expect([env['NODE_A'], env['NODE_B']]).toEqual(NODES.map(address));
  expect(env['BBS_NAME']).toBe(config.contentServers.web.domain);
  const used = [...HAPROXY.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
  expect(Object.keys(env).sort()).toEqual([...new Set(used)].sort());
  const { telnet, ssh, webSocket } = config.loginServers;
  const servers = [telnet, ssh, webSocket.wss, config.contentServers.web.https];
  const ports = [...HAPROXY.matchAll(/"\$\{NODE_A\}:(\d+)"/g)].map(([, port]) => Number(port));
  expect(servers.map(({ port }) => port)).toEqual(ports);
  for (const { address: listens, proxyProtocol } of servers)
    expect([listens, proxyProtocol]).toEqual(['0.0.0.0', 'required']);
  const published = [...HAPROXY.matchAll(/\$\{BBS_ADDRESS\}:(\d+)"/g)].map(([, port]) => port);
  const mapped = list('services', 'balancer', 'ports').map((text) => text.split(':', 1)[0]);
  expect([...mapped].sort()).toEqual([...published].sort());
});

test('every file that it takes is there, and each service waits for what it needs', () => {
  for (const node of NODES) {
    expect(at('services', node, 'depends_on', 'database', 'condition')).toBe('service_healthy');
    expect(at('services', node, 'environment')).toEqual({
      SALLYPORT_BOARD: '/board',
      SALLYPORT_DATA: '/data',
    });
    const data = list('services', node, 'volumes')[1]?.split(':', 1)[0] ?? '';
    expect(at('volumes')).toHaveProperty(data);
  }
  const { context, dockerfile } = at('services', 'node-a', 'build') as Record<string, string>;
  const files = [
    join(context ?? '', dockerfile ?? ''),
    ...['node-a', 'balancer'].map((name) => list('services', name, 'volumes')[0]?.split(':')[0]),
  ];
  for (const file of files) expect([file, existsSync(join(FOLDER, file ?? 'none'))]).toEqual([file, true]); // prettier-ignore
});
