import type { Browser, BrowserContext, Page } from 'playwright-core';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { PASSWORD, signIn } from '../support/sign-in';
import { findBarriers, fitsSideways, launchBrowser } from './browser';

const PATIENCE_MS = 60_000;

jest.setTimeout(120_000);

describe('the terminal in the browser', () => {
  let board: TestBoard;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    board = await TestBoard.start({
      config: { loginServers: { webSocket: { wss: { enabled: true, port: 0 } } } },
    });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await board.remove();
  });

  beforeEach(async () => {
    // The board's certificate is its own, as at every first start.
    context = await browser.newContext({
      ignoreHTTPSErrors: true,
      viewport: { width: 1280, height: 800 },
    });
    page = await context.newPage();
    problems.length = 0;
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`https://localhost:${board.httpsPort}/terminal`);
  });
  afterEach(async () => context.close());

  const sees = (text: string): Promise<void> =>
    page.locator('.xterm-rows', { hasText: text }).waitFor();

  const notices = (text: string): Promise<void> =>
    page.locator('#notice', { hasText: text }).waitFor();

  /** Types as a person does, one key after the other. */
  const enter = async (text: string): Promise<void> => {
    await page.keyboard.type(text);
    await page.keyboard.press('Enter');
  };

  const rows = async (): Promise<string> => {
    const lines = await page.locator('.xterm-rows > div').allTextContents();
    return lines.map((line) => line.replaceAll('\u00a0', ' ').trimEnd()).join('\n');
  };

  it('signs a caller in with password and code, and hangs up when he logs off', async () => {
    const secret = await board.addUser('bob', PASSWORD, 'google');
    await sees('Sign in');
    await enter('');
    await sees('User name');
    await enter('bob');
    await enter(PASSWORD);
    await sees('One-time code');
    await enter(board.freshCode(secret));
    await sees('Both doors are open.');
    await enter('');
    await sees('Command');
    expect(await board.logged('call.began', { server: 'wss' })).not.toHaveLength(0);
    await enter('g');
    await notices('The call is over.');
    await sees('until next time');
    await page.getByRole('button', { name: 'Call again' }).click();
    await sees('Sign in');
    expect(problems).toEqual([]);
  });

  it('shows the art as a terminal of the BBS world does, in its colours', async () => {
    await sees('Log off');
    const caller = await board.telnet({ terminalType: 'ansi-bbs', encoding: 'cp437' });
    await caller.sees('Log off');
    const expected = caller.screen.text();
    expect(expected).toMatch(/[░▒▓█▄▀]/);
    await eventually(
      'the same screen',
      async () => (await rows()).trimEnd() === trimLines(expected),
    );
    // The dark yellow of a PC is brown: xterm.js would not have a colour at all without its styles.
    const colours = (await page.evaluate(
      `[...document.querySelectorAll('.xterm-rows span')].map((span) => getComputedStyle(span).color)`,
    )) as string[];
    expect(colours).toContain('rgb(170, 85, 0)');
    expect(problems).toEqual([]);
    caller.hangUp();
  });

  it('fits into windows of any shape, as large as it can be', async () => {
    await sees('Log off');
    for (const [width, height] of [
      [1920, 1080],
      [800, 1200],
      [844, 390],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height });
      await eventually('the screen to fit', async () => {
        const [left = 0, top = 0, right = 0, bottom = 0] = (await page.evaluate(
          MARGINS,
        )) as number[];
        const isWhole = [left, top, right, bottom].every((margin) => margin >= 0);
        return isWhole && (left < 0.06 * width || top < 0.06 * height);
      });
    }
    expect(problems).toEqual([]);
  });

  it('takes a paste of more than one message holds', async () => {
    await sees('Sign in');
    await enter('');
    await sees('User name');
    await page.keyboard.insertText('x'.repeat(80_000));
    // A key that comes while the board still has a screenful of others to answer is dropped.
    await eventually('the way back', async () => {
      if ((await rows()).includes('User name')) await page.keyboard.press('Escape');
      return (await rows()).includes('Sign in');
    });
    expect(problems).toEqual([]);
  });

  it("pastes and copies by the usual keys, which are the board's where nothing is marked", async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await sees('Sign in');
    await enter('');
    await sees('User name');
    await page.evaluate(`navigator.clipboard.writeText('robert')`);
    await page.keyboard.press('Control+v');
    await sees('robert');
    const box = await page.locator('.xterm-rows > div', { hasText: 'robert' }).boundingBox();
    const row = (await rows()).split('\n').find((line) => line.includes('robert')) ?? '';
    const screen = await page.locator('.xterm-screen').boundingBox();
    if (box === null || screen === null) throw new Error('no screen');
    const cell = screen.width / 80;
    const x = screen.x + (row.indexOf('robert') + 3) * cell;
    await page.mouse.dblclick(x, box.y + box.height / 2);
    await page.keyboard.press('Control+c');
    await eventually('the marked word to be copied', async () => {
      return (await page.evaluate('navigator.clipboard.readText()')) === 'robert';
    });
    expect(problems).toEqual([]);
  });

  it('has larger letters by its own buttons and by the zoom of the browser, within reach', async () => {
    await sees('Log off');
    const letter = `document.querySelector('.xterm-screen').getBoundingClientRect().height / 24`;
    const before = (await page.evaluate(letter)) as number;
    // Twice the zoom: half as many pixels of the page in the same window.
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setDeviceMetricsOverride', {
      ...{ width: 640, height: 400, deviceScaleFactor: 2, mobile: false },
    });
    await eventually('letters twice as large', async () => {
      return (2 * ((await page.evaluate(letter)) as number)) / before > 1.9;
    });
    await sees('Log off');
    await session.send('Emulation.setDeviceMetricsOverride', {
      ...{ width: 1280, height: 800, deviceScaleFactor: 1, mobile: false },
    });
    await eventually('letters as before', async () => {
      return Math.abs(((await page.evaluate(letter)) as number) - before) < 1;
    });
    await page.keyboard.press('F2');
    await page.getByRole('button', { name: 'Larger' }).click();
    await page.getByText('125 %').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    expect(((await page.evaluate(letter)) as number) / before).toBeGreaterThan(1.2);
    // The field where something is typed is scrolled into sight.
    await enter('');
    await sees('User name');
    await eventually('the cursor to be in sight', () => page.evaluate(CURSOR_IS_SEEN));
    expect(problems).toEqual([]);
  });

  async function expectNoBarriers(): Promise<void> {
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 844 });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        const where = [width, colorScheme];
        expect([where, await findBarriers(page)]).toEqual([where, []]);
        await eventually(`a page of ${where.join(', ')} that fits`, () => fitsSideways(page));
      }
    }
  }

  it('is read aloud, and written line by line, by a switch that comes first', async () => {
    await sees('Sign in');
    const first = page.getByRole('button', { name: /^Screen reader/ });
    const firstOfAll = `document.querySelector('a, button, input, textarea').id`;
    expect(await page.evaluate(firstOfAll)).toBe(await first.getAttribute('id'));
    await first.focus();
    await page.keyboard.press('Enter');
    expect(await first.getAttribute('aria-pressed')).toBe('true');
    await page.locator('.xterm-accessibility-tree', { hasText: 'Sign in' }).waitFor();
    await page.locator('.xterm-helper-textarea').focus();
    await page.keyboard.press('F2');
    expect(await page.getByLabel('Screen reader: the screen').isChecked()).toBe(true);
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Call again' }).click();
    await sees('1 Sign in');
    // The choice is kept for the next visit.
    await page.reload();
    await sees('1 Sign in');
    expect(problems).toEqual([]);
  });

  it('puts no barrier before a person, narrow and wide, light and dark', async () => {
    await sees('Sign in');
    await expectNoBarriers();
  });

  it('says why a line was cut, and waits for its person to call again', async () => {
    await board.addUser('eve', PASSWORD);
    await sees('Sign in');
    await enter('');
    await sees('User name');
    await enter('eve');
    await enter(PASSWORD);
    await sees('Both doors are open.');
    const other = await board.telnet();
    await signIn(other, 'eve');
    await notices('You have signed in again on node');
    expect(await findBarriers(page)).toEqual([]);
    const began = board.events('call.began').length;
    await page.getByRole('button', { name: 'Call again' }).click();
    await sees('Sign in');
    expect(board.events('call.began')).toHaveLength(began + 1);
    other.hangUp();
  });

  it('says what its board has worded, as text', async () => {
    const dir = await BoardDir.make({
      'config/config.hjson': '{}',
      'config/texts.hjson':
        '{ "terminal-page.copy": "Take <i>it</i>", "terminal-says.copied": "<i>Taken</i>" }',
    });
    const other = await TestBoard.start({
      boardDir: dir.path,
      config: { loginServers: { webSocket: { wss: { enabled: true, port: 0 } } } },
    });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto(`https://localhost:${other.httpsPort}/terminal`);
    await sees('Sign in');
    await page.keyboard.press('F2');
    await page.getByRole('button', { name: 'Take <i>it</i>' }).click();
    await page.locator('#done', { hasText: '<i>Taken</i>' }).waitFor();
    expect(problems).toEqual([]);
    await other.remove();
    await dir.remove();
  });

  it('knows the addresses on its screen, over the end of a row too', async () => {
    await sees('Sign in');
    const script = await page.locator('script[type=module]').getAttribute('src');
    const rowsOf = [
      'see https://bbs.example.org/a?b=c.',
      ' otpauth://totp/Sallyport:joe?secret=ABCDE',
      'FGHIJ javascript:x',
    ];
    const find = (row: number, column: number) =>
      page.evaluate(
        `import('${script?.replace('terminal.js', 'terminal-controls.js')}').then(({ linkAt }) => linkAt({
          cols: 42, rows: 3,
          buffer: { active: { viewportY: 0, getLine: (row) => ({ translateToString: () => ${JSON.stringify(rowsOf)}[row] }) } },
        }, { row: ${row}, column: ${column} }))`,
      );
    expect(await find(1, 5)).toBe('https://bbs.example.org/a?b=c');
    expect(await find(1, 2)).toBeUndefined();
    for (const row of [2, 3]) {
      expect(await find(row, 4)).toBe('otpauth://totp/Sallyport:joe?secret=ABCDEFGHIJ');
    }
    expect(await find(3, 9)).toBeUndefined();
  });

  it('cannot be called by a page of another site (rule G2)', async () => {
    const outcome = (await page.evaluate(callFromHere(board.wssPort))) as string;
    expect(outcome).toBe('open');
    await page.route('https://elsewhere.example/', (route) => route.fulfill({ body: 'elsewhere' }));
    await page.goto('https://elsewhere.example/');
    expect(await page.evaluate(callFromHere(board.wssPort))).toBe('closed 1006');
    await board.logged('wss.origin-refused', { origin: 'https://elsewhere.example' });
  });

  it('says that the board is going down, and what to do when it does not answer', async () => {
    await sees('Sign in');
    await board.stop();
    await notices('The board is going down.');
    await page.getByRole('button', { name: 'Call again' }).click();
    await notices('The board does not answer.');
    const link = page.getByRole('link', { name: 'look at that port once' });
    expect(await link.getAttribute('href')).toMatch(/^https:\/\/localhost:\d+\/$/);
    await expectNoBarriers();
  });
});

/** True where the cursor is inside of the part of the screen that is seen. */
const CURSOR_IS_SEEN = `(() => {
  const cursor = document.querySelector('.xterm-cursor')?.getBoundingClientRect();
  const room = document.querySelector('main').getBoundingClientRect();
  return cursor !== undefined && cursor.top >= room.top - 1 && cursor.bottom <= room.bottom + 1;
})()`;

/** What is free around the screen, in pixels. */
const MARGINS = `(() => {
  const { left, top, right, bottom } = document.querySelector('.xterm-screen').getBoundingClientRect();
  return [left, top, innerWidth - right, innerHeight - bottom].map(Math.floor);
})()`;

async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  while (!(await holds())) if (Date.now() > until) throw new Error(`waited in vain: ${what}`);
}

/** An expression that calls the board from the page it is evaluated in. */
function callFromHere(port: number): string {
  return `new Promise((resolve) => {
    const socket = new WebSocket('wss://localhost:${port}/');
    socket.onopen = () => { resolve('open'); socket.close(); };
    socket.onclose = ({ code }) => resolve('closed ' + code);
  })`;
}

function trimLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();
}
