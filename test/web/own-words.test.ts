import type { Notice } from '../../src/store/notice';
import { findUser } from '../../src/store/users';
import { sayStock, sayWith, type Say } from '../../src/texts/texts';
import { NOON } from '../support/accounts';
import { totp } from '../support/authenticator';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { sayNamed, wordsBeside } from '../support/named-texts';
import type { ConfigInput } from '../../src/config/schema';
import type { LoginPorts } from '../../src/web/parts';
import { openWebBoard, type Answer, type WebBoard } from '../support/web-board';

const SET_UP = '/_enig/2fa/enable_2fa_otp';
const RESET = '/_enig/sec/reset_password';
const CONFIRM = '/_enig/sec/confirm_mail';
const RECOVER = '/_enig/2fa/recover';
const STOP = '/_enig/2fa/stop_recovery';
const CALLER = { sessionId: 'here', server: 'ssh', remoteIp: '192.0.2.9' };
const ORIGIN = { server: 'ssh', remoteIp: '192.0.2.9' };

/** What callers can call; each test says which. */
let ports: LoginPorts = {};
const loginPorts = (): LoginPorts => ports;

let board: WebBoard | undefined;
afterEach(() => board?.close());

async function open(
  say: Say,
  general: ConfigInput['general'] = {},
): Promise<{ readonly board: WebBoard; readonly user: number }> {
  ports = { ssh: 8889, wss: 8811 };
  const rest = { general, users: { twoFactorAuth: { recoveryMail: { enabled: true } } } };
  const servers = { webSocket: { wss: { enabled: true } } };
  board = await openWebBoard({}, { ...rest, loginServers: servers }, { say, loginPorts });
  return { board, user: await board.addUser('joe') };
}

function tokenOf({ notices }: WebBoard, kind: Notice['kind']): string {
  const notice = notices.filter((each) => each.kind === kind).at(-1);
  if (notice === undefined || !('token' in notice)) throw new Error(`no ${kind}`);
  return notice.token;
}

/** What a browser reads in an attribute. */
function unescapeHtml(text: string): string {
  return text.replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)));
}

/** The front page, the terminal, and the pages of every link, with what they answer to mistakes and at the end. */
async function visitAll(say: Say, general?: ConfigInput['general']): Promise<readonly Answer[]> {
  const { board: web, user } = await open(say, general);
  const pages: Answer[] = [];
  const ask = async (path: string): Promise<void> => void pages.push(await web.ask(path));
  const post = async (path: string, fields: Readonly<Record<string, string>>): Promise<void> =>
    void pages.push(await web.post(path, fields));
  await ask('/nowhere');
  await ask('/');
  await ask('/terminal');
  ports = { ssh: 8889 };
  await ask('/');
  ports = {};
  await ask('/');
  await ask(SET_UP);
  await ask(`${SET_UP}?token=x`);
  await post('/_enig/2fa/recover', {});

  const strange = await web.enrollment.begin(user, 'rfc4266_HOTP', { actor: CALLER });
  await post(SET_UP, { token: strange.kind === 'begun' ? strange.token : '', answer: 'not-me' });
  const begun = await web.enrollment.begin(user, 'googleAuth', { actor: CALLER });
  const token = begun.kind === 'begun' ? begun.token : '';
  const found = await web.enrollment.pendingFor(user, 'here');
  const word = found?.word ?? '';
  const otp = totp((await web.enrollment.find(token))?.secret ?? '', NOON);
  await ask(`${SET_UP}?token=${token}`);
  for (const fields of [
    { otp: 'x', word },
    { otp, word: '' },
    { otp, word: '????' },
    { otp, word, label: 'x'.repeat(31) },
    { otp, word, label: 'a |04b' },
    { otp: '000000', word },
    { otp, word },
  ])
    await post(SET_UP, { token, ...fields });

  web.passwordReset.request('joe', ORIGIN);
  await web.passwordReset.close();
  const reset = tokenOf(web, 'password-reset');
  await ask(`${RESET}?token=${reset}`);
  for (const [password, again] of [
    ['one', 'two'],
    ['one', 'one'],
    ['a quiet harbour 8', 'a quiet harbour 8'],
  ] as const)
    await post(RESET, { token: reset, password, confirm_password: again });

  await web.mailChange.begin(user, 'joe@new.example.org', {});
  const confirm = tokenOf(web, 'confirm-mail');
  await ask(`${CONFIRM}?token=${confirm}`);
  await post(CONFIRM, { token: confirm });

  const joe = await web.db.run((sql) => findUser(sql, user));
  if (joe === undefined) throw new Error('no joe');
  await web.recovery.ask(joe, ORIGIN);
  const recover = tokenOf(web, 'recovery-link');
  await ask(`${RECOVER}?token=${recover}`);
  await post(RECOVER, { token: recover });
  const stop = tokenOf(web, 'recovery-started');
  await ask(`${STOP}?token=${stop}`);
  await post(STOP, { token: stop });
  return pages;
}

describe('pages in the words of a board', () => {
  it('have no sentence that a board may not word, and no value or variable too few', async () => {
    const named = await visitAll(sayNamed);
    const states = named.map(({ status }) => status);
    expect(new Set(states)).toEqual(new Set([200, 400, 401, 404, 410]));
    const secret = /(?:[A-Z2-7]{4} ?){8}/g;
    expect(named.flatMap(({ body }) => wordsBeside(body.replace(secret, '')))).toEqual([]);
    await board?.close();
    const stock = await visitAll(sayStock);
    expect(stock.map(({ status }) => status)).toEqual(states);
    const left = stock.flatMap(({ body }) => body.match(/%[A-Z_]+%|\{\w+\}/g) ?? []);
    expect(left).toEqual([]);
  });

  it('say the language of these words in each page, which is English where nothing is said', async () => {
    for (const language of [undefined, 'pt-BR']) {
      const pages = await visitAll(sayStock, language === undefined ? {} : { language });
      const tags = pages.map(
        ({ body }) => /^<!doctype html>\s*<html lang="([^"]*)">/.exec(body)?.[1],
      );
      expect(new Set(tags)).toEqual(new Set([language ?? 'en']));
      await board?.close();
    }
  });

  it('are text, whatever is in them: in a heading, a paragraph, a template, an attribute and around a link', async () => {
    const mark = '<b title="x">&amp; %TOKEN% \'';
    const { board: web, user } = await open(
      sayWith({
        'web-problem.not-found': mark,
        'web-problem.not-found-then': mark,
        'set-up-page.hello': `${mark} {name}`,
        'set-up-page.qr-code': mark,
        'set-up-page.on-the-phone': `${mark} {link}`,
        'set-up-page.label-why': `${mark} {example}`,
        'set-up-answer.codes-copied': mark,
        'terminal-page.close': mark,
        'terminal-page.terminal-of': `${mark} {board}`,
        'terminal-page.trust': `${mark} {link}`,
        'terminal-says.over': mark,
        'front-page.new-then': `${mark} {choice}`,
      }),
    );
    const { body: problem } = await web.ask('/nowhere');
    const begun = await web.enrollment.begin(user, 'googleAuth', {});
    const token = begun.kind === 'begun' ? begun.token : '';
    const { body: form } = await web.ask(`${SET_UP}?token=${token}`);
    const otp = totp((await web.enrollment.find(token))?.secret ?? '', NOON);
    const { body: done } = await web.post(SET_UP, { token, otp });
    const escaped = '&#60;b title=&#34;x&#34;&#62;&#38;amp; %TOKEN% &#39;';
    const times = (text: string): number => text.split(escaped).length - 1;
    // The heading is the title as well.
    expect([times(problem), times(form), times(done)]).toEqual([3, 4, 1]);
    const { body: front } = await web.ask('/');
    const { body: terminal } = await web.ask('/terminal');
    expect([times(front), times(terminal)]).toEqual([1, 3]);
    expect(front).toContain(`${escaped} <b>New here? Apply</b>`);
    expect(terminal).toContain(`${escaped} <a href="https://localhost:8811/"`);
    const words = / data-words="([^"]*)"/.exec(terminal)?.[1] ?? '';
    expect(JSON.parse(unescapeHtml(words))).toMatchObject({ 'terminal-says.over': mark });
    expect(`${problem}${form}${done}${terminal}`).not.toContain('<b ');
    expect(form).toMatch(/&#39; <a href="otpauth:[^"]*">Open it in the app<\/a>/);
  });

  it('change with an edit of texts.hjson while the board runs, at the port of the terminal too', async () => {
    const dir = await BoardDir.make({ 'config/config.hjson': '{}' });
    const config = { loginServers: { webSocket: { wss: { enabled: true, port: 0 } } } };
    const running = await TestBoard.start({ boardDir: dir.path, config });
    const port = running.bbs.addresses.https?.port ?? 0;
    await dir.write(
      'config/texts.hjson',
      '{ "web-problem.not-found": "Nobody is here", "web-port.no-page": "Call <by> terminal." }',
    );
    await running.logged('board.reloaded');
    const page = await running.browse(`https://localhost:${port}/nowhere`);
    expect([page.status, page.body.includes('<h1>Nobody is here</h1>')]).toEqual([404, true]);
    const { body, headers } = await running.browse(`https://localhost:${running.wssPort}/`);
    expect([body, headers['content-type']]).toEqual([
      'Call <by> terminal.\n',
      'text/plain; charset=utf-8',
    ]);
    await running.remove();
    await dir.remove();
  });
});
