import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ScreenEmulator } from '../support/screen';

/** The pictures of the theme gatehouse in which a door opens, in order. */
export const FIRST_DOOR = ['DOOR1A', 'DOOR1B', 'DOOR1C'] as const;
export const SECOND_DOOR = ['DOOR2A', 'DOOR2B', 'DOOR2C'] as const;

/** The size that these pictures are drawn for. */
export const DOOR_SIZE = { width: 80, height: 25 } as const;

/** Where the SAUCE record of an art file begins. */
const SUB = 0x1a;

/** Such a picture on a screen. */
export async function drawDoor(name: string): Promise<ScreenEmulator> {
  const file = await readFile(join(__dirname, `../../art/themes/gatehouse/${name}.ans`));
  const screen = new ScreenEmulator(DOOR_SIZE);
  screen.write(file.subarray(0, file.indexOf(SUB)));
  await screen.settled();
  return screen;
}
