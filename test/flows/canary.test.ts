import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestBoard } from '../support/board';
import { hiddenFields } from '../support/browse';
import { KEYS, type DialledCaller } from '../support/dial';
import { linkIn } from '../support/letter';
import {
  giveCode,
  goToMainMenu,
  openTwoFactor,
  prove,
  signIn,
  MAIL_LINK,
  readSetUpWord,
} from '../support/sign-in';
import { ed25519Pair } from '../support/ssh-keys';

/** Secrets that are told apart from everything else a board writes. */
const MARKED = {
  password: 'canary one sings 7',
  wrongPassword: 'canary two coughs 8',
  passwordAsName: 'canary3coughs',
  newPassword: 'canary four sings 9',
  resetPassword: 'canary five sings 10',
  applied: 'canary six sings 11',
  sshPassword: 'canary seven coughs 12',
  webPassword: 'canary8',
} as const;
const BACKUP_CODE = /\b[a-z]{5}(?:-[a-z]{5}){3}\b/g;

describe('no secret is readable anywhere (rule H4)', () => {
  const printed: string[] = [];
  let board: TestBoard;
  beforeAll(async () => {
    for (const stream of [process.stdout, process.stderr]) {
      const write = stream.write.bind(stream) as (text: unknown, ...rest: unknown[]) => boolean;
      jest.spyOn(stream, 'write').mockImplementation((text: unknown, ...rest: unknown[]) => {
        printed.push(String(text));
        return write(text, ...rest);
      });
    }
    board = await TestBoard.start({
      // All that the board can say about itself, to its log.
      config: {
        loginServers: {
          ssh: { traceConnections: true },
          webSocket: { wss: { enabled: true, port: 0 } },
        },
      },
    });
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await board.remove();
  });

  async function hangUpAfter(caller: DialledCaller, wanted: string | RegExp): Promise<string> {
    const text = await caller.sees(wanted);
    caller.hangUp();
    return text;
  }

  /** Every way in and every change of a secret; returns the secrets that the board made meanwhile. */
  async function liveThroughAllOfIt(): Promise<string[]> {
    const { password, wrongPassword, passwordAsName, newPassword } = MARKED;
    const made: string[] = [];
    await board.addUser('mia', password);

    // Wrong passwords, and one that was typed where the name belongs.
    const byTelnet = await board.telnet();
    await signIn(byTelnet, 'mia', wrongPassword);
    await byTelnet.sees(/wrong user name or password/i);
    byTelnet.type(`${KEYS.return}${password}${KEYS.return}`);
    await hangUpAfter(byTelnet, 'Both doors are open.');
    const mistaken = await board.telnet();
    await signIn(mistaken, passwordAsName, wrongPassword);
    await hangUpAfter(mistaken, /wrong user name or password/i);
    for (const attempt of [
      { userName: 'mia', password: MARKED.sshPassword },
      { userName: passwordAsName, password: MARKED.sshPassword },
      { userName: 'mia', answers: [MARKED.sshPassword] },
    ]) {
      await expect(board.ssh(attempt)).rejects.toThrow();
    }

    // Enrolment: link, page, wrong code, right code.
    const caller = await board.ssh({ userName: 'mia', password });
    await goToMainMenu(caller);
    await openTwoFactor(caller);
    caller.type(MAIL_LINK);
    const word = await readSetUpWord(caller);
    const link = linkIn(await board.letterTo('mia@example.org', /Switch on two-factor sign-in/));
    made.push(new URL(link).searchParams.get('token') ?? '');
    const page = await board.browse(link);
    const secret = /secret=([A-Z2-7]+)/.exec(page.body)?.[1] ?? '';
    made.push(secret, (secret.match(/.{4}/g) ?? []).join(' '));
    const url = `https://localhost:${board.httpsPort}/_enig/2fa/enable_2fa_otp`;
    const confirm = (otp: string) =>
      board.browse(url, { form: { ...hiddenFields(page), otp, word } });
    await confirm('000000');
    const codes = [board.code(secret)];
    const done = await confirm(codes[0] ?? '');
    // The link that saves the codes has them a second time.
    const backupCodes = [...new Set(done.body.match(BACKUP_CODE) ?? [])];
    expect(backupCodes).toHaveLength(10);
    await confirm(codes[0] ?? '');
    caller.hangUp();

    // Codes: right, spent, by keyboard-interactive, and a backup code twice.
    codes.push(board.freshCode(secret));
    const withCode = await board.ssh({ userName: 'mia', password });
    await giveCode(withCode, codes[1] ?? '');
    await goToMainMenu(withCode);
    codes.push(board.freshCode(secret));
    const dialogue = await board.ssh({ userName: 'mia', answers: [password, codes[2] ?? ''] });
    await hangUpAfter(dialogue, 'Both doors are open.');
    for (const [code = '', wanted] of [
      [codes[2], 'Wrong code.'],
      [backupCodes[0], 'Both doors are open.'],
      [backupCodes[0], 'Wrong code.'],
    ] as const) {
      const again = await board.telnet();
      await signIn(again, 'mia', password);
      await giveCode(again, code);
      await hangUpAfter(again, wanted);
    }

    // New backup codes and another password, each by who proves himself.
    const changing = await board.ssh({ userName: 'mia', password });
    codes.push(board.freshCode(secret));
    await giveCode(changing, codes[3] ?? '');
    await goToMainMenu(changing);
    await openTwoFactor(changing);
    changing.type('n');
    codes.push(board.freshCode(secret));
    await prove(changing, password, codes[4] ?? '');
    const shown = (await changing.sees('Your new backup codes')).match(BACKUP_CODE) ?? [];
    changing.hangUp();
    await board.oputil('user', 'pw', 'mia', newPassword);

    // A forgotten password.
    const forgetful = await board.telnet();
    await forgetful.sees('Sign in');
    forgetful.type('F');
    await forgetful.sees('User name');
    forgetful.type(`mia${KEYS.return}`);
    const reset = linkIn(await board.letterTo('mia@example.org', /Choose a new password/));
    forgetful.hangUp();
    made.push(new URL(reset).searchParams.get('token') ?? '');
    const form = hiddenFields(await board.browse(reset));
    const resetUrl = `https://localhost:${board.httpsPort}/_enig/sec/reset_password`;
    const set = (text: string) =>
      board.browse(resetUrl, { form: { ...form, password: text, confirm_password: text } });
    expect((await set(MARKED.webPassword)).status).toBe(400);
    expect((await set(MARKED.resetPassword)).status).toBe(200);

    // A secret of the sysop's tool, and its failures.
    made.push(await board.bindOtp('mia', 'google'));
    await board.tryOputil('user', 'add', 'nils', '--password', MARKED.webPassword);
    made.push(...backupCodes, ...shown);
    made.push(...[...backupCodes, ...shown].map((code) => code.replaceAll('-', '')));
    return [...made, ...codes];
  }

  it('neither in the log, nor printed, nor in the database and its journal (rule H4)', async () => {
    const secrets = [...(await liveThroughAllOfIt()), ...Object.values(MARKED)];
    expect(secrets.every((secret) => secret.length >= 6)).toBe(true);
    const keys = ed25519Pair();
    await board.addSshKey('mia', keys.public);
    const keyFile = async (name: string): Promise<string> =>
      readFile(join(board.dataDir, 'keys', name), 'utf8');
    const hostKey = (await keyFile('ssh_host_ed25519')).split('\n')[2] ?? '';
    const sealing = JSON.parse(await keyFile('sealing.json')) as { keys: { key: string }[] };
    secrets.push(hostKey, sealing.keys[0]?.key ?? '');
    expect(hostKey.length).toBeGreaterThan(40);

    const places: Record<string, string> = {
      log: board.logLines.join(''),
      printed: printed.join(''),
      database: (await readDatabase(board.dataDir)).toString('latin1'),
    };
    expect(places.log).toContain('ssh.trace');
    expect(places.log).toContain('login.accepted');
    expect(places.database).toContain('otp_factor');
    for (const [place, text] of Object.entries(places)) {
      for (const secret of secrets)
        expect([place, secret, holds(text, secret)]).toEqual([place, secret, false]);
    }
  }, 120_000);
});

/** Digits are looked for as a number of their own: six of them stand in many a hash. */
function holds(text: string, secret: string): boolean {
  if (!/^\d+$/.test(secret)) return text.includes(secret);
  return new RegExp(`(?<![0-9A-Za-z])${secret}(?![0-9A-Za-z])`).test(text);
}

async function readDatabase(dataDir: string): Promise<Buffer> {
  const files = ['user.sqlite3', 'user.sqlite3-wal'].map((name) => join(dataDir, 'db', name));
  return Buffer.concat(await Promise.all(files.map((file) => readFile(file))));
}
