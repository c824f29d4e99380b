import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Client, type AuthenticationType } from 'ssh2';
import { TestBoard } from '../support/board';
import { ROUTES } from '../support/routes';

const ROOT = join(__dirname, '..', '..');
/** The list that people read; the tests hold it to what there is. */
const LIST = readFileSync(join(ROOT, 'docs', 'security.md'), 'utf8');
const WAYS = /## Ways to sign in\n([^]*?)\n## /.exec(LIST)?.[1] ?? '';

const named = (pattern: RegExp): readonly string[] =>
  [...new Set([...WAYS.matchAll(pattern)].map(([, name = '']) => name))].sort();

describe('the documented list of ways to sign in (rule J6)', () => {
  it('names every server of a board, and no other one listens (rule J6)', async () => {
    const before = listeningPorts();
    const board = await TestBoard.start({
      config: {
        loginServers: {
          rlogin: { enabled: true, port: 0 },
          webSocket: { wss: { enabled: true, port: 0 }, ws: { enabled: true, port: 0 } },
        },
        ...{ proxies: ['127.0.0.1'], forwardedHeader: 'x-forwarded-for' },
      },
    });
    try {
      const { addresses } = board.bbs;
      expect(named(/^\| `(\w+)` \|/gm)).toEqual(Object.keys(addresses).sort());
      if (before === undefined) return;
      const opened = (listeningPorts() ?? []).filter((port) => !before.includes(port));
      const told = Object.values(addresses).map(({ port }) => port);
      expect(opened.sort()).toEqual(told.sort());
    } finally {
      await board.remove();
    }
  });

  it('names every page, and each that it names is there (rule J6)', () => {
    const pages = ROUTES.map(({ method, path }) => `${method} ${path}`).sort();
    expect(named(/`((?:GET|POST|PUT|PATCH|DELETE) [^`]+)`/g)).toEqual([...new Set(pages)]);
  });

  it('names the methods that SSH offers (rule J6)', async () => {
    const board = await TestBoard.start();
    try {
      expect(named(/method `([a-z-]+)`/g)).toEqual(
        [...(await offeredMethods(board.sshPort))].sort(),
      );
    } finally {
      await board.remove();
    }
  });

  it('names every place in the program that submits a credential (rule J6)', () => {
    const places = sourceFiles(join(ROOT, 'src'))
      .filter((file) =>
        /\blogin(?:\(\))?\s*\.(?:submit|confirm)\(|passwordReset\.complete\(|enrollment\.confirm(?:For|Here)?\(|mailChange\.confirm\(|authenticator\.verify\(|recovery\.(?:start|stopByLink)\(/.test(
          readFileSync(file, 'utf8'),
        ),
      )
      .map((file) => relative(ROOT, file));
    expect(named(/`(src\/[a-z/-]+\.ts)`/g)).toEqual(places.sort());
  });
});

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

/** What a caller is told to go on with when `none` was not enough. */
function offeredMethods(port: number): Promise<readonly AuthenticationType[]> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    let first = true;
    client.on('error', reject);
    client.connect({
      ...{ host: '127.0.0.1', port, username: 'nobody' },
      authHandler: (left, _partial, next) => {
        if (first) {
          first = false;
          next({ type: 'none', username: 'nobody' });
          return;
        }
        resolve(left ?? []);
        client.destroy();
      },
    });
  });
}

/** TCP ports on which this process listens, as the kernel has them; undefined where it does not tell. */
function listeningPorts(): readonly number[] | undefined {
  if (!existsSync('/proc/self/net/tcp')) return undefined;
  const own = new Set(
    readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1] ?? [];
      } catch {
        // Closed since the folder was read.
        return [];
      }
    }),
  );
  const LISTEN = '0A';
  return ['tcp', 'tcp6'].flatMap((name) =>
    readFileSync(`/proc/self/net/${name}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => columns[3] === LISTEN && own.has(columns[9] ?? ''))
      .map((columns) => Number.parseInt((columns[1] ?? '').split(':')[1] ?? '', 16)),
  );
}
