import { isDeepStrictEqual } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { TestBoard } from '../support/board';
import { PASSWORD } from '../support/sign-in';
import { findBarriers, fitsSideways, launchBrowser } from './browser';

const PORTRAIT = { width: 390, height: 844 };
const LANDSCAPE = { width: 844, height: 390 };
const PATIENCE_MS = 30_000;
const ART = /[▀▄█▒]/;
/** With it the screens are kept as pictures, to be looked at. */
const PICTURES = process.env['PICTURES'];

jest.setTimeout(180_000);

/** What the terminal shows. */
interface Moment {
  readonly rows: readonly string[];
  readonly cursor: number;
}

describe('the board on a phone, by touch alone', () => {
  let board: TestBoard;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    board = await TestBoard.start({
      config: { loginServers: { webSocket: { wss: { enabled: true, port: 0 } } } },
    });
    await board.addUser('bob', PASSWORD);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await board.remove();
  });
  beforeEach(async () => {
    const context = await browser.newContext({
      ...{ ignoreHTTPSErrors: true, hasTouch: true, isMobile: true },
      viewport: PORTRAIT,
    });
    page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    problems.length = 0;
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`https://localhost:${board.httpsPort}/`);
  });
  afterEach(() => page.context().close());

  const rows = async (): Promise<readonly string[]> =>
    (await page.locator('.xterm-rows > div').allTextContents()).map((line) =>
      line.replaceAll('\u00a0', ' '),
    );

  /** Waits until the screen shows it, and returns what the screen then shows. */
  async function sees(wanted: string | RegExp): Promise<string> {
    await page.locator('.xterm-rows', { hasText: wanted }).waitFor();
    return (await rows()).join('\n');
  }

  /** A finger on the middle of these words of the screen. */
  async function tap(words: string): Promise<void> {
    await sees(words);
    const lines = await rows();
    const row = lines.findIndex((line) => line.includes(words));
    const column = (lines[row]?.indexOf(words) ?? 0) + words.length / 2;
    const box = await page.locator('.xterm-screen').boundingBox();
    if (box === null) throw new Error('the terminal has no screen');
    const columns = Math.max(...lines.map((line) => line.length)) > 40 ? 80 : 40;
    await page.touchscreen.tap(
      box.x + (column / columns) * box.width,
      box.y + ((row + 0.5) / lines.length) * box.height,
    );
  }

  const press = (key: string): Promise<void> =>
    page.locator('#keys').getByRole('button', { name: key }).tap();

  /** Presses a key until the page is another one: what comes before a page of applicants is complete is dropped. */
  async function pressUntilTaken(key: string, shown: string): Promise<void> {
    for (let turn = 0; turn < 40; turn += 1) {
      if (turn % 4 === 0) await press(key);
      if ((await rows()).join('\n') !== shown) return;
      await page.waitForTimeout(100);
    }
    throw new Error(`the key is not taken:\n${shown}`);
  }

  /** What a soft keyboard puts in: text, without keys. */
  async function enter(text: string): Promise<void> {
    if (text !== '') await page.keyboard.insertText(text);
    await press('Enter');
  }

  async function picture(name: string): Promise<void> {
    if (PICTURES !== undefined) await page.screenshot({ path: `${PICTURES}/phone-${name}.png` });
  }

  async function call(): Promise<void> {
    await page.getByRole('link', { name: 'Call from this browser' }).tap();
    await sees('Sign in');
  }

  /** The screen of one moment, with the row of the cursor: -1 where it is hidden, on buttons and while the board draws. */
  const glance = (): Promise<Moment> =>
    page.evaluate(
      `(() => {
        const rows = [...document.querySelectorAll('.xterm-rows > div')];
        return {
          rows: rows.map((row) => row.textContent.replaceAll('\u00a0', ' ')),
          cursor: rows.findIndex((row) => row.querySelector('.xterm-cursor')),
        };
      })()`,
    );

  /** The same once two looks in a row see no difference. */
  async function moment(): Promise<Moment> {
    let last = await glance();
    for (;;) {
      await page.waitForTimeout(50);
      const now = await glance();
      if (isDeepStrictEqual(now, last)) return now;
      last = now;
    }
  }

  const cursorRow = async (): Promise<number> => (await glance()).cursor;

  /** The words before the cursor, while one is shown. */
  function labelOf({ rows: lines, cursor }: Moment): string {
    return /^\W*([A-Za-z][A-Za-z -]*)/.exec(lines[cursor] ?? '')?.[1]?.trim() ?? '';
  }

  /** All but the row of a field, which shows what is typed before it is taken. */
  const around = ({ rows: lines }: Moment, field: number): string =>
    lines.filter((_, row) => row !== field).join('\n');

  /** Fills in a form whose fields stand beside their names, field by field, until it is taken. */
  async function fillIn(answers: readonly (readonly [RegExp, string])[], until: RegExp) {
    for (let field = 0; field < 40; field += 1) {
      let before = await moment();
      const isTaken = (): boolean => until.test(before.rows.join('\n'));
      // A key that is pressed while the page behind the form is drawn would answer that page.
      await eventually(async () => {
        before = await moment();
        const isForm = /Apply\b(?! for)/.test(before.rows.join('\n'));
        return isTaken() || isForm;
      }).catch(() => {
        throw new Error(`neither the form nor what follows it:\n${before.rows.join('\n')}`);
      });
      if (isTaken()) return;
      const name = labelOf(before);
      await enter(answers.find(([words]) => words.test(name))?.[1] ?? '');
      await eventually(async () => {
        const now = await moment();
        const at = before.cursor;
        return now.cursor !== at || around(now, at) !== around(before, at);
      }).catch(async () => {
        throw new Error(`nothing came of '${name}':\n${(await rows()).join('\n')}`);
      });
    }
    throw new Error(`the form is not taken:\n${(await rows()).join('\n')}`);
  }

  it('is found, applied to, signed in to and given a second factor', async () => {
    expect(await fitsSideways(page)).toBe(true);
    await call();
    await tap('Apply');
    await sees('Press a key');
    await tap('Press a key');
    await sees('User name');
    await picture('application');
    const mail = 'ada@example.org';
    await fillIn(
      [
        [/^User name/, 'ada'],
        [/^Mail|^E-?mail/i, mail],
        [/^Password|^Once more|^Again/i, PASSWORD],
        [/^Real name/, 'Ada Doe'],
      ],
      /Press a key|doors are open|within a day|Main menu|Command/,
    );
    await picture('applied');
    for (let pages = 0; pages < 4; pages += 1) {
      await eventually(async () => /Press a key|Command/.test((await rows()).join('\n')));
      const shown = (await rows()).join('\n');
      if (shown.includes('Command')) break;
      await pressUntilTaken('Enter', shown);
    }
    await tap('Log off');
    await page.getByText('The call is over.').waitFor();
    await page.getByRole('button', { name: 'Call again' }).tap();

    await tap('Sign in');
    await sees('User name');
    await enter('ada');
    await enter(PASSWORD);
    await sees('doors are open');
    await picture('welcome');
    await tap('doors are open');
    await sees('Command');
    await picture('menu');
    await tap('Two-factor');
    await sees('OFF');
    await picture('two-factor');
    await tap('Switch it on here');
    await sees('Your password first');
    await enter(PASSWORD);
    const secret = /(?:[A-Z2-7]{4}\s+){7}[A-Z2-7]{4}/;
    const shown = await sees(/Type the code/);
    await picture('secret');
    await enter(board.freshCode((secret.exec(shown)?.[0] ?? '').replace(/\s/g, '')));
    const codes = /\b[a-z]{5}(?:-[a-z]{5}){3}\b/g;
    const kept = (await sees('backup codes')).match(codes) ?? [];
    expect(kept).toHaveLength(10);
    await picture('codes');
    await enter(kept[2] ?? '');
    await eventually(async () => /10 of 10[^]*Esc: back/.test((await rows()).join('\n')));
    expect((await rows()).join('\n').search(codes)).toBe(-1);
    await press('Esc');
    await sees('Command');
    expect(await findBarriers(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('has 40 columns upright and 80 across, which the board is told, with keys for a finger', async () => {
    await call();
    await sees('Log off');
    const upright = await sees('P: line by line');
    expect(upright).toMatch(ART);
    expect(widest(upright)).toBe(40);
    const keys = page.locator('#keys button');
    expect(await keys.allTextContents()).toEqual([
      'Esc',
      'Tab',
      '←',
      '↑',
      '↓',
      '→',
      'Enter',
      'Ctrl',
    ]);
    for (const { width, height } of await boxes()) {
      expect(height).toBeGreaterThanOrEqual(44);
      expect(width).toBeGreaterThanOrEqual(30);
    }
    expect(await fitsSideways(page)).toBe(true);
    await page.setViewportSize(LANDSCAPE);
    expect(widest(await sees('P: plain text'))).toBe(80);
    await picture('across');
    for (const { height } of await boxes()) expect(height).toBeGreaterThanOrEqual(44);
    await page.setViewportSize(PORTRAIT);
    expect(widest(await sees('P: line by line'))).toBe(40);
    expect(problems).toEqual([]);
  });

  async function boxes(): Promise<readonly { readonly width: number; readonly height: number }[]> {
    const all = await page.locator('#keys button').all();
    return Promise.all(
      all.map(async (each) => (await each.boundingBox()) ?? { width: 0, height: 0 }),
    );
  }

  it('opens the soft keyboard by a tap anywhere, and keeps letters large above it', async () => {
    await call();
    await page.evaluate('document.activeElement.blur()');
    await page.touchscreen.tap(200, 700);
    const focused = 'document.activeElement.className';
    await page.waitForFunction(`${focused} === 'xterm-helper-textarea'`);
    const letters = `document.querySelector('.xterm-screen').getBoundingClientRect().width`;
    const before = await page.evaluate(letters);
    // The keyboard takes the lower half; a key of the bar does not close it.
    await page.setViewportSize({ ...PORTRAIT, height: 420 });
    await press('Down');
    expect(await page.evaluate(focused)).toBe('xterm-helper-textarea');
    expect(await page.evaluate(letters)).toBe(before);
    expect(problems).toEqual([]);
  });

  it('moves in lists and fields by the arrows and Tab of its bar', async () => {
    await call();
    await sees('» Sign in');
    await press('Down');
    await sees('» New here? Apply');
    await press('Up');
    await sees('» Sign in');
    await press('Enter');
    await sees('User name');
    const first = await cursorRow();
    await page.keyboard.insertText('bob');
    await sees('bob');
    await press('Left');
    await page.keyboard.insertText('X');
    await sees('boXb');
    await press('Right');
    await page.keyboard.insertText('Y');
    await sees('boXbY');
    await press('Tab');
    await eventually(async () => (await cursorRow()) === first + 1);
    expect(problems).toEqual([]);
  });

  it('opens an address on its screen by a tap, beside the call', async () => {
    await call();
    await tap('Write to the sysop');
    await sees('A letter to the sysop');
    const address = `https://localhost:${board.httpsPort}/`;
    await page.keyboard.insertText(address);
    const opened = page.context().waitForEvent('page');
    await tap(address);
    await (await opened).waitForURL(address);
    expect(await sees('A letter to the sysop')).toContain(address);
    expect(problems).toEqual([]);
  });

  it('sends a control character by Ctrl and a letter, and a text that was pasted', async () => {
    await call();
    await tap('Sign in');
    await sees('User name');
    await page.getByRole('button', { name: 'Options' }).tap();
    expect(await findBarriers(page)).toEqual([]);
    await picture('options');
    await page.getByLabel('Text to send').fill('bobby');
    await page.getByRole('button', { name: 'Send the text' }).tap();
    await sees('bobby');
    await press('Ctrl');
    await page.keyboard.insertText('y');
    await eventually(async () => !(await rows()).join('\n').includes('bobby'));
    await page.getByRole('button', { name: 'Options' }).tap();
    const text = await page.getByLabel('The screen as text').inputValue();
    expect(text).toContain('User name');
    await page.getByRole('button', { name: 'Hang up' }).tap();
    await page.getByText('The call is over.').waitFor();
  });
});

const widest = (screen: string): number =>
  Math.max(...screen.split('\n').map((line) => line.trimEnd().length));

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  while (!(await holds())) if (Date.now() > until) throw new Error('waited in vain');
}
