import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LIMITS } from '../../src/base/limits';
import { TestBoard } from '../support/board';
import { KEYS, type DialledCaller } from '../support/dial';
import { giveCode, goToMainMenu, openTwoFactor, PASSWORD, signIn } from '../support/sign-in';
import { dialWebSocket, WebSocketCaller } from '../support/web-socket-caller';

describe('signing in by secure WebSocket with a password and a one-time code', () => {
  let board: TestBoard;
  let secret: string;
  let ca: Buffer;
  beforeAll(async () => {
    board = await TestBoard.start({
      config: {
        loginServers: {
          webSocket: {
            allowedOrigins: ['https://friend.example'],
            wss: { enabled: true, port: 0 },
          },
        },
      },
    });
    secret = await board.addUser('bob', PASSWORD, 'google');
    ca = await readFile(join(board.dataDir, 'keys', 'web_cert.pem'));
  });
  afterAll(() => board.remove());

  const dial = (): Promise<DialledCaller> => dialWebSocket({ port: board.wssPort, ca });

  it('asks for the code after the password, and then leads on like any sign-in', async () => {
    const caller = await dial();
    await signIn(caller, 'bob');
    expect(await caller.sees('One-time code')).toContain('The first door is open.');
    await giveCode(caller, board.freshCode(secret));
    await goToMainMenu(caller);
    caller.hangUp();
    expect(await board.logged('call.ended', { reason: 'hung-up', user: 'bob' })).toHaveLength(1);
  });

  it('says that a code is wrong, and takes the right one next', async () => {
    const caller = await dial();
    await signIn(caller, 'bob');
    await giveCode(caller, '000000');
    expect(await caller.sees('Wrong code.')).toContain('One-time code');
    await giveCode(caller, board.freshCode(secret));
    await caller.sees('Both doors are open.');
    caller.hangUp();
  });

  it('takes no code twice, whichever way in it was spent by', async () => {
    const code = board.freshCode(secret);
    const first = await board.telnet();
    await signIn(first, 'bob');
    await giveCode(first, code);
    await first.sees('Both doors are open.');
    const second = await dial();
    await signIn(second, 'bob');
    await giveCode(second, code);
    await second.sees(/used already|Wrong code/);
    second.hangUp();
    first.hangUp();
  });

  it('counts as secure: a second factor can be set up there', async () => {
    await board.addUser('carol', PASSWORD);
    const caller = await dial();
    await signIn(caller, 'carol');
    await goToMainMenu(caller);
    await openTwoFactor(caller);
    caller.hangUp();
  });

  it('draws the art in UTF-8, with frames and blocks of CP437', async () => {
    const caller = await dial();
    expect(await caller.sees('Sign in')).toMatch(/[░▒▓█▄▀]/);
    caller.hangUp();
  });

  it('takes a long paste as fast as its echo goes out, and loses nothing behind it', async () => {
    const path = '/?cols=80&rows=24&term=xterm-256color';
    const caller = await WebSocketCaller.dial({ port: board.wssPort, ca, path });
    await caller.sees('Forgot password');
    caller.send(KEYS.return);
    await caller.sees('User name');
    caller.forget();
    caller.send(`${'x'.repeat(40_000)}${KEYS.escape}`);
    await caller.sees('Forgot password');
    // What all those keys echo is more than may wait for a caller.
    expect(caller.received.length).toBeGreaterThan(LIMITS.outputQueueBytes);
    caller.socket.terminate();
  });

  it('names the way in to who is online', async () => {
    const caller = await dial();
    await signIn(caller, 'bob');
    await giveCode(caller, board.freshCode(secret));
    await goToMainMenu(caller);
    caller.type(`w${KEYS.return}`);
    await caller.sees('WebSocket');
    caller.hangUp();
  });

  it('lets pages of the board and those that the sysop names call, and no others (rule G2)', async () => {
    const from = (origin: string): Promise<WebSocketCaller> =>
      WebSocketCaller.dial({ port: board.wssPort, ca, origin });
    const own = `https://localhost:${board.httpsPort}`;
    const byAddress = `https://127.0.0.1:${board.httpsPort}`;
    for (const origin of [own, byAddress, 'https://friend.example'])
      (await from(origin)).socket.terminate();
    for (const origin of [
      own.replace('https', 'http'),
      'https://localhost:1',
      // Without a port it is a service on 443, which is not ours here.
      'https://localhost',
      'https://evil.example',
      'null',
    ])
      await expect(from(origin)).rejects.toThrow('refused: 403');
  });

  it('writes the address of the connection to the log, not one that a header claims (rule G3)', async () => {
    const caller = await dialWebSocket({
      ...{ port: board.wssPort, ca },
      headers: { 'x-forwarded-for': '203.0.113.77', 'x-real-ip': '203.0.113.77' },
    });
    await signIn(caller, 'nobody', 'a wrong password');
    await caller.sees(/wrong user name or password/i);
    caller.hangUp();
    expect(board.logLines.join('\n')).not.toContain('203.0.113.77');
  });

  it('is named in run.json, and closed with 1001 when the board stops', async () => {
    const run = JSON.parse(await readFile(join(board.dataDir, 'run.json'), 'utf8')) as {
      servers: unknown;
    };
    expect(run.servers).toMatchObject({
      wss: { address: '127.0.0.1', port: board.wssPort },
    });
    const caller = await WebSocketCaller.dial({ port: board.wssPort, ca });
    await caller.sees('Sign in');
    await board.stop();
    expect(await caller.isClosed()).toBe(1001);
    expect(caller.received.toString()).toContain('The board is going down.');
  });
});
