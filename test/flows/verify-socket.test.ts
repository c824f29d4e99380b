import { lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, rename } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { PASSWORD } from '../support/sign-in';
import { leaveStale } from '../support/stale-socket';

const GAME = 'a-secret-of-the-game-that-is-long-enough';
const CLIENTS = { game: { secret: GAME } };

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

function ask(socketPath: string, fields: Record<string, string>, key = GAME): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
    };
    const at = { socketPath, path: '/_enig/verify', method: 'POST', headers, agent: false };
    const asking = request(at, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    asking.on('error', reject);
    asking.end(String(new URLSearchParams(fields)));
  });
}

describe('the socket of the verify service', () => {
  let dir: BoardDir;
  let path: string;
  const boards: TestBoard[] = [];
  beforeEach(async () => {
    dir = await BoardDir.make({});
    path = join(dir.path, 'run/verify.sock');
    await mkdir(join(dir.path, 'run'), { mode: 0o700 });
  });
  afterEach(async () => {
    for (const board of boards.splice(0)) await board.remove();
    await dir.remove();
  });

  /** In the folder run/ of the board. */
  async function start(verify: object): Promise<TestBoard> {
    const given = { socket: 'run/verify.sock', clients: CLIENTS, ...verify };
    const board = await TestBoard.start({ boardDir: dir.path, config: { verify: given } });
    boards.push(board);
    return board;
  }

  it('answers clients with a secret and no others, as over HTTPS (rule P8)', async () => {
    const board = await start({});
    const secret = await board.addUser('alice', PASSWORD, 'google');
    const code = board.freshCode(secret);
    expect(await ask(path, { user: 'alice', code })).toEqual({
      status: 200,
      body: '{"result":"ok"}',
    });
    expect((await ask(path, { user: 'alice', code })).body).toBe('{"result":"spent"}');
    for (const key of ['', 'wrong'])
      expect((await ask(path, { user: 'alice' }, key)).status).toBe(401);
    expect((await ask(path, { user: 'alice', password: PASSWORD })).status).toBe(403);
    expect((await ask(path, { user: 'a'.repeat(200_000) })).status).toBe(413);
  });

  it('counts a client that sends no address as one source, by its name (rule P8)', async () => {
    const board = await start({});
    const secret = await board.addUser('alice', PASSWORD, 'google');
    await ask(path, { user: 'alice', code: board.freshCode(secret) });
    await ask(path, { user: 'alice', code: '000000', address: '192.0.2.7' });
    const rows = await board.oputil('audit', '--user', 'alice');
    expect(rows).toMatch(/verify client:game/);
    expect(rows).toMatch(/verify 192\.0\.2\.7/);
  });

  it('keeps a source that is written longer than any address (rule P8)', async () => {
    const name = 'game'.repeat(20);
    const board = await start({ clients: { [name]: { secret: GAME } } });
    await board.addUser('alice', PASSWORD, 'google');
    const wrong = { user: 'alice', code: '000000' };
    expect((await ask(path, wrong)).body).toBe('{"result":"wrong"}');
    const address = `fe80::1%${'x'.repeat(900)}`;
    expect((await ask(path, { ...wrong, address })).body).toBe('{"result":"wrong"}');
    const rows = await board.oputil('audit', '--user', 'alice');
    expect(rows).toContain(`verify client:${name}`.slice(0, 'verify '.length + 45));
    expect(rows).not.toContain(`client:${name}`);
    expect(rows).toMatch(/verify fe80::1(?!%)/);
  });

  it("is the board user's alone, and is gone with the board (rule P8)", async () => {
    const board = await start({ socket: 'run/own/verify.sock' });
    const folder = join(dir.path, 'run/own');
    expect(lstatSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder)).toEqual(['verify.sock']);
    expect(lstatSync(join(folder, 'verify.sock')).mode & 0o777).toBe(0o600);
    await board.bbs.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is for a group as well where the configuration says so', async () => {
    await start({ socketForGroup: true });
    expect(lstatSync(path).mode & 0o777).toBe(0o660);
  });

  it('takes the place of a socket that a dead board left', async () => {
    await leaveStale(path);
    await start({});
    expect((await ask(path, { user: 'nobody' })).status).toBe(200);
  });

  it('takes no socket from a board that answers on it (rule P8)', async () => {
    await start({});
    const second = start({});
    await expect(second).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
    expect((await ask(path, { user: 'nobody' })).status).toBe(200);
  });

  it('removes no file and no link, at its start and at its end (rule P8)', async () => {
    writeFileSync(path, 'mine');
    await expect(start({})).rejects.toThrow(/is no socket/);
    expect(readFileSync(path, 'utf8')).toBe('mine');
    await rename(path, join(dir.path, 'kept'));
    await leaveStale(join(dir.path, 'run/other'));
    symlinkSync(join(dir.path, 'run/other'), path);
    await expect(start({})).rejects.toThrow(/is no socket/);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    await rename(path, join(dir.path, 'link'));
    const board = await start({});
    await rename(path, join(dir.path, 'run/moved'));
    writeFileSync(path, 'mine');
    await board.bbs.close();
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  it('waits for no client that never ends its request when the board stops', async () => {
    const board = await start({});
    const socket = connect(path);
    const ended = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    await new Promise<void>((resolve) => void socket.write('POST /_enig/verify', () => resolve()));
    expect((await ask(path, { user: 'nobody' })).status).toBe(200);
    await board.bbs.close();
    expect(readdirSync(join(dir.path, 'run'))).toEqual([]);
    await ended;
  });

  it('is made in no folder where others can write (rule P8)', async () => {
    await mkdir(join(dir.path, 'open'));
    await chmod(join(dir.path, 'open'), 0o770);
    await expect(start({ socket: 'open/verify.sock' })).rejects.toThrow(
      /others than the board's user/,
    );
    symlinkSync(join(dir.path, 'run'), join(dir.path, 'way'));
    await expect(start({ socket: 'way/verify.sock' })).rejects.toThrow(/is a link or no folder/);
    await expect(start({ socket: `run/${'a'.repeat(100)}` })).rejects.toThrow(/too long/);
  });
});
