import { Canvas } from '../../terminal/canvas';
import type { TerminalSize } from '../../terminal/terminal';
import type { Placement } from '../../art/render';
import { EditView } from '../../views/edit';
import { createForm, type Form } from '../../views/form';
import { createLineForm } from '../../views/line-form';
import { findViewType } from '../../views/registry';
import type { View, ViewSpec } from '../../views/view';
import { choose } from '../load/choice';
import { chooseForm, fieldsNotOnArt, fieldsNotOnPrompt, formOnArt } from '../load/form-on-art';
import type { FormEntry, KeyRule, MenuEntry, SubmitRule } from '../load/menu-entry';
import type { AskedFields, ShownArt } from '../run/module';
import type { ScreenSize } from './key-reader';
import {
  drawingSize,
  drawPicture,
  fillIn,
  findLayout,
  type Picture,
  type ArtLayout,
} from './art-layout';
import { askOnly } from './asked-fields';
import { withoutBlankRows } from './blank-rows';
import { commandsOf, isTextArt, wordsOfName } from './line-screen';
import type { CallContext } from '../run/call-context';
import { asTree, configUnder, themedPrompt, type Theme, type Tree } from '../load/theme';
import { viewSpecs, viewTree } from '../load/view-specs';

/** The rules for a form's submissions and keys. */
interface FormRules {
  readonly formId: number;
  readonly submit: (submitId: number) => readonly SubmitRule[];
  readonly keys: readonly KeyRule[];
}

/** A composed screen: cells, views and rules; nothing was sent yet. */
export interface ComposedScreen {
  readonly picture: Picture | undefined;
  /** The window size that it was composed for. */
  readonly size: ScreenSize;
  /** What the menu is drawn in, where that is not what its theme says. */
  readonly drawnIn?: TerminalSize | undefined;
  /** Rows of the screen; of taller art the last ones. */
  readonly canvas: Canvas;
  /** Rows of tall art that scroll off above the canvas. */
  readonly scrolled: number;
  readonly form: Form;
  /** Views of the menu's own art behind a prompt, which take no keys. */
  readonly backdrop: Form | undefined;
  readonly rules: FormRules;
  /** What is said instead of art that is no text, where there is no cursor. */
  readonly instead?: readonly string[] | undefined;
}

type Validate = (view: View, text: string) => Promise<string | undefined>;

interface ComposeOptions {
  readonly menu: MenuEntry;
  /** Number of the menu's form; the first one by default. */
  readonly formId?: number;
  readonly description: string;
  readonly shown: ShownArt | undefined;
  readonly validate: Validate;
  /** Which fields are asked, where the module decides that. */
  readonly asked?: AskedFields | undefined;
}

/** Composes the screen of a menu for one caller: art, theme, form or prompt. */
export async function composeMenu(
  call: CallContext,
  options: ComposeOptions,
): Promise<ComposedScreen> {
  const { menu, description, shown } = options;
  const theme = call.theme;
  const { drawnIn } = configUnder(theme, menu);
  call.settleArea(drawnIn);
  const size = sizeOf(call);
  // Views without a form, and views behind a prompt, take no keys.
  const passive = menu.autoNext || menu.prompt !== undefined;
  const found = shown && (await layoutOrFallback(call, shown, options));
  const layout = found && !passive ? fitForm(call, found, menu) : found;
  const scrolled = Math.max(0, (layout?.drawn.rows ?? 0) - drawingSize(call).height);
  const placements = shiftRows(layout?.drawn.placements ?? [], -scrolled);
  const { form, views } = formOnArt(menu, theme, placements, options.formId);
  const texts = [menu.config.all, ...Object.values(views).map(asTree)].flatMap(textsOf);
  const filled = layout && (await fillIn(call, layout, { description, texts }));
  const all = viewSpecs(placements, views, call.services.config());
  const { picture, specs } =
    options.asked === undefined
      ? { picture: filled, specs: all }
      : askOnly({ picture: filled, specs: all }, options.asked, scrolled);
  const canvas = screenCanvas(call, picture, scrolled);
  const { validate } = options;
  const own = makeForm(call, { specs, picture, validate, passive });
  if (menu.prompt === undefined) {
    const rules = formRules(form);
    const instead = insteadOf(call, picture, { title: description, own, rules });
    return {
      picture,
      size,
      drawnIn,
      scrolled,
      canvas,
      form: own,
      backdrop: undefined,
      rules,
      instead,
    };
  }
  const below = picture === undefined ? 1 : rowBelow(picture) - scrolled;
  const { submit } = menu;
  const prompt = await composePrompt(call, menu.prompt.name, {
    ...{ canvas, row: below, submit },
    ...options,
  });
  const rules = {
    formId: 0,
    submit: () => menu.submit,
    keys: prompt?.keys ?? [],
  };
  const shownForm = prompt?.form ?? own;
  const instead = insteadOf(call, picture, { title: description, own: shownForm, rules });
  const backdrop = prompt && own;
  return { picture, size, drawnIn, scrolled, canvas, form: shownForm, backdrop, rules, instead };
}

/** The name of a menu whose art is a picture, and its commands, where one is typed. */
function insteadOf(
  call: CallContext,
  picture: Picture | undefined,
  { title, own, rules }: { readonly title: string; readonly own: Form; readonly rules: FormRules },
): readonly string[] | undefined {
  const isSaid = !call.caller.terminal.isLineByLine || picture === undefined;
  if (isSaid || isTextArt(picture.art)) return undefined;
  const submits = own.views.some((view) => view instanceof EditView) ? rules.submit(0) : [];
  return [title, ...commandsOf(call, { submit: submits, keys: rules.keys })];
}

/** A form on art that is text has its title and its fields on a lower screen before it has blank rows. */
function fitForm(call: CallContext, { art, drawn }: ArtLayout, menu: MenuEntry): ArtLayout {
  // At the speed of a modem the art is sent as it is in its file.
  const isAsIs = !isTextArt(art) || menu.config.baudRate !== undefined;
  return { art, drawn: isAsIs ? drawn : withoutBlankRows(drawn, drawingSize(call).height) };
}

/** A screen without its art is plain but usable: a missing file must not lock callers out. */
async function layoutOrFallback(
  call: CallContext,
  shown: ShownArt,
  { menu, formId, description }: ComposeOptions,
): Promise<ArtLayout | undefined> {
  const layout = await findLayout(call, shown, menu.config.encodedAs, ({ drawn }) => {
    return fieldsNotOnArt(menu, call.theme, drawn.placements, formId).length === 0;
  });
  if (layout !== undefined) return layout;
  const form = chooseForm(menu, [], formId);
  const fallback = form && fallbackForm(description, viewTree(form.views));
  if (fallback === undefined) return undefined;
  call.caller.log.warn('menu.art-stand-in', { menu: menu.name });
  return findLayout(call, fallback, undefined);
}

interface PromptPlace {
  /** The canvas that the prompt is drawn on. */
  readonly canvas: Canvas;
  /** First row; moved up when the prompt would not fit. */
  readonly row: number;
  readonly column?: number;
  readonly description: string;
  readonly validate: Validate;
  /** What the menu does with its fields. */
  readonly submit?: readonly SubmitRule[];
}

/** A prompt with its position on a screen. */
interface ComposedPrompt {
  readonly form: Form;
  readonly keys: readonly KeyRule[];
  readonly config: Tree;
  readonly row: number;
  readonly rows: number;
  /** False for art that is a picture. */
  readonly isText: boolean;
}

/** Draws a prompt on a screen; undefined when there is no such prompt or it has no art. */
export async function composePrompt(
  call: CallContext,
  name: string,
  place: PromptPlace,
): Promise<ComposedPrompt | undefined> {
  const prompt = call.menus.prompts.get(name);
  if (prompt === undefined) return undefined;
  const { subject, services, theme } = call;
  const spec = prompt.art === undefined ? undefined : choose(prompt.art, subject, services.random);
  const themed = themedPrompt({ mci: viewTree(prompt.views), config: prompt.config }, theme, name);
  const { description } = place;
  const { submit = [] } = place;
  const fits = ({ drawn }: ArtLayout): boolean =>
    fieldsNotOnPrompt(prompt, { submit }, theme, drawn.placements).length === 0;
  let picture = spec && (await drawPicture(call, { kind: 'art', spec }, { description, fits }));
  if (!picture) {
    call.caller.log.warn('menu.prompt-art-missing', { prompt: name });
    picture = await drawPicture(call, fallbackPrompt(themed.mci), { description });
  }
  const rows = picture?.rows ?? 1;
  const row = Math.max(1, Math.min(place.row, place.canvas.height - rows + 1));
  const column = place.column ?? 1;
  if (picture !== undefined) place.canvas.draw(picture.canvas, row, column);
  const placements = (picture?.placements ?? []).map((view) => ({
    ...view,
    row: view.row + row - 1,
    column: view.column + column - 1,
  }));
  const specs = viewSpecs(placements, themed.mci, call.services.config());
  const form = makeForm(call, { specs, picture, validate: place.validate });
  const isText = picture === undefined || isTextArt(picture.art);
  return { form, keys: prompt.actionKeys, config: themed.config, row, rows, isText };
}

function textsOf(tree: Tree): readonly string[] {
  return Object.values(tree).filter((value) => typeof value === 'string');
}

/** The first free row below a picture. */
export function rowBelow(picture: Picture): number {
  return Math.max(picture.rows + 1, picture.endColumn === 1 ? picture.endRow : picture.endRow + 1);
}

interface FormParts {
  readonly specs: readonly ViewSpec[];
  readonly picture: Picture | undefined;
  readonly validate: Validate;
  readonly passive?: boolean;
}

function makeForm(call: CallContext, parts: FormParts): Form {
  const { specs, picture, validate, passive = false } = parts;
  return formOf(call, specs, { validate, passive, resolve: (code) => picture?.resolve(code, []) });
}

/** What is drawn for now: the size of what is drawn in, the caller's window, and the terminal's encoding. */
export function sizeOf(call: CallContext): ScreenSize {
  const { width, height, window, encoding } = call.caller.terminal;
  return { width, height, window, encoding };
}

/** Creates a form for this caller's terminal. */
export function formOf(
  call: CallContext,
  views: readonly ViewSpec[],
  options: {
    readonly validate?: Validate;
    readonly passive?: boolean;
    readonly resolve?: (code: string) => string | number | undefined;
  },
): Form {
  const { caller, services, theme } = call;
  const { terminal } = caller;
  const create = terminal.isLineByLine ? createLineForm : createForm;
  return create({
    views: views.filter((view) => findViewType(view.code) !== undefined && view.row >= 1),
    encoding: terminal.encoding,
    passwordChar: passwordChar(theme, services.config().theme.passwordChar),
    random: services.random,
    screenWidth: terminal.width,
    screenHeight: terminal.height,
    say: call.say,
    letters: (text, room) => services.art.letters(text, room),
    ...options,
  });
}

function passwordChar(theme: Theme, standard: string): string {
  return theme.defaults.passwordChar ?? standard;
}

/** The canvas of the screen: the visible rows of the art, and empty rows below. */
function screenCanvas(call: CallContext, picture: Picture | undefined, scrolled: number): Canvas {
  const { width, height } = drawingSize(call);
  const fits = picture?.canvas.width === width && picture.canvas.height === height;
  if (picture !== undefined && fits) return picture.canvas;
  const canvas = new Canvas(width, height);
  if (picture !== undefined) canvas.draw(picture.canvas, 1 - scrolled, 1);
  return canvas;
}

function shiftRows(placements: readonly Placement[], by: number): readonly Placement[] {
  if (by === 0) return placements;
  return placements
    .map((place) => ({ ...place, row: place.row + by }))
    .filter((place) => place.row >= 1);
}

function formRules(form: FormEntry | undefined): FormRules {
  return {
    formId: form?.id ?? 0,
    submit: (submitId) => form?.submit.get(String(submitId)) ?? form?.submit.get('*') ?? [],
    keys: form?.actionKeys ?? [],
  };
}

/** Views that take keys and fit on a line of their own. */
const FIELD = /^(?:ET|ME|TM|SM|HM|BT|VM)\d{1,2}$/;

/**
 * Replaces missing art, so that the form can still be filled in: one line for each field that the art
 * would have placed. Undefined when the menu works without art.
 */
function fallbackForm(title: string, views: Tree): ShownArt | undefined {
  const fields = Object.entries(views).filter(
    ([mci, properties]) => FIELD.test(mci) && asTree(properties)['position'] === undefined,
  );
  if (fields.length === 0) return undefined;
  const lines = fields.map(([mci, properties]) => `|07${labelOf(asTree(properties))}|15%${mci}`);
  return { kind: 'lines', lines: [...(title === '' ? [] : [`|15${title}`, '']), ...lines] };
}

/** The same for a prompt; a prompt without fields waits for a key. */
function fallbackPrompt(views: Tree): ShownArt {
  return fallbackForm('', views) ?? { kind: 'lines', lines: ['|07Press any key.'] };
}

/** `newPassword` becomes `New password: `; a view with text or items of its own gets no label. */
function labelOf({ argName, text, items }: Tree): string {
  if (text !== undefined || items !== undefined) return '';
  const words = wordsOfName(argName);
  return words === '' ? '> ' : `${words}: `;
}
