import { normalizeKeyName } from '../../terminal/key';
import { PLAIN, type Style } from '../../terminal/style';
import { Canvas } from '../../terminal/canvas';
import { ItemListView } from '../../views/item-list';
import { SpinnerView, ToggleView } from '../../views/toggle';
import type { View } from '../../views/view';
import { choose } from '../load/choice';
import type { KeyRule, MenuEntry, SubmitRule, Target } from '../load/menu-entry';
import { drawPicture, drawingSize } from '../screen/art-layout';
import { rowBelow, sizeOf, type ComposedScreen } from '../screen/compose';
import { nameInHelp, wordsOfName } from '../screen/line-screen';
import { wrapWords } from '../screen/message-line';
import { pause } from '../screen/pause';
import { showPages } from '../screen/show-pages';
import type { TextId } from '../../texts/texts';
import type { CallContext } from './call-context';

/** Art of the page, whose view MT1 is the place of the text. */
const ART = 'HELP';
const NAME: Style = { ...PLAIN, foreground: 11 };
const TEXT: Style = { ...PLAIN, foreground: 7 };
/** Columns of the longest name that has its text beside it on every line. */
const NAME_COLUMNS = 14;

/** What is said of the board's own methods where the menu file says nothing. */
const METHODS = {
  prevMenu: 'help.back',
  logoff: 'help.log-off',
  nextMenu: 'help.go-on',
  redrawMenu: 'help.redraw',
  lineByLine: 'help.lines',
  setClientEncoding: 'help.encoding',
} as const satisfies Readonly<Record<string, TextId>>;

/** A command or key and its meaning; a sentence has no name. */
interface HelpEntry {
  readonly name: string;
  readonly text: string;
}

/** A screen, and the methods that are left out of its help. */
interface HelpedScreen {
  readonly composition: ComposedScreen;
  readonly withdrawn: ReadonlySet<string>;
}

/** Shows what can be done in a menu: the sysop's words, its commands, and the keys that work there. */
export async function showHelp(
  call: CallContext,
  menu: MenuEntry,
  screen: HelpedScreen,
): Promise<void> {
  const entries = helpOf(call, menu, screen);
  const title = nameInHelp(menu);
  if (call.caller.terminal.isLineByLine) {
    const lines = entries.map(({ name, text }) => (name === '' ? text : `${name}: ${text}`));
    const data = [call.say('help.title', { menu: title }), ...lines].map((text) => ({
      color: '',
      text,
    }));
    return showPages(call, { data }, title);
  }
  let left = entries;
  while (left.length > 0) {
    call.settleArea();
    const page = await drawPage(call, left, title);
    call.caller.terminal.write(page.output);
    const isLast = page.shown >= left.length;
    const prompt = isLast ? 'pause' : 'pausePage';
    const { row, isEmpty } = page;
    const after = await pause(call, { prompt, row, description: title, isEmpty });
    if (after === 'stop') return;
    if (after !== 'resized') left = left.slice(page.shown);
  }
}

/** The key that shows the help page where the focus is: a field takes `?` as text. */
export function helpKey({ form, rules }: ComposedScreen): '?' | 'F1' {
  const focused = form.views.find((view) => view.id === form.focusedId);
  const isCommand = form.views.some((view) =>
    rules.submit(view.id).some(({ match }) => match.some(({ equals }) => equals === '?')),
  );
  return isCommand || focused === undefined || !isTyped(focused) ? '?' : 'F1';
}

function isTyped(view: View): boolean {
  return view.acceptsFocus && !(view instanceof ItemListView);
}

function helpOf(
  call: CallContext,
  menu: MenuEntry,
  { composition: screen, withdrawn }: HelpedScreen,
): readonly HelpEntry[] {
  const own = (menu.help ?? '').split('\n').filter((line) => line.trim() !== '');
  const said = own.map((text) => ({ name: '', text: text.trim() }));
  const blank = said.length === 0 ? [] : [{ name: '', text: '' }];
  const keys = screen.rules.keys.filter((rule) => !leadsTo(call, rule, withdrawn));
  const actions = actionKeysIn(call, screen, keys);
  const commands = [...commandsIn(call, screen), ...itemsIn(screen), ...actions];
  const gap = commands.length === 0 ? [] : [{ name: '', text: '' }];
  return [...said, ...blank, ...commands, ...gap, ...keysIn(call, screen)];
}

/** Typed commands; those that lead to the same are told together. */
function commandsIn(call: CallContext, { form, rules }: ComposedScreen): readonly HelpEntry[] {
  const all = new Set(form.views.flatMap((view) => [...rules.submit(view.id)]));
  const byText = new Map<string, string[]>();
  for (const rule of all) {
    const [only] = rule.match;
    const text = textOf(call, rule);
    if (rule.match.length !== 1 || typeof only?.equals !== 'string' || text === '') continue;
    if (form.views.some((view) => view instanceof ItemListView && view.argName === only.field))
      continue;
    byText.set(text, [...(byText.get(text) ?? []), only.equals]);
  }
  return [...byText].map(([text, [name = '', ...others]]) => ({
    name,
    text: others.length === 0 ? text : call.say('help.also', { text, names: others.join(', ') }),
  }));
}

/** Items of a list that stands alone, with the keys that choose them. */
function itemsIn({ form }: ComposedScreen): readonly HelpEntry[] {
  const [list, ...others] = form.views.filter((view) => view.acceptsFocus);
  const hotKeys = list?.spec.properties['hotKeys'];
  if (!(list instanceof ItemListView) || others.length > 0) return [];
  if (typeof hotKeys !== 'object' || hotKeys === null) return [];
  const texts = list.lineText.split('\n');
  return Object.entries(hotKeys).flatMap(([name, index]) => {
    const text = texts[Number(index)];
    return text === undefined ? [] : [{ name, text }];
  });
}

/** Where a list on the screen names keys, the letters are those that it offers now, in its words. */
function actionKeysIn(
  call: CallContext,
  { form }: ComposedScreen,
  keys: readonly KeyRule[],
): readonly HelpEntry[] {
  const offered = new Map(
    form.views.flatMap((view) => (view instanceof ItemListView ? [...view.textsByKey] : [])),
  );
  return keys.flatMap((rule) => {
    const name = namesOf(rule.keys.filter((key) => !isBack(key)));
    const isOffered = offered.size === 0 || name.length > 1 || offered.has(name);
    const own = isOffered ? textOf(call, rule) : '';
    const text = own === '' ? '' : (offered.get(name) ?? own);
    return name === '' || text === '' || rule.keys.some(isBack) ? [] : [{ name, text }];
  });
}

function leadsTo(call: CallContext, { action }: KeyRule, methods: ReadonlySet<string>): boolean {
  const target = action && choose(action, call.subject, call.services.random);
  return target?.kind === 'method' && methods.has(target.name);
}

function isBack(key: string): boolean {
  return normalizeKeyName(key) === 'escape';
}

/** The keys that work on this screen whatever the menu is. */
function keysIn(call: CallContext, screen: ComposedScreen): readonly HelpEntry[] {
  const { form, rules } = screen;
  const focusable = form.views.filter((view) => view.acceptsFocus);
  const back = rules.keys.find((rule) => rule.keys.some(isBack));
  const others = namesOf((back?.keys ?? []).filter((key) => !isBack(key)));
  const names = ['Esc', ...(others === '' ? [] : [others]), 'Ctrl-C'].join(', ');
  const isToggle = (view: View): boolean =>
    view instanceof ToggleView || view instanceof SpinnerView;
  const isList = (view: View): boolean => view instanceof ItemListView && !isToggle(view);
  const { say } = call;
  const entry = (is: boolean, name: string, text: string): readonly HelpEntry[] =>
    is ? [{ name, text }] : [];
  const hasNext = focusable.length > 1;
  const onEnter = hasNext ? undefined : choiceHelp(screen);
  return [
    ...entry(focusable.some(isList), say('help.arrow-keys'), say('help.arrows')),
    ...entry(onEnter !== undefined, say('help.enter-key'), onEnter ?? ''),
    ...entry(focusable.some(isToggle), say('help.choice-keys'), say('help.choice')),
    ...entry(hasNext, say('help.next-keys'), say('help.next')),
    ...entry(hasNext, say('help.before-keys'), say('help.before')),
    ...(back === undefined ? [] : [{ name: names, text: textOf(call, back) }]),
    { name: 'Ctrl-L', text: say('help.redraw') },
    { name: helpKey(screen) === 'F1' ? 'F1' : '?, F1', text: say('help.this-page') },
  ];
}

/** What is said of choosing an item, where one rule answers each of them. */
function choiceHelp({ form, rules }: ComposedScreen): string | undefined {
  const list = form.views.find((view) => view instanceof ItemListView);
  const rule = list && rules.submit(list.id).find(({ match }) => isAnyOf(match, list.argName));
  return rule?.help;
}

function isAnyOf(match: SubmitRule['match'], field: string): boolean {
  const [only, ...others] = match;
  return only?.field === field && only.equals === null && others.length === 0;
}

/** What a rule says of itself, else where it leads to for this caller; '' where it leads nowhere. */
function textOf(call: CallContext, rule: Pick<SubmitRule, 'action' | 'help'>): string {
  const target = rule.action && choose(rule.action, call.subject, call.services.random);
  return target === undefined ? '' : (rule.help ?? nameOf(call, target));
}

function nameOf(call: CallContext, target: Target): string {
  if (target.kind === 'menu')
    return nameInHelp(call.menus.menus.get(target.name) ?? { name: target.name });
  if (target.kind === 'method') return wordsOfName(target.name);
  const { name } = target;
  return Object.hasOwn(METHODS, name) ? call.say(METHODS[name as keyof typeof METHODS]) : '';
}

/** `q`, `shift + q` are one key to people. */
function namesOf(keys: readonly string[]): string {
  const names = keys.map((key) => {
    const name = normalizeKeyName(key);
    if ([...name].length === 1) return name.toUpperCase();
    const words = name.split(' + ').map((part) => part.charAt(0).toUpperCase() + part.slice(1));
    return words.join('-');
  });
  return [...new Set(names)].join(', ');
}

interface HelpPage {
  readonly output: string;
  /** Entries that have room on it. */
  readonly shown: number;
  readonly row: number;
  /** True for a row that a message may stand on. */
  readonly isEmpty: (row: number) => boolean;
}

/** As many entries as have room on the art; without it, on an empty screen. */
async function drawPage(
  call: CallContext,
  entries: readonly HelpEntry[],
  title: string,
): Promise<HelpPage> {
  const { width, height } = drawingSize(call);
  const picture = await drawPicture(call, { kind: 'art', spec: ART }, { description: title });
  const canvas = new Canvas(width, height);
  if (picture !== undefined) canvas.draw(picture.canvas, 1, 1);
  const { row: first, column } = picture?.placements[0] ?? { row: 2, column: 2 };
  const bottom = firstDrawnRow(canvas, first + 1) ?? height;
  const names = entries.map(({ name }) => name.length).filter((length) => length <= NAME_COLUMNS);
  const indent = Math.max(0, ...names) + 2;
  let row = first;
  let shown = 0;
  for (const { name, text } of entries) {
    const from = name === '' ? 0 : indent;
    const lines = wrapWords(text, width - column - from);
    const isLong = name.length > indent - 2;
    const rows = lines.length + (isLong ? 1 : 0);
    if (row + rows > bottom && shown > 0) break;
    canvas.print(row, column, name, NAME);
    if (isLong) row += 1;
    for (const line of lines) canvas.print(row++, column + from, line, TEXT);
    shown += 1;
  }
  const { encoding } = call.caller.terminal;
  const { width: screenWidth, height: screenHeight } = sizeOf(call);
  const output = canvas.toAnsi({ encoding, screenWidth, screenHeight, clear: true });
  const below = picture === undefined ? row + 1 : Math.max(row + 1, rowBelow(picture) + 1);
  // A row above the prompt is free, unless the art needs it.
  const isEmpty = (each: number): boolean => each >= below - 1;
  return { output, shown, row: Math.min(height, below), isEmpty };
}

/** The first row from this one on that the art uses. */
function firstDrawnRow(canvas: Canvas, from: number): number | undefined {
  for (let row = from; row <= canvas.height; row++) {
    const { characters } = canvas.rowOf(row);
    if (characters.some((character) => character !== ' ' && character !== '')) return row;
  }
  return undefined;
}
