import { KEYS } from '../support/dial';

/** On the screen of the second factor, where it is off: on, and save. */
export const SWITCH_ON_KEYS = [KEYS.right, KEYS.tab, KEYS.tab, KEYS.return];

/** The same where it is on: off, and save. */
export const SWITCH_OFF_KEYS = [KEYS.left, KEYS.tab, KEYS.tab, KEYS.return];
