import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { dialRlogin, KEYS, type DialledCaller } from '../support/dial';
import { PASSWORD } from '../support/sign-in';
import { callerIn, talkBoardFiles } from '../support/talk-board';

/** Codes and fields that would do something if they were more than text. */
const HOSTILE = '|12red%UN{message}|CL @X4F';

let dir: BoardDir;
let board: TestBoard;

beforeEach(async () => {
  dir = await BoardDir.make(talkBoardFiles());
  board = await TestBoard.start({
    boardDir: dir.path,
    config: {
      general: { sysOp: { email: 'op@example.org' } },
      loginServers: { rlogin: { enabled: true } },
    },
  });
  await board.addUser('alice', PASSWORD);
  await board.addUser('bob', PASSWORD);
});

afterEach(async () => {
  await board.remove();
  await dir.remove();
});

const comeIn = (name: string): Promise<DialledCaller> => callerIn(board, name, PASSWORD);

async function command(caller: DialledCaller, word: string, shows: string | RegExp): Promise<void> {
  caller.type(`${word}${KEYS.return}`);
  await caller.sees(shows);
}

/** Writes to the one other caller who is online, or to all. */
async function write(
  caller: DialledCaller,
  text: string,
  to: 'one' | 'all' = 'one',
): Promise<void> {
  await command(caller, 'MSG', 'to -ALL- Everyone');
  if (to === 'one') {
    caller.type(KEYS.down);
    await caller.sees(/to \d+ /);
  }
  caller.type(`${KEYS.tab}${text}${KEYS.return}`);
}

const audit = async (): Promise<string> => board.oputil('audit', '--limit', '50');

describe('a message from node to node', () => {
  it('is shown to its receiver as it was typed, in the frame of the menu, and the screen comes back', async () => {
    const bob = await comeIn('bob');
    const alice = await comeIn('alice');
    bob.type('hal');
    await bob.sees(/Command.*hal/i);
    await write(alice, HOSTILE);
    const page = await bob.sees('-----------------');
    expect(page).toContain('--- a message ---');
    expect(page).toContain(`alice of node 2 says:\n${HOSTILE}`);
    await alice.sees('Command');
    bob.type(' ');
    await bob.sees(/Command.*hal/i);
    expect(await audit()).toMatch(/node-message.*to node 1/);
    expect(await audit()).not.toContain('says');
  });

  it('goes to all who are online, and to nobody who is not fully signed in', async () => {
    const secret = await board.bindOtp('bob', 'google');
    expect(secret).not.toBe('');
    const half = await board.telnet();
    await half.sees('Sign in');
    half.type(KEYS.return);
    await half.sees('User name');
    half.type(`bob${KEYS.return}${PASSWORD}${KEYS.return}`);
    await half.sees('One-time code');
    const alice = await comeIn('alice');
    await write(alice, 'hello', 'all');
    await alice.sees('Nobody is there to read it.');
    await board.addUser('carol', PASSWORD);
    const carol = await comeIn('carol');
    alice.type(KEYS.escape);
    await alice.sees('Command');
    await write(alice, 'hello again', 'all');
    await carol.sees('hello again');
    expect(Buffer.concat(half.screen.sent).includes('hello')).toBe(false);
  });

  it('is refused after ten in a minute (rule M5)', async () => {
    const bob = await comeIn('bob');
    const alice = await comeIn('alice');
    for (let message = 1; message <= 10; message += 1) {
      await write(alice, `number ${message}.`);
      await bob.sees(`number ${message}.`);
      bob.type(' ');
      await bob.sees('Command');
      await alice.sees('Command');
    }
    await write(alice, 'one more');
    await alice.sees('You have sent many messages.');
    expect(Buffer.concat(bob.screen.sent).includes('one more')).toBe(false);
    expect(await audit()).toMatch(/budget.*node-message, account, refusal 1/);
  });
});

describe('the status of a caller', () => {
  it('invisible: others do not see the caller online, who sees himself', async () => {
    const bob = await comeIn('bob');
    const alice = await comeIn('alice');
    // The main menu names the last caller: a name below the list's head is one of the list.
    await command(alice, 'W', /Place[^]*\bbob\b/);
    alice.type('q');
    await alice.sees('Command');
    await command(bob, 'STATUS', 'visible yes');
    bob.type('v');
    expect(await bob.sees('visible no')).toContain('available yes');
    await command(alice, 'W', /Place[^]*\balice\b/);
    expect(alice.screen.text()).not.toContain('bob');
    bob.type('q');
    await bob.sees('Command');
    await command(bob, 'W', /Place[^]*\bbob\b/);
    await board.logged('node-status.changed', { isVisible: false });
  });

  it('the signs for yes and no are in the colours of their codes', async () => {
    const bob = await comeIn('bob');
    await command(bob, 'STATUS', 'visible yes');
    const sign = (): unknown => bob.screen.cell(1, 'visible '.length + 1);
    expect(sign()).toMatchObject({ character: 'y', foreground: 2, bold: true });
    bob.type('v');
    await bob.sees('visible no');
    expect(sign()).toMatchObject({ character: 'n', foreground: 1, bold: true });
  });

  it('invisible while a message to him is written: the answer is that of one who is gone', async () => {
    const bob = await comeIn('bob');
    const alice = await comeIn('alice');
    await command(bob, 'STATUS', 'visible yes');
    await command(alice, 'MSG', 'to -ALL- Everyone');
    alice.type(KEYS.down);
    await alice.sees('to 1 bob');
    bob.type('v');
    await bob.sees('visible no');
    alice.type(`${KEYS.tab}still there?${KEYS.return}`);
    await alice.sees('Nobody is there to read it.');
    bob.type('q');
    await bob.sees('Command');
    expect(Buffer.concat(bob.screen.sent).includes('still there?')).toBe(false);
  });

  it('not available: no message of another caller comes', async () => {
    const bob = await comeIn('bob');
    const alice = await comeIn('alice');
    await command(bob, 'STATUS', 'available yes');
    bob.type('a');
    await bob.sees('available no');
    await write(alice, 'anybody?', 'all');
    await alice.sees('Nobody is there to read it.');
    bob.type('a');
    await bob.sees('available yes');
    alice.type(KEYS.return);
    alice.type(KEYS.escape);
    await alice.sees('Command');
    await write(alice, 'now?', 'all');
    await alice.sees('Command');
    bob.type('q');
    await bob.sees('now?');
  });
});

describe('a page of the sysop', () => {
  it('reaches a sysop who is online, once in five minutes', async () => {
    const sysop = await callerIn(board, 'sysop', board.bbs.firstSysop?.password ?? '');
    const alice = await comeIn('alice');
    await command(alice, 'PAGE', 'Page the sysop:');
    alice.type(`${HOSTILE}${KEYS.return}`);
    await alice.sees('The sysop was paged!');
    const page = await sysop.sees('You are wanted.');
    expect(page).toContain('Message from alice, node 2');
    expect(page).toContain(HOSTILE);
    await sysop.receives('\x07');
    alice.type(' ');
    await alice.sees('Command');
    await command(alice, 'PAGE', 'Page the sysop:');
    alice.type(`again${KEYS.return}`);
    await alice.sees('Paged already, wait a bit.');
    expect(sysop.screen.text()).not.toContain('again');
  });

  it('is said in the words of notifyFormat, with what the caller typed as data', async () => {
    const sysop = await callerIn(board, 'sysop', board.bbs.firstSysop?.password ?? '');
    const alice = await comeIn('alice');
    await command(alice, 'CALL', 'Page the sysop:');
    alice.type(`${HOSTILE}${KEYS.return}`);
    await alice.sees('The sysop was paged!');
    const page = await sysop.sees('Page from alice (node 2):');
    expect(page).toContain(HOSTILE);
    expect(page).not.toContain('You are wanted.');
    await sysop.receives('\x07');
  });

  it('colours nothing by the name of who pages, where the sysop reads line by line (rule H1)', async () => {
    const name = '@X4Frank';
    await board.oputil('user', 'add', name, '--password', PASSWORD);
    const fields = { first: board.bbs.firstSysop?.password ?? '', second: 'plain+sysop!' };
    const sysop = await dialRlogin(board.bbs.addresses.rlogin?.port ?? 0, fields);
    await sysop.receives('Command: ');
    const caller = await comeIn(name);
    await command(caller, 'PAGE', 'Page the sysop:');
    const before = sysop.screen.sent.length;
    caller.type(`come${KEYS.return}`);
    await sysop.receives('You are wanted.');
    const said = Buffer.concat(sysop.screen.sent.slice(before)).toString('latin1');
    expect(said).toContain(`Message from ${name}, node 2`);
    expect(said).not.toContain('\x1b[1');
  });

  it('becomes a letter where no sysop is there, and says no more than is true', async () => {
    const alice = await comeIn('alice');
    await command(alice, 'PAGE', 'Page the sysop:');
    alice.type(`Help me ${HOSTILE}${KEYS.return}`);
    await alice.sees('No sysop is here. Mail instead?');
    alice.type('y');
    await alice.sees('Thank you. The sysop gets your letter.');
    const letter = await board.letterTo('op@example.org', /Feedback from a caller/);
    expect(letter.text).toContain(`Help me ${HOSTILE}`);
    expect(letter.text).toMatch(/From: alice \[Telnet 127\.0\.0\.1\], account \d+/);
    expect(Buffer.concat(alice.screen.sent).includes('paged')).toBe(false);
  });

  it('becomes a letter where the only sysop takes no messages', async () => {
    const sysop = await callerIn(board, 'sysop', board.bbs.firstSysop?.password ?? '');
    await command(sysop, 'STATUS', 'available yes');
    sysop.type('a');
    await sysop.sees('available no');
    const alice = await comeIn('alice');
    await command(alice, 'PAGE', 'Page the sysop:');
    alice.type(KEYS.return);
    await alice.sees('No sysop is here. Mail instead?');
    alice.type('n');
    await alice.sees('Command');
    expect(await board.mails()).toEqual([]);
    // Whether a sysop is there, seen or not, is told once in five minutes.
    await command(alice, 'PAGE', 'Page the sysop:');
    alice.type(KEYS.return);
    await alice.sees('Paged already, wait a bit.');
  });

  it('asks for the reason of a letter where none was given', async () => {
    const alice = await comeIn('alice');
    await command(alice, 'PAGE', 'Page the sysop:');
    alice.type(KEYS.return);
    await alice.sees('No sysop is here. Mail instead?');
    alice.type('y');
    await alice.sees('Your message');
    alice.type(`Help me${KEYS.return}`);
    await alice.sees('Thank you. The sysop gets your letter.');
  });

  it('reaches an invisible sysop', async () => {
    const sysop = await callerIn(board, 'sysop', board.bbs.firstSysop?.password ?? '');
    await command(sysop, 'STATUS', 'visible yes');
    sysop.type('v');
    await sysop.sees('visible no');
    sysop.type('q');
    await sysop.sees('Command');
    const alice = await comeIn('alice');
    await command(alice, 'PAGE', 'Page the sysop:');
    alice.type(`help${KEYS.return}`);
    await alice.sees('The sysop was paged!');
    await sysop.sees('You are wanted.');
  });
});
