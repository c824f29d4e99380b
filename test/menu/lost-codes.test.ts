import { totp } from '../support/authenticator';
import { MenuBoard, type MenuCaller } from '../support/menu-board';

const PASSWORD = 'correct horse';
const HOUR_MS = 3600_000;
/** Callers can open the pages, as a link needs. */
const PAGES = { web: { domain: 'bbs.example.org', https: { address: '0.0.0.0' } } };

let board: MenuBoard;
let id: number;
let secret: string;

async function open(
  recoveryMail = { enabled: true },
  more: Partial<Parameters<typeof MenuBoard.open>[0]> = {},
): Promise<void> {
  const users = { twoFactorAuth: { recoveryMail } };
  board = await MenuBoard.open({ config: { users, contentServers: PAGES }, ...more });
  ({ id } = await board.addUser('joe', PASSWORD));
  ({ secret } = await board.accounts.enrollment.bind(id, 'googleAuth'));
  board.accounts.notices.length = 0;
}

afterEach(() => board.close());

async function atCodeScreen(origin: Parameters<MenuBoard['call']>[1] = {}): Promise<MenuCaller> {
  const caller = board.call('login', origin);
  await caller.sees('User name');
  caller.type(`joe\r${PASSWORD}\r`);
  await caller.sees('One-time code');
  return caller;
}

function tokenOf(kind: 'recovery-link' | 'recovery-started'): string {
  const notice = board.accounts.notices.filter((each) => each.kind === kind).at(-1);
  if (notice === undefined || !('token' in notice)) throw new Error(`no ${kind}`);
  return notice.token;
}

/** Up to the mail, by the screen. */
async function askForLink(caller: MenuCaller): Promise<void> {
  caller.type('LOST\r');
  await caller.sees('Mail the link? (y/n)');
  caller.type('y\r');
  await caller.sees('The link is on its way');
}

async function begin(): Promise<void> {
  const caller = await atCodeScreen();
  await askForLink(caller);
  caller.hangUp();
  await board.accounts.recovery.start(tokenOf('recovery-link'), {});
}

test('the code screen names the ways without app and codes, and LOST offers the mail, which is not counted as a try (rule N6)', async () => {
  await open();
  const caller = await atCodeScreen();
  expect(caller.screen.text()).toContain('Lost both? Type LOST or ask the sysop.');
  caller.type('lost\r');
  const asked = await caller.sees('Mail the link? (y/n)');
  expect(asked).toContain('The sysop can make an entry code for you');
  expect(asked).toMatch(/a waiting time\s+of 72 hours/);
  caller.type('x\r');
  await caller.sees('Please type y or n.');
  caller.type('n\r');
  await caller.sees('Lost both?');
  expect(board.accounts.notices).toEqual([]);
  await askForLink(caller);
  expect(board.accounts.notices).toHaveLength(1);
  caller.type(' ');
  await caller.until('the code screen', () => caller.screen.text().includes('Lost both?'));
  caller.type('000000\r');
  await caller.sees('2 tries are left.');
  caller.hangUp();
});

test('while the waiting time runs LOST says how long, and after it leads to the set-up alone (rule N6)', async () => {
  await open();
  await begin();
  await board.accounts.fake.advance(HOUR_MS);
  const early = await atCodeScreen();
  early.type('lost\r');
  await early.sees('The waiting time is over in 71 hours.');
  early.hangUp();
  await board.accounts.fake.advance(71 * HOUR_MS - 1000);
  const late = await atCodeScreen();
  late.type('lost\r');
  await late.sees('The waiting time is over in 1 minute.');
  late.hangUp();
  await board.accounts.fake.advance(1000);
  const caller = await atCodeScreen({ server: 'ssh' });
  caller.type('lost\r');
  await caller.sees('Kind of code');
  expect(caller.screen.text()).toContain('set up a new second factor');
  expect(caller.menus.at(-1)).toBe('userTwoFactorAuthOTPConfig');
  expect(caller.menus).not.toContain('fullLoginSequenceLoginArt');
  caller.hangUp();
});

test('by telnet the caller is sent to a secure line once the time is over, and nothing is used up (rule N6)', async () => {
  await open();
  await begin();
  await board.accounts.fake.advance(72 * HOUR_MS);
  const caller = await atCodeScreen({ server: 'telnet' });
  caller.type('lost\r');
  await caller.sees('Your waiting time is over.');
  expect(caller.screen.text()).toMatch(/please\s+call by SSH/);
  caller.hangUp();
  expect(await board.accounts.recovery.waiting(id)).toMatchObject({ isOver: true });
});

test('its owner reads of it at each sign-in, and stops it in the list of calls of any session (rule N6)', async () => {
  await open();
  await begin();
  const code = totp(secret, board.accounts.clock.nowMs());
  const caller = await atCodeScreen({ server: 'telnet' });
  caller.type(`${code}\r`);
  await caller.sees('Both doors are open.');
  caller.type(' ');
  await caller.sees('M, then C, stops that.');
  expect(caller.screen.text()).toContain('In 72 hours your second factor may be replaced:');
  caller.type('m\r');
  await caller.sees('Your second factor may be replaced in 72 hours: C stops that.');
  caller.type('?');
  await caller.until('the help', () => caller.isAsked);
  expect(caller.screen.text()).toContain('Keep my second factor');
  caller.type(' ');
  await caller.sees('Lasted');
  caller.type('c');
  await caller.sees('Stopped. Your second factor stays as it is.');
  expect(await board.accounts.recovery.waiting(id)).toBeUndefined();
  caller.type('c');
  await caller.sees('There is nothing to stop');
  caller.type('?');
  await caller.sees('End the chosen call');
  expect(caller.screen.text()).not.toContain('Keep my second factor');
  caller.hangUp();
});

test('an account without an address, and a board without pages, say so', async () => {
  await open();
  await board.services.accounts.setProperties(id, { email_address: '' }, {});
  const caller = await atCodeScreen();
  caller.type('lost\r');
  await caller.sees('no mail address');
  caller.hangUp();
  await board.close();
  await open({ enabled: true }, { listening: { ssh: true, wss: false, ws: false, https: false } });
  const other = await atCodeScreen();
  other.type('lost\r');
  await other.sees('This board lacks what a mailed link needs');
  other.hangUp();
});

test('a board that sends no mail says that the sysop has the link, and not that it is on its way', async () => {
  await open({ enabled: true }, { sendsMail: false });
  const caller = await atCodeScreen();
  caller.type('lost\r');
  await caller.sees('Mail the link? (y/n)');
  caller.type('y\r');
  const told = await caller.sees('This board sends no mail');
  expect(told.replaceAll(/\s+/g, ' ')).toContain(
    'the sysop finds the link in its mail folder. Ask for it soon, and press the button of its page:',
  );
  expect(told).not.toContain('on its way');
  caller.hangUp();
});

test('where the board does not offer it, LOST is no code', async () => {
  await open({ enabled: false });
  const caller = await atCodeScreen();
  expect(caller.screen.text()).toContain('Lost both? The sysop has entry codes.');
  caller.type('lost\r');
  await caller.sees('Six digits');
  caller.hangUp();
});
