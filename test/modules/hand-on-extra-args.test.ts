import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS, type DialledCaller } from '../support/dial';
import { FarBoard, type FarCall } from '../support/far-board';
import { PASSWORD } from '../support/sign-in';
import { callerIn, comesBack, mainMenuWith } from '../support/talk-board';

const font = (number: number): string => `\x1b[0;${number} D`;

describe('extraArgs of a rule that leads to a board', () => {
  let far: FarBoard;
  let dir: BoardDir;
  let board: TestBoard;
  let alice: DialledCaller;

  beforeAll(async () => {
    far = await FarBoard.open();
    const nobody = await FarBoard.open();
    const deadPort = nobody.port;
    await nobody.close();
    const module = 'telnet_bridge';
    const menus = {
      plain: { module, config: { host: '127.0.0.1', port: far.port, font: 'topaz' } },
      elsewhere: { module, config: { host: 'bbs.invalid', port: deadPort, font: 'topaz' } },
    };
    const main = mainMenuWith({ PLAIN: 'plain', ELSEWHERE: 'elsewhere', OWN: 'plain' }, menus, {
      ELSEWHERE: { host: '127.0.0.1', port: far.port, font: 'microknight' },
      OWN: { name: 'Another', encoding: 'utf8', escapeKey: '^B' },
    });
    dir = await BoardDir.make({ 'config/menus/main.hjson': main });
    board = await TestBoard.start({ boardDir: dir.path });
    await board.addUser('alice', PASSWORD);
  });
  afterAll(async () => {
    await board.remove();
    await dir.remove();
    await far.close();
  });
  beforeEach(async () => {
    alice = await callerIn(board, 'alice', PASSWORD);
  });
  afterEach(() => alice.hangUp());

  const received = (): string => Buffer.concat(alice.screen.sent).toString('latin1');
  const visit = async (command: string): Promise<FarCall> => {
    const coming = far.call(far.calls.length + 1);
    alice.type(`${command}${KEYS.return}`);
    return coming;
  };

  it('without them the font of the menu is set before the board says a word, and taken back after its last', async () => {
    const call = await visit('PLAIN');
    call.send('the first word');
    await alice.sees('the first word');
    call.socket.end('the last word');
    await alice.receives('the last word');
    await comesBack(alice, 'Command');
    const said = received();
    const places = [font(42), 'the first word', 'the last word', font(0)].map((each) =>
      said.indexOf(each),
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it('win with host, port and font over those of the menu', async () => {
    const call = await visit('ELSEWHERE');
    call.send('here');
    await alice.sees('here');
    await alice.receives(font(39 + 2));
    expect(received()).not.toContain(font(42));
    call.socket.end();
    await comesBack(alice, 'Command');
  });

  it('have no other key of it', async () => {
    const call = await visit('OWN');
    call.send('here');
    await alice.sees('Ctrl-] brings you back.');
    call.socket.end();
    await alice.sees('127.0.0.1 has ended the connection.');
  });
});
