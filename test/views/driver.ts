import { encodeText } from '../../src/terminal/encoding';
import type { Key } from '../../src/terminal/key';
import { KeyDecoder } from '../../src/terminal/keys';
import { PLAIN, type Style } from '../../src/terminal/style';
import { createForm, type Form } from '../../src/views/form';
import type { ViewSpec } from '../../src/views/view';
import { ScreenEmulator } from '../support/screen';

type FormOptions = Parameters<typeof createForm>[0];
type FormEvent = Awaited<ReturnType<Form['press']>>;

const ART: Style = { ...PLAIN, foreground: 6 };
const FOCUS: Style = { ...PLAIN, foreground: 3, background: 4 };

export function spec(
  name: string,
  place: readonly [row: number, column: number],
  properties: Readonly<Record<string, unknown>> = {},
): ViewSpec {
  return {
    code: name.slice(0, 2),
    id: Number(name.slice(2)),
    row: place[0],
    column: place[1],
    style: ART,
    focusStyle: FOCUS,
    properties,
  };
}

/** The keys that a caller's terminal sends as these bytes. */
export function keysOf(bytes: string): readonly Key[] {
  const keys: Key[] = [];
  const decoder = new KeyDecoder(
    { key: (key) => keys.push(key), report: () => undefined },
    'cp437',
  );
  decoder.push(Buffer.from(bytes, 'latin1'));
  decoder.timeOut();
  return keys;
}

/** A form on a screen, driven by bytes as a caller's terminal sends them. */
export class Driver {
  readonly screen: ScreenEmulator;
  readonly form: Form;
  readonly events: FormEvent[] = [];
  lastOutput = '';

  constructor(options: FormOptions, screen = new ScreenEmulator()) {
    this.screen = screen;
    this.form = createForm(options);
    this.show(this.form.draw());
  }

  show(output: string): void {
    this.lastOutput = output;
    this.screen.write(encodeText(output, 'cp437'));
  }

  async type(bytes: string): Promise<FormEvent | undefined> {
    for (const key of keysOf(bytes)) {
      const event = await this.form.press(key);
      this.events.push(event);
      this.show(event.output);
    }
    await this.screen.settled();
    return this.events.at(-1);
  }
}
