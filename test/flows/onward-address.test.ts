import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { dialTelnet, KEYS, type DialledCaller } from '../support/dial';
import { FarBoard } from '../support/far-board';
import { FarSsh } from '../support/far-ssh';
import { BEHIND_PROXY, binaryHeader, proxyHeader } from '../support/proxy-headers';
import { Relay } from '../support/relay';
import { goToMainMenu, PASSWORD, signIn } from '../support/sign-in';
import { comesBack, mainMenuWith } from '../support/talk-board';

/** Where the caller is; the gate itself sees a proxy on this machine, and is on this machine for the board. */
const CALLER = '203.0.113.9';
const GATE = '127.0.0.1';

const [IAC, SE, SB, WILL, DO, LOCATION] = [255, 240, 250, 251, 253, 23] as const;

/** The header as the document of the protocol has it. */
function headerOf(version: 'v1' | 'v2', port: number): Buffer {
  if (version === 'v1') return Buffer.from(`PROXY TCP4 ${CALLER} ${GATE} 0 ${port}\r\n`, 'latin1');
  const body = Buffer.from([203, 0, 113, 9, 127, 0, 0, 1, 0, 0, port >> 8, port & 0xff]);
  return binaryHeader({ family: 0x11, body });
}

describe.each(['v1', 'v2'] as const)(
  'a caller whom a proxy names by header %s, handed on from there',
  (version) => {
    let far: FarBoard;
    let shells: FarSsh;
    let relay: Relay;
    let dir: BoardDir;
    let board: TestBoard;
    let alice: DialledCaller;

    beforeAll(async () => {
      far = await FarBoard.open();
      shells = await FarSsh.open({ userName: 'alice', password: 'a word' });
      const to = { host: GATE, port: far.port };
      const menus = {
        header: { module: 'telnet_bridge', config: { ...to, proxyHeader: version } },
        greeted: { module: 'rlogin', config: { ...to, proxyHeader: version } },
        located: { module: 'telnet_bridge', config: { ...to, sendLocation: true } },
        fields: {
          module: 'rlogin',
          config: {
            ...{ ...to, clientName: '{remoteIp}', serverName: '[{remoteIp}]{userName}' },
            terminal: 'from={remoteIp}',
          },
        },
        shell: {
          module: 'ssh_bridge',
          config: {
            ...{ host: GATE, port: shells.port, hostKey: shells.fingerprint },
            ...{ password: 'a word', env: { CALLER_ADDRESS: '{remoteIp}' } },
          },
        },
      };
      const commands = Object.fromEntries(
        Object.keys(menus).map((name) => [name.toUpperCase(), name]),
      );
      dir = await BoardDir.make({ 'config/menus/main.hjson': mainMenuWith(commands, menus) });
      board = await TestBoard.start({ boardDir: dir.path, config: BEHIND_PROXY });
      await board.addUser('alice', PASSWORD);
      relay = await Relay.open(board.telnetPort, () => proxyHeader(version, CALLER));
    });
    afterAll(async () => {
      await relay.close();
      await board.remove();
      await dir.remove();
      await far.close();
      await shells.close();
    });
    beforeEach(async () => {
      alice = await dialTelnet({ port: relay.port });
      await signIn(alice, 'alice');
      await goToMainMenu(alice);
    });
    afterEach(() => alice.hangUp());

    const visit = async (command: string): ReturnType<FarBoard['call']> => {
      const coming = far.call(far.calls.length + 1);
      alice.type(`${command}${KEYS.return}`);
      return coming;
    };

    it('comes to a telnet board with that address in the PROXY header', async () => {
      const call = await visit('HEADER');
      const header = headerOf(version, far.port);
      await call.sees(header);
      expect(call.received()).toEqual(header);
      call.socket.end();
      await comesBack(alice, 'Command');
    });

    it('comes to an rlogin board with that address in the PROXY header', async () => {
      const call = await visit('GREETED');
      const greeting = Buffer.from('\0alice\0alice\0ansi/115200\0', 'latin1');
      await call.sees(greeting);
      expect(call.received()).toEqual(Buffer.concat([headerOf(version, far.port), greeting]));
      call.socket.end('\0');
      await comesBack(alice, 'Command');
    });

    it('is told to a telnet board by SEND-LOCATION', async () => {
      const call = await visit('LOCATED');
      await call.sees(Buffer.from([IAC, WILL, LOCATION]));
      call.send(Buffer.from([IAC, DO, LOCATION]));
      const end = Buffer.from([IAC, SE]);
      await call.sees(end);
      const told = [Buffer.from([IAC, SB, LOCATION]), Buffer.from(CALLER), end];
      expect(call.received()).toEqual(Buffer.concat([Buffer.from([IAC, WILL, LOCATION]), ...told]));
      call.socket.end();
      await comesBack(alice, 'Command');
    });

    it('is told to an rlogin board in the fields of the greeting', async () => {
      const call = await visit('FIELDS');
      const greeting = `\0${CALLER}\0[${CALLER}]alice\0from=${CALLER}\0`;
      await call.sees(greeting);
      expect(call.received().toString('latin1')).toBe(greeting);
      call.socket.end('\0');
      await comesBack(alice, 'Command');
    });

    it('is told to a shell by SSH in a variable', async () => {
      const opening = shells.shell();
      alice.type(`SHELL${KEYS.return}`);
      const shell = await opening;
      expect(shells.variables.splice(0)).toEqual([`CALLER_ADDRESS=${CALLER}`]);
      shell.end('bye');
      await comesBack(alice, 'Command');
    });
  },
);
