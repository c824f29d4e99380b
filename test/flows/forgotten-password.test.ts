import { TestBoard } from '../support/board';
import { hiddenFields } from '../support/browse';
import { KEYS, type DialledCaller } from '../support/dial';
import { linkIn } from '../support/letter';
import { giveCode, PASSWORD, signIn } from '../support/sign-in';

const NEW_PASSWORD = 'another quiet harbour 8';

describe('a forgotten password', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start();
  });
  afterAll(() => board.remove());

  async function ask(name: string): Promise<DialledCaller> {
    const caller = await board.telnet();
    await caller.sees('Sign in');
    caller.type('F');
    await caller.sees('User name');
    caller.type(`${name}${KEYS.return}`);
    return caller;
  }

  /** The screens of somebody who asks, without the name that he typed. */
  async function shownTo(name: string): Promise<string> {
    const caller = await ask(name);
    const text = await caller.sees('Press a key');
    caller.hangUp();
    return text.replaceAll(name, '');
  }

  it('is answered with the same screen whether the account exists, is disabled, has no mail, or does not (rule C7)', async () => {
    await board.addUser('alice', PASSWORD);
    await board.addUser('bruno', PASSWORD);
    await board.oputil('user', 'disable', 'bruno');
    await board.oputil('user', 'add', 'clara', '--password', PASSWORD);
    const shown = await Promise.all(['alice', 'bruno', 'clara', 'nobod', 'al%ce'].map(shownTo));
    expect(new Set(shown).size).toBe(1);
    expect(shown[0]).toMatch(/mail/i);
  });

  it('is mailed three links an hour and no more, and says nothing of that (rule C7)', async () => {
    await board.addUser('dora', PASSWORD);
    const shown: string[] = [];
    for (let asked = 1; asked <= 5; asked += 1) {
      shown.push(await shownTo('dora'));
      // A link that a newer one has replaced is not sent any more, so each is waited for.
      if (asked <= 3) await board.letterTo('dora@example.org', /Choose a new password/, asked);
    }
    expect(new Set(shown).size).toBe(1);
    await board.logged('password-reset.requested', { outcome: 'too-many' }, 2);
    expect((await board.mails()).filter((mail) => /To: dora@/.test(mail))).toHaveLength(3);
  });

  it('ends calls that are open, and leaves the second factor on, when it is replaced (rule C8)', async () => {
    const secret = await board.addUser('erika', PASSWORD, 'google');
    const open = await board.ssh({ userName: 'erika', password: PASSWORD });
    await giveCode(open, board.freshCode(secret));
    await open.sees('Both doors are open.');
    await shownTo('erika');
    const link = linkIn(await board.letterTo('erika@example.org', /Choose a new password/));
    const form = {
      ...hiddenFields(await board.browse(link)),
      password: NEW_PASSWORD,
      confirm_password: NEW_PASSWORD,
    };
    const url = `https://localhost:${board.httpsPort}/_enig/sec/reset_password`;
    expect((await board.browse(url, { form })).status).toBe(200);
    expect(await open.isHungUpOn()).toContain('Your account was changed.');

    const again = await board.telnet();
    await signIn(again, 'erika', NEW_PASSWORD);
    await giveCode(again, board.freshCode(secret));
    await again.sees('Both doors are open.');
    again.hangUp();
  });
});
