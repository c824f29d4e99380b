import { WAY_IN_NAMES, WAYS_IN } from '../protocols/ways-in';

/** Codes that move the cursor by the number behind them. */
export const CURSOR_CODES: Readonly<
  Record<string, { readonly doc: string; readonly rows: -1 | 0 | 1; readonly columns: -1 | 0 | 1 }>
> = {
  CF: { doc: 'cursor forward', rows: 0, columns: 1 },
  CB: { doc: 'cursor back', rows: 0, columns: -1 },
  CU: { doc: 'cursor up', rows: -1, columns: 0 },
  CD: { doc: 'cursor down', rows: 1, columns: 0 },
};

/**
 * Predefined codes (contract A10.3): the menu runtime provides their values; docs and checks use
 * their names.
 */
export const PREDEFINED_CODES: Readonly<Record<string, string>> = {
  BN: 'name of the board',
  VL: 'name and version of the program',
  VN: 'version of the program',
  SN: "sysop's user name",
  SR: "sysop's real name",
  SL: "sysop's location",
  SA: "sysop's affiliation",
  SS: "sysop's sex",
  SE: "sysop's mail address",
  UN: "caller's user name",
  UI: "caller's user id",
  UG: "caller's groups",
  UR: "caller's real name",
  LO: "caller's location",
  UA: "caller's age",
  BD: "caller's birthday",
  US: "caller's sex",
  UE: "caller's mail address",
  UW: "caller's web address",
  UF: "caller's affiliation",
  UT: "name of the caller's theme",
  UD: "id of the caller's theme",
  UC: "number of the caller's calls",
  MS: 'date the caller became a member',
  ND: 'number of this node',
  IP: "caller's network address",
  ST: `way in: ${WAY_IN_NAMES.map((name) => WAYS_IN[name].label).join(', ')}`,
  WI: 'how to call on a secure line, or that no secure way in is on',
  SH: 'rows of the terminal',
  SW: 'columns of the terminal',
  MD: 'description of the menu',
  FN: "name of the caller's file filter",
  DN: "number of the caller's downloads",
  DK: "size of the caller's downloads",
  UP: "number of the caller's uploads",
  UK: "size of the caller's uploads",
  NR: "caller's uploads to downloads, in percent",
  KR: "size of the caller's uploads to that of the downloads, in percent",
  PS: "number of the caller's posts",
  PC: "caller's posts to calls, in percent",
  MA: "name of the caller's message area",
  MC: "name of the caller's message conference",
  ML: "description of the caller's message area",
  CM: "description of the caller's message conference",
  NM: 'new messages to the caller',
  NP: 'new private mails to the caller',
  AC: "number of the caller's achievements",
  AP: "points of the caller's achievements",
  AS: "status of the caller's achievements",
  DR: 'how often the caller was in a door',
  DM: 'how long the caller was in doors',
  TO: 'how long the caller was online in all calls',
  IA: 'Y where the caller takes messages of other callers, else N',
  IV: "Y where the caller is listed in who's online, else N",
  DT: 'date',
  CT: 'time',
  OS: 'operating system',
  OA: 'architecture of the machine',
  SC: 'kind of processor',
  NV: 'version of Node.js',
  AN: 'nodes in use',
  TC: 'calls ever',
  TT: 'calls today',
  LC: 'user name of the last caller',
  LT: 'time of the last call',
  LD: 'date of the last call',
  TU: 'number of users',
  NT: 'new users today',
  UU: 'how long the board has been up',
  MB: 'memory of the machine',
  MF: 'free memory of the machine',
  LA: 'load average',
  CL: 'load of the processor',
  PI: 'bytes that came in since the start',
  PE: 'bytes that went out since the start',
  SD: 'downloads ever',
  SO: 'size of the downloads ever',
  SU: 'uploads ever',
  SP: 'size of the uploads ever',
  TF: 'number of files',
  TB: 'size of all files',
  PT: 'posts today',
  TP: 'posts ever',
  FT: 'uploads today',
  FB: 'size of the uploads today',
  DD: 'downloads today',
  DB: 'size of the downloads today',
  RR: 'a rumour',
};

/** Codes of what this board does not have: they are known, and nothing is shown. */
export const EMPTY_CODES: ReadonlySet<string> = new Set([
  ...['FN', 'MA', 'MC', 'ML', 'CM', 'NM', 'NP', 'AS', 'PI', 'PE', 'SD', 'SO', 'SU', 'SP'],
  ...['TF', 'TB', 'PT', 'TP', 'FT', 'FB', 'DD', 'DB', 'RR'],
]);

/**
 * Codes that are empty until the caller is fully signed in (rule M4): data of the account other
 * than its name, and the last caller.
 */
export const CODES_AFTER_SIGN_IN: ReadonlySet<string> = new Set([
  ...['UI', 'UG', 'UR', 'LO', 'UA', 'BD', 'US', 'UE', 'UW', 'UF', 'UC', 'MS'],
  ...['LC', 'LT', 'LD'],
  ...['DN', 'DK', 'UP', 'UK', 'NR', 'KR', 'PS', 'PC', 'AC', 'AP', 'DR', 'DM', 'TO', 'IA', 'IV'],
]);

/** True for a code that shows a value of the board or of the caller. */
export function isPredefinedCode(code: string): boolean {
  return Object.hasOwn(PREDEFINED_CODES, code);
}

/** True for a code that moves the cursor. */
export function isCursorCode(code: string): boolean {
  return Object.hasOwn(CURSOR_CODES, code);
}
