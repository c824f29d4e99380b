import type { Key } from '../terminal/key';
import { sanitizeUserText } from '../terminal/untrusted';
import { columnsOf } from './cells';
import { ViewForm, type Form, type FormEvent, type FormOptions } from './form';
import { ItemListView } from './item-list';
import type { View } from './view';

/** As long as the longest text that an edit field takes. */
const MAX_CHARACTERS = 1024;
/** Typed for the sentence about a question, where there is one. */
const ASK_FOR_HELP = '?';
const NEW_LINE = '\r\n';

/** The same views where there is no cursor: one question a line, answered by a line. */
export function createLineForm(options: FormOptions): Form {
  return new LineForm(options);
}

/**
 * A form as a dialogue. Each question is said once, when its turn comes or when other output came
 * between it and its answer; what is said has no cursor movements and no colours.
 */
class LineForm extends ViewForm {
  private labels: ReadonlyMap<number, string> = new Map();
  private typed: string[] = [];
  /** True while the question has to be said. */
  private isDue = false;
  /** True while the lines that come first have to be said as well. */
  private isNew = true;

  override draw(labels: ReadonlyMap<number, string> = new Map()): string {
    this.labels = labels;
    this.typed = [];
    this.isDue = true;
    this.isNew = true;
    return this.placeCursor();
  }

  override get stepMs(): number | undefined {
    return undefined;
  }

  override get unfinished(): string {
    return this.typed.join('');
  }

  override resume(): void {
    this.isDue = true;
  }

  override unheard(): string {
    this.isDue = true;
    return line(this.context.say('menu.no-choice'));
  }

  /** The question, if it is to be said, with what was typed of its answer. */
  override placeCursor(): string {
    const view = this.focused;
    if (!this.isDue || view === undefined) return '';
    const { lines, prompt } = view.lineQuestion(this.labels.get(view.id) ?? '');
    const help = view.help === '' ? [] : [view.help];
    const first = this.isNew ? [...help, ...lines].map(line).join('') : '';
    this.isDue = false;
    this.isNew = false;
    return `${first}${NEW_LINE}${prompt}${view.isSecret ? '' : this.typed.join('')}`;
  }

  override async press(key: Key): Promise<FormEvent> {
    const view = this.focused;
    if (view === undefined) return { kind: 'key', key, output: '' };
    switch (key.name) {
      case 'return':
        return this.answer(view);
      case 'tab':
        return this.leave(view, 1);
      case 'shift + tab':
        return this.leave(view, -1);
      case 'backspace':
      case 'delete':
        return handled(this.erase(view, 1));
      case 'ctrl + u':
      case 'ctrl + y':
        return handled(this.erase(view, this.typed.length));
      case 'space':
        return handled(this.type(view, ' '));
      case 'ctrl + d':
        return this.typed.length > 0 ? handled('') : { kind: 'key', key, output: '' };
      default:
        if (key.text !== '') return handled(this.type(view, key.text));
        return view instanceof ItemListView ? this.choose(view, key) : this.travel(view, key);
    }
  }

  protected override get focusable(): readonly View[] {
    return super.focusable.filter((view) => view.isAsked);
  }

  protected override changeFocus(view: View): string {
    this.isNew ||= view !== this.focused;
    this.isDue = true;
    this.typed = [];
    return super.changeFocus(view);
  }

  protected override repaint(): string {
    return '';
  }

  /** What changes and is no question is said; a question says it by itself. */
  protected override paint(): string {
    return '';
  }

  override setText(id: number, text: string): string {
    const view = this.view(id);
    const before = view?.lineText;
    const output = super.setText(id, text);
    if (view === undefined || isQuestion(view) || view.lineText === before) return output;
    this.isDue = true;
    return view.lineText.split('\n').map(line).join('');
  }

  private async answer(view: View): Promise<FormEvent> {
    const exact = this.typed.join('').normalize('NFC');
    const typed = exact.trim();
    this.typed = [];
    this.isDue = true;
    if (typed === ASK_FOR_HELP && view.help !== '') return handled(NEW_LINE + line(view.help));
    const answer = view.answerLine(view.isSecret ? exact : typed);
    switch (answer.kind) {
      case 'not-mine': {
        const isKey = Array.from(typed).length === 1;
        if (!isKey) return handled(NEW_LINE + this.unheard());
        return { kind: 'key', key: { name: typed, text: typed }, output: NEW_LINE };
      }
      case 'again':
        return handled(NEW_LINE + answer.said.map(line).join(''));
      case 'skipped':
        return this.goOn(view, 1);
      case 'taken': {
        const said = NEW_LINE + answer.said.map(line).join('');
        const event = await (view === this.submitter(view)
          ? this.submit(view)
          : this.goOn(view, 1));
        if (event.kind === 'submit') this.isDue = false;
        const output = said + event.output;
        return event.kind === 'none'
          ? { ...event, output, changed: answer.isChanged ? view.id : undefined }
          : { ...event, output };
      }
    }
  }

  /** To the next or the previous question, with what was typed so far. */
  private async leave(view: View, step: 1 | -1): Promise<FormEvent> {
    const typed = this.typed.join('');
    this.typed = [];
    this.isDue = true;
    const answer = typed === '' ? undefined : view.answerLine(typed);
    if (answer?.kind === 'again') return handled(NEW_LINE + answer.said.map(line).join(''));
    const event = await (step === 1 && typed === '' ? this.moveOn(view) : this.goOn(view, step));
    return { ...event, output: NEW_LINE + event.output };
  }

  private travel(view: View, key: Key): Promise<FormEvent> | FormEvent {
    if (key.name === 'down arrow') return this.leave(view, 1);
    return key.name === 'up arrow' ? this.leave(view, -1) : { kind: 'key', key, output: '' };
  }

  /** Arrow and page keys in a list: the item that they choose is said. */
  private choose(view: ItemListView, key: Key): FormEvent {
    const result = view.press(key);
    if (result !== 'changed' && result !== 'handled') return { kind: 'key', key, output: '' };
    this.typed = [];
    const output = NEW_LINE + view.chosenLine;
    return { kind: 'none', output, changed: result === 'changed' ? view.id : undefined };
  }

  private type(view: View, text: string): string {
    const clean = Array.from(sanitizeUserText(text, 'utf8'));
    if (this.typed.length + clean.length > MAX_CHARACTERS) return '';
    this.typed.push(...clean);
    return view.isSecret ? '' : sanitizeUserText(text, this.context.encoding);
  }

  private erase(view: View, count: number): string {
    const gone = this.typed.splice(Math.max(0, this.typed.length - count)).join('');
    return view.isSecret ? '' : '\b \b'.repeat(columnsOf(gone));
  }
}

function isQuestion(view: View): boolean {
  return view.isAsked && view.acceptsFocus;
}

function handled(output: string): FormEvent {
  return { kind: 'none', output, changed: undefined };
}

function line(text: string): string {
  return `${NEW_LINE}${text}${NEW_LINE}`;
}
