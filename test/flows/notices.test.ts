import { TestBoard } from '../support/board';
import { hiddenFields } from '../support/browse';
import { KEYS, type DialledCaller } from '../support/dial';
import { readLetter, linkIn, type Letter } from '../support/letter';
import {
  giveCode,
  goToMainMenu,
  openTwoFactor,
  PASSWORD,
  prove,
  signIn,
  SWITCH_OFF,
  MAIL_LINK,
  readSetUpWord,
} from '../support/sign-in';
import { SmtpCatcher } from '../support/smtp-catcher';

const CODE = /\b[a-z]{5}(?:-[a-z]{5}){3}\b/g;
const NAME = 'mia';
const OLD = `${NAME}@example.org`;

describe('mails that an owner gets about his account (rule A15)', () => {
  let smtp: SmtpCatcher;
  let board: TestBoard;
  beforeAll(async () => {
    smtp = await SmtpCatcher.start();
    board = await TestBoard.start({
      config: { email: { transport: { host: '127.0.0.1', port: smtp.port, ignoreTLS: true } } },
    });
    await board.addUser(NAME, PASSWORD);
  });
  afterAll(async () => {
    await board.remove();
    await smtp.close();
  });

  const letters = (): readonly Letter[] => smtp.mails.map(({ raw }) => readLetter(raw));
  const subjects = (): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { subject, to } of letters()) {
      const key = `${subject.replace('Sallyport: ', '')} -> ${to}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  };
  async function arrived(subject: RegExp): Promise<Letter> {
    for (;;) {
      const letter = letters().findLast((each) => subject.test(each.subject));
      if (letter !== undefined) return letter;
      await board.logged('mail.sent', {}, smtp.mails.length + 1);
    }
  }
  async function bySsh(): Promise<DialledCaller> {
    return board.ssh({ userName: NAME, password: PASSWORD });
  }
  async function wrongCodes(count: number): Promise<void> {
    for (let given = 0; given < count; given += 1) {
      const caller = await bySsh();
      await giveCode(caller, '000000');
      await caller.sees('Wrong code.');
      caller.hangUp();
    }
  }

  it('are one for each event, and no more (rule A15)', async () => {
    // On: the link, and when it is confirmed, the news.
    const first = await bySsh();
    await goToMainMenu(first);
    await openTwoFactor(first);
    first.type(MAIL_LINK);
    const word = await readSetUpWord(first);
    const page = await board.browse(linkIn(await arrived(/Switch on two-factor sign-in/)));
    const secret = /secret=([A-Z2-7]+)/.exec(page.body)?.[1] ?? '';
    const url = `https://localhost:${board.httpsPort}/_enig/2fa/enable_2fa_otp`;
    const form = { ...hiddenFields(page), word, otp: board.code(secret) };
    const done = await board.browse(url, { form });
    const [backup = ''] = done.body.match(CODE) ?? [];
    first.hangUp();

    // A backup code, and new ones.
    const second = await bySsh();
    await giveCode(second, backup);
    await goToMainMenu(second);
    await openTwoFactor(second);
    second.type('n');
    await prove(second, PASSWORD, board.freshCode(secret));
    await second.sees('Your new backup codes');
    second.hangUp();

    // Wrong codes after the right password: told at the third, and not again within the hour.
    await wrongCodes(4);
    const used = board.freshCode(secret);
    const third = await bySsh();
    await giveCode(third, used);
    await third.sees('Both doors are open.');
    third.hangUp();
    await wrongCodes(3);

    // The same code from another place; and from the same one, which says nothing.
    for (const localAddress of ['127.0.0.2', '127.0.0.1']) {
      const caller = await board.telnet({ localAddress });
      await signIn(caller, NAME);
      await giveCode(caller, used);
      await caller.sees(/Wrong code|Too many/);
      caller.hangUp();
    }

    // Off again, another password, another address.
    const fourth = await bySsh();
    await giveCode(fourth, board.freshCode(secret));
    await goToMainMenu(fourth);
    await openTwoFactor(fourth);
    fourth.type(SWITCH_OFF);
    await prove(fourth, PASSWORD, board.freshCode(secret));
    await fourth.sees('Two-factor sign-in is off.');
    fourth.hangUp();
    await board.oputil('user', 'pw', NAME, 'another quiet harbour 8');
    // A notice that still waits when the address changes goes to the new one (rule M10).
    await board.logged('mail.sent', { kind: 'password-changed' });
    await board.oputil('user', 'set', NAME, '--email', 'new@example.org');

    // The last of them to be stored is the last to be sent.
    await board.oputil('user', 'pw', NAME, 'a third quiet harbour 9');
    await board.logged('mail.sent', { kind: 'password-changed' }, 2);
    expect(subjects()).toEqual({
      [`Switch on two-factor sign-in -> ${OLD}`]: 1,
      [`Two-factor sign-in is on -> ${OLD}`]: 1,
      [`A backup code was used -> ${OLD}`]: 1,
      [`New backup codes were made -> ${OLD}`]: 1,
      [`Wrong one-time codes -> ${OLD}`]: 1,
      [`A used code came again -> ${OLD}`]: 1,
      [`Two-factor sign-in is off -> ${OLD}`]: 1,
      [`Your password was changed -> ${OLD}`]: 1,
      [`Your mail address was changed -> ${OLD}`]: 1,
      'Your password was changed -> new@example.org': 1,
    });
    for (const { text, html } of letters()) {
      expect(`${text}${html}`).not.toContain(secret);
      expect(`${text}${html}`).not.toContain(backup);
    }
  }, 60_000);
});

describe('mails about an application', () => {
  it('go to the sysop, and to the applicant once the account is open', async () => {
    const smtp = await SmtpCatcher.start();
    const board = await TestBoard.start({
      config: {
        email: { transport: { host: '127.0.0.1', port: smtp.port, ignoreTLS: true } },
        general: { sysOp: { email: 'sysop@example.net' } },
        users: { requireActivation: true },
      },
    });
    const mailed = async (kind: string, to: string): Promise<Letter> => {
      await board.logged('mail.sent', { kind });
      const letters = smtp.mails.map(({ raw }) => readLetter(raw));
      const letter = letters.findLast((each) => each.to === to);
      if (letter === undefined) throw new Error(`no mail to ${to}`);
      return letter;
    };
    try {
      const caller = await board.telnet();
      await caller.sees('Sign in');
      caller.type('n');
      await caller.sees('Press a key');
      caller.type(' ');
      await caller.sees('Applying for an account');
      const fields = ['nora', 'Nora Nemo', '19700228', 'f', 'Oslo', '', 'I keep the lighthouse'];
      const rest = [' nora@example.org ', '', PASSWORD, PASSWORD];
      caller.type(`${[...fields, ...rest].join(KEYS.return)}${KEYS.return}${KEYS.return}`);
      await caller.sees('A mail is on its way');
      caller.hangUp();
      const told = await mailed('application', 'sysop@example.net');
      expect(told.subject).toBe('Sallyport: An application waits for you');
      for (const line of [
        'User name: nora',
        'Real name: Nora Nemo',
        'Location: Oslo',
        'About: I keep the lighthouse',
        'Mail, not confirmed yet: nora@example.org',
      ])
        expect(told.text).toContain(line);
      expect(`${told.text}${told.html}`).not.toContain(PASSWORD);
      expect(await board.oputil('user', 'info', 'nora')).toContain(
        'nora@example.org, not confirmed yet',
      );
      // Nothing goes to an address before its owner has opened the link.
      const page = await board.browse(linkIn(await mailed('confirm-mail', 'nora@example.org')));
      const url = `https://localhost:${board.httpsPort}/_enig/sec/confirm_mail`;
      const done = await board.browse(url, { form: hiddenFields(page) });
      expect(done.body).toContain('nora@example.org');
      await board.oputil('user', 'activate', 'nora');
      const news = await mailed('account-activated', 'nora@example.org');
      expect(news.subject).toBe('Sallyport: Your account is open');
      expect(news.text).toContain('the sysop has let you in');
      expect(smtp.mails).toHaveLength(3);
      const next = await board.telnet();
      await signIn(next, 'nora');
      await goToMainMenu(next);
      next.hangUp();
    } finally {
      await board.remove();
      await smtp.close();
    }
  });
});
