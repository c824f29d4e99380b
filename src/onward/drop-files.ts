import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeText } from '../terminal/encoding';

/** What a door is told of its caller (contract: local doors). */
export interface DropFacts {
  readonly node: number;
  readonly boardName: string;
  readonly sysOpName: string;
  readonly userId: number;
  readonly userName: string;
  readonly realName: string;
  readonly location: string;
  /** 100 for sysops, 30 for users, 10 for others. */
  readonly securityLevel: number;
  readonly calls: number;
  readonly sex: string;
  readonly birthdate: Date | undefined;
  readonly lastCall: Date | undefined;
  readonly now: Date;
  /** Seconds that the caller may stay. */
  readonly secondsLeft: number;
  readonly columns: number;
  readonly rows: number;
  readonly hasAnsi: boolean;
  /** Folder of the drop file. */
  readonly folder: string;
}

/** A kind of drop file: its name on disk, and its lines. */
interface DropFileKind {
  readonly nameOf: (node: number) => string;
  readonly lines: (facts: DropFacts) => readonly (string | number)[];
}

const REAL_NAME = 35;
const ALIAS = 25;
const FROM = 25;
/** DORINFOx.DEF has a time of at most this. */
const MAX_MINUTES = 546;
const RATE = 38_400;

/** By the name that `dropFileType` has in a menu. */
export const DROP_FILES: Readonly<Record<string, DropFileKind>> = {
  DOOR: { nameOf: () => 'DOOR.SYS', lines: doorSys },
  DOOR32: { nameOf: () => 'door32.sys', lines: door32 },
  DORINFO: { nameOf: (node) => `DORINFO${dorinfoLetter(node)}.DEF`, lines: dorinfo },
  CHAIN: { nameOf: () => 'CHAIN.TXT', lines: chain },
};

/** Writes the drop file into the folder of the facts, in CP437 with CR LF, and returns its name. */
export async function writeDropFile(kind: DropFileKind, facts: DropFacts): Promise<string> {
  const name = kind.nameOf(facts.node);
  const text = kind.lines(facts).map((line) => `${oneLine(String(line))}\r\n`);
  await mkdir(facts.folder, { recursive: true, mode: 0o700 });
  await writeFile(join(facts.folder, name), encodeText(text.join(''), 'cp437'), { mode: 0o600 });
  return name;
}

/** Values come from accounts: none of them may make a line of its own. */
function oneLine(text: string): string {
  return text.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, ' ');
}

function doorSys(facts: DropFacts): readonly (string | number)[] {
  const { now, node, secondsLeft, calls } = facts;
  return [
    ...['COM1:', RATE, 8, node, RATE, 'Y', 'Y', 'Y', 'Y'],
    ...[cut(facts.realName, REAL_NAME), cut(facts.location, FROM), '', ''],
    // No door has the caller's password.
    ...['', facts.securityLevel, calls, dateOf(facts.lastCall ?? now)],
    ...[secondsLeft, minutes(secondsLeft), facts.hasAnsi ? 'GR' : 'NG', facts.rows, 'N'],
    ...['', 1, '', facts.userId, 'Z', 0, 0, 0, 0, dateOf(facts.birthdate)],
    ...[facts.folder, facts.folder, facts.sysOpName, cut(facts.userName, ALIAS), '00:00'],
    ...['Y', 'Y', 'Y', 7, 0, dateOf(facts.lastCall ?? now), timeOf(now)],
    ...[timeOf(facts.lastCall ?? now), 9999, 0, 0, 0, '', 0, 0],
  ];
}

function door32(facts: DropFacts): readonly (string | number)[] {
  return [
    ...[0, 0, RATE, facts.boardName, facts.userId],
    ...[cut(facts.realName, REAL_NAME), cut(facts.userName, ALIAS), facts.securityLevel],
    ...[minutes(facts.secondsLeft), facts.hasAnsi ? 1 : 0, facts.node],
  ];
}

function dorinfo(facts: DropFacts): readonly (string | number)[] {
  const [sysOpFirst, sysOpLast] = firstAndLast(facts.sysOpName);
  const [first, last] = firstAndLast(cut(facts.realName, REAL_NAME));
  return [
    ...[facts.boardName, sysOpFirst, sysOpLast, 'COM1', `${RATE} BAUD,N,8,1`, 0],
    ...[first, last, cut(facts.location, FROM), facts.hasAnsi ? 1 : 0, facts.securityLevel],
    ...[Math.min(MAX_MINUTES, minutes(facts.secondsLeft)), -1],
  ];
}

function chain(facts: DropFacts): readonly (string | number)[] {
  const { now, lastCall, birthdate } = facts;
  const age = birthdate === undefined ? 0 : yearsBetween(birthdate, now);
  const sinceMidnight = (now.getHours() * 60 + now.getMinutes()) * 60 + now.getSeconds();
  const isSysOp = facts.securityLevel >= 100 ? 1 : 0;
  return [
    ...[facts.userId, cut(facts.userName, ALIAS), cut(facts.realName, REAL_NAME), '', age],
    ...[facts.sex, '0.00', dateOf(lastCall ?? now), facts.columns, facts.rows],
    ...[facts.securityLevel, isSysOp, isSysOp, facts.hasAnsi ? 1 : 0, 1],
    ...[`${facts.secondsLeft}.00`, facts.folder, facts.folder, 'door.log', RATE, 1],
    ...[facts.boardName, facts.sysOpName, sinceMidnight, 0, 0, 0, 0, 0, '8N1', RATE, facts.node],
  ];
}

/** The tenth node is 0; after it come the letters. */
function dorinfoLetter(node: number): string {
  if (node < 10) return String(node);
  return node === 10 ? '0' : String.fromCharCode('A'.charCodeAt(0) + ((node - 11) % 26));
}

function minutes(seconds: number): number {
  return Math.floor(seconds / 60);
}

function cut(text: string, most: number): string {
  return oneLine(text).slice(0, most);
}

function firstAndLast(name: string): readonly [string, string] {
  const [first = '', ...rest] = name.trim().split(/\s+/);
  return [first, rest.join(' ')];
}

const two = (number: number): string => String(number).padStart(2, '0');

function dateOf(date: Date | undefined): string {
  if (date === undefined) return '01/01/70';
  return `${two(date.getMonth() + 1)}/${two(date.getDate())}/${two(date.getFullYear() % 100)}`;
}

function timeOf(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

function yearsBetween(from: Date, to: Date): number {
  const years = to.getFullYear() - from.getFullYear();
  const isBefore =
    to.getMonth() < from.getMonth() ||
    (to.getMonth() === from.getMonth() && to.getDate() < from.getDate());
  return Math.max(0, isBefore ? years - 1 : years);
}
