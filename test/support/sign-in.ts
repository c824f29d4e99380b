import { KEYS, type DialledCaller } from './dial';

/** Long enough for every account, and not in the list of bad passwords. */
export const PASSWORD = 'a quiet harbour 7';

/** From the matrix through the log-in form. */
export async function signIn(
  caller: DialledCaller,
  name: string,
  password = PASSWORD,
): Promise<void> {
  await caller.sees('Sign in');
  caller.type(KEYS.return);
  await caller.sees('User name');
  caller.type(`${name}${KEYS.return}${password}${KEYS.return}`);
}

/** Answers the screen that asks for a one-time or backup code. */
export async function giveCode(caller: DialledCaller, code: string): Promise<void> {
  await caller.sees('One-time code');
  caller.type(`${code}${KEYS.return}`);
}

/** From the welcome screen to the main menu: one key. */
export async function goToMainMenu(caller: DialledCaller): Promise<void> {
  await caller.sees('Both doors are open.');
  caller.type(KEYS.return);
  await caller.sees('Command');
}

/** From the main menu to the screen of the second factor. */
export async function openTwoFactor(caller: DialledCaller): Promise<void> {
  caller.type(`2fa${KEYS.return}`);
  await caller.sees('Kind of code');
}

const LINK_MADE = /(?:A mail with a link|sends no mail)[^]*?Type\s+([A-Z0-9]{4})\b/;

/**
 * The word that the page of a set-up asks for, read from the screen of the call that requested the
 * link.
 */
export async function readSetUpWord(caller: DialledCaller): Promise<string> {
  return LINK_MADE.exec(await caller.sees(LINK_MADE))?.[1] ?? '';
}

/** Repeats password and code where a screen asks for them. */
export async function prove(caller: DialledCaller, password: string, code?: string): Promise<void> {
  await caller.sees(/^ *Password/m);
  caller.type(`${password}${KEYS.return}${code === undefined ? '' : `${code}${KEYS.return}`}`);
}

/** The key on the screen of the second factor that sets it up there. */
export const SWITCH_ON = 'o';

/** The key there that sends a link by mail. */
export const MAIL_LINK = 'm';

/** The key there that switches it off. */
export const SWITCH_OFF = 'f';
