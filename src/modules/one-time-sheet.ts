import { hasSecondFactor } from '../auth/factor-kinds';
import { passwordRule } from '../config/login-servers';
import { actorOf, userOf } from '../menu/run/caller';
import type { MenuContext, PageContent, Transition } from '../menu/run/module';
import { BIND_FIRST } from '../menu/run/menu-access';
import { proveAgain } from '../menu/run/proof-of-person';
import { redraw, said, sayText } from './two-factor-status';

/** Columns below which codes stand one below the other. */
const WIDE = 70;
/** The whole sheet on one page of 24 rows. */
const ROWS_OF_WIDE = 10;
const GAP = '     ';

/** True where this board asks for codes in place of passwords on some line (rule N7). */
export function needsSheets({ services }: Pick<MenuContext, 'services'>): boolean {
  return passwordRule(services.config(), { secure: false }) === 'never';
}

/** Makes a sheet, or throws the one away that is there; after the password, as all that lets people in (rule D18). */
export async function keepSheet(context: MenuContext): Promise<Transition> {
  const { services, caller, say } = context;
  // Who came in by an entry code can do nothing but bind a factor (rule N1).
  if (caller.login.bindsFirst === true) return sayText(context, say(BIND_FIRST), 'problem');
  if (!needsSheets(context)) return sayText(context, say('sheet.not-needed'), 'problem');
  const { id } = userOf(caller);
  const wish = await askWhat(context);
  if (wish === undefined) return said(context, 'cancelled');
  const whatFor = say(letsInNowhere(context) ? 'sheet.of-no-use' : 'sheet.what-for');
  const text = wish === 'throw' ? [] : [whatFor];
  const proof = await proveAgain(context, { title: say('sheet.title'), text });
  if (proof.kind === 'out') return proof.transition;
  if (proof.kind === 'cancelled') return said(context, 'cancelled');
  if (wish === 'throw') {
    await services.sheets.remove(id, actorOf(caller));
    return redraw(context, say('sheet.thrown'), 'done');
  }
  const codes = await services.sheets.make(id, actorOf(caller));
  await context.showPages(sheetPage(context, codes));
  return redraw(context, say('sheet.made'), 'done');
}

/** True where the policy ends each call that shows one code alone (rule N7); without a factor there is grace. */
function letsInNowhere({ mustHaveFactor, caller }: MenuContext): boolean {
  return mustHaveFactor && hasSecondFactor(userOf(caller));
}

/** What is to be done; undefined where the caller went back. */
async function askWhat(context: MenuContext): Promise<'new' | 'throw' | undefined> {
  const { services, caller, say } = context;
  const sheet = await services.sheets.status(userOf(caller).id);
  if (sheet === undefined) return 'new';
  const { left, total, next } = sheet;
  const date = context.dateText(sheet.madeAtMs);
  const state =
    next === undefined
      ? say('sheet.used-up', { date })
      : say('sheet.state', { date, left, total, next });
  let message: string | undefined;
  for (;;) {
    const answer = await context.ask({
      prompt: 'oneTimeSheet',
      title: say('sheet.title'),
      text: [state, '', say(letsInNowhere(context) ? 'sheet.of-no-use' : 'sheet.replaces')],
      fields: [{ name: 'answer', label: say('sheet.choose'), maxLength: 5 }],
      ...(message === undefined ? {} : { message, isAgain: true }),
    });
    if (answer === undefined) return undefined;
    const typed = (answer['answer'] ?? '').trim().toLowerCase();
    if (typed === 'n' || typed === 'new') return 'new';
    if (typed === 't' || typed === 'throw') return 'throw';
    message = say('sheet.new-or-throw');
  }
}

/** The codes by number, top to bottom, in as many columns as there is room for. */
function sheetPage({ caller, say }: MenuContext, codes: readonly string[]): PageContent {
  const { width, isLineByLine } = caller.terminal;
  const numbered = codes.map((code, at) => `${String(at + 1).padStart(2)}  ${code}`);
  const rows = width < WIDE || isLineByLine ? numbered.length : ROWS_OF_WIDE;
  const lines = Array.from({ length: rows }, (_, row) =>
    numbered.filter((_code, at) => at % rows === row).join(GAP),
  );
  return {
    title: say('sheet.title'),
    lines: [say('sheet.keep'), '', ...lines.map((line) => `|15${line}|07`)],
  };
}
