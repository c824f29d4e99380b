import { connect } from 'node:net';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS, type DialledCaller } from '../support/dial';
import { FarBoard } from '../support/far-board';
import { FarSsh } from '../support/far-ssh';
import { binaryHeader } from '../support/proxy-headers';
import { goToMainMenu, PASSWORD, signIn } from '../support/sign-in';
import { comesBack, mainMenuWith } from '../support/talk-board';

const [IAC, SE, SB, WILL, DO, DONT] = [255, 240, 250, 251, 253, 254] as const;
const [TTYPE, NAWS, LOCATION] = [24, 31, 23] as const;

/** What clients send the moment they connect, whatever the other side is. */
const CLIENT_BEGINS = Buffer.from([
  ...[IAC, WILL, TTYPE, IAC, WILL, NAWS, IAC, DO, 3, IAC, DO, 1, IAC, DONT, 36],
  ...[IAC, SB, NAWS, 0, 80, 0, 24, IAC, SE],
]);
/** What boards send in the same moment. */
const BOARD_BEGINS = Buffer.from([IAC, DO, TTYPE, IAC, SB, TTYPE, 1, IAC, SE]);
const ANSWERS = [
  Buffer.from([IAC, WILL, LOCATION]),
  Buffer.from([IAC, WILL, TTYPE]),
  Buffer.concat([Buffer.from([IAC, SB, TTYPE, 0]), Buffer.from('ansi'), Buffer.from([IAC, SE])]),
];

/** The header for a caller on the loopback, written out by the document of the protocol. */
function headerFor(version: 'v1' | 'v2', port: number): Buffer {
  if (version === 'v1')
    return Buffer.from(`PROXY TCP4 127.0.0.1 127.0.0.1 0 ${port}\r\n`, 'latin1');
  const body = Buffer.from([127, 0, 0, 1, 127, 0, 0, 1, 0, 0, port >> 8, port & 0xff]);
  return binaryHeader({ family: 0x11, body });
}

describe('what the gate says first to a board behind it', () => {
  let telnet: FarBoard;
  let rlogin: FarBoard;
  let shells: FarSsh;
  let ssh: FarBoard;
  let dir: BoardDir;
  let board: TestBoard;
  let alice: DialledCaller;

  beforeAll(async () => {
    telnet = await FarBoard.open((call) => call.send(BOARD_BEGINS));
    rlogin = await FarBoard.open();
    shells = await FarSsh.open({ userName: 'alice', password: 'a word' });
    ssh = await FarBoard.open(({ socket }) => {
      const inner = connect(shells.port, '127.0.0.1');
      inner.on('error', () => undefined).pipe(socket);
      let left = 0;
      socket.once('data', (chunk) => {
        left = chunk[0] === 0x0d ? 16 + chunk.readUInt16BE(14) : chunk.indexOf('\n') + 1;
      });
      socket.on('data', (chunk) => {
        inner.write(chunk.subarray(left));
        left = Math.max(0, left - chunk.length);
      });
    });
    const to = (far: FarBoard, more: object) => ({ host: '127.0.0.1', port: far.port, ...more });
    const account = { password: 'a word', hostKey: shells.fingerprint };
    const menus = Object.fromEntries(
      (['v1', 'v2'] as const).flatMap((proxyHeader) => [
        [
          `telnet${proxyHeader}`,
          { module: 'telnet_bridge', config: to(telnet, { proxyHeader, sendLocation: true }) },
        ],
        [`rlogin${proxyHeader}`, { module: 'rlogin', config: to(rlogin, { proxyHeader }) }],
        [
          `ssh${proxyHeader}`,
          { module: 'ssh_bridge', config: to(ssh, { proxyHeader, ...account }) },
        ],
      ]),
    );
    const bare = { module: 'rlogin', config: to(rlogin, {}) };
    const commands = Object.fromEntries(
      [...Object.keys(menus), 'bare'].map((name) => [name.toUpperCase(), name]),
    );
    const main = mainMenuWith(commands, { ...menus, bare });
    dir = await BoardDir.make({ 'config/menus/main.hjson': main });
    board = await TestBoard.start({ boardDir: dir.path });
    await board.addUser('alice', PASSWORD);
  });
  afterAll(async () => {
    await board.remove();
    await dir.remove();
    for (const far of [telnet, rlogin, ssh]) await far.close();
    await shells.close();
  });
  beforeEach(async () => {
    alice = await board.telnet();
    alice.send(CLIENT_BEGINS);
    await signIn(alice, 'alice');
    await goToMainMenu(alice);
  });
  afterEach(() => alice.hangUp());

  /** Chooses a board, negotiates and types on, all in one packet. */
  const rush = (command: string): void =>
    alice.send(Buffer.concat([Buffer.from(`${command}${KEYS.return}early`), CLIENT_BEGINS]));

  test.each(['v1', 'v2'] as const)(
    'by telnet: the PROXY header %s, whatever caller and board negotiate meanwhile',
    async (version) => {
      const coming = telnet.call(telnet.calls.length + 1);
      rush(`TELNET${version}`);
      const call = await coming;
      await call.sees('early');
      for (const answer of ANSWERS) await call.sees(answer);
      const header = headerFor(version, telnet.port);
      const said = call.received();
      expect(said.subarray(0, header.length)).toEqual(header);
      // The board's options are answered by the gate, the caller's own are not passed on.
      let rest = said.subarray(header.length).toString('latin1');
      for (const answer of ANSWERS) rest = rest.replace(answer.toString('latin1'), '');
      expect(rest).toBe('early');
      call.socket.end();
      await comesBack(alice, 'Command');
    },
  );

  test.each([
    ['the greeting alone', 'BARE', undefined],
    ['the PROXY header v1 and the greeting', 'RLOGINv1', 'v1'],
    ['the PROXY header v2 and the greeting', 'RLOGINv2', 'v2'],
  ] as const)('by rlogin: %s, and then what was typed', async (_what, command, version) => {
    const coming = rlogin.call(rlogin.calls.length + 1);
    rush(command);
    const call = await coming;
    const greeting = Buffer.from('\0alice\0alice\0ansi/115200\0', 'latin1');
    await call.sees(greeting);
    alice.send(Buffer.concat([CLIENT_BEGINS, Buffer.from(' and more')]));
    call.send('\0');
    await call.sees(' and more');
    const header = version === undefined ? Buffer.alloc(0) : headerFor(version, rlogin.port);
    expect(call.received()).toEqual(
      Buffer.concat([header, greeting, Buffer.from('early and more')]),
    );
    call.socket.end();
    await comesBack(alice, 'Command');
  });

  test.each(['v1', 'v2'] as const)(
    'by SSH: the PROXY header %s and the name of the protocol, and what was typed comes encrypted',
    async (version) => {
      const coming = ssh.call(ssh.calls.length + 1);
      const opening = shells.shell();
      rush(`SSH${version}`);
      const call = await coming;
      const shell = await opening;
      await shell.sees('early');
      const header = headerFor(version, ssh.port);
      const first = Buffer.concat([header, Buffer.from('SSH-2.0-')]);
      expect(call.received().subarray(0, first.length)).toEqual(first);
      expect(call.received().includes('early')).toBe(false);
      shell.end('bye');
      await comesBack(alice, 'Command');
    },
  );
});
