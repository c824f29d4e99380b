import { createServer, type RequestListener } from 'node:http';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Shell } from '../oputil/shell';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { FakeClock } from '../support/fake-clock';
import { PASSWORD } from '../support/sign-in';

const GAME = 'a-secret-of-the-game-that-is-long-enough';
const SSHD = 'a-secret-of-an-sshd-that-is-long-enough';
const CLIENTS = { game: { secret: GAME }, sshd: { secret: SSHD, passwords: true } };

describe('oputil verify by the socket of a running board', () => {
  let dir: BoardDir;
  let board: TestBoard;
  let secret: string;
  /** Of somebody who has neither the board's files nor its database. */
  let shell: Shell;
  let socket: string;
  const keys: Record<string, string> = {};
  beforeAll(async () => {
    dir = await BoardDir.make({});
    socket = join(dir.path, 'run/verify.sock');
    await mkdir(join(dir.path, 'run'), { mode: 0o700 });
    const verify = { socket: 'run/verify.sock', clients: CLIENTS };
    board = await TestBoard.start({ boardDir: dir.path, config: { verify } });
    secret = await board.addUser('alice', PASSWORD, 'google');
    await board.addUser('bob', PASSWORD);
    shell = await Shell.openEmpty();
    const written = { game: `${GAME}\n`, sshd: SSHD, wrong: 'x'.repeat(40), empty: '\n' };
    for (const [name, text] of Object.entries(written)) keys[name] = await shell.file(name, text);
  });
  afterAll(async () => {
    await shell.close();
    await board.remove();
    await dir.remove();
  });

  async function exitOf(lines: readonly string[], by: string, ...args: string[]): Promise<number> {
    shell.answers = [...lines];
    const key = keys[by] ?? join(shell.folder, by);
    return (await shell.try('verify', '--socket', socket, '--key-file', key, ...args)).exitCode;
  }

  it('says whether a code is right, and that once, without a database (rule P8)', async () => {
    const code = board.freshCode(secret);
    const ask = ['--code-stdin', 'alice'];
    expect(await exitOf([code], 'game', ...ask)).toBe(0);
    expect(await exitOf([code], 'game', ...ask)).toBe(4);
    expect(await exitOf(['000000'], 'game', ...ask)).toBe(3);
    expect(await exitOf([''], 'game', ...ask)).toBe(5);
    expect(await exitOf(['123456'], 'game', '--code-stdin', 'bob')).toBe(6);
    expect(await exitOf([`${board.freshCode(secret)}\0`], 'game', ...ask)).toBe(0);
    shell.answers = ['000000'];
    const given = ['--socket', socket, '--key-file', keys['game'] ?? ''];
    const { out } = await shell.try('verify', 'alice', '--code-stdin', '--json', ...given);
    expect(JSON.parse(out)).toEqual({ result: 'wrong' });
  });

  it('answers a password where the secret is of a client that may ask (rule P8)', async () => {
    expect(await exitOf([PASSWORD], 'sshd', '--password-stdin', 'bob')).toBe(0);
    expect(await exitOf(['a wrong horse 1'], 'sshd', '--password-stdin', 'bob')).toBe(3);
    const both = ['--password-stdin', '--code-stdin', 'alice'];
    expect(await exitOf([PASSWORD, board.freshCode(secret)], 'sshd', ...both)).toBe(0);
    expect(await exitOf([PASSWORD], 'game', '--password-stdin', 'bob')).toBe(2);
  });

  it('charges guesses to the address that is given (rule P8)', async () => {
    const ask = ['--code-stdin', '--address', '192.0.2.33', 'alice'];
    expect(await exitOf(['000000'], 'game', ...ask)).toBe(3);
    expect(await board.oputil('audit', '--user', 'alice')).toMatch(/verify 192\.0\.2\.33/);
    // As PAM has it where nobody is far.
    expect(await exitOf(['000000'], 'game', '--code-stdin', '--address', '', 'alice')).toBe(3);
    expect(await exitOf(['000000'], 'game', '--code-stdin', '--address', 'far', 'alice')).toBe(2);
  });

  it('takes nothing but the answer of a board for a right code (rule P8)', async () => {
    expect(await exitOf(['000000'], 'wrong', '--code-stdin', 'alice')).toBe(2);
    expect(await exitOf(['000000'], 'empty', '--code-stdin', 'alice')).toBe(2);
    expect(await exitOf(['000000'], 'no-file', '--code-stdin', 'alice')).toBe(2);
    expect(await exitOf(['000000'], 'game', '--code-stdin', '--', '--help')).toBe(3);
    expect(await exitOf(['000000'], 'game', '--code-stdin', '--help')).toBe(2);
    const alone = await shell.try('verify', 'alice', '--code-stdin', '--socket', socket);
    expect([alone.exitCode, alone.err]).toEqual([2, expect.stringContaining('--key-file')]);
  });

  it.each<[string, RequestListener]>([
    ['no JSON', (_asked, answer) => answer.end('ok')],
    ['null', (_asked, answer) => answer.end('null')],
    ['a result that there is not', (_asked, answer) => answer.end('{"result":"toString"}')],
    ['an error', (_asked, answer) => answer.writeHead(500).end('{"result":"ok"}')],
    ['more than a verdict', (_asked, answer) => answer.end(`{"result":"ok"${' '.repeat(9_000)}}`)],
    ['half a line', (asked, answer) => answer.write('{"result":', () => asked.socket.destroy())],
    ['nothing', (asked) => void asked.socket.destroy()],
  ])('exits with 1 where the socket answers %s (rule P8)', async (_what, listener) => {
    const server = createServer(listener);
    const path = join(shell.folder, 'other.sock');
    await new Promise<void>((resolve) => void server.listen(path, resolve));
    try {
      shell.answers = ['000000'];
      const given = ['--socket', path, '--key-file', keys['game'] ?? ''];
      const ran = await shell.try('verify', 'alice', '--code-stdin', ...given);
      expect([ran.exitCode, ran.out]).toEqual([1, '']);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('waits no longer than the board may take', async () => {
    const clock = new FakeClock();
    const server = createServer(() => void clock.advance(60_000));
    const path = join(shell.folder, 'silent.sock');
    await new Promise<void>((resolve) => void server.listen(path, resolve));
    try {
      shell.answers = ['000000'];
      shell.clock = clock;
      const given = ['--socket', path, '--key-file', keys['game'] ?? ''];
      const ran = await shell.try('verify', 'alice', '--code-stdin', ...given);
      expect([ran.exitCode, ran.err]).toEqual([1, expect.stringContaining('did not answer')]);
    } finally {
      shell.clock = undefined;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('says that no board answers where the socket is not there', async () => {
    shell.answers = ['000000'];
    const given = ['--socket', join(shell.folder, 'none.sock'), '--key-file', keys['game'] ?? ''];
    const ran = await shell.try('verify', 'alice', '--code-stdin', ...given);
    expect([ran.exitCode, ran.err]).toEqual([1, expect.stringContaining('does not answer at')]);
  });
});
