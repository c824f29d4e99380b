import { TestBoard } from '../support/board';
import { openBackOffice } from '../support/back-office';
import { hiddenFields } from '../support/browse';
import type { DialledCaller } from '../support/dial';
import { linkIn } from '../support/letter';
import { giveCode, PASSWORD } from '../support/sign-in';

const REFUSED = /All configured authentication methods failed/;
const CODE = /\b[a-z]{5}(?:-[a-z]{5}){3}\b/;
const HOUR_MS = 3_600_000;

let board: TestBoard;
beforeAll(async () => {
  const recoveryMail = { enabled: true, waitHours: 1 };
  board = await TestBoard.start({ config: { users: { twoFactorAuth: { recoveryMail } } } });
});
afterAll(() => board.remove());

/** A way back in for who has lost the app. */
interface Rung {
  /** Makes it for an account that has a second factor; returns what is typed in place of a code. */
  readonly make: (name: string) => Promise<string>;
  /** What somebody types who knows the password and has not got it. */
  readonly guess: string;
  /** What its owner sees behind it. */
  readonly opens: RegExp;
  /** What its owner reads at the first menu, where it leads there. */
  readonly tells?: RegExp;
}

const NEW_FACTOR = /You came in without a code of yours/;

const RUNGS: Readonly<Record<string, Rung>> = {
  'a backup code': {
    make: async (name) => codeIn(await board.oputil('user', '2fa-otp', name, 'google', '--yes')),
    guess: 'bibab-bibab-bibab-bibab',
    opens: /Both doors are open\./,
    tells: /You used a backup code; 9 are left\./,
  },
  'an entry code of the sysop': {
    make: async (name) => codeIn(await board.oputil('user', 'entry-code', name, '--for', '15m')),
    guess: 'bibab-bibab-bibab-bibab',
    opens: NEW_FACTOR,
  },
  'a token that removes the factor': {
    make: async (name) =>
      codeIn(await board.oputil('user', '2fa-otp', name, 'google', '--yes', '--recovery-tokens')),
    guess: 'bibab-bibab-bibab-bibab',
    opens: /Both doors are open\./,
    tells: /two-factor sign-in is now switched\s+off/,
  },
  'a mailed link and its waiting time': {
    make: async (name) => {
      const asking = await atCodeScreen(name);
      asking.type('lost\r');
      await asking.sees('Mail the link? (y/n)');
      asking.type('y\r');
      await asking.sees('Press a key to go on');
      asking.hangUp();
      const letter = await board.letterTo(`${name}@example.org`, /lost/i);
      const page = await board.browse(linkIn(letter));
      const form = hiddenFields(page);
      await board.browse(linkIn(letter).replace(/\?.*/, ''), { form });
      board.clock.skip(HOUR_MS);
      return 'lost';
    },
    // Without the mail there is the question for one, which moves nothing.
    guess: 'lost',
    opens: NEW_FACTOR,
  },
};

function codeIn(text: string): string {
  return CODE.exec(text)?.[0] ?? '';
}

async function atCodeScreen(name: string): Promise<DialledCaller> {
  const caller = await board.ssh({ userName: name, password: PASSWORD });
  await caller.sees('One-time code');
  return caller;
}

/** What there is of the second factor of an account, and of ways to replace it. */
async function factorOf(name: string): Promise<unknown> {
  const office = await openBackOffice(board.dataDir, { clock: board.clock });
  try {
    const id = await office.userId(name);
    const tables = ['otp_factor', 'otp_app', 'otp_pending', 'backup_code', 'factor_recovery'];
    return await office.db.run(async (sql) => {
      const rows = [];
      for (const table of tables) rows.push(await sql(table).where({ user_id: id }));
      return rows;
    });
  } finally {
    await office.close();
  }
}

describe.each(Object.entries(RUNGS))('%s', (what, { make, guess, opens, tells }) => {
  const nameOf = (person: string): string => `${what.split(' ')[1]}-${person}`;

  /** An account with the way back in made for it. */
  async function prepare(person: string): Promise<{ name: string; typed: string }> {
    const name = nameOf(person);
    await board.addUser(name, PASSWORD, 'google');
    return { name, typed: await make(name) };
  }

  async function ownerGetsIn(name: string, typed: string): Promise<void> {
    const owner = await atCodeScreen(name);
    await giveCode(owner, typed);
    await owner.sees(opens);
    if (tells !== undefined) {
      owner.type('\r');
      await owner.sees(tells);
    }
    owner.hangUp();
  }

  it('lets its owner in behind the password', async () => {
    const { name, typed } = await prepare('owner');
    await ownerGetsIn(name, typed);
  });

  it('is no good to a stranger who has it and not the password, and stays good', async () => {
    const { name, typed } = await prepare('thief');
    const before = await factorOf(name);
    for (const password of ['not the password', typed])
      await expect(board.ssh({ userName: name, password })).rejects.toThrow(REFUSED);
    expect(await factorOf(name)).toEqual(before);
    await ownerGetsIn(name, typed);
  });

  it('is not had by a stranger who knows the password, and nothing moves', async () => {
    const name = nameOf('guessed');
    await board.addUser(name, PASSWORD, 'google');
    const before = await factorOf(name);
    const stranger = await atCodeScreen(name);
    await giveCode(stranger, guess);
    await stranger.sees(/Wrong code|Mail the link\?/);
    expect(stranger.screen.text()).not.toMatch(opens);
    stranger.hangUp();
    expect(await factorOf(name)).toEqual(before);
  });
});
