import { isEscape, isRedraw, type Key } from '../../terminal/key';
import { Canvas } from '../../terminal/canvas';
import { sanitizeUserText } from '../../terminal/untrusted';
import type { ViewSpec } from '../../views/view';
import { composePrompt, formOf, sizeOf, type ComposedScreen } from '../screen/compose';
import type { Question } from './module';
import { ScreenController } from '../screen/screen-controller';
import { layPage } from '../screen/page';
import type { CallContext } from './call-context';
import type { TextId } from '../../texts/texts';
import { wrapWords } from '../screen/message-line';

const FIELD_WIDTH = 32;
/** Columns beside a field that a problem needs. */
const BESIDE_FIELD = 20;
const MESSAGE_VIEW = 10;

/**
 * Asks a question on a screen of its own: with the sysop's prompt of that name, or else on the theme's page.
 * undefined when the caller cancels.
 */
export async function ask(
  call: CallContext,
  question: Question,
): Promise<Readonly<Record<string, string>> | undefined> {
  call.sentBack.forget();
  call.wasAskedToLeave = false;
  let screen = await makeScreen(call, question);
  if (question.message !== undefined) tell(screen, question, question.message);
  screen.open({ clear: true });
  screen.flush();
  for (;;) {
    const { form, size } = screen.composition;
    const arrival = await call.keys.next({ messages: 'urgent', size });
    if (arrival.kind === 'resize') {
      const before = screen;
      screen = await makeScreen(call, question);
      screen.takeOver(before);
      screen.open({ clear: true });
      screen.flush();
      continue;
    }
    if (arrival.kind !== 'key') {
      for (const { text } of call.caller.inbox.take('urgent')) screen.message(text, 'note');
      screen.flush();
      continue;
    }
    const { key } = arrival;
    if (isEscape(key)) return undefined;
    const answered = answerBy(call, question, key);
    if (answered !== undefined) return answered;
    if (isNoAnswer(call, question, key)) {
      tell(screen, question, call.say('factor.yes-or-no'));
      screen.flush();
      continue;
    }
    const event = await form.press(key);
    if (event.kind === 'key' && key.name === 'ctrl + d') return undefined;
    if (event.kind === 'key' && isRedraw(key)) screen.repaint();
    else screen.add(event.output);
    if (event.kind === 'invalid') screen.message(event.message, 'problem', { about: event.viewId });
    screen.flush();
    if (event.kind !== 'submit') continue;
    const answers = answersOf(question, event.submission.value);
    const refused = await question.check?.(answers);
    if (refused === undefined) return answers;
    refuse(screen, question, refused);
  }
}

/** One key answers, y or n; what people send behind it by habit means nothing to the next screen. */
function answerBy(
  { caller, keys }: CallContext,
  { isYesOrNo, fields }: Question,
  key: Key,
): Readonly<Record<string, string>> | undefined {
  const typed = key.text.toLowerCase();
  const rest = REST_OF_WORD[typed];
  if (isYesOrNo !== true || caller.terminal.isLineByLine || rest === undefined) return undefined;
  keys.dropHabit(rest);
  return Object.fromEntries(fields.map(({ name }) => [name, typed]));
}

const REST_OF_WORD: Readonly<Record<string, string>> = { y: 'es', n: 'o' };

function isNoAnswer({ caller }: CallContext, { isYesOrNo }: Question, key: Key): boolean {
  return isYesOrNo === true && !caller.terminal.isLineByLine && key.text.trim() !== '';
}

/** What is wrong with the answer; with the field, where there is one only. */
function tell(screen: ScreenController, { fields }: Question, message: string): void {
  const { focusedId } = screen.composition.form;
  screen.message(message, 'problem', { about: fields.length === 1 ? focusedId : undefined });
}

/** Secrets are typed anew; the cursor goes to the field that the sentence is about. */
function refuse(
  screen: ScreenController,
  { fields }: Question,
  { message, field }: NonNullable<Awaited<ReturnType<NonNullable<Question['check']>>>>,
): void {
  screen.resume();
  const { views } = screen.composition.form;
  const from = Math.max(
    0,
    fields.findIndex(({ name }) => name === field),
  );
  const later = new Set(fields.slice(from).map(({ name }) => name));
  for (const { id, argName, isSecret } of views) {
    if (isSecret && later.has(argName)) screen.setText(id, '');
  }
  const focused = views.find(({ argName }) => argName === fields[from]?.name);
  if (focused !== undefined) screen.focus(focused.id);
  screen.message(message, 'problem', { about: focused?.id });
  screen.flush();
}

async function makeScreen(call: CallContext, question: Question): Promise<ScreenController> {
  call.settleArea();
  const own = await byPrompt(call, question);
  if (own !== undefined) return new ScreenController(call, own, { config: {} });
  const hasHelp = question.fields.some(({ help }) => help !== undefined);
  const config = hasHelp ? { helpView: MESSAGE_VIEW } : {};
  return new ScreenController(call, await pageQuestion(call, question), { config });
}

function answersOf(
  question: Question,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    question.fields.map(({ name }) => {
      const value = values[name];
      return [name, typeof value === 'string' ? value : ''];
    }),
  );
}

/** The sysop's own prompt is used only when it has every field. */
async function byPrompt(
  call: CallContext,
  question: Question,
): Promise<ComposedScreen | undefined> {
  if (question.prompt === undefined) return undefined;
  const { width, height } = call.caller.terminal;
  const canvas = new Canvas(width, height);
  const prompt = await composePrompt(call, question.prompt, {
    canvas,
    row: 1,
    description: question.title,
    validate: () => Promise.resolve(undefined),
  });
  const names = new Set(prompt?.form.views.map((view) => view.argName));
  if (prompt === undefined || !question.fields.every((field) => names.has(field.name))) {
    return undefined;
  }
  return asComposedScreen(call, canvas, prompt.form);
}

async function pageQuestion(call: CallContext, question: Question): Promise<ComposedScreen> {
  const isPlain = call.caller.terminal.isLineByLine;
  const isAgain = isPlain && question.isAgain === true;
  const title = isAgain ? '' : clean(question.title);
  const { canvas, body, field, message, hint } = await layPage(call, { ...question, title });
  const { fields } = question;
  const lines = (isAgain ? [] : (question.text ?? [])).flatMap((line) =>
    wrapWords(clean(line), body.width),
  );
  // On a screen of few rows the text stands closer.
  const isTight = lines.length + fields.length + 2 > body.height;
  let row = body.row;
  for (const line of isTight ? lines.filter((each) => each !== '') : lines) {
    canvas.print(row++, body.column, line, body.style);
  }
  if (lines.length > 0 && !isTight) row += 1;
  const labelWidth = Math.max(...fields.map(({ label }) => label.length)) + 2;
  const column = body.column + labelWidth;
  // Where a problem has no room beside its field, it has a row below it.
  const isNarrow = body.width - labelWidth - FIELD_WIDTH < BESIDE_FIELD;
  const step =
    !isPlain && isNarrow && row - body.row + 2 * fields.length + 1 <= body.height ? 2 : 1;
  const views: ViewSpec[] = fields.map(({ label, name, maxLength, password, help }, index) => {
    const fieldRow = row + index * step;
    canvas.print(fieldRow, body.column, clean(label), body.style);
    const at = { row: fieldRow, column, style: field.style, focusStyle: field.focusStyle };
    return {
      ...{ code: 'ET', id: index + 1, ...at },
      properties: {
        ...field.properties,
        argName: name,
        width: Math.max(4, Math.min(FIELD_WIDTH, body.width - labelWidth)),
        ...(maxLength === undefined ? {} : { maxLength }),
        ...(password === true ? { password: true } : {}),
        ...(help === undefined ? {} : { help }),
        ...(index === fields.length - 1 ? { submit: true } : {}),
      },
    };
  });
  row += (fields.length - 1) * step + 1;
  const keys = isAgain ? '' : hintFor(call, question);
  canvas.print(isPlain ? row + 4 : hint.row, hint.column, keys, hint.style);
  views.push({
    code: message.code,
    id: MESSAGE_VIEW,
    row: Math.max(row, Math.min(row + 1, message.row)),
    column: body.column,
    style: message.style,
    focusStyle: undefined,
    properties: {
      width: Math.max(10, body.width - 1),
      ...message.properties,
    },
  });
  return asComposedScreen(call, canvas, formOf(call, views, {}));
}

function hintFor({ say, caller }: CallContext, question: Question): string {
  if (!caller.terminal.isLineByLine) return say(hintIdFor(question, question.isYesOrNo === true));
  // Read aloud, a wide gap is none.
  const keys = say(hintIdFor(question, false)).split(/ {2,}/);
  return keys.map((key) => `${key}.`).join(' ');
}

type HintId = Extract<TextId, `page.keys-${string}`>;

function hintIdFor({ fields, endsCall }: Question, isByKey: boolean): HintId {
  if (isByKey) return endsCall === true ? 'page.keys-yes-or-no-last' : 'page.keys-yes-or-no';
  if (fields.length > 1) return 'page.keys-fields';
  return endsCall === true ? 'page.keys-field-last' : 'page.keys-field';
}

function asComposedScreen(
  call: CallContext,
  canvas: Canvas,
  form: ComposedScreen['form'],
): ComposedScreen {
  return {
    picture: undefined,
    size: sizeOf(call),
    canvas,
    scrolled: 0,
    form,
    backdrop: undefined,
    rules: { formId: 0, submit: () => [], keys: [] },
  };
}

function clean(text: string): string {
  return sanitizeUserText(text);
}
