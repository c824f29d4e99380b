import { Canvas } from '../../terminal/canvas';
import { QR_STYLE } from '../../terminal/qr';
import { PLAIN, type Style } from '../../terminal/style';
import { sanitizeUserText } from '../../terminal/untrusted';
import type { ViewSpec } from '../../views/view';
import { drawingSize } from '../screen/art-layout';
import { composePrompt, formOf, type ComposedScreen } from '../screen/compose';
import type { Question } from './module';
import { ScreenController } from '../screen/screen-controller';
import type { CallContext } from './call-context';
import { wrapWords } from '../screen/message-line';

const TITLE: Style = { ...PLAIN, foreground: 15 };
const LABEL: Style = { ...PLAIN, foreground: 7 };
const DIM: Style = { ...PLAIN, foreground: 8 };
const FIELD: Style = { ...PLAIN, foreground: 15, background: 4 };
const FIRST_ROW = 3;
const COLUMN = 5;
const FIELD_WIDTH = 32;
/** Columns that text and fields need beside a picture. */
const BESIDE_PICTURE = 32;
const MESSAGE_VIEW = 10;

/**
 * Asks a question on a screen of its own: with the sysop's prompt of that name, or else with a plain form.
 * undefined when the caller cancels.
 */
export async function ask(
  call: CallContext,
  question: Question,
): Promise<Readonly<Record<string, string>> | undefined> {
  let screen = await makeScreen(call, question);
  if (question.message !== undefined) screen.message(question.message);
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
      for (const { text } of call.caller.inbox.take('urgent')) screen.message(text);
      screen.flush();
      continue;
    }
    if (arrival.key.name === 'escape') return undefined;
    const event = await form.press(arrival.key);
    screen.add(event.output);
    if (event.kind === 'invalid') screen.message(event.message);
    screen.flush();
    if (event.kind === 'submit') return answersOf(question, event.submission.value);
  }
}

async function makeScreen(call: CallContext, question: Question): Promise<ScreenController> {
  const composition = (await byPrompt(call, question)) ?? plainQuestion(call, question);
  return new ScreenController(call, composition, { config: {} });
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

function plainQuestion(call: CallContext, question: Question): ComposedScreen {
  const { width, height } = drawingSize(call);
  const canvas = new Canvas(width, height);
  const column = call.caller.terminal.isLineByLine ? COLUMN : drawPicture(canvas, question);
  let row = FIRST_ROW;
  canvas.print(row, column, clean(question.title), TITLE);
  row += 2;
  for (const line of question.text ?? []) {
    const wrapped = wrapWords(clean(line), width - column);
    for (const part of wrapped) canvas.print(row++, column, part, LABEL);
  }
  if (question.text !== undefined && question.text.length > 0) row += 1;
  const labelWidth = Math.max(...question.fields.map((field) => field.label.length)) + 2;
  const fieldColumn = column + labelWidth;
  const views: ViewSpec[] = question.fields.map((field, index) => {
    canvas.print(row + index, column, clean(field.label), LABEL);
    return {
      code: 'ET',
      id: index + 1,
      row: row + index,
      column: fieldColumn,
      style: FIELD,
      focusStyle: undefined,
      properties: {
        argName: field.name,
        width: Math.max(4, Math.min(FIELD_WIDTH, width - fieldColumn - 1)),
        ...(field.maxLength === undefined ? {} : { maxLength: field.maxLength }),
        ...(field.password === true ? { password: true } : {}),
        ...(index === question.fields.length - 1 ? { submit: true } : {}),
      },
    };
  });
  row += question.fields.length + 1;
  canvas.print(row + 3, column, 'Escape goes back.', DIM);
  // Beside a picture a sentence has no room on one row.
  const isNarrow = column > COLUMN;
  views.push({
    code: isNarrow ? 'MT' : 'TL',
    id: MESSAGE_VIEW,
    row,
    column,
    style: { ...PLAIN, foreground: 11 },
    focusStyle: undefined,
    properties: {
      width: Math.max(10, width - column - 2),
      textOverflow: '',
      ...(isNarrow ? { height: 3, acceptsFocus: false } : {}),
    },
  });
  return asComposedScreen(call, canvas, formOf(call, views, {}));
}

/** Draws the picture where it has room beside the text, and returns the column where that begins. */
function drawPicture(canvas: Canvas, { picture }: Question): number {
  const space = { width: canvas.width - BESIDE_PICTURE - 3, height: canvas.height - 1 };
  const lines = picture?.(space) ?? [];
  for (const [index, line] of lines.entries()) canvas.print(index + 1, 1, line, QR_STYLE);
  return lines.length === 0 ? COLUMN : (lines[0]?.length ?? 0) + 3;
}

function asComposedScreen(
  call: CallContext,
  canvas: Canvas,
  form: ComposedScreen['form'],
): ComposedScreen {
  return {
    picture: undefined,
    size: {
      width: canvas.width,
      height: canvas.height,
      encoding: call.caller.terminal.encoding,
    },
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
