import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestBoard } from '../support/board';
import { KEYS, type DialledCaller } from '../support/dial';
import { PASSWORD, signIn } from '../support/sign-in';
import { dialWebSocket, WebSocketCaller } from '../support/web-socket-caller';

const ASKED = '\x1b[?1000;1006h';
const TAPS = '/?cols=80&rows=24&term=xterm-256color&taps=1';

describe('a terminal that reports taps, as the page in the browser does', () => {
  let board: TestBoard;
  let ca: Buffer;
  beforeAll(async () => {
    board = await TestBoard.start({
      config: { loginServers: { webSocket: { wss: { enabled: true, port: 0 } } } },
    });
    await board.addUser('bob', PASSWORD);
    ca = await readFile(join(board.dataDir, 'keys', 'web_cert.pem'));
  });
  afterAll(() => board.remove());

  const dial = (path = TAPS): Promise<DialledCaller> =>
    dialWebSocket({ port: board.wssPort, ca, path });

  /** Taps on the first letter of these words, or some columns beside it. */
  function tap(caller: DialledCaller, words: string, aside = 0): void {
    const rows = caller.screen.text().split('\n');
    const row = rows.findIndex((each) => each.includes(words));
    const column = rows[row]?.indexOf(words) ?? 0;
    expect(row).toBeGreaterThanOrEqual(0);
    caller.type(`\x1b[<0;${column + 1 + aside};${row + 1}M`);
  }

  it('is asked for them; one that does not say so is not', async () => {
    const path = '/?cols=80&rows=24&term=xterm-256color';
    const callers = await Promise.all(
      [TAPS, path].map((each) => WebSocketCaller.dial({ port: board.wssPort, ca, path: each })),
    );
    for (const caller of callers) await caller.sees('Log off');
    expect(callers.map(({ received }) => received.includes(ASKED))).toEqual([true, false]);
    for (const { socket } of callers) socket.terminate();
  });

  it.each([
    [80, 'When'],
    [40, 'Last callers'],
  ])(
    'is led from the first screen in %d columns to the lists and back by taps',
    async (columns, head) => {
      const caller = await dial(TAPS.replace('cols=80', `cols=${columns}`));
      await caller.sees('Log off');
      tap(caller, 'Sign in');
      await caller.sees('User name');
      // The words beside a field lead to it, in any order.
      tap(caller, 'Password');
      caller.type(PASSWORD);
      tap(caller, 'User name');
      caller.type(`bob${KEYS.return}${KEYS.return}`);
      await caller.sees('Both doors are open.');
      tap(caller, 'Both doors are open.');
      await caller.sees('Command');
      tap(caller, 'Last callers', 2);
      await caller.sees('Esc: back');
      expect(caller.screen.text()).toContain(head);
      tap(caller, 'Esc');
      await caller.sees('Command');
      tap(caller, 'Log off');
      await caller.sees('until next time');
      caller.hangUp();
    },
  );

  it('changes nothing by a tap where nothing is, by a release, or by another button', async () => {
    const caller = await dial();
    await caller.sees('Log off');
    for (const report of ['\x1b[<0;1;1M', '\x1b[<0;999;999M', '\x1b[<2;40;10M', '\x1b[<0;40;10m'])
      caller.type(report);
    caller.type('f');
    expect(await caller.sees('Esc')).not.toContain('Log off');
    caller.hangUp();
  });

  it('tells a new size of its window by a text message, and gets the theme for it', async () => {
    const caller = await WebSocketCaller.dial({ port: board.wssPort, ca, path: TAPS });
    await caller.sees('Log off');
    await caller.sees('P: plain text');
    caller.forget();
    caller.socket.send('size 40 24');
    await caller.sees('Log off');
    await caller.sees('P: line by line');
    caller.socket.send('size 40 24 and more');
    expect(await caller.isClosed()).toBe(1003);
  });

  it('asks for text line by line where its person reads by ear', async () => {
    const path = `${TAPS}&lines=1`;
    const caller = await WebSocketCaller.dial({ port: board.wssPort, ca, path });
    await caller.sees('1 Sign in');
    caller.socket.terminate();
  });

  it('is told why its call ends, in the close of the protocol', async () => {
    const caller = await WebSocketCaller.dial({ port: board.wssPort, ca, path: TAPS });
    await caller.sees('Log off');
    caller.send('s');
    await caller.sees('User name');
    caller.send(`bob\r${PASSWORD}\r`);
    await caller.sees('Both doors are open.');
    const closed = new Promise<string>((resolve) => {
      caller.socket.once('close', (code, reason) => resolve(`${code} ${reason.toString()}`));
    });
    const next = await board.telnet();
    await signIn(next, 'bob');
    expect(await closed).toMatch(
      /^1000 You have signed in again on node \d+: this call ends here\.$/,
    );
    next.hangUp();
  });
});
