import { request } from 'node:https';
import { listAudit } from '../../src/store/audit';
import { decodeBase32, hotp, totp } from '../support/authenticator';
import { openBackOffice, type BackOffice } from '../support/back-office';
import { TestBoard } from '../support/board';
import { dialSsh, type DialledCaller } from '../support/dial';
import { giveCode, PASSWORD, signIn } from '../support/sign-in';
import { rounds, sayRounds } from './contests';

const IN = 'Both doors are open.';
const BUSY = 'The board is busy.';
const ANSWERED = /Both doors are open\.|Wrong code|Too many tries|Wrong user name/;

jest.setTimeout(120_000 + rounds(1) * 10_000);

describe('callers at once by telnet and SSH', () => {
  let board: TestBoard;
  let backend: BackOffice;
  beforeAll(async () => {
    // Hundreds of callers who have not signed in: the early drop would decide who takes part.
    board = await TestBoard.start({
      config: {
        security: { earlyDrop: '5000:30:10000' },
        contentServers: { web: { rateLimits: { otpRegPost: 1_000_000 } } },
      },
    });
    backend = await openBackOffice(board.dataDir, { clock: board.clock });
    await backend.addAccount('runner', PASSWORD);
  });
  afterAll(async () => {
    await backend.close();
    await board.remove();
  });

  /** So many by each way in, with the right password, at the screen that asks for a code. */
  async function lineUp(each: number): Promise<readonly DialledCaller[]> {
    const byTelnet = async (): Promise<DialledCaller> => {
      const caller = await board.telnet();
      await signIn(caller, 'runner');
      return caller;
    };
    const bySsh = (): Promise<DialledCaller> =>
      board.ssh({ userName: 'runner', password: PASSWORD });
    const callers: DialledCaller[] = [];
    // A few at a time: it is the codes that are to come at once.
    for (let left = each; left > 0; left -= 4) {
      const ways = Array.from({ length: Math.min(4, left) }, () => [byTelnet(), bySsh()]);
      callers.push(...(await Promise.all(ways.flat())));
      await Promise.all(callers.map((caller) => caller.sees('One-time code')));
    }
    return callers;
  }

  async function whoGetsIn(callers: readonly DialledCaller[], code: string): Promise<number> {
    await Promise.all(callers.map((caller) => giveCode(caller, code)));
    const screens = await Promise.all(callers.map((caller) => caller.sees(ANSWERED)));
    for (const caller of callers) caller.hangUp();
    await Promise.all(callers.map((caller) => caller.isHungUpOn()));
    return screens.filter((screen) => screen.includes(IN)).length;
  }

  const codes: Readonly<Record<string, () => Promise<string>>> = {
    'TOTP step': async () => board.code((await backend.bind('runner')).secret),
    'HOTP counter value': async () =>
      hotp(decodeBase32((await backend.bind('runner', 'rfc4266_HOTP')).secret), 0),
    'backup code': async () => (await backend.bind('runner')).backupCodes[0] ?? '',
  };

  test.each(Object.keys(codes))('one of sixteen gets in by one %s', async (kind) => {
    const winners: number[] = [];
    for (let round = 0; round < rounds(1); round++) {
      const code = (await codes[kind]?.()) ?? '';
      winners.push(await whoGetsIn(await lineUp(8), code));
    }
    sayRounds(`telnet and SSH, ${kind}`, winners);
    expect(winners.filter((count) => count !== 1)).toEqual([]);
  });

  it('one of sixteen confirms by one registration link', async () => {
    const userId = await backend.userId('runner');
    const winners: number[] = [];
    for (let round = 0; round < rounds(3); round++) {
      await backend.enrollment.disable(userId);
      const begun = await backend.enrollment.begin(userId, 'googleAuth');
      if (begun.kind !== 'begun') throw new Error(begun.kind);
      const secret = (await backend.enrollment.find(begun.token))?.secret ?? '';
      const otp = totp(secret, board.clock.nowMs());
      const form = new URLSearchParams({ token: begun.token, otp }).toString();
      const statuses = await Promise.all(Array.from({ length: 16 }, () => post(form)));
      expect(statuses.filter((status) => status !== 200 && status !== 410)).toEqual([]);
      winners.push(statuses.filter((status) => status === 200).length);
    }
    sayRounds('HTTPS, registration link', winners);
    expect(winners.filter((count) => count !== 1)).toEqual([]);
  });

  function post(form: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const sent = request({
        ...{ host: '127.0.0.1', port: board.httpsPort, agent: false, rejectUnauthorized: false },
        ...{ path: '/_enig/2fa/enable_2fa_otp', method: 'POST' },
        headers: {
          host: `localhost:${board.httpsPort}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
      });
      sent.on('response', (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      });
      sent.on('error', reject);
      sent.end(form);
    });
  }

  it('looks at five of 100 codes guessed at once', async () => {
    const { secret, backupCodes } = await backend.bind('runner');
    const callers = await lineUp(50);
    const before = await newestAudit();
    expect(await whoGetsIn(callers, '000000')).toBe(0);
    expect(await reasonsSince(before)).toEqual({ wrong: 5, wait: 95 });
    // Neither the right code nor a backup code is looked at within the wait.
    const [late] = await lineUp(1);
    if (late === undefined) throw new Error('nobody came');
    for (const [tries, code] of [board.code(secret), backupCodes[0] ?? ''].entries()) {
      await giveCode(late, code);
      // The screen says the same each time; the log tells one answer from the next.
      await board.logged('login.rejected', { reason: 'wait' }, 95 + tries + 1);
    }
    await late.sees('Too many tries');
    board.clock.skip(3_600_000);
    await giveCode(late, board.code(secret));
    await late.sees(IN);
    late.hangUp();
  });

  it('looks at five of 200 passwords guessed at once', async () => {
    await backend.addAccount('target', PASSWORD);
    const before = await newestAudit();
    const atTheForm: DialledCaller[] = [];
    for (let left = 180; left > 0; left -= 20) {
      const more = await Promise.all(Array.from({ length: 20 }, () => board.telnet()));
      await Promise.all(more.map(openForm));
      atTheForm.push(...more);
    }
    const byTelnet = atTheForm.map(async (caller) => {
      caller.type('target\r');
      await guess(caller);
      caller.hangUp();
    });
    const bySsh = Array.from({ length: 20 }, () =>
      expect(
        dialSsh({ port: board.sshPort, userName: 'target', password: 'not the password' }),
      ).rejects.toThrow(/authentication methods failed/),
    );
    await Promise.all([...byTelnet, ...bySsh]);
    // On a slow machine some wait too long for their turn: nothing was looked at for them.
    const { wrong, wait = 0, busy = 0, ...others } = await reasonsSince(before);
    expect([wrong, others]).toEqual([5, {}]);
    expect(wait + busy).toBeGreaterThanOrEqual(195);
  });

  /** Once more where the board is busy, as it says. */
  async function guess(caller: DialledCaller): Promise<void> {
    for (let busy = true; busy;) {
      caller.type('not the password');
      await caller.seesNoMore(BUSY);
      caller.type('\r');
      const screen = await caller.until(
        'an answer',
        () => caller.screen.shows(ANSWERED) || caller.screen.shows(BUSY),
      );
      busy = screen.includes(BUSY);
    }
  }

  async function openForm(caller: DialledCaller): Promise<void> {
    await caller.sees('Sign in');
    caller.type('\r');
    await caller.sees('User name');
  }

  async function newestAudit(): Promise<number> {
    const [newest] = await backend.db.run((sql) => listAudit(sql, { limit: 1 }));
    return newest?.id ?? 0;
  }

  /** How often each reason was written for a rejection. */
  async function reasonsSince(id: number): Promise<Record<string, number>> {
    const rows = await backend.db.run((sql) => listAudit(sql, { limit: 10_000 }));
    const counts: Record<string, number> = {};
    for (const row of rows) {
      if (row.id > id && row.result === 'rejected')
        counts[row.reason] = (counts[row.reason] ?? 0) + 1;
    }
    return counts;
  }
});
