import type { TestBoard } from '../support/board';
import { KEYS, type DialledCaller } from '../support/dial';

/** What the board's pauses show once they wait for a key. */
export const PAUSE = 'smash your keyboard <<';

/** Screens of the login sequence behind the welcome, each with what is typed there. */
const SEQUENCE: readonly (readonly [shows: string, waits: string, keys: string])[] = [
  ['LAST CALLERS', PAUSE, ' '],
  ["WHO'S ONLINE", PAUSE, ' '],
  ['add a oneliner?', '', KEYS.escape],
  ['Perform global newscan?', '', `${KEYS.right}${KEYS.return}`],
  ['achievements', PAUSE, ' '],
];

/** From the first menu through the whole login sequence, as nobody has edited it, to the main menu. */
export async function comeInside(
  board: TestBoard,
  name: string,
  password = `${name}-secret-pass`,
): Promise<DialledCaller> {
  const caller = await board.telnet({ width: 80, height: 25 });
  await caller.sees('log off');
  caller.type(`${KEYS.return}${name}${KEYS.return}${password}${KEYS.return}`);
  await board.logged('login.accepted', { userName: name });
  await goOn(caller, PAUSE, ' ');
  for (const [shows, waits, keys] of SEQUENCE) {
    await caller.sees(shows);
    await goOn(caller, waits, keys);
  }
  await caller.sees('...cmd:');
  return caller;
}

async function goOn(caller: DialledCaller, waits: string, keys: string): Promise<void> {
  await caller.sees(waits);
  caller.type(keys);
}
