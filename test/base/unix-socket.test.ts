import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
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
});
