import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestBoard } from '../support/board';
import { giveCode, PASSWORD } from '../support/sign-in';

describe('a second factor that was shut after too many wrong codes', () => {
  const config = {
    users: { failedLogin: { free: 10 }, twoFactorAuth: { otp: { disableAfter: 10 } } },
  };
  let board: TestBoard;
  let configFile: string;
  beforeAll(async () => {
    board = await TestBoard.start({ config });
    configFile = join(board.dataDir, 'config.hjson');
    await writeFile(configFile, JSON.stringify(config));
    await board.addUser('mia', PASSWORD, 'google');
  });
  afterAll(() => board.remove());

  const sysop = (...args: string[]): Promise<string> =>
    board.oputil('--config', configFile, ...args);
  const doctor = (): Promise<string> =>
    board.tryOputil('--config', configFile, 'doctor', '--json').then(({ out }) => out);

  it('is called locked to the caller, by mail and by oputil (rule A15)', async () => {
    expect(await sysop('user', 'list')).not.toContain('locked');
    for (let given = 0; given < 10; given += 1) {
      const caller = await board.ssh({ userName: 'mia', password: PASSWORD });
      await giveCode(caller, '000000');
      await caller.sees('Wrong code.');
      caller.hangUp();
    }
    for (let again = 0; again < 2; again += 1) {
      const caller = await board.ssh({ userName: 'mia', password: PASSWORD });
      await giveCode(caller, '000000');
      await caller.sees('your second factor is locked');
      caller.hangUp();
    }
    const letter = await board.letterTo('mia@example.org', /second factor is locked/);
    expect(letter.text).toContain('No code and no backup code lets you in');
    // Once, however often somebody tries on.
    const mails = (await board.mails()).filter((mail) => /factor is locked/.test(mail));
    expect(mails).toHaveLength(1);

    expect(await sysop('user', 'list')).toMatch(/ mia .* google locked /);
    expect(await sysop('user', 'info', 'mia')).toContain(
      '2FA OTP      : GoogleAuth, locked after too many wrong codes\n',
    );
    expect(JSON.parse(await sysop('user', 'info', 'mia', '--json'))).toMatchObject({
      secondFactorLocked: true,
    });
    expect(await doctor()).toContain('second factors locked after too many wrong codes: mia');
    expect(await sysop('audit', '--user', 'mia')).toContain('second-factor-locked');

    // Bound anew it is locked no more.
    await sysop('user', '2fa-otp', 'mia', 'google', '--yes');
    expect(await sysop('user', 'list')).not.toContain('locked');
    expect(await doctor()).not.toContain('second factors locked');
  });
});
