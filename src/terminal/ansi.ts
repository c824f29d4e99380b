import type { Style } from './style';
import { styleChange } from './style-sequence';
import type { Encoding } from './terminal';

const ESC = '\x1b';

/** Rows and columns count from 1. */
export function moveTo(row: number, column: number): string {
  return `${ESC}[${row};${column}H`;
}

/**
 * Clears the screen and moves home; the reset keeps terminals from painting it in the last
 * background.
 */
export function clearScreen(): string {
  return `${ESC}[0m${ESC}[2J${ESC}[H`;
}

/** Erases from the cursor to the end of its line. */
export function eraseLine(): string {
  return `${ESC}[K`;
}

export function hideCursor(): string {
  return `${ESC}[?25l`;
}

export function showCursor(): string {
  return `${ESC}[?25h`;
}

/** Asks a terminal to report presses of the first button, with their place, as it does for xterm's modes 1000 and 1006. */
export function requestTaps(on: boolean): string {
  return `${ESC}[?1000;1006${on ? 'h' : 'l'}`;
}

/** Requests the cursor's position (CPR). */
export function requestCursor(): string {
  return `${ESC}[6n`;
}

export function resetStyle(): string {
  return `${ESC}[0m`;
}

/** The sequence that sets this style, whatever style the terminal had before. */
export function sgr(style: Style, encoding: Encoding = 'cp437'): string {
  return styleChange(undefined, style, encoding);
}

/** CTerm's font slots by the names that sysops and SAUCE records use, letters and digits only. */
const SYNCTERM_FONTS: ReadonlyMap<string, number> = new Map([
  ['cp437', 0],
  ['ibmvga', 0],
  ['ibmvga50', 0],
  ['ibmega', 0],
  ['cp1251', 20],
  ['koi8r', 22],
  ['iso88592', 3],
  ['iso88599', 6],
  ['iso88598', 8],
  ['koi8u', 9],
  ['iso88595', 14],
  ['iso885915', 16],
  ['cp850', 18],
  ['ibmvga850', 18],
  ['iso88597', 21],
  ['iso88591', 24],
  ['cp866', 25],
  ['ibmvga866', 25],
  ['cp865', 28],
  ['cp1131', 31],
  ['c64upper', 32],
  ['c64petsciiunshifted', 32],
  ['c64lower', 33],
  ['c64petsciishifted', 33],
  ['c128upper', 34],
  ['c128lower', 35],
  ['atari', 36],
  ['atariatascii', 36],
  ['potnoodle', 37],
  ['p0tnoodle', 37],
  ['amigap0tnoodle', 37],
  ['mosoul', 38],
  ['amigamosoul', 38],
  ['microknightplus', 39],
  ['amigamicroknight+', 39],
  ['topazplus', 40],
  ['amigatopaz1+', 40],
  ['amigatopaz2+', 40],
  ['microknight', 41],
  ['amigamicroknight', 41],
  ['topaz', 42],
  ['amigatopaz1', 42],
  ['amigatopaz2', 42],
  ['prestel', 43],
]);

/**
 * Selects a font on SyncTERM and other CTerm terminals (`CSI 0 ; n SP D`); undefined for an unknown
 * name.
 */
export function selectFont(name: string): string | undefined {
  const slot = SYNCTERM_FONTS.get(name.toLowerCase().replace(/[^a-z0-9+]/g, ''));
  return slot === undefined ? undefined : `${ESC}[0;${slot} D`;
}

/** True for terminals that can select fonts; others may print the sequence. */
export function knowsFonts(type: string): boolean {
  return ['syncterm', 'cterm', 'netrunner', 'magiterm', 'icy_term', 'icyterm'].includes(type);
}

/** Sounds at the terminal; moves no cursor. */
export const BELL = '\x07';
