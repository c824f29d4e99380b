import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKeyUri, totp } from '../support/authenticator';
import { openBackOffice, type BackOffice } from '../support/back-office';
import { BoardProcess, removeBoardFiles } from '../support/board-process';
import type { DialledCaller } from '../support/dial';
import { readQrCode } from '../support/photograph';
import {
  giveCode,
  goToMainMenu,
  openTwoFactor,
  PASSWORD,
  prove,
  SWITCH_ON,
} from '../support/sign-in';

jest.setTimeout(120_000);

const CODES = /\b[a-z]{5}(?:-[a-z]{5}){3}\b/g;
const QR_SCREEN = /Type the code\s+that the/;
const NOW_ON = 'Your second factor is ON';
const codeNow = (secret: string): string => totp(secret, Date.now());

/** What is kept of the second factor of an account. */
async function factorOf(office: BackOffice, name: string): Promise<Record<string, unknown[]>> {
  const id = await office.userId(name);
  return office.db.run(async (sql) => {
    const rows: Record<string, unknown[]> = {};
    for (const table of ['otp_factor', 'otp_app', 'otp_pending', 'backup_code'])
      rows[table] = await sql(table).where({ user_id: id });
    return rows;
  });
}

describe('a set-up on the screen that is left half-way', () => {
  let board: BoardProcess;
  let office: BackOffice;
  const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-half-way-')), 'data');
  beforeAll(async () => {
    board = await BoardProcess.start({ dataDir });
    office = await openBackOffice(dataDir);
  });
  afterAll(async () => {
    await office.close();
    await board.end('SIGTERM');
    removeBoardFiles(dataDir);
  });

  const dial = (name: string): Promise<DialledCaller> =>
    board.ssh({ userName: name, password: PASSWORD });

  /** From the sign-in to the QR code; returns its secret. */
  async function begin(caller: DialledCaller, proof?: string): Promise<string> {
    await goToMainMenu(caller);
    await openTwoFactor(caller);
    caller.type(SWITCH_ON);
    await prove(caller, PASSWORD, proof);
    await caller.sees(QR_SCREEN);
    return readKeyUri(readQrCode(caller.screen) ?? '').secret;
  }

  /** One whose owner has none, and one whose owner sets up anew, both at the QR code. */
  async function standAtQrCode(round: string) {
    const [fresh, owner] = [`new-${round}`, `old-${round}`];
    for (const name of [fresh, owner]) await office.addAccount(name, PASSWORD);
    const { secret, backupCodes } = await office.bind(owner);
    const first = await dial(fresh);
    const seen = await begin(first);
    const second = await dial(owner);
    await giveCode(second, backupCodes[0] ?? '');
    const before = await begin(second, backupCodes[1]);
    return { fresh, owner, callers: [first, second], seen, secret, backupCodes, before };
  }

  /** Nothing is half changed, and the next sign-in leads to a set-up from its beginning. */
  async function expectUnchanged(at: Awaited<ReturnType<typeof standAtQrCode>>): Promise<void> {
    const { fresh, owner, seen, secret, before, backupCodes } = at;
    const left = await factorOf(office, fresh);
    expect([left['otp_factor'], left['otp_app'], left['backup_code']]).toEqual([[], [], []]);

    const caller = await dial(fresh);
    await goToMainMenu(caller);
    await openTwoFactor(caller);
    const screen = await caller.sees('How to switch it on');
    expect(screen).toContain('Your second factor is OFF');
    expect(screen).toContain('Switch it on here, now');
    expect((await factorOf(office, fresh))['otp_pending']).toEqual([]);
    caller.type(SWITCH_ON);
    await prove(caller, PASSWORD);
    await caller.sees(QR_SCREEN);
    const anew = readKeyUri(readQrCode(caller.screen) ?? '').secret;
    expect(anew).not.toBe(seen);
    caller.type(`${codeNow(anew)}\r`);
    await caller.sees('Your backup codes');
    caller.hangUp();

    // The old app goes on working, and the one of the set-up never did.
    const back = await dial(owner);
    await giveCode(back, codeNow(before));
    await back.sees('Wrong code.');
    back.type(`${codeNow(secret)}\r`);
    await goToMainMenu(back);
    await openTwoFactor(back);
    expect(await back.sees(NOW_ON)).toContain(`${backupCodes.length - 2} of 10 backup codes left`);
    expect((await factorOf(office, owner))['otp_pending']).toEqual([]);
    back.hangUp();
  }

  it('by hang-up at the QR code changes nothing', async () => {
    const at = await standAtQrCode('hang-up');
    for (const caller of at.callers) caller.hangUp();
    await expectUnchanged(at);
  });

  it('by a board that is killed while the QR code stands changes nothing', async () => {
    const at = await standAtQrCode('killed');
    await board.end('SIGKILL');
    for (const caller of at.callers) await caller.isHungUpOn();
    board = await BoardProcess.start({ dataDir });
    await expectUnchanged(at);
  });

  it('by a board that is killed behind the first code is whole, with the codes that were shown', async () => {
    await office.addAccount('done', PASSWORD);
    const caller = await dial('done');
    const secret = await begin(caller);
    const first = codeNow(secret);
    caller.type(`${first}\r`);
    const shown = (await caller.sees('Your backup codes')).match(CODES) ?? [];
    await board.end('SIGKILL');
    board = await BoardProcess.start({ dataDir });
    const next = await dial('done');
    // Spent at the set-up.
    await giveCode(next, first);
    await next.sees('Wrong code.');
    next.type(`${shown[9] ?? ''}\r`);
    await goToMainMenu(next);
    await openTwoFactor(next);
    expect(await next.sees(NOW_ON)).toContain('9 of 10 backup codes left');
    next.hangUp();
  });
});
