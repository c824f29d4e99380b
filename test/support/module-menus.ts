import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { initBoard } from '../../src/config/init-board';

const AT = 'host: "board.example", port: 23, name: "Elsewhere", askName: true';
const ASKED = 'submit: { "*": [ { value: { x: null }, action: "@method:';
const END = '" } ] } }';

/** A menu of each module that the stock board has no menu of. */
const MENUS = `
  wall: { module: "onelinerz", config: { art: { view: "LIST", add: "ENTRY" } }, form: {
    0: { mci: { VM1: {} }, actionKeys: [ { keys: [ "a" ], action: "@method:viewAddScreen" } ] }
    1: { mci: { ET1: { argName: "oneliner" } } } } }
  page: { desc: "Call the sysop", module: "page_sysop", config: { art: { main: "ENTRY", mailConfirm: "CHOICE" } }, form: {
    0: { mci: { ET1: { argName: "x", submit: true } }, ${ASKED}sendPage${END}
    1: { mci: { TM1: { argName: "x", items: [ "yes", "no" ], submit: true } }, ${ASKED}confirmSendMail${END} } }
  letter: { desc: "A letter to the sysop", module: "msg_area_post_fse", config: { toUserId: 1,
      art: { header: "ENTRY", body: "TEXT", footerEditorMenu: "CHOICE" } }, form: {
    0: { mci: { ET1: { argName: "x", submit: true } }, ${ASKED}headerSubmit${END}
    1: { mci: { MT1: { argName: "message", mode: "edit", height: 3 } } }
    3: { mci: { TM1: { argName: "x", items: [ "save", "help" ], submit: true } }, ${ASKED}editModeMenuSave${END} } }
  door: { desc: "A Door", module: "abracadabra", config: { name: "A Door", cmd: "/bin/true" } }
  kept: { module: "onward_accounts" }
  telnet: { desc: "Elsewhere", module: "telnet_bridge", config: { ${AT} } }
  rlogin: { desc: "Elsewhere", module: "rlogin", config: { ${AT}, clientName: "{password}" } }
  ssh: { desc: "Elsewhere", module: "ssh_bridge", config: { ${AT}, password: "{password}" } }
  bbslink: { desc: "BBSLink", module: "bbs_link", config: { sysCode: "a", authCode: "b", schemeCode: "c", door: "tw" } }
  party: { desc: "DoorParty", module: "door_party", config: { username: "a", password: "b", bbsTag: "XX" } }
`;

const ART = {
  LIST: 'Lines\r\n%VM1',
  ENTRY: 'Write\r\n%ET1',
  CHOICE: 'Choose\r\n%TM1',
  TEXT: 'Text\r\n%MT1',
};

/** Makes the stock board with these menus too, and returns its folder. */
export async function makeModuleBoard(folder: string): Promise<string> {
  const board = join(folder, 'board');
  await initBoard(board);
  const file = join(board, 'config', 'menu.hjson');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/(\n {4}menus: \{\n)/, `$1${MENUS}`));
  for (const [name, art] of Object.entries(ART))
    await writeFile(join(board, 'art', 'general', `${name}.ans`), art);
  return board;
}
