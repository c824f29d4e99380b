import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { KEYS, type DialledCaller } from './dial';
import { goToMainMenu, signIn } from './sign-in';
import type { TestBoard } from './board';

const STOCK_MAIN = resolve(__dirname, '..', '..', 'config', 'menus', 'main.hjson');

/** Menus of modules that only boards from elsewhere have, in the form of ENiGMA½'s own, as commands of the main menu. */
const COMMANDS = { STATUS: 'status', MSG: 'nodeMessage', PAGE: 'pageSysop', CALL: 'callSysop' };

const ESCAPE = { keys: ['escape', 'q'], action: '@systemMethod:prevMenu' };

/** The page as a theme of ENiGMA½ has it, with words of its own for the sysop. */
const CALLING = {
  module: 'page_sysop',
  config: {
    art: { main: 'PAGESYSP' },
    notifyFormat: '|11Page from {userName} (node {nodeId}):|07\r\n{message}',
  },
  form: {
    0: {
      mci: { ET1: { argName: 'message', maxLength: 78, submit: true, focus: true } },
      submit: { '*': [{ value: { message: null }, action: '@method:sendPage' }] },
    },
  },
};

const MENUS = {
  callSysop: CALLING,
  status: {
    module: 'user_status_config',
    config: {
      art: { menu: 'user_status_config' },
      menuInfoFormat10: '{visibleIndicator}',
      menuInfoFormat11: '{availableIndicator}',
      enabledIndicator: '|10yes',
      disabledIndicator: '|12no',
    },
    form: {
      0: {
        mci: { TL10: {}, TL11: {} },
        actionKeys: [
          { keys: ['a', 'shift + a'], action: '@method:toggleAvailable' },
          { keys: ['v', 'shift + v'], action: '@method:toggleVisible' },
          ESCAPE,
        ],
      },
    },
  },
  nodeMessage: {
    module: 'node_msg',
    art: 'NODEMSG',
    config: {
      art: { header: 'NODEMSGHDR', footer: 'NODEMSGFTR' },
      messageFormat: '|11{fromUserName}|07 of node {fromNodeId} says:\r\n|15{message}',
    },
    form: {
      0: {
        mci: {
          SM1: { argName: 'node', itemFormat: '{text} {userName}' },
          ET2: { argName: 'message', width: 60, submit: true },
        },
        actionKeys: [ESCAPE],
        submit: { '*': [{ value: { message: null }, action: '@method:sendMessage' }] },
      },
    },
  },
  pageSysop: {
    module: 'page_sysop',
    config: { art: { main: 'PAGESYSP', mailConfirm: 'PAGESYPNA' } },
    form: {
      0: {
        mci: { ET1: { argName: 'message', maxLength: 78, submit: true, focus: true } },
        submit: { '*': [{ value: { message: null }, action: '@method:sendPage' }] },
      },
      1: {
        mci: {
          TM1: {
            argName: 'confirm',
            items: ['yes', 'no'],
            focus: true,
            hotKeys: { Y: 0, N: 1 },
            hotKeySubmit: true,
          },
        },
        submit: { '*': [{ value: { confirm: null }, action: '@method:confirmSendMail' }] },
      },
    },
  },
};

const ART: Readonly<Record<string, string>> = {
  user_status_config: 'visible %TL10\r\navailable %TL11',
  NODEMSG: 'to %SM1\r\nmsg %ET2\r\n= %TL3',
  NODEMSGHDR: '--- a message ---',
  NODEMSGFTR: '-----------------',
  PAGESYSP: 'Page the sysop: %ET1',
  PAGESYPNA: 'No sysop is here. Mail instead? %TM1',
  PAGESYSPOK: 'The sysop was paged!',
  PAGESYPLM: 'Paged already, wait a bit.',
};

/** Files of a board folder with these menus. */
export function talkBoardFiles(): Record<string, string> {
  const art = Object.entries(ART).map(([name, text]) => [`art/general/${name}.asc`, text]);
  return {
    'config/menus/main.hjson': mainMenuWith(COMMANDS, MENUS),
    ...(Object.fromEntries(art) as Record<string, string>),
  };
}

/**
 * The stock main menu file with menus of a test's own, each a command of the main menu; `extraArgs` are those of
 * commands by their names.
 */
export function mainMenuWith(
  commands: Readonly<Record<string, string>>,
  menus: Readonly<Record<string, object>>,
  extraArgs: Readonly<Record<string, object>> = {},
): string {
  const lines = Object.entries(commands).map(
    ([command, menu]) =>
      `${JSON.stringify({ value: { command }, action: `@menu:${menu}`, extraArgs: extraArgs[command] })}\n`,
  );
  return readFileSync(STOCK_MAIN, 'utf8')
    .replace('submit: [\n', () => `submit: [\n${lines.join('')}`)
    .replace('menus: {\n', () => `menus: {\n${JSON.stringify(menus).slice(1, -1)}\n`);
}

/** A caller in the main menu. */
export async function callerIn(
  board: Pick<TestBoard, 'telnet'>,
  name: string,
  password: string,
): Promise<DialledCaller> {
  const caller = await board.telnet();
  await signIn(caller, name, password);
  await goToMainMenu(caller);
  return caller;
}

/** A caller reads that the board there has ended the connection, and goes on to what shows `next`. */
export async function comesBack(caller: DialledCaller, next: string): Promise<string> {
  await caller.sees('has ended the connection.');
  await caller.sees(/Press an?y? key/);
  caller.type(KEYS.return);
  return caller.sees(next);
}
