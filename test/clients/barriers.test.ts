import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import Fastify from 'fastify';
import type { Browser, Page } from 'playwright-core';
import { sampleMails } from '../../misc/scripts/mails';
import { NOON } from '../support/accounts';
import { totp } from '../support/authenticator';
import { getUser } from '../../src/store/users';
import { stockText, sayStock } from '../../src/texts/texts';
import { sendProblem, type ProblemName } from '../../src/web/page';
import { PAGE_HEADINGS, PROBLEM_NAMES, ROUTES } from '../support/routes';
import { openWebBoard, type WebBoard } from '../support/web-board';
import { findBarriers, fitsSideways, launchBrowser } from './browser';

const WIDTHS = [390, 1280] as const;
const NARROWEST = 320;
const SCHEMES = ['light', 'dark'] as const;
/** With it the pages are kept as pictures, to be looked at. */
const PICTURES = process.env['PICTURES'];
const GENEROUS = { otpRegGet: 999, otpRegPost: 999, pwResetGet: 999, pwResetPost: 999 };
const REGISTER = '/_enig/2fa/enable_2fa_otp';
const RESET = '/_enig/sec/reset_password';
/** Kinds of mail, one of each template and way to fill it in. */
const OF_EACH_TEMPLATE = ['otp-register', 'password-reset', 'confirm-mail', 'ssh-key-added'];
/** What the board answers there is no page: files of pages, and what programs ask. */
const NO_PAGES = [
  '/_enig/codes.js',
  '/_enig/health',
  '/_enig/ready',
  '/_enig/style.css',
  '/_enig/terminal/:version/:name',
  '/_enig/verify',
];
const CALLER = { sessionId: 'here', server: 'ssh', remoteIp: '192.0.2.9' };

interface Look {
  readonly width: number;
  readonly colorScheme: (typeof SCHEMES)[number];
  /** True for the rules about looks alone: the others hold at each width. */
  readonly onlyLooks: boolean;
}

jest.setTimeout(180_000);

describe('no page puts a barrier before a person (axe-core)', () => {
  let board: WebBoard;
  let browser: Browser;
  let page: Page;
  let user: number;

  beforeAll(async () => {
    browser = await launchBrowser();
    board = await openWebBoard(
      { rateLimits: GENEROUS },
      {
        users: { twoFactorAuth: { recoveryMail: { enabled: true } } },
        loginServers: { webSocket: { wss: { enabled: true } } },
      },
      { loginPorts: () => ({ ssh: 8889, wss: 8811, telnet: 8888 }) },
    );
    user = await board.addUser('joe');
  });
  beforeEach(async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    page = await context.newPage();
  });
  afterEach(() => page.context().close());
  afterAll(async () => {
    await browser.close();
    await board.close();
  });

  const open = (path: string) => page.goto(`https://localhost:${board.port}${path}`);

  /** The page as it is, in both schemes: at each width without barriers, and no wider than any window. */
  async function expectNoBarriers(name: string): Promise<void> {
    paths.add(new URL(page.url()).pathname);
    for (const heading of await page.locator('h1').allTextContents()) headings.add(heading);
    await page.setViewportSize({ width: NARROWEST, height: 844 });
    expect([name, await fitsSideways(page)]).toEqual([name, true]);
    let onlyLooks = false;
    for (const width of WIDTHS) {
      for (const colorScheme of SCHEMES) {
        await expectNoneAt(name, { width, colorScheme, onlyLooks });
        onlyLooks = true;
      }
    }
  }

  /** Headings and paths of the pages that were looked at. */
  const headings = new Set<string>();
  const paths = new Set<string>();

  async function expectNoneAt(
    name: string,
    { width, colorScheme, onlyLooks }: Look,
  ): Promise<void> {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme });
    const where = `${name} ${width} ${colorScheme}`;
    expect([where, await findBarriers(page, { onlyLooks })]).toEqual([where, []]);
    expect([where, await fitsSideways(page)]).toEqual([where, true]);
    if (PICTURES === undefined) return;
    await mkdir(PICTURES, { recursive: true });
    const path = join(PICTURES, `${where.replaceAll(' ', '-')}.png`);
    await page.screenshot({ path, fullPage: true });
  }

  /** What the field in focus says of itself: its id, that it is wrong, and the text that says why. */
  const focused = (): Promise<unknown> =>
    page.evaluate(`(({ activeElement: field }) => [
      field.id, field.getAttribute('aria-invalid'),
      document.getElementById((field.getAttribute('aria-describedby') ?? '').split(' ')[0])?.textContent,
    ])(document)`);

  it('on the front page, and where nothing is', async () => {
    await open('/');
    await page.getByRole('link', { name: 'Call from this browser' }).waitFor();
    await expectNoBarriers('front');
    await open('/nowhere');
    expect(await page.title()).toMatch(/^Error: /);
    await expectNoBarriers('nowhere');
  });

  it('from the link for a second factor to the backup codes, wrong answers included', async () => {
    const begun = await board.enrollment.begin(user, 'googleAuth', { actor: CALLER });
    const token = begun.kind === 'begun' ? begun.token : '';
    const pending = await board.enrollment.pendingFor(user, 'here');
    await open(`${REGISTER}?token=${token}&otpType=googleAuth`);
    await expectNoBarriers('register');
    const send = async (word: string, code: string): Promise<void> => {
      await page.getByLabel('Type the word').fill(word);
      await page.getByLabel('Type the code').fill(code);
      await page.getByRole('button', { name: 'Switch it on' }).click();
    };
    const right = totp(pending?.secret ?? '', NOON);
    await page.getByLabel('Name this app').fill('My |04phone');
    await send(pending?.word ?? '', right);
    await page.locator('#label:focus').waitFor();
    expect(await focused()).toEqual(['label', 'true', expect.stringContaining('cannot be shown')]);
    await expectNoBarriers('register-bad-name');
    await page.getByLabel('Name this app').fill('');
    await send('CCCC', right);
    await page.locator('#word:focus').waitFor();
    expect(await focused()).toEqual(['word', 'true', expect.stringContaining('4 tries are left')]);
    await expectNoBarriers('register-wrong-word');
    await send(pending?.word ?? '', right === '000000' ? '111111' : '000000');
    await page.locator('#otp:focus').waitFor();
    expect(await focused()).toEqual(['otp', 'true', expect.stringContaining('3 tries are left')]);
    expect(await page.title()).toBe('Error: Switch on two-factor sign-in - Sallyport');
    await expectNoBarriers('register-wrong-code');
    await send(pending?.word ?? '', right);
    await page.getByRole('heading', { name: 'Your backup codes' }).waitFor();
    await page.getByRole('button', { name: 'Copy the codes' }).waitFor();
    await expectNoBarriers('codes');
  });

  it('on the page for a new password, which says at the field what is wrong', async () => {
    board.passwordReset.request('joe', {});
    await board.passwordReset.close();
    const notice = board.notices.find(({ kind }) => kind === 'password-reset');
    await open(`${RESET}?token=${notice?.kind === 'password-reset' ? notice.token : ''}`);
    await expectNoBarriers('reset');
    const send = async (first: string, again: string): Promise<void> => {
      await page.getByLabel('New password').fill(first);
      await page.getByLabel('Once more').fill(again);
      await page.getByRole('button', { name: 'Change it' }).click();
    };
    await send('four words of mine', 'four words of yours');
    await page.locator('#confirm_password:focus').waitFor();
    expect(await focused()).toEqual([
      ...['confirm_password', 'true', 'The two passwords are not the same.'],
    ]);
    await send('x', 'x');
    await page.locator('#password:focus').waitFor();
    expect(await focused()).toEqual(['password', 'true', expect.stringMatching(/\w/)]);
    await expectNoBarriers('reset-refused');
    await send('four words of mine', 'four words of mine');
    await page.getByRole('heading', { name: 'Your password is changed' }).waitFor();
    await expectNoBarriers('reset-done');
  });

  it('on the page that confirms a mail address', async () => {
    const actor = { server: 'ssh', remoteIp: '192.0.2.9' };
    await board.mailChange.begin(user, 'joe.with.a.long.name@another.example.org', actor);
    const notice = board.notices.find(({ kind }) => kind === 'confirm-mail');
    const token = notice?.kind === 'confirm-mail' ? notice.token : '';
    await open(`/_enig/sec/confirm_mail?token=${token}`);
    await expectNoBarriers('confirm');
    await page.getByRole('button', { name: 'Use this address' }).click();
    await page.getByRole('heading', { name: 'Your mail address is confirmed' }).waitFor();
    await expectNoBarriers('confirmed');
  });

  it('on the pages that begin and stop the waiting time of a lost second factor', async () => {
    const id = await board.addUser('lena');
    await board.enrollment.bind(id, 'googleAuth');
    const lena = await board.db.run((sql) => getUser(sql, id));
    expect(await board.recovery.ask(lena, CALLER)).toBe('mailed');
    const tokenOf = (kind: 'recovery-link' | 'recovery-started'): string => {
      const notice = board.notices.find((each) => each.kind === kind);
      return notice !== undefined && 'token' in notice ? notice.token : '';
    };
    await open(`/_enig/2fa/recover?token=${tokenOf('recovery-link')}`);
    await expectNoBarriers('recover');
    await page.getByRole('button', { name: 'Begin the waiting time' }).click();
    await page.getByRole('heading', { name: 'The waiting time has begun' }).waitFor();
    await expectNoBarriers('recover-waits');
    await open(`/_enig/2fa/stop_recovery?token=${tokenOf('recovery-started')}`);
    await expectNoBarriers('stop-recovery');
    await page.getByRole('button', { name: 'Stop it' }).click();
    await page.getByRole('heading', { name: 'Your second factor stays' }).waitFor();
    await expectNoBarriers('recovery-stopped');
  });

  it('where a set-up is disowned, and where a further app is added', async () => {
    const id = await board.addUser('mona');
    const dropped = await board.enrollment.begin(id, 'googleAuth', { actor: CALLER });
    await open(`${REGISTER}?token=${dropped.kind === 'begun' ? dropped.token : ''}`);
    await page.getByRole('button', { name: 'This was not me' }).click();
    await page.getByRole('heading', { name: 'The set-up has ended' }).waitFor();
    await expectNoBarriers('disowned');
    await board.enrollment.bind(id, 'googleAuth');
    const begun = await board.enrollment.begin(id, 'googleAuth', {
      actor: CALLER,
      label: 'Tablet',
    });
    await open(`${REGISTER}?token=${begun.kind === 'begun' ? begun.token : ''}`);
    const pending = await board.enrollment.pendingFor(id, 'here');
    await page.getByLabel('Type the word').fill(pending?.word ?? '');
    await page.getByLabel('Type the code').fill(totp(pending?.secret ?? '', NOON));
    await page.getByRole('button', { name: 'Switch it on' }).click();
    await page.getByRole('heading', { name: 'The authenticator app is added' }).waitFor();
    await expectNoBarriers('added');
  });

  it('on each page about an error', async () => {
    const { config } = board;
    const pages = Fastify();
    pages.get('/:name', (request, reply) => {
      const { name } = request.params as { readonly name: ProblemName };
      return sendProblem(reply, name, { config, say: sayStock });
    });
    expect(PROBLEM_NAMES.length).toBeGreaterThan(12);
    for (const name of PROBLEM_NAMES) {
      const { statusCode: status, headers, body } = await pages.inject(`/${name}`);
      // At the address of the board, so that the page has its style sheet and its policy.
      await page.route('**/problem', (route) =>
        route.fulfill({ status, body, headers: headers as Record<string, string> }),
      );
      await open('/problem');
      expect([name, status >= 400, await page.title()]).toEqual([
        ...[name, true, expect.stringMatching(/^Error: .* - Sallyport$/)],
      ]);
      await expectNoBarriers(`problem-${name}`);
      await page.unroute('**/problem');
    }
    await pages.close();
  });

  it('on the terminal page where no board answers its call', async () => {
    await open('/terminal');
    await page.locator('#call-again').waitFor();
    await expectNoBarriers('terminal');
  });

  it('on every page and at every path that the source names', () => {
    expect(PAGE_HEADINGS.length).toBeGreaterThan(25);
    const unseen = PAGE_HEADINGS.filter((id) => !headings.has(stockText(id)));
    expect(unseen).toEqual([]);
    const left = new Set(ROUTES.map(({ path }) => path).filter((path) => !paths.has(path)));
    expect([...left].sort()).toEqual(NO_PAGES);
  });

  it('in the mails of each template', async () => {
    for (const { kind, html } of await sampleMails()) {
      if (!OF_EACH_TEMPLATE.includes(kind)) continue;
      await page.setContent(html);
      await expectNoBarriers(`mail-${kind}`);
    }
  });

  it('in a mail of each other kind, on a phone that is dark and on a wide window that is light', async () => {
    for (const { kind, html } of await sampleMails()) {
      if (OF_EACH_TEMPLATE.includes(kind)) continue;
      await page.setContent(html);
      await expectNoneAt(`mail-${kind}`, { width: 390, colorScheme: 'dark', onlyLooks: false });
      await expectNoneAt(`mail-${kind}`, { width: 1280, colorScheme: 'light', onlyLooks: true });
    }
  });
});
