import type { Browser, BrowserContext, Page } from 'playwright-core';
import { TestBoard } from '../support/board';
import { PASSWORD } from '../support/sign-in';
import { launchBrowser } from './browser';

const PATIENCE_MS = 10_000;

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
    expect(await rows()).toContain('until next time');
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
    expect((await rows()).trimEnd()).toBe(trimLines(expected));
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
    await page.keyboard.press('Escape');
    await sees('Sign in');
    expect(problems).toEqual([]);
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
  });
});

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
