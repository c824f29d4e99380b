import { once } from 'node:events';
import { Client } from 'ssh2';
import { EchoServers } from '../support/echo-servers';
import { QuizServers } from '../support/quiz-servers';
import { RawCaller, eventually } from '../support/raw-caller';
import { sendPacket, sshText } from '../support/ssh-packets';
import { WebSocketCaller } from '../support/web-socket-caller';

const PIECE_BYTES = 32 * 1024;
const PIECES_OF_A_MEBIBYTE = 32;
const NOTHING = Buffer.alloc(PIECE_BYTES, Buffer.from([255, 241]));

describe('a mebibyte before the sign-in (rule E6)', () => {
  let servers: EchoServers | undefined;
  let board: QuizServers | undefined;

  afterEach(async () => {
    await servers?.close();
    await board?.close();
    servers = undefined;
    board = undefined;
  });

  function charged(kind: string): void {
    expect(servers?.log.of('call.too-many-bytes')).toHaveLength(1);
    expect(servers?.guard.charges.map((charge) => charge.kind)).toContain(kind);
  }

  const start = (): EchoServers => {
    servers = new EchoServers({ config: { security: { exemptNetworks: [] } } });
    return servers;
  };

  test('of telnet commands ends the call with a sentence, and one byte less does not (rule E6)', async () => {
    board = new QuizServers();
    await board.start();
    const caller = await board.call();
    const spare = 1024;
    for (let sent = 1; sent < PIECES_OF_A_MEBIBYTE; sent += 1) caller.send(NOTHING);
    caller.send(NOTHING.subarray(spare));
    caller.send('nobody wrong\r');
    await caller.sees('rejected.');
    caller.send(NOTHING.subarray(0, 2 * spare));
    await caller.sees('You have sent more than a sign-in takes.');
    await caller.isClosed();
    expect(board.log.of('call.too-many-bytes')).toHaveLength(1);
  });

  test('is not counted on after the sign-in (rule E6)', async () => {
    board = new QuizServers();
    await board.start();
    const caller = await board.call();
    caller.send('ann right\r');
    await caller.sees('accepted.');
    for (let sent = 0; sent <= PIECES_OF_A_MEBIBYTE; sent += 1) caller.send(NOTHING);
    caller.send('nobody wrong\r');
    await caller.sees('rejected.');
    caller.socket.destroy();
  });

  test('of SSH messages that mean nothing ends the connection (rule E6)', async () => {
    const port = await start().ssh();
    const client = new Client();
    client.on('error', () => undefined);
    client.connect({ host: '127.0.0.1', port, username: 'ann', authHandler: () => undefined });
    await once(client, 'handshake');
    // Its error comes first: the connection is reset.
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    const ignored = Buffer.concat([Buffer.of(2), sshText('x'.repeat(32_000))]);
    for (let sent = 0; sent < 40; sent += 1) sendPacket(client, ignored);
    await closed;
    charged('protocol');
  });

  test('of WebSocket messages ends the call (rule E6)', async () => {
    const endpoint = start();
    const port = await endpoint.webSocket();
    const caller = await WebSocketCaller.dial({ port, ca: endpoint.ca });
    for (let sent = 0; sent <= PIECES_OF_A_MEBIBYTE; sent += 1) caller.send(NOTHING);
    await eventually('the end of the call', () => caller.status !== undefined);
    charged('protocol');
  });

  test('who goes on sending while he is told is cut off (rule E6)', async () => {
    board = new QuizServers();
    await board.start();
    const caller = await RawCaller.dial(board.servers?.addresses.telnet?.port ?? 0);
    await caller.sees(Buffer.from([255, 253, 31]));
    for (let sent = 0; sent < 2 * PIECES_OF_A_MEBIBYTE; sent += 1) caller.send(NOTHING);
    // The clock stands: nothing but the bytes can have closed it.
    await caller.isClosed();
    await eventually('no node in use', () => board?.nodes.list().length === 0);
  });
});
