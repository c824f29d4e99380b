import { formatText } from '../art/format';
import { eraseLine, moveTo, resetStyle, sgr } from '../terminal/ansi';
import { Canvas } from '../terminal/canvas';
import { PLAIN, type Style } from '../terminal/style';
import { sanitizeUserText } from '../terminal/untrusted';
import { ItemListView } from '../views/item-list';
import type { ItemSpec, View } from '../views/view';
import type { Composition } from './compose';
import type { MenuScreen } from './module';
import type { Stage } from './stage';
import type { Tree } from './theme';

/** The message line's number where the art has one (design: TL10). */
const MESSAGE_VIEW = 10;
const MESSAGE_STYLE: Style = { ...PLAIN, foreground: 11 };

/**
 * A screen that is shown. Changes are gathered and go out with `flush`, so that one key of the caller
 * is answered by one write.
 */
export class OpenScreen implements MenuScreen {
  private pending = '';
  private shown = false;
  private lineMessage = false;
  private messageSet = false;

  constructor(
    private readonly stage: Stage,
    readonly composition: Composition,
    private readonly menu: { readonly config: Tree; readonly messageView?: number | undefined },
  ) {}

  /** Begins the next write with the whole screen: cells, views, cursor. */
  open(options: { readonly clear: boolean; readonly before?: string }): void {
    const { canvas } = this.composition;
    const { terminal } = this.stage.caller;
    const screen = {
      encoding: terminal.encoding,
      screenWidth: terminal.width,
      screenHeight: terminal.height,
    };
    // Without clearing, what is on the screen stays wherever this one has nothing.
    const cells = options.clear
      ? canvas.toAnsi({ ...screen, clear: true })
      : canvas.diff(new Canvas(canvas.width, canvas.height), screen);
    this.openOver((options.before ?? '') + cells);
  }

  /** Begins the next write with art that was made elsewhere, and the views over it. */
  openOver(art: string): void {
    const { form, backdrop } = this.composition;
    this.shown = true;
    this.lineMessage = false;
    this.pending = art + (backdrop?.draw() ?? '') + form.draw();
  }

  /** Sends what has gathered, in one write. */
  flush(): void {
    if (this.pending !== '') this.stage.caller.terminal.write(this.pending);
    this.pending = '';
  }

  /** Output of the form's own, to go out with the rest. */
  add(output: string): void {
    if (this.shown) this.pending += output;
  }

  has(viewId: number): boolean {
    return this.find(viewId) !== undefined;
  }

  text(viewId: number): string {
    return this.find(viewId)?.view.text ?? '';
  }

  value(viewId: number): unknown {
    const view = this.find(viewId)?.view;
    return view instanceof ItemListView ? view.index : view?.value;
  }

  setText(viewId: number, text: string): void {
    const lines = text.split('\n').map((line) => sanitizeUserText(line, this.encoding));
    this.setFinalText(viewId, lines.join('\n'));
  }

  setItems(viewId: number, items: readonly ItemSpec[]): void {
    const found = this.find(viewId);
    if (found !== undefined) this.add(found.form.setItems(viewId, items));
  }

  select(viewId: number, index: number): void {
    const found = this.find(viewId);
    if (!(found?.view instanceof ItemListView)) return;
    found.view.index = index;
    // Setting no items anew repaints; the form has no other way to be told.
    this.add(found.form.setText(viewId, ''));
  }

  focus(viewId: number): void {
    const { form } = this.composition;
    if (form.view(viewId) !== undefined) this.add(form.focus(viewId));
  }

  get secretViews(): readonly number[] {
    return this.composition.form.views
      .filter((view) => view.spec.properties['password'] === true)
      .map((view) => view.id);
  }

  message(text: string): void {
    if (text === '' && !this.messageSet) return;
    this.messageSet = text !== '';
    const clean = sanitizeUserText(text, this.encoding);
    const id = Number(this.menu.config['messageView'] ?? this.menu.messageView ?? MESSAGE_VIEW);
    const view = this.find(id)?.view;
    if (view?.code === 'TL' || view?.code === 'MT') this.setFinalText(id, clean);
    else this.writeBottomLine(clean);
  }

  setCustom(prefix: string, values: Readonly<Record<string, unknown>>): void {
    for (const [key, format] of Object.entries(this.menu.config)) {
      const number = key.startsWith(prefix) ? key.slice(prefix.length) : '';
      if (!/^[1-9][0-9]$/.test(number) || typeof format !== 'string') continue;
      const found = this.find(Number(number));
      if (found === undefined) continue;
      const text = formatText(format, values, {
        base: found.view.spec.style,
        encoding: this.encoding,
        resolve: (code) => this.composition.picture?.resolve(code, []),
      });
      this.setFinalText(Number(number), text);
    }
  }

  /** Text whose colours are ours, and in which nothing is a caller's without having been cleaned. */
  private setFinalText(viewId: number, text: string): void {
    const found = this.find(viewId);
    if (found !== undefined) this.add(found.form.setText(viewId, text));
  }

  /** Art without a message line: its last row is lent to the message and given back. */
  private writeBottomLine(text: string): void {
    const { width, height } = this.stage.caller.terminal;
    const { form, canvas, backdrop } = this.composition;
    if (text === '') {
      if (this.lineMessage)
        this.add(this.bottomRow(canvas.height) + (backdrop?.draw() ?? '') + form.draw());
      this.lineMessage = false;
      return;
    }
    this.lineMessage = true;
    const cut = [...` ${text}`].slice(0, width - 1).join('');
    this.add(
      moveTo(height, 1) +
        resetStyle() +
        eraseLine() +
        sgr(MESSAGE_STYLE) +
        cut +
        resetStyle() +
        form.placeCursor(),
    );
  }

  private bottomRow(row: number): string {
    return (
      moveTo(row, 1) + resetStyle() + eraseLine() + rowToAnsi(this.stage, this.composition, row)
    );
  }

  private find(viewId: number): { view: View; form: Composition['form'] } | undefined {
    const { form, backdrop } = this.composition;
    const view = form.view(viewId);
    if (view !== undefined) return { view, form };
    const behind = backdrop?.view(viewId);
    return behind === undefined || backdrop === undefined
      ? undefined
      : { view: behind, form: backdrop };
  }

  private get encoding(): 'cp437' | 'utf8' {
    return this.stage.caller.terminal.encoding;
  }
}

/** One row of a screen, for a row of the terminal that is empty. */
export function rowToAnsi(stage: Stage, { canvas }: Composition, row: number): string {
  const { width, height, encoding } = stage.caller.terminal;
  const without = canvas.clone();
  without.fill({ row, column: 1, width: canvas.width, height: 1 });
  return canvas.diff(without, { encoding, screenWidth: width, screenHeight: height });
}
