import { TestBoard } from '../support/board';
import type { DialledCaller } from '../support/dial';
import { PASSWORD } from '../support/sign-in';

const LOCALES = {
  'no LANG': {},
  'LANG=de_DE.UTF-8': { LANG: 'de_DE.UTF-8' },
  'LANG=C': { LANG: 'C' },
} as const;
const ENCODINGS = ['utf8', 'cp437'] as const;
const ROWS = ENCODINGS.flatMap((encoding) =>
  Object.entries(LOCALES).map(([locale, env]) => [encoding, locale, env] as const),
);

describe('a terminal of a name that is in no list, by SSH', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start();
    await board.addUser('zoe', PASSWORD);
  });
  afterAll(() => board.remove());

  /** What is drawn, what is typed, and what is said about it. */
  async function expectRightLetters(
    caller: DialledCaller,
    encoding: (typeof ENCODINGS)[number],
  ): Promise<void> {
    expect(await caller.sees('Press a key')).toMatch(/[█▓▒].*▀/);
    caller.type('\r');
    await caller.sees('Command');
    const typed = encoding === 'utf8' ? Buffer.from('åß') : Buffer.from([0x86, 0xe1]);
    caller.send(Buffer.concat([typed, Buffer.from('\r')]));
    await caller.sees('No such command: Åß.');
    caller.hangUp();
  }

  it.each(ROWS)(
    'draws %s and gets the right letters both ways with %s',
    async (encoding, _locale, env) => {
      const terminalType = 'frobterm-7';
      const caller = await board.ssh({
        userName: 'zoe',
        password: PASSWORD,
        terminalType,
        encoding,
        env,
      });
      await expectRightLetters(caller, encoding);
    },
  );

  it.each(Object.entries(LOCALES))(
    'that answers no question of the screen is taken for what the locale says: %s',
    async (locale, env) => {
      const encoding = locale.includes('UTF-8') ? 'utf8' : 'cp437';
      const terminalType = `mute-${locale.length}`;
      const caller = await board.ssh({
        userName: 'zoe',
        password: PASSWORD,
        terminalType,
        encoding,
        env,
      });
      caller.screen.answerTo(() => undefined);
      await expectRightLetters(caller, encoding);
    },
  );
});
