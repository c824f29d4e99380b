import { withoutColors } from '../art/color-codes';
import { applyTextStyle, isTextStyle } from '../art/text-style';
import type { Cell } from '../terminal/canvas';
import { sanitizeUserText } from '../terminal/untrusted';
import { plainCells, type Row } from './cells';
import { DEFAULT_WIDTH, View, type ViewContext, type ViewSpec } from './view';

const STEP_MS = 100;
const SHORTEST_STEP_MS = 50;
const HOLD_STEPS = 20;
/** Most columns between the end of a text that runs round and its beginning. */
const GAP = 10;
/** Bright red, yellow, green, cyan, blue, magenta. */
const RAINBOW = [9, 11, 10, 14, 12, 13];
const NOISE = Array.from('!#$@%&?<>^~░▒▓█▄■');

type Characters = readonly string[];

interface Frame {
  readonly text: Characters;
  readonly width: number;
  readonly hold: number;
  /** Steps since the view was drawn, from 1. */
  readonly step: number;
}

/** What is seen at a step of each motion, without what fills the rest of the width. */
const MOTIONS: Readonly<Record<string, (frame: Frame) => Characters>> = {
  left: (frame) => round(frame, frame.step),
  right: (frame) => round(frame, -frame.step),
  bounce: ({ text, width, step }) => {
    const most = text.length - width;
    if (most <= 0) return text;
    const at = step % (2 * most);
    return text.slice(at <= most ? at : 2 * most - at).slice(0, width);
  },
  reveal: ({ text, width, hold, step }) => {
    const at = (step - 1) % (2 * width + hold);
    const lead = at < width ? width - 1 - at : Math.max(0, at - width - hold + 1);
    return [...blanks(lead), ...text].slice(0, width);
  },
  typewriter: ({ text, width, hold, step }) => {
    const whole = Math.min(text.length, width);
    const at = (step - 1) % (whole + hold + 1);
    return text.slice(0, at < whole ? at + 1 : at < whole + hold ? whole : 0);
  },
  fallLeft: (frame) => fall(frame),
  fallRight: (frame) =>
    fall({ ...frame, text: frame.text.slice(0, frame.width).toReversed() }).toReversed(),
};

/** The names of the motions, for the manual. */
export const MOTION_NAMES: readonly string[] = Object.keys(MOTIONS);

function blanks(count: number): Characters {
  return new Array<string>(Math.max(0, count)).fill(' ');
}

function round({ text, width }: Frame, by: number): Characters {
  const all = [...text, ...blanks(Math.min(width, GAP))];
  return Array.from({ length: width }, (_, column) => all.at((column + by) % all.length) ?? ' ');
}

/** Characters come in from the right, the last ones from the furthest, and stay for a while. */
function fall({ text, width, hold, step }: Frame): Characters {
  const falling = text.slice(0, width);
  const most = width - falling.length;
  const least = Math.max(1, Math.round(most / 4));
  const distance = (index: number): number => {
    const share = falling.length < 2 ? 1 : index / (falling.length - 1);
    return least + Math.round((most - least) * share * share);
  };
  const longest = Math.max(least, most);
  const at = (step - 1) % (longest + hold + 1);
  const seen = [...blanks(width)];
  falling.forEach((character, index) => {
    const column = index + Math.max(0, distance(index) - at);
    if (column < width) seen[column] = character;
  });
  return seen;
}

/** TK: a text that moves by itself within its width. Until its first step it shows the text at rest. */
export class TickerView extends View {
  private characters: Characters = [];
  private steps = 0;

  constructor(spec: ViewSpec, context: ViewContext) {
    super(spec, context);
    this.setText(this.format(this.read.text('text') ?? '', {}, spec.style));
  }

  override setText(text: string): void {
    const plain = sanitizeUserText(
      withoutColors(text).replace(/[\r\n]+/g, ' '),
      this.context.encoding,
    );
    const style = textStyleOf(this.read.text('effect') ?? this.read.text('textStyle') ?? '');
    const styled = style === undefined ? plain : applyTextStyle(style, plain, this.context.random);
    this.characters = Array.from(styled);
  }

  override get lineText(): string {
    return this.characters.join('');
  }

  override get stepMs(): number {
    return Math.max(SHORTEST_STEP_MS, this.read.number('tickInterval') ?? STEP_MS);
  }

  override step(): void {
    this.steps += 1;
  }

  override rows(): readonly Row[] {
    const width = Math.max(1, this.read.number('width') ?? DEFAULT_WIDTH);
    const motion = MOTIONS[this.read.text('motion') ?? 'left'] ?? MOTIONS['left'];
    const hold = this.read.number('holdTicks') ?? HOLD_STEPS;
    const frame = { text: this.characters, width, hold, step: this.steps };
    const seen = this.steps === 0 ? this.characters : (motion?.(frame) ?? []);
    const cells = plainCells(seen.join(''), this.spec.style).slice(0, width);
    const fill = new Array<Cell>(width - cells.length).fill(this.fillCell);
    return [this.coloured([...cells, ...fill])];
  }

  protected override get takesKeys(): boolean {
    return false;
  }

  private coloured(cells: readonly Cell[]): Row {
    const { random } = this.context;
    const inked = (cell: Cell, foreground: number, character = cell.character): Cell => ({
      character,
      style: { ...cell.style, foreground, bold: false },
    });
    const noise = (): string => NOISE[random.below(NOISE.length)] ?? '?';
    switch (this.read.text('effect')) {
      case 'rainbow':
        return cells.map((cell, at) => inked(cell, RAINBOW[(at + this.steps) % 6] ?? 15));
      case 'scramble':
        return cells.map((cell) =>
          cell.character.trim() !== '' && random.below(10) < 3 ? inked(cell, 10, noise()) : cell,
        );
      case 'glitch': {
        const broken = Array.from({ length: 1 + random.below(3) }, () =>
          random.below(cells.length),
        );
        return cells.map((cell, at) => (broken.includes(at) ? inked(cell, 9, noise()) : cell));
      }
      default:
        return cells;
    }
  }
}

/** An effect that is a text style, in this view's spelling (`firstLower`) or in the usual one. */
function textStyleOf(effect: string): string | undefined {
  const long = `style${effect.slice(0, 1).toUpperCase()}${effect.slice(1)}`;
  return [effect, long].find(isTextStyle);
}
