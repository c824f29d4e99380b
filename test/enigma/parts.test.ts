import type { TestBoard } from '../support/board';
import { KEYS, type DialledCaller } from '../support/dial';
import { comeInside, PAUSE } from './inside';
import { copyEnigmaBoard, describeEnigma, startEnigmaBoard, type EnigmaCopy } from './support';

const SYSOP_MAIL = 'op@example.org';
const CTRL_O = '\x0f';
const CTRL_S = '\x13';
/** Where that board's main menu takes commands. */
const PROMPT = '...cmd:';

describeEnigma('the parts of an ENiGMA½ board that nobody has edited, as callers meet them', () => {
  let copy: EnigmaCopy;
  let board: TestBoard;
  let joe: DialledCaller;
  let erin: DialledCaller;

  beforeAll(async () => {
    copy = await copyEnigmaBoard();
    board = await startEnigmaBoard(copy, { general: { sysOp: { email: SYSOP_MAIL } } });
    joe = await comeInside(board, 'joe');
    erin = await comeInside(board, 'erin');
  });

  afterAll(async () => {
    await board.stop();
    await copy.remove();
  });

  /** A command of the main menu, and what its screen shows. */
  const command = (
    caller: DialledCaller,
    word: string,
    shows: string | RegExp,
  ): Promise<string> => {
    caller.type(`${word}${KEYS.return}`);
    return caller.sees(shows);
  };

  /** What a key leads to. */
  const key = (caller: DialledCaller, keys: string, shows: string | RegExp): Promise<string> => {
    caller.type(keys);
    return caller.sees(shows);
  };

  /** The next mail to the sysop; its subject has the name of the board, encoded. */
  let letters = 0;
  const nextLetter = async (): Promise<string> => {
    letters += 1;
    return (await board.letterTo(SYSOP_MAIL, /./, letters)).text;
  };

  /** The row of the caller of this name in a list. */
  const rowOf = (screen: string, name: string): string | undefined =>
    screen.split('\n').find((row) => new RegExp(`\\s${name}\\s`).test(row));

  describe('last callers and who is online', () => {
    it('LASTCALL has the newest call first, with place, affiliation and the time as that board writes it', async () => {
      const screen = await command(joe, 'L', 'LAST CALLERS');
      expect(screen).toMatch(/who +location +affils +when/);
      const when = String.raw`[A-Z][a-z]{2} \d+(st|nd|rd|th) \d\d:\d\d[ap]m`;
      expect(rowOf(screen, 'erin')).toMatch(new RegExp(` erin +Town of erin +Grp erin +${when}`));
      expect(rowOf(screen, 'joe')).toMatch(new RegExp(` joe +Springfield, IL +ACiD +${when}`));
      expect(screen.indexOf(' erin ')).toBeLessThan(screen.indexOf(' joe '));
      await key(joe, ' ', PROMPT);
    });

    it('WHOSON has each caller with node, affiliation, and where he is by the name of his menu', async () => {
      const screen = await command(joe, 'W', "WHO'S ONLINE");
      expect(screen).toMatch(/node +who +affils +action +time on/);
      expect(rowOf(screen, 'joe')).toMatch(/ 1 +joe +ACiD +Who's Online +\d+ min/);
      expect(rowOf(screen, 'erin')).toMatch(/ 2 +erin +Grp erin +Main Menu +\d+ min/);
      await key(joe, ' ', PROMPT);
      await command(erin, 'T', 'ONLINE STATUS');
      expect(rowOf(await command(joe, 'W', "WHO'S ONLINE"), 'erin')).toMatch(/erin +User Status/);
      await key(joe, ' ', PROMPT);
      await key(erin, KEYS.escape, PROMPT);
    });
  });

  describe('user_status_config', () => {
    it('shows both marks and changes each by its key: the caller is gone from the list, and back', async () => {
      await command(erin, 'T', /visible +: √\n.*available +: √/);
      await key(erin, 'v', /visible +: X\n.*available +: √/);
      const hidden = await command(joe, 'W', "WHO'S ONLINE");
      expect(rowOf(hidden, 'joe')).toBeDefined();
      expect(rowOf(hidden, 'erin')).toBeUndefined();
      await key(joe, ' ', PROMPT);
      await key(erin, 'v', /visible +: √/);
      expect(rowOf(await command(joe, 'W', "WHO'S ONLINE"), 'erin')).toBeDefined();
      await key(joe, ' ', PROMPT);
      await key(erin, KEYS.escape, PROMPT);
    });

    it('has the colours of the theme for its marks', async () => {
      await command(erin, 'T', /available +: √/);
      // |10 and |12, bright green and bright red, by their ANSI numbers.
      expect(colourOf(erin, '√')).toBe(10);
      await key(erin, 'A', /available +: X/);
      expect(colourOf(erin, 'X')).toBe(9);
      await key(erin, 'A', /available +: √/);
      await key(erin, KEYS.escape, PROMPT);
    });

    it("who is not available is among nobody's receivers, and gets no message", async () => {
      await command(erin, 'T', 'ONLINE STATUS');
      await key(erin, 'a', /available +: X/);
      await key(erin, KEYS.escape, PROMPT);
      await command(joe, 'MSG', 'to : node -ALL- (Everyone)');
      joe.type(`${KEYS.down}${KEYS.tab}for nobody${KEYS.return}`);
      expect(await joe.sees('Nobody is there to read it.')).toContain('node -ALL- (Everyone)');
      await key(joe, KEYS.escape, PROMPT);
      await command(erin, 'T', /available +: X/);
      await key(erin, 'a', /available +: √/);
      expect(await key(erin, KEYS.escape, PROMPT)).not.toContain('for nobody');
      expect(Buffer.concat(erin.screen.sent).includes('for nobody')).toBe(false);
    });

    /** Of the last of these characters on the screen. */
    function colourOf({ screen }: DialledCaller, character: string): number | undefined {
      const cells = screen.rows().flatMap((_row, at) => screen.cells(at + 1));
      const cell = cells.findLast((each) => each.character === character);
      return cell && cell.foreground + (cell.bold && cell.foreground < 8 ? 8 : 0);
    }
  });

  describe('node messages', () => {
    it('a message is shown as it is typed, and arrives at the other node in the art of the board', async () => {
      await command(joe, 'MSG', 'NODE MSG');
      await key(joe, KEYS.down, 'to : node 2 (erin)');
      await key(
        joe,
        `${KEYS.tab}meet me in the lobby`,
        /msg: meet.*\n.*\n.*= meet me in the lobby/,
      );
      await key(joe, KEYS.return, PROMPT);
      const page = await erin.sees(PAUSE);
      expect(page).toMatch(/■ NODE MESSAGE ■/);
      expect(page).toMatch(
        /:: message from joe \/ node 1 @ [A-Z][a-z]{2} \d+\w\w \d\d:\d\d [ap]m ::\n +meet me in the lobby\n ▄▄▄▄/,
      );
      await key(erin, ' ', PROMPT);
    });

    it('escape sends nothing', async () => {
      const before = board.events('node-message.sent').length;
      await command(joe, 'MSG', 'NODE MSG');
      await key(joe, `${KEYS.tab}not this`, '= not this');
      await key(joe, KEYS.escape, PROMPT);
      expect(board.events('node-message.sent')).toHaveLength(before);
    });
  });

  describe('page sysop', () => {
    it('calls who is of the group sysops, in the words of the theme, once in five minutes', async () => {
      await command(erin, 'P', 'PAGE +OP');
      await key(erin, `the door is stuck${KEYS.return}`, '+op has been paged!');
      const called = await joe.sees(PAUSE);
      expect(called).toMatch(/Page from erin \(node 2\):\nthe door is stuck\n/);
      expect(joe.screen.bells).toBeGreaterThan(0);
      await key(joe, ' ', PROMPT);
      await key(erin, ' ', PROMPT);
      await command(erin, 'P', 'PAGE +OP');
      await key(erin, `again${KEYS.return}`, 'you have paged the +op already, wait a bit...');
      await key(erin, ' ', PROMPT);
      expect(board.events('node-message.sent').filter(({ kind }) => kind === 'page')).toEqual([
        expect.objectContaining({ node: 2, to: [1] }),
      ]);
    });

    it('offers a mail where no sysop is there, which goes out at the key for yes', async () => {
      await command(joe, 'P', 'PAGE +OP');
      const offer = await key(joe, `is anybody up?${KEYS.return}`, 'send an mail instead?');
      expect(offer).toMatch(/\+op is not currently available[^]*yes \/ no/);
      await key(joe, 'y', 'Thank you. The sysop gets your letter.');
      const text = await nextLetter();
      expect(text).toContain('Page from joe');
      expect(text).toContain('is anybody up?');
      await key(joe, ' ', PROMPT);
    });
  });

  describe('the letter to the sysop', () => {
    const HEADER = /f: joe\n[^]*t: sysop\n/;

    const begin = async (subject: string): Promise<void> => {
      await command(joe, 'K', HEADER);
      await key(joe, `${subject}${KEYS.return}`, 'Esc leads to the menu that sends the letter.');
    };

    it('asks for a subject, is written, shown again, and goes out by the menu of the editor', async () => {
      await command(joe, 'K', HEADER);
      await key(joe, KEYS.return, 'Please give a subject.');
      await key(joe, `The lobby${KEYS.return}`, 'Esc leads to the menu');
      await key(joe, `Dear sysop,${KEYS.return}it rains in.`, 'Dear sysop,\nit rains in.');
      await key(joe, KEYS.escape, 'save  discard  help  upload');
      await key(joe, KEYS.escape, 'Dear sysop,\nit rains in.');
      await key(joe, KEYS.escape, 'save  discard  help  upload');
      await key(joe, KEYS.return, 'Thank you. The sysop gets your letter.');
      await key(joe, ' ', PROMPT);
      const text = await nextLetter();
      expect(text).toContain('The lobby');
      expect(text).toContain('Dear sysop,\nit rains in.');
      expect(text).toMatch(/From: joe \[Telnet 127\.0\.0\.1\], account 2/);
    });

    it('Ctrl-O shows the help of the theme, the text stays, and Ctrl-S sends it at once', async () => {
      await begin('By keys');
      await key(joe, 'no menu at all', 'no menu at all');
      expect(await key(joe, CTRL_O, 'MESSAGE EDITOR HELP')).toContain('cursor to start of line');
      await joe.sees(PAUSE);
      await key(joe, ' ', 'no menu at all');
      await key(joe, CTRL_S, 'Thank you. The sysop gets your letter.');
      await key(joe, ' ', PROMPT);
      const text = await nextLetter();
      expect(text).toContain('no menu at all');
      expect(board.events('menu.method-missing')).toEqual([]);
    });

    it('upload of the menu says that the board takes no files, and the text stays', async () => {
      await begin('By file');
      await key(joe, 'typed by hand', 'typed by hand');
      await key(joe, KEYS.escape, 'save  discard  help  upload');
      const said = 'This board takes no files with a letter.';
      const screen = await key(joe, `${KEYS.right.repeat(3)}${KEYS.return}`, said);
      expect(screen).toContain('typed by hand');
      expect(board.events('menu.method-missing')).toEqual([]);
      await key(joe, KEYS.escape, 'save  discard');
      await key(joe, `${KEYS.right}${KEYS.return}`, PROMPT);
    });

    it('discard of the menu throws it away, and Ctrl-S sends no empty one', async () => {
      const before = (await board.mails()).length;
      await begin('Nothing');
      await key(joe, CTRL_S, 'Please write something first.');
      await key(joe, 'thrown away', 'thrown away');
      await key(joe, KEYS.escape, 'save  discard');
      await key(joe, `${KEYS.right}${KEYS.return}`, PROMPT);
      expect(await board.mails()).toHaveLength(before);
    });
  });

  describe('the application of a new user', () => {
    const PASSWORD = 'a quiet harbour 7';
    let caller: DialledCaller;

    /** From the first menu past the warning of terminals to the form. */
    const apply = async (): Promise<void> => {
      caller = await board.telnet({ width: 80, height: 25 });
      await caller.sees('log off');
      await key(caller, `${KEYS.down}${KEYS.return}`, 'Before proceeding...');
      await caller.sees(PAUSE);
      await key(caller, ' ', 'NEW USER APPLICATION');
      await caller.sees('apply / cancel');
    };

    it('NUA has the fields of its menu, and escape leads back to the first one', async () => {
      await apply();
      const screen = caller.screen.text();
      for (const label of ['username', 'real name', 'sex', 'location', 'affils', 'email', 'www'])
        expect(screen).toMatch(new RegExp(`\\b${label}·*:`));
      expect(screen).toMatch(/birth date: {5}\/ {2}\/ {3}\(YYYY\/MM\/DD\)/);
      expect(screen).toMatch(/password:[^]*confirm·:/);
      await key(caller, KEYS.escape, 'log off');
      caller.hangUp();
    });

    it('the field of the key MET3 has its mask, takes digits alone, and no day that is to come', async () => {
      await apply();
      await key(caller, `erin${KEYS.return}`, 'This name is taken.');
      await key(caller, `${'\x7f'.repeat(4)}newbie${KEYS.return}`, 'username··: newbie');
      await key(caller, `New Bie${KEYS.return}`, 'real name·: New Bie');
      await key(caller, '20a3', 'birth date: 203 /  /   (YYYY/MM/DD)');
      await key(caller, `10203${KEYS.return}`, 'This cannot be a birthdate.');
      await key(caller, '\x7f'.repeat(8), 'birth date:     /  /   (YYYY/MM/DD)');
      await key(caller, `19800203${KEYS.return}m`, /1980\/02\/03 \(YYYY[^]*sex·······: M/);
    });

    it('an application makes the account with its birthdate, leads through the letter to the sysop, and signs in', async () => {
      const fields = ['', 'Newport', 'None', 'newbie@example.org', 'web.example.org'];
      await key(caller, fields.join(KEYS.return) + KEYS.return, 'www·····: web.example.org');
      await key(caller, `${PASSWORD}${KEYS.return}${PASSWORD}${KEYS.return}`, 'aPPLY / cancel');
      expect(caller.screen.text()).not.toContain(PASSWORD);
      caller.type(KEYS.return);
      await board.logged('new-user.applied', { userName: 'newbie' });
      await caller.seesNoMore('NEW USER APPLICATION');
      await caller.sees(PAUSE);
      await key(caller, ' ', 'you are required to leave');
      await caller.sees(PAUSE);
      await key(caller, ' ', /f: newbie\n[^]*t: sysop\n[^]*s: New user feedback/);
      await key(caller, KEYS.return, 'Esc leads to the menu that sends the letter.');
      await key(caller, 'I like boards.', 'I like boards.');
      await key(caller, KEYS.escape, 'save  help');
      await key(caller, KEYS.return, 'Thank you. The sysop gets your letter.');
      expect(await nextLetter()).toMatch(/New user feedback[^]*I like boards\./);
      await caller.sees(PAUSE);
      caller.type(' ');
      await caller.sees(PAUSE);
      caller.hangUp();
      caller = await comeInside(board, 'newbie', PASSWORD);
      await command(caller, 'C', /New Bie[^]*1980\/02\/03[^]*Newport/);
      caller.hangUp();
    });
  });
});
