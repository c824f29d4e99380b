import { nearestName } from '../base/nearest';
import { ACCOUNT, APPLY, KEY, MAIL, OWN } from './account-texts';
import { CALL, WARNING } from './call-texts';
import { ELSEWHERE } from './elsewhere-texts';
import { FACTOR } from './factor-texts';
import { RESET_PAGE, SET_UP_ANSWER, SET_UP_PAGE } from './form-page-texts';
import { HELP, LINE } from './line-texts';
import { CALLS, HISTORY, LIST } from './list-texts';
import { ACCOUNT_TEXT, MAIL_TEXT, RECOVERY_TEXT } from './mail-paragraphs';
import { APP, RESET_MAIL, SET_UP_MAIL } from './mail-template-texts';
import { MAIL_PART, MAIL_TITLE } from './mail-texts';
import { CODE, FIELD, MENU, NEWS, PAGE } from './menu-texts';
import { SHEET } from './sheet-texts';
import { SIGN_IN, SIGN_IN_NARROW, TIME } from './sign-in-texts';
import { LETTER, ONWARD, TALK } from './talk-texts';
import type { TextArea } from './text-area';
import { FRONT_PAGE, TERMINAL_PAGE, TERMINAL_SAYS } from './terminal-page-texts';
import { ACTION, SECRET, TWO_FACTOR } from './two-factor-texts';
import { CONFIRM_PAGE, RECOVER_PAGE, WEB_PORT, WEB_PROBLEM } from './web-texts';

/** Every sentence that the board itself says in a terminal, in a mail or on a page, by place: the only table of them. */
export const TEXT_AREAS: readonly TextArea<Readonly<Record<string, string>>>[] = [
  CALL,
  WARNING,
  SIGN_IN,
  SIGN_IN_NARROW,
  SHEET,
  TIME,
  MENU,
  FIELD,
  NEWS,
  PAGE,
  CODE,
  FACTOR,
  LIST,
  CALLS,
  HISTORY,
  TALK,
  LETTER,
  ONWARD,
  ACCOUNT,
  MAIL,
  OWN,
  KEY,
  APPLY,
  TWO_FACTOR,
  ACTION,
  SECRET,
  LINE,
  HELP,
  ELSEWHERE,
  MAIL_TITLE,
  MAIL_PART,
  MAIL_TEXT,
  RECOVERY_TEXT,
  ACCOUNT_TEXT,
  SET_UP_MAIL,
  RESET_MAIL,
  APP,
  WEB_PROBLEM,
  SET_UP_PAGE,
  SET_UP_ANSWER,
  RESET_PAGE,
  CONFIRM_PAGE,
  RECOVER_PAGE,
  FRONT_PAGE,
  TERMINAL_PAGE,
  TERMINAL_SAYS,
  WEB_PORT,
];

const STOCK = {
  ...CALL.texts,
  ...WARNING.texts,
  ...SIGN_IN.texts,
  ...SIGN_IN_NARROW.texts,
  ...SHEET.texts,
  ...TIME.texts,
  ...MENU.texts,
  ...FIELD.texts,
  ...NEWS.texts,
  ...PAGE.texts,
  ...CODE.texts,
  ...FACTOR.texts,
  ...LIST.texts,
  ...CALLS.texts,
  ...HISTORY.texts,
  ...TALK.texts,
  ...LETTER.texts,
  ...ONWARD.texts,
  ...ACCOUNT.texts,
  ...MAIL.texts,
  ...OWN.texts,
  ...KEY.texts,
  ...APPLY.texts,
  ...TWO_FACTOR.texts,
  ...ACTION.texts,
  ...SECRET.texts,
  ...LINE.texts,
  ...HELP.texts,
  ...ELSEWHERE.texts,
  ...MAIL_TITLE.texts,
  ...MAIL_PART.texts,
  ...MAIL_TEXT.texts,
  ...RECOVERY_TEXT.texts,
  ...ACCOUNT_TEXT.texts,
  ...SET_UP_MAIL.texts,
  ...RESET_MAIL.texts,
  ...APP.texts,
  ...WEB_PROBLEM.texts,
  ...SET_UP_PAGE.texts,
  ...SET_UP_ANSWER.texts,
  ...RESET_PAGE.texts,
  ...CONFIRM_PAGE.texts,
  ...RECOVER_PAGE.texts,
  ...FRONT_PAGE.texts,
  ...TERMINAL_PAGE.texts,
  ...TERMINAL_SAYS.texts,
  ...WEB_PORT.texts,
} as const;

type StockTexts = typeof STOCK;

/** The id of a sentence. */
export type TextId = keyof StockTexts;

type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** The values that a sentence needs; none for most. */
type Values<Id extends TextId> = [Placeholders<StockTexts[Id]>] extends [never]
  ? []
  : [values: Readonly<Record<Placeholders<StockTexts[Id]>, string | number>>];

/** The sentence of an id, in the words of this board. */
export type Say = <Id extends TextId>(id: Id, ...values: Values<Id>) => string;

/** Finds the words of this board as they are now, where no menu is open. */
export type FindWords = () => Say | Promise<Say>;

/** A sentence that waits for the words of who says it. */
export type Saying = (say: Say) => string;

/** Sentences that a board or a theme words in its own way. */
export type TextChanges = Readonly<Partial<Record<TextId, string>>>;

/** The sentences with changes, of which the later count more. */
export function sayWith(...changes: readonly TextChanges[]): Say {
  const texts: Readonly<Record<TextId, string>> = Object.assign({}, STOCK, ...changes);
  return (id, ...[values]) => (values === undefined ? texts[id] : fillWords(texts[id], values));
}

/** The sentences as they come with the board. */
export const sayStock: Say = sayWith();

/** Values are put in as they are: a brace in one of them means nothing. */
export function fillWords(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(PLACEHOLDER, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}

const PLACEHOLDER = /\{(\w+)\}/g;

export function isTextId(name: string): name is TextId {
  return Object.hasOwn(STOCK, name);
}

/** The id that was probably meant. */
export function nearestTextId(name: string): string | undefined {
  return nearestName(name, Object.keys(STOCK));
}

export function stockText(id: TextId): string {
  return STOCK[id];
}

/** A sentence as it was worded, with its placeholders. */
export function wordingOf(say: Say, id: TextId): string {
  const same = Object.fromEntries(placeholdersOf(STOCK[id]).map((name) => [name, `{${name}}`]));
  return (say as (id: TextId, values: Readonly<Record<string, string>>) => string)(id, same);
}

/**
 * Sentences for the variables of a template: `reset-mail.once` for `%RESET_MAIL_ONCE%`, with these values. What has
 * no value stays in braces.
 */
export function textVariables(
  say: Say,
  ids: readonly TextId[],
  values: Readonly<Record<string, string | number>>,
): Readonly<Record<string, string>> {
  const entries = ids.map((id) => [variableOf(id), fillWords(wordingOf(say, id), values)] as const);
  return Object.fromEntries(entries);
}

/** The variable of a template that stands for a sentence. */
export function variableOf(id: string): string {
  return id.replace(/[.-]/g, '_').toUpperCase();
}

/** The reasons why a board cannot say this in place of its own sentence; none where it can. */
export function textProblems(id: TextId, text: unknown): readonly string[] {
  if (typeof text !== 'string') return ['it must be a text'];
  if (text.trim() === '') return ['it is empty'];
  if (/\p{C}/u.test(text)) return ['it has a line break or another control character'];
  const [own, stock] = [placeholdersOf(text), placeholdersOf(STOCK[id])];
  const unknown = own.filter((name) => !stock.includes(name));
  const missing = stock.filter((name) => !own.includes(name));
  const columns = [...text.replace(PLACEHOLDER, '')].length;
  const most = TEXT_AREAS.find(({ texts }) => Object.hasOwn(texts, id))?.columns ?? 0;
  return [
    ...unknown.map((name) => `it has no value for {${name}}`),
    ...missing.map((name) => `{${name}} is missing`),
    ...(columns > most ? [`it has ${columns} columns, and ${most} have room`] : []),
  ];
}

function placeholdersOf(text: string): readonly string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name))];
}
