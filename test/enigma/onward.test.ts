import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestBoard } from '../support/board';
import type { DialledCaller } from '../support/dial';
import { FarBoard } from '../support/far-board';
import { FarLink } from '../support/far-link';
import { FarSsh } from '../support/far-ssh';
import { copyEnigmaBoard, describeEnigma, startEnigmaBoard, type EnigmaCopy } from './support';

const CODES = { sysCode: 'sys17', authCode: 'auth-word-9', schemeCode: 'scheme-word-4' };
const PARTY = { username: 'ourboard', password: 'a word for the gateway', bbsTag: 'OUR' };

/** A door of the kind that the stock menu starts: it says its arguments over a socket. */
const DOOR = `#!${process.execPath}
const [node, dropFile, port] = process.argv.slice(2);
const line = require('node:net').connect(Number(port), '127.0.0.1');
line.write(\`node \${node}, \${dropFile}, in \${process.cwd()}\\r\\n\`);
line.on('data', (typed) => {
  if (String(typed).includes('bye')) line.end('farewell\\r\\n');
});
`;

describeEnigma('doors and boards of an ENiGMA½ board that has moved', () => {
  let copy: EnigmaCopy;
  let board: TestBoard;
  let link: FarLink;
  let games: FarBoard;
  let gateway: FarSsh;
  let party: FarBoard;
  let joe: DialledCaller;

  beforeAll(async () => {
    link = await new FarLink(CODES).open();
    games = await FarBoard.open();
    gateway = await FarSsh.open({ userName: PARTY.username, password: PARTY.password });
    party = await FarBoard.open();
    copy = await copyEnigmaBoard();
    const door = join(copy.boardDir, 'launch_door.sh');
    await writeFile(door, DOOR);
    await chmod(door, 0o755);
    // What a sysop of the old board has filled in there already, at servers of this test.
    await edit('doors', {
      'cmd: /home/enigma/DOS/scripts/launch_door.sh': `cmd: ${door}`,
      'sysCode: XXXXXXXX': `sysCode: ${CODES.sysCode}`,
      'authCode: XXXXXXXX': `authCode: ${CODES.authCode}`,
      'schemeCode: XXXXXXXX': `schemeCode: ${CODES.schemeCode}`,
      'door: tw': `door: tw\nhost: 127.0.0.1\nport: ${games.port}\nhttpPort: ${link.port}`,
      'username: XXXXXXXX': `username: ${PARTY.username}`,
      'password: XXXXXXXX': `password: ${PARTY.password}`,
      'bbsTag: XX': `bbsTag: ${PARTY.bbsTag}\nhost: 127.0.0.1\nsshPort: ${gateway.port}\nrloginPort: ${party.port}`,
    });
    // The sequence in between is that of other tests.
    await edit('login', { 'next: fullLoginSequenceLastCallers': 'next: mainMenu' });
    board = await startEnigmaBoard(copy);
  });
  afterAll(async () => {
    await board.stop();
    await copy.remove();
    await link.close();
    await Promise.all([games, gateway, party].map((each) => each.close()));
  });

  async function edit(name: string, edits: Readonly<Record<string, string>>): Promise<void> {
    const file = join(copy.boardDir, 'config', 'menus', `new_enigma_bbs-${name}.hjson`);
    let text = await readFile(file, 'utf8');
    for (const [from, to] of Object.entries(edits)) {
      expect([from, text.split(`${from}\n`).length]).toEqual([from, 2]);
      text = text.replace(`${from}\n`, () => `${to}\n`);
    }
    await writeFile(file, text);
  }

  const type = (command: string, caller = joe): void => caller.type(`${command}\r`);

  async function atDoors(name: string): Promise<DialledCaller> {
    const caller = await board.telnet({ width: 80, height: 25 });
    await caller.sees('log off');
    caller.type(`\r${name}\r${name}-secret-pass\r`);
    await caller.sees('smash your keyboard');
    caller.type(' ');
    await caller.sees('MAIN MENU');
    type('D', caller);
    await caller.sees('Doors Menu');
    return caller;
  }

  /** The far side has ended the connection; a key leads back to the old board's own menu. */
  async function isBack(): Promise<void> {
    await joe.sees('has ended the connection.');
    await joe.sees('smash your keyboard');
    joe.type(' ');
    await joe.sees('Doors Menu');
  }

  /** What menu check says of the examples that lead somewhere here. */
  async function toldOf(): Promise<readonly string[]> {
    const { out } = await board.tryOputil('menu', 'check', '--all');
    return out.match(/\b(?:doorAbracadabra|doorTradeWars2002|doorParty)\w+: .*/g) ?? [];
  }

  beforeEach(async () => {
    joe = await atDoors('joe');
  });
  afterEach(() => joe.hangUp());

  test('the example of abracadabra opens a door over its socket, with a drop file for its node', async () => {
    type('ABRACADABRA');
    const said = await joe.sees(/node \d+, DORINFO\d+\.DEF, in \S+/);
    const [, node = '', name = ''] = /node (\d+), (DORINFO\d+\.DEF)/.exec(said) ?? [];
    // The folder of the door, where its own script is.
    expect(said).toContain(`${name}, in ${copy.boardDir}`);
    const drop = await readFile(join(copy.dataDir, 'doors', `node${node}`, name), 'latin1');
    expect(drop).toMatch(/^New ENiGMA. BBS\r\n/);
    expect(drop.split('\r\n')).toHaveLength(14);
    joe.type('bye');
    await joe.sees('Doors Menu');
    expect(board.events('onward.ended').at(-1)).toMatchObject({ end: 'board', sent: 3 });
  });

  test('who is one too many in it sees the art that the example names', async () => {
    type('ABRACADABRA');
    await joe.sees('DORINFO');
    const erin = await atDoors('erin');
    type('ABRACADABRA', erin);
    await erin.sees('Too many door instances.');
    erin.type(' ');
    await erin.sees('Doors Menu');
    erin.hangUp();
  });

  test('the example of bbs_link shows the codes and leads to the door by telnet', async () => {
    const coming = games.call(games.calls.length + 1);
    type('TWBBSLINK');
    const call = await coming;
    call.send('Trade Wars 2002');
    await joe.sees('Trade Wars 2002');
    expect(link.asked.at(-1)?.headers).toMatchObject({ 'x-system': CODES.sysCode, 'x-door': 'tw' });
    joe.type('hello');
    await call.sees('hello');
    call.socket.end();
    await isBack();
  });

  test('the example of door_party leads there once it has the hostKey that the log tells, as docs/onward.md says', async () => {
    type('DP');
    await joe.sees('DoorParty does not take your call. Please tell the sysop.');
    expect(gateway.offered).toEqual([]);
    expect(await toldOf()).toEqual([expect.stringContaining("doorPartyExample: 'hostKey' is")]);
    const [failed] = await board.logged('onward.failed', { port: gateway.port });
    const print = /host key is (SHA256:[\w+/]+)/.exec(JSON.stringify(failed))?.[1] ?? '';
    expect(print).toBe(gateway.fingerprint);
    joe.type(' ');
    await joe.sees('Doors Menu');

    const tag = `bbsTag: ${PARTY.bbsTag}`;
    await edit('doors', { [tag]: `${tag}\nhostKey: "${print}"` });
    await board.logged('board.reloaded');
    expect(await toldOf()).toEqual([]);
    const coming = party.call();
    type('DP');
    const call = await coming;
    await call.sees(`\0joe\0[${PARTY.bbsTag}]joe\0`);
    call.send('\0Welcome to the party');
    await joe.sees('Welcome to the party');
    call.socket.end();
    await isBack();
  });
});
