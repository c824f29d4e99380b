import { KEYS } from '../support/dial';

/** On the screen of the second factor, where it is off: the first line of the list sets it up there. */
export const SWITCH_ON_KEYS = [KEYS.return];
