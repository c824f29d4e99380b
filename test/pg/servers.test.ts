import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock';
import { systemRandom } from '../../src/base/random';
import type { BbsError } from '../../src/base/errors';
import { Database } from '../../src/store/database';
import type { PostgresServer } from '../../src/base/postgres-address';
import { makeSelfSigned } from '../../src/tls/self-signed';
import { MemoryLog } from '../support/memory-log';
import { Cluster } from './cluster';
import { SOCKET } from './database-place';

const VERIFIED = { enabled: true, rejectUnauthorized: true, ca: '' };

/** What a start on this server says, and the exit code of the program; undefined where it starts. */
async function refusal(server: PostgresServer): Promise<readonly [number, string] | undefined> {
  try {
    await (await Database.open({ server, clock: systemClock, log: new MemoryLog() })).close();
    return undefined;
  } catch (error) {
    const { exitCode, message } = error as BbsError;
    return [exitCode, message];
  }
}

describe('a server on a port, with TLS', () => {
  const port = 20_000 + (process.pid % 20_000);
  const { certPem, keyPem } = makeSelfSigned({
    names: ['localhost'],
    nowMs: Date.now(),
    random: systemRandom,
  });
  let cluster: Cluster;

  const by = (
    host: string,
    tls: Partial<PostgresServer['tls']> = {},
    name = 'board',
  ): PostgresServer => ({
    address: `postgres://${name}@${host}:${port}/${name}`,
    pool: 2,
    tls: { ...VERIFIED, ...tls },
  });

  const asAdmin = (statement: string): void => {
    const address = ['-h', cluster.folder, '-p', String(port), '-U', 'postgres', '-d', 'postgres'];
    execFileSync('psql', [...address, '-X', '-q', '-c', statement]);
  };

  beforeAll(() => {
    cluster = Cluster.start(
      [
        '-c listen_addresses=127.0.0.1',
        '-c ssl=on',
        '-c ssl_cert_file=../tls/cert.pem',
        '-c ssl_key_file=../tls/key.pem',
      ],
      (folder) => {
        const files = join(folder, 'tls');
        mkdirSync(files);
        writeFileSync(join(files, 'cert.pem'), certPem);
        writeFileSync(join(files, 'key.pem'), keyPem, { mode: 0o600 });
      },
      port,
    );
  });
  afterAll(() => cluster.remove());

  test('is refused where nobody vouches for its certificate, and the key for that is named', async () => {
    expect(await refusal(by('localhost'))).toEqual([
      78,
      expect.stringMatching(/certificate of .* is not believed: .*; see database\.tls\.ca/),
    ]);
  });

  test('is refused under a name that its certificate does not have', async () => {
    expect(await refusal(by('127.0.0.1', { ca: certPem }))).toEqual([
      78,
      expect.stringContaining('is not believed'),
    ]);
  });

  test('is taken where its certificate is vouched for by database.tls.ca', async () => {
    expect(await refusal(by('localhost', { ca: certPem }))).toBeUndefined();
  });

  test('is refused where its text is not UTF-8, or where nothing may be written, with the cure', async () => {
    const tls = { ca: certPem };
    asAdmin("create database latin template template0 encoding 'LATIN1' locale 'C'");
    asAdmin('create role latin login; alter database latin owner to latin');
    expect(await refusal(by('localhost', tls, 'latin'))).toEqual([
      78,
      expect.stringContaining('is encoded as LATIN1; make one with encoding UTF8'),
    ]);
    asAdmin('create role replica login');
    asAdmin('create database replica owner replica');
    asAdmin('alter database replica set default_transaction_read_only = on');
    expect(await refusal(by('localhost', tls, 'replica'))).toEqual([
      78,
      expect.stringContaining('is read-only'),
    ]);
  });
});

describe('a server that is not what it should be', () => {
  let server: Server;
  const sockets: Socket[] = [];

  const listen = async (answer: (socket: Socket) => void): Promise<PostgresServer> => {
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      answer(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const tls = { ...VERIFIED, enabled: false };
    return { address: `postgres://board@127.0.0.1:${port}/board`, pool: 2, tls };
  };
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  test('says nothing: the start ends within seconds, and a supervisor may try again', async () => {
    const [code, text] = (await refusal(await listen(() => undefined))) ?? [];
    expect(code).toBe(1);
    expect(text).toContain('cannot reach the database board on 127.0.0.1:');
  });

  test('has no TLS where that is asked for: the cure is named', async () => {
    const plain = await listen((socket) => socket.once('data', () => socket.write('N')));
    expect(await refusal({ ...plain, tls: VERIFIED })).toEqual([
      78,
      expect.stringContaining('has no TLS; set it up there, or database.tls.enabled: false'),
    ]);
  });

  test('is too old: its version and the least one are said', async () => {
    // The server of these tests, which says that it is an older one.
    const old = await listen((socket) => {
      const real = new RealServer(socket);
      socket.on('data', (bytes: Buffer) => real.forward(bytes));
    });
    expect(await refusal(old)).toEqual([
      78,
      expect.stringMatching(/is PostgreSQL 14; the least version is 15$/),
    ]);
  });
});

/** The server of this run behind a socket, whose number of version is written as 14. */
class RealServer {
  private readonly link = connect(join(SOCKET, '.s.PGSQL.5432'));

  constructor(caller: Socket) {
    this.link.on('error', () => caller.destroy());
    this.link.on('data', (bytes) => {
      const text = bytes.toString('latin1').replace(/\b15(0\d{3})\b/g, '14$1');
      caller.write(Buffer.from(text, 'latin1'));
    });
  }

  forward(bytes: Buffer): void {
    this.link.write(bytes);
  }
}
