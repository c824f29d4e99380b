import { decodeBase32, hotp, readKeyUri } from '../support/authenticator';
import { MenuBoard } from '../support/menu-board';
import { readQrCode } from '../support/photograph';

const PASSWORD = 'correct horse';
const BOARD_NAME = 'An Old Harbour Light Bulletin Board 1989';
const THEMES = ['gatehouse', 'plain'] as const;
const ENCODINGS = ['cp437', 'utf8'] as const;
const SWITCH_ON = 'o';
const DOWN = '\x1b[B';

/** By its place in the list of kinds, which ends where it begins. */
const KINDS = [
  {
    kind: 'TOTP (SHA-256)',
    steps: 1,
    link: { type: 'totp', algorithm: 'SHA256' },
    ending: /&algorithm=SHA256$/,
    codeOf: (secret: string, nowMs: number) =>
      hotp(decodeBase32(secret), Math.floor(nowMs / 30_000), { algorithm: 'sha256' }),
  },
  {
    kind: 'HOTP (counter)',
    steps: 2,
    link: { type: 'hotp', algorithm: 'SHA1' },
    ending: /&counter=0$/,
    codeOf: (secret: string) => hotp(decodeBase32(secret), 0),
  },
] as const;

describe('the QR code of an account whose codes are of another kind', () => {
  let board: MenuBoard;
  beforeAll(async () => {
    board = await MenuBoard.open({ config: { general: { boardName: BOARD_NAME } } });
  });
  afterAll(() => board.close());

  const rows = KINDS.flatMap((each) =>
    THEMES.flatMap((theme) =>
      ENCODINGS.map((encoding) => [each.kind, theme, encoding, each] as const),
    ),
  );

  it.each(rows)(
    'is read from a picture of the screen, and its first code is taken: %s, %s, %s',
    async (kind, theme, encoding, { steps, link, ending, codeOf }) => {
      const name = `${link.type} ${theme.slice(0, 4)} ${encoding}`;
      await board.addUser(name, PASSWORD, { properties: { theme_id: theme } });
      const by = { userName: name, password: PASSWORD };
      const caller = await board.callBySsh(by, 'userTwoFactorAuthOTPConfig', { encoding });
      await caller.sees('Kind of code');
      caller.type(`\t${DOWN.repeat(steps)}\t`);
      await caller.sees(kind);
      caller.type(SWITCH_ON);
      await caller.sees(/Your\s+password\s+first/);
      caller.type(`${PASSWORD}\r`);
      await caller.sees(/Type the code\s+that the/);
      const uri = readQrCode(caller.screen) ?? '';
      expect(readKeyUri(uri)).toMatchObject(link);
      expect(uri).toMatch(ending);
      expect(caller.screen.scrolled).toBe(0);
      const { secret, issuer } = readKeyUri(uri);
      expect(BOARD_NAME.startsWith(issuer ?? '?')).toBe(true);
      expect(issuer?.length).toBeGreaterThanOrEqual(7);
      expect(caller.screen.text().replaceAll(/\s/g, '')).toContain(secret.slice(0, 16));
      caller.type(`${codeOf(secret, board.accounts.clock.nowMs())}\r`);
      await caller.sees('Your backup codes');
      caller.hangUp();
    },
  );

  it.each([
    ['o', /Your\s+password\s+first/],
    ['m', 'A confirmed mail address is needed first'],
    ['?', 'Help'],
  ])(
    'has its keys also while the kind is chosen, and they do what the screen says: %s',
    async (key, shown) => {
      const name = `keys ${key.charCodeAt(0)}`;
      await board.addUser(name, PASSWORD);
      const by = { userName: name, password: PASSWORD };
      const caller = await board.callBySsh(by, 'userTwoFactorAuthOTPConfig');
      await caller.sees('Kind of code');
      caller.type(`\t${DOWN}`);
      await caller.sees('TOTP (SHA-256)');
      caller.type('h');
      await caller.sees('HOTP (counter)');
      caller.type(key);
      await caller.sees(shown);
      caller.hangUp();
    },
  );
});
