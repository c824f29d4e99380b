import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listenOnSocket } from '../../src/base/unix-socket';

describe('sockets in the file system', () => {
  let folder: string;
  let path: string;
  const servers: Server[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sockets-'));
    path = join(folder, 'board.sock');
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await closed(server);
    rmSync(folder, { recursive: true });
  });

  async function listen(name: string): Promise<void> {
    const server = createServer((socket) => socket.end(name));
    servers.push(server);
    const place = { path, key: 'verify.socket', forGroup: false };
    await listenOnSocket(place, (at) => new Promise<void>((done) => void server.listen(at, done)));
  }

  const closed = (server: Server): Promise<void> =>
    new Promise((done) => void server.close(() => done()));

  const answer = (): Promise<string> =>
    new Promise((done, fail) => {
      let text = '';
      const socket = connect(path).on('error', fail);
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('end', () => done(text));
    });

  it('of boards that begin at once one has it, the others are told, and nothing else is left', async () => {
    const all = await Promise.allSettled(['a', 'b', 'c'].map((name) => listen(name)));
    const refused = all.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(refused).toMatchObject([{ code: 'ADDRESS_IN_USE' }, { code: 'ADDRESS_IN_USE' }]);
    expect(await answer()).toMatch(/^[abc]$/);
    expect(readdirSync(folder)).toEqual(['board.sock']);
  });

  describe('below a folder in which others can put another one in its place', () => {
    beforeEach(() => {
      mkdirSync(join(folder, 'shared', 'own'), { recursive: true, mode: 0o700 });
    });

    it.each([
      [0o777, 'everybody'],
      [0o770, 'a group'],
    ])('do not open (mode %o, %s)', async (mode) => {
      chmodSync(join(folder, 'shared'), mode);
      path = join(folder, 'shared', 'own', 'board.sock');
      await expect(listen('a')).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(`below ${join(folder, 'shared')},`) as string,
      });
      expect(readdirSync(join(folder, 'shared', 'own'))).toEqual([]);
    });

    it('do not open by a link that leads there either', async () => {
      chmodSync(join(folder, 'shared'), 0o777);
      symlinkSync('shared', join(folder, 'link'));
      path = join(folder, 'link', 'own', 'board.sock');
      await expect(listen('a')).rejects.toThrow(/is below/);
      rmSync(join(folder, 'link'));
      // The link stands where others can replace it; what it leads to is theirs to choose.
      mkdirSync(join(folder, 'safe', 'own'), { recursive: true, mode: 0o700 });
      symlinkSync(join(folder, 'safe'), join(folder, 'shared', 'link'));
      path = join(folder, 'shared', 'link', 'own', 'board.sock');
      await expect(listen('b')).rejects.toThrow(/is below/);
    });

    it('open where only the owner of a folder can rename it there, as in /tmp', async () => {
      chmodSync(join(folder, 'shared'), 0o1777);
      path = join(folder, 'shared', 'own', 'board.sock');
      await listen('a');
      expect(await answer()).toBe('a');
    });
  });
});
