import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { readKeyUri } from '../support/authenticator';
import { linkIn } from '../support/letter';
import { KEYS } from '../support/dial';
import { SWITCH_ON_KEYS } from './keys';
import { launchBrowser } from './browser';
import { oathtool, output, zbarimg } from './programs';
import { goToMainMenu, PASSWORD, RealBoard } from './real-board';
import type { TmuxTerminal } from './tmux';

const CODE = /\b[a-z]{5}(?:-[a-z]{5}){3}\b/g;

describe('switching the second factor on with a browser', () => {
  let board: RealBoard;
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-pictures-'));
    board = await RealBoard.start();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await board.remove();
    await rm(folder, { recursive: true, force: true });
  });

  async function dial(name: string): Promise<TmuxTerminal> {
    return board.terminal([
      ...['ssh', '-F', 'none', '-o', 'StrictHostKeyChecking=no'],
      ...['-o', 'UserKnownHostsFile=/dev/null', '-p', board.sshPort, `${name}@127.0.0.1`],
    ]);
  }

  /** On the screen of the second factor, by OpenSSH. */
  async function openConfig(name: string): Promise<TmuxTerminal> {
    const caller = await dial(name);
    await caller.sees('Password:');
    await caller.enter(PASSWORD);
    await goToMainMenu(caller);
    await caller.enter('2fa');
    await caller.sees('Kind of code');
    return caller;
  }

  /** What the page asks for, from the screen of the call. */
  async function readWord(caller: TmuxTerminal): Promise<string> {
    const shown = /Type ([A-Z0-9]{4}) on its/;
    return shown.exec(await caller.sees(shown))?.[1] ?? '';
  }

  /** A phone in portrait or a window: the board's certificate is its own, as at every first start. */
  async function openPage(link: string): Promise<Page> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    const answer = await page.goto(link);
    expect(answer?.status()).toBe(200);
    expect(problems).toEqual([]);
    return page;
  }

  async function picture(page: Page, name: string): Promise<string> {
    const file = join(folder, `${name}.png`);
    await page.screenshot({ path: file, fullPage: true });
    return file;
  }

  it('leads from the terminal by mail, page and camera to a code that the board asks for', async () => {
    await board.addUser('ada');
    const caller = await openConfig('ada');
    await caller.press('m');
    const word = await readWord(caller);
    const link = linkIn(await board.letterTo('ada@example.org'));
    const page = await openPage(link);

    const uri = await zbarimg(await picture(page, 'register'));
    const { secret, issuer } = readKeyUri(uri);
    expect(issuer).toBe('Sallyport');
    expect(await page.innerText('.secret')).toBe((secret.match(/.{4}/g) ?? []).join(' '));

    await page.fill('#word', word);
    await page.fill('#otp', '000000');
    await page.click('text=Switch it on');
    expect(await page.innerText('#otp-error')).toContain('That code is not right.');
    const code = await oathtool(secret);
    await page.fill('#word', word.toLowerCase());
    await page.fill('#otp', code);
    await page.click('text=Switch it on');
    await page.waitForSelector('text=Two-factor sign-in is on');
    const shown = await page.innerText('main');
    const codes = shown.match(CODE) ?? [];
    expect(new Set(codes).size).toBe(10);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy the codes' }).click();
    await page.waitForSelector('text=Copied');
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(codes.join('\n'));
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('text=Download')]);
    expect(file.suggestedFilename()).toBe('backup-codes.txt');
    expect(await readFile(await file.path(), 'utf8')).toBe(`${codes.join('\n')}\n`);
    await page.evaluate('window.print = () => document.body.dataset.printed = "yes"');
    await page.getByRole('button', { name: 'Print' }).click();
    expect(await page.locator('body').getAttribute('data-printed')).toBe('yes');

    // A reload shows no code again; neither does going back to the link.
    expect((await page.goto(link))?.status()).toBe(410);
    expect(await page.innerText('main')).not.toMatch(CODE);

    const next = await dial('ada');
    await next.sees('Password:');
    await next.enter(PASSWORD);
    await next.sees('One-time code:');
    await next.enter(code);
    await next.sees('Wrong code.');
    await next.enter(await oathtool(secret, 1));
    await next.sees('Both doors are open.');
    await next.close();
    await page.context().close();
  });

  it('shows on the terminal a QR code that a camera reads, the same as on the page', async () => {
    await board.addUser('berta');
    const caller = await openConfig('berta');
    await caller.press('m');
    await caller.sees('This board sends no mail');
    const page = await openPage(linkIn(await board.letterTo('berta@example.org')));
    const onPage = await zbarimg(await picture(page, 'berta'));
    await caller.press('q');
    await caller.sees('Show the new secret');
    await caller.enter(PASSWORD);
    const text = await caller.sees('Scan this');
    expect(text.split('\n').length).toBeLessThanOrEqual(25);
    expect(await zbarimg(await photograph(text, 'terminal'))).toBe(onPage);
    await page.context().close();
  });

  it('is not needed: OpenSSH, a camera and the code of the app are enough', async () => {
    await board.addUser('emma');
    const caller = await openConfig('emma');
    await caller.press(...SWITCH_ON_KEYS);
    await caller.sees('Your password first');
    await caller.enter(PASSWORD);
    const text = await caller.sees('Type the code that the');
    const { secret } = readKeyUri(await zbarimg(await photograph(text, 'emma')));
    await caller.enter(await oathtool(secret));
    const codes = (await caller.sees('Your backup codes')).match(CODE) ?? [];
    expect(codes).toHaveLength(10);
    await caller.enter(codes[3] ?? '');
    await caller.sees('Kind of code');
    const next = await dial('emma');
    await next.sees('Password:');
    await next.enter(PASSWORD);
    await next.sees('One-time code:');
    await next.enter(await oathtool(secret, 1));
    await next.sees('Both doors are open.');
    await next.close();
  });

  it.each([
    ['TOTP (SHA-256)', 'T', ['--totp=sha256']],
    ['HOTP (counter)', 'H', ['--hotp', '--counter=0']],
  ] as const)(
    'is read by a camera from the screen where codes are of another kind, and its first code is taken: %s',
    async (kind, letter, how) => {
      const name = `fay-${letter}`;
      await board.addUser(name);
      const caller = await openConfig(name);
      await caller.press(KEYS.tab, letter);
      await caller.sees(kind);
      await caller.press('o');
      await caller.sees('Your password first');
      await caller.enter(PASSWORD);
      const text = await caller.sees('Type the code that the');
      const { secret } = readKeyUri(await zbarimg(await photograph(text, name)));
      await caller.enter((await output('oathtool', ['--base32', ...how, secret])).trim());
      await caller.sees('Your backup codes');
      await caller.close();
    },
  );

  it('ends the call that asked for it, which signs in again with a code', async () => {
    await board.addUser('cora');
    const caller = await openConfig('cora');
    await caller.press('m');
    const word = await readWord(caller);
    const page = await openPage(linkIn(await board.letterTo('cora@example.org')));
    const { secret } = readKeyUri(await zbarimg(await picture(page, 'cora')));
    await page.fill('#otp', await oathtool(secret));
    await page.fill('#word', word);
    await page.click('text=Switch it on');
    await page.waitForSelector('text=Two-factor sign-in is on');
    await caller.sees('Two-factor sign-in is on. Please sign in again with a code.');
    const next = await dial('cora');
    await next.sees('Password:');
    await next.enter(PASSWORD);
    await next.sees('One-time code:');
    await next.enter(await oathtool(secret, 1));
    await next.sees('Both doors are open.');
    await next.close();
    await page.context().close();
  });

  it('fits a phone, and ends by a button where its reader did not ask for it', async () => {
    await board.addUser('dora');
    const caller = await openConfig('dora');
    await caller.press('m');
    await readWord(caller);
    const link = linkIn(await board.letterTo('dora@example.org'));
    const page = await openPage(link);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    await page.getByLabel('Type the word that the board shows you.').fill('k7qf');
    await page.click('text=This was not me');
    await page.waitForSelector('text=The set-up has ended');
    expect((await page.goto(link))?.status()).toBe(410);
    await page.context().close();
  });

  /** A terminal's screen as a picture: white on black, in a font that terminals use. */
  async function photograph(text: string, name: string): Promise<string> {
    const rows = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    const style =
      "margin:0;padding:16px;background:#000;color:#fff;font:16px/19px 'DejaVu Sans Mono',monospace";
    const page = await browser.newPage();
    await page.setContent(`<pre style="${style}">${rows}</pre>`);
    const file = join(folder, `${name}.png`);
    await page.locator('pre').screenshot({ path: file });
    await page.close();
    return file;
  }
});
