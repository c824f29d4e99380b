import { createLineForm } from '../../src/views/line-form';
import type { ViewSpec } from '../../src/views/view';
import { LineText } from '../../src/terminal/line-text';
import { keysOf, spec } from './driver';

/** What a form says, as a terminal without a cursor shows it. */
class Dialogue {
  readonly events: string[] = [];
  private readonly text = new LineText();
  readonly form: ReturnType<typeof createLineForm>;
  private said = '';

  constructor(
    views: readonly ViewSpec[],
    more: Omit<Partial<Parameters<typeof createLineForm>[0]>, 'views'> = {},
    labels: Readonly<Record<number, string>> = {},
  ) {
    this.form = createLineForm({ views, ...more });
    const known = new Map(Object.entries(labels).map(([id, label]) => [Number(id), label]));
    this.hear(this.form.draw(known));
  }

  /** Types, and hears what is said until the next question. */
  async type(bytes: string): Promise<string[]> {
    for (const key of keysOf(bytes)) {
      const event = await this.form.press(key);
      this.events.push(event.kind);
      this.hear(event.output);
      if (event.kind === 'key') this.hear(this.form.unheard());
      if (event.kind === 'invalid') this.hear(`\r\n${event.message}\r\n`);
      this.hear(this.form.placeCursor());
    }
    return this.take();
  }

  take(): string[] {
    const { said } = this;
    this.said = '';
    return said.split('\r\n');
  }

  hear(output: string): void {
    this.said += this.text.convert(output);
  }
}

const names = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `caller ${String.fromCharCode(97 + index)}`);

test('a form asks one question a line, with the words beside it, and echoes no password', async () => {
  const views = [
    spec('ET1', [1, 1], { argName: 'name' }),
    spec('ET2', [2, 1], { argName: 'password', password: true }),
  ];
  const dialogue = new Dialogue(views, {}, { 1: 'User name', 2: 'Password' });
  expect(dialogue.take()).toEqual(['User name: ']);
  expect(await dialogue.type('erim\x7fn\r')).toEqual(['erim\b \bn', 'Password: ']);
  expect(await dialogue.type('secret\x7f\r')).toEqual(['', '']);
  expect(dialogue.events.at(-1)).toBe('submit');
  expect(dialogue.form.values()).toEqual({ name: 'erin', password: 'secre' });
});

test('an empty answer keeps what is there, and a lone - empties it', async () => {
  const views = [
    spec('ET1', [1, 1], { text: 'Rome' }),
    spec('ME2', [2, 1], { maskPattern: '####/##/##', text: '19800229' }),
    spec('ET3', [3, 1], { maxLength: 3 }),
  ];
  const dialogue = new Dialogue(views, {}, { 1: 'Town', 2: 'Born' });
  expect(dialogue.take()).toEqual(['Town (Rome): ']);
  expect(await dialogue.type('\r')).toEqual(['', 'Born (1980/02/29): ']);
  expect(await dialogue.type('1980-x\r')).toEqual([
    '1980-x',
    'Please type 8 digits.',
    'Born (1980/02/29): ',
  ]);
  expect(await dialogue.type('-\r')).toEqual(['-', '> ']);
  expect(await dialogue.type('four\r')).toEqual([
    'four',
    'There is room for 3 characters at most.',
    '> ',
  ]);
  // The arrow up leads back, and tab leads on with what was typed.
  expect(await dialogue.type('\x1b[A')).toEqual(['', 'Born: ']);
  expect(await dialogue.type('\x1b[A-\t')).toEqual(['', 'Town (Rome): -', 'Born: ']);
  expect(dialogue.form.values()).toEqual({ 1: '', 2: '', 3: '' });
});

test.each([
  ['####/##/##', '1980-02-31', '1980/02/31'],
  ['####/##/##', '1980.2', '1980/2'],
  ['##:##', '18.31', '18:31'],
  ['@@@@', 'ab-c', 'abc'],
  ['&&&&', 'ab-c', 'ab-c'],
])('in %s the signs of %s stand for those of the pattern', async (maskPattern, line, value) => {
  const dialogue = new Dialogue([spec('ME1', [1, 1], { maskPattern })], {}, {});
  dialogue.take();
  await dialogue.type(`${line}\r`);
  expect(dialogue.form.values()).toEqual({ 1: value });
});

test.each([
  [[], 'There is nothing here.'],
  [['ann'], 'There is only one, number 1.'],
  [['ann', 'joe'], 'Please type a number from 1 to 2.'],
])('a number that the list %j does not have is told', async (items, sentence) => {
  const dialogue = new Dialogue([spec('VM1', [1, 1], { items })], {}, {});
  dialogue.take();
  expect(await dialogue.type('9\r')).toContain(sentence);
  expect(await dialogue.type('0\r')).toContain(sentence);
});

test('choices are numbered, and the chosen one is said', async () => {
  const items = ['Off', 'On'];
  const views = [
    spec('TM1', [1, 1], { items, hotKeys: { O: 1 } }),
    spec('SM2', [2, 1], { items: ['Google', 'Time', 'Counter'] }),
    spec('VM3', [3, 1], { items: ['Save', 'Cancel'], submit: true }),
  ];
  const dialogue = new Dialogue(views, {}, { 1: 'Second factor' });
  expect(dialogue.take()).toEqual(['Second factor, 1 Off, 2 On (1): ']);
  expect(await dialogue.type('3\r')).toEqual([
    '3',
    'Please type a number from 1 to 2.',
    'Second factor, 1 Off, 2 On (1): ',
  ]);
  expect(await dialogue.type('x\r')).toEqual([
    'x',
    'That is none of the choices.',
    'Second factor, 1 Off, 2 On (1): ',
  ]);
  expect(await dialogue.type('o\r')).toEqual(['o', 'On', '1 Google, 2 Time, 3 Counter (1): ']);
  expect(await dialogue.type('coun\r')).toEqual([
    'coun',
    'Counter',
    '1 Save',
    '2 Cancel',
    'Number (1): ',
  ]);
  // The item that an arrow key chooses is said, and taken by return.
  expect(await dialogue.type('\x1b[B')).toEqual(['', '2 Cancel: ']);
  expect(await dialogue.type('\r')).toEqual(['', '']);
  expect(dialogue.events.at(-1)).toBe('submit');
  expect(dialogue.form.values()).toEqual({ 1: 1, 2: 2, 3: 1 });
});

test('a long list is said in pages, which return turns', async () => {
  const dialogue = new Dialogue([spec('VM1', [1, 1], { items: names(17) })], { screenHeight: 12 });
  expect(dialogue.take()).toEqual([
    ...names(7).map((name, index) => `${index + 1} ${name}`),
    '1 to 7 of 17, Enter for more: ',
  ]);
  expect((await dialogue.type('\r')).slice(-2)).toEqual([
    '14 caller n',
    '8 to 14 of 17, Enter for more: ',
  ]);
  expect(await dialogue.type('\r')).toEqual([
    '',
    '15 caller o',
    '16 caller p',
    '17 caller q',
    'Number (1): ',
  ]);
  expect(await dialogue.type('16\r')).toEqual(['16', 'caller p', '']);
  expect(dialogue.form.values()).toEqual({ 1: 15 });
});

test('an empty list says so, and return goes on', async () => {
  const dialogue = new Dialogue([spec('VM1', [1, 1])]);
  expect(dialogue.take()).toEqual(['There is nothing here.', 'Enter: ']);
  await dialogue.type('\r');
  expect(dialogue.events).toEqual(['submit']);
});

test('text of several lines ends with a dot alone, and its last line can be taken away', async () => {
  const views = [
    spec('MT1', [1, 1], { mode: 'edit' }),
    spec('BT2', [9, 1], { text: 'Send', submit: true }),
  ];
  const dialogue = new Dialogue(views, {}, { 1: 'Your letter' });
  expect(dialogue.take()).toEqual(['Your letter, a dot alone ends it: ']);
  await dialogue.type('Dear sysop\rwrong\r-\rgood bye\r');
  expect(await dialogue.type('.\r')).toEqual(['.', 'Send, y or n: ']);
  expect((await dialogue.type('n\r')).slice(0, 3)).toEqual(['n', 'Dear sysop', 'good bye']);
  expect((await dialogue.type('.\ry\r')).at(-1)).toBe('');
  expect(dialogue.events.at(-1)).toBe('submit');
  expect(dialogue.form.values()).toMatchObject({ 1: 'Dear sysop\ngood bye' });
});

test('what a form only shows is no question, and is said when it changes', async () => {
  const views = [
    spec('TL1', [1, 1], { text: 'idle', width: 40 }),
    spec('MT2', [2, 1], { mode: 'preview', text: 'read this' }),
    spec('KE3', [3, 1], { keys: ['y', 'n'] }),
  ];
  const dialogue = new Dialogue(views, {}, { 3: 'Sure' });
  expect(dialogue.take()).toEqual(['Sure: ']);
  dialogue.hear(dialogue.form.setText(1, 'idle'));
  dialogue.hear(dialogue.form.setText(1, '\x1b[1;31mnews'));
  dialogue.hear(dialogue.form.placeCursor());
  expect(dialogue.take()).toEqual(['', 'news', 'Sure: ']);
  expect(await dialogue.type('y\r')).toEqual(['y', '']);
  expect(dialogue.form.values()).toMatchObject({ 3: 'y' });
});

test('what was typed of an answer is repeated after something else was said, but for a password', async () => {
  const views = [spec('ET1', [1, 1]), spec('ET2', [2, 1], { password: true })];
  const dialogue = new Dialogue(views, {}, { 1: 'Name', 2: 'Password' });
  await dialogue.type('er');
  dialogue.form.resume();
  dialogue.hear(`\r\nThe board is going down.\r\n${dialogue.form.placeCursor()}`);
  expect(dialogue.take()).toEqual(['', 'The board is going down.', 'Name: er']);
  await dialogue.type('in\rsec');
  dialogue.form.resume();
  expect(dialogue.form.placeCursor()).toBe('\r\nPassword: ');
  await dialogue.type('ret\r');
  expect(dialogue.form.values()).toEqual({ 1: 'erin', 2: 'secret' });
});

test('a value that is refused is asked for again', async () => {
  const validate = (_view: unknown, text: string): Promise<string | undefined> =>
    Promise.resolve(text === 'free' ? undefined : 'This name is taken.');
  const views = [spec('ET1', [1, 1], { validate: '@systemMethod:x' }), spec('ET2', [2, 1])];
  const dialogue = new Dialogue(views, { validate }, { 1: 'Name', 2: 'Town' });
  dialogue.take();
  expect(await dialogue.type('erin\r')).toEqual(['erin', 'This name is taken.', 'Name (erin): ']);
  expect(await dialogue.type('free\r')).toEqual(['free', 'Town: ']);
});
