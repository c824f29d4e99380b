import type { ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { dialRlogin, dialSsh, dialTelnet } from '../support/dial';
import { freePort } from '../support/relay';
import { PASSWORD, signIn } from '../support/sign-in';
import { endProgram, talkTo, whenItAnswers } from './programs';

const CALLER = '127.0.0.2';
const IN = 'Both doors are open.';
const WAYS = ['telnet', 'ssh', 'rlogin'] as const;
type Way = (typeof WAYS)[number];

describe.each([
  ['Unix sockets', true],
  ['addresses', false],
])('HAProxy before telnet, SSH and rlogin, by %s (rule G3)', (_name, isOnSockets) => {
  let dir: BoardDir;
  let board: TestBoard;
  let proxy: ChildProcess;
  const front = new Map<Way, number>();
  const port = (way: Way): number => front.get(way) ?? 0;

  beforeAll(async () => {
    dir = await BoardDir.make({});
    const server = (way: Way) => ({
      ...{ enabled: true, proxyProtocol: 'required' as const },
      socket: isOnSockets ? `run/${way}.sock` : '',
    });
    board = await TestBoard.start({
      boardDir: dir.path,
      config: {
        proxies: ['unix', '127.0.0.1'],
        loginServers: { telnet: server('telnet'), ssh: server('ssh'), rlogin: server('rlogin') },
      },
    });
    await board.addUser('alice', PASSWORD);
    const sections: string[] = [];
    for (const way of WAYS) {
      front.set(way, await freePort());
      const { address, port: behind } = board.bbs.addresses[way] ?? { address: '', port: 0 };
      const to = isOnSockets ? `unix@${address}` : `${address}:${behind}`;
      sections.push(
        `listen ${way}\n  bind 127.0.0.1:${port(way)}\n  server board ${to} send-proxy-v2\n`,
      );
    }
    const file = join(board.dataDir, 'haproxy.cfg');
    const timeouts = ['connect 5s', 'client 1m', 'server 1m'].map((each) => `  timeout ${each}\n`);
    await writeFile(file, `defaults\n  mode tcp\n${timeouts.join('')}${sections.join('')}`);
    proxy = talkTo('haproxy', ['-db', '-f', file]);
  });
  afterAll(async () => {
    await endProgram(proxy);
    await board.remove();
    await dir.remove();
  });

  it('the board knows where a caller of each calls from', async () => {
    const localAddress = CALLER;
    const telnet = await whenItAnswers(proxy, () =>
      dialTelnet({ port: port('telnet'), localAddress }),
    );
    await signIn(telnet, 'alice');
    await telnet.sees(IN);
    telnet.hangUp();
    const ssh = await dialSsh({
      ...{ port: port('ssh'), localAddress, userName: 'alice', password: PASSWORD },
    });
    await ssh.sees(IN);
    ssh.hangUp();

    const rlogin = await dialRlogin(port('rlogin'), { first: PASSWORD, second: 'alice' });
    await rlogin.sees(IN);
    rlogin.hangUp();
    const accepted = board.events('login.accepted');
    expect(accepted.map(({ server, remoteIp }) => [server, remoteIp])).toEqual([
      ['telnet', CALLER],
      ['ssh', CALLER],
      ['rlogin', '127.0.0.1'],
    ]);
    expect(board.events('proxy.refused')).toEqual([]);
  });
});
