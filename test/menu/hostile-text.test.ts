import { writeProperties } from '../../src/store/properties';
import { insertUser } from '../../src/store/users';
import { addCall } from '../../src/store/calls';
import { MenuBoard, type MenuCaller } from '../support/menu-board';
import { SeededRandom } from '../support/seeded-random';

const PASSWORD = 'a quiet harbour 7';
const HOW_MANY = 500;
const SEED = 9;

/** What a terminal, a template engine or a reader would take for something else than text. */
const PIECES = [
  '\x1b[2J',
  '\x1b]0;pwned\x07',
  '\x1b[31m',
  '\x1bc',
  '\x1b[6n',
  '\x1b[c',
  '\x1b[5;9H',
  '\x1bP1$r\x1b\\',
  '\x1b#8',
  '\x1b[?1049h',
  '\u009b31m',
  '\u009d0;pwned\u009c',
  '\u0090q\u009c',
  '\x07',
  '\r\n',
  '\t',
  '\b\b\b',
  '\0',
  '\x7f',
  '\x0e',
  '\x0f',
  '\x05',
  '\v',
  '\f',
  '\x1a',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u200d',
  '\ufeff',
  '\u0301\u0301\u0301',
  '\u2028',
  '\u2029',
  '\u{e0041}',
  '\ud800',
  '\ue000',
  '|12',
  '|04|16',
  '|CL',
  '%UN',
  '%BN',
  '%VM1',
  '{userName}',
  '{userName!styleU}',
  '{0}',
  '$&',
  '$`',
  '\\x1b[31m',
  '\\u001b',
  '<img src=x>',
  '&amp;',
  'あ漢',
  '😀',
  '@CLS@',
  '^[[31m',
  '``',
  '¢¥',
] as const;

const LISTS = [
  { name: 'who is online', command: 'w', menu: 'mainMenuWhosOnline', rows: 400 },
  // Of all calls the last fifty are shown.
  { name: 'the last callers', command: 'l', menu: 'mainMenuLastCallers', rows: 50 },
  { name: 'the user list', command: 'u', menu: 'mainMenuUserList', rows: 400 },
] as const;

/** Everything that a screen of ours may send beside text: moving, colours, clearing, the cursor's looks. */
const OURS = /\x1b\[(?:\d+(?:;\d+)*)?[HmJK]|\x1b\[\?(?:25|7)[hl]|\x1b\[s|\x1b\[u|\r|\n/g;

describe.each(['cp437', 'utf8'] as const)(
  'five hundred hostile names and places in %s',
  (encoding) => {
    let board: MenuBoard;
    const random = new SeededRandom(SEED);
    const hostile = (): string =>
      `${random.pick(PIECES)}${random.pick(['', 'x', 'yz'])}${random.pick(PIECES)}`;

    beforeAll(async () => {
      const nodes = Array.from({ length: HOW_MANY }, (_, at) => ({
        node: at + 2,
        server: 'telnet' as const,
        user: { id: at + 2, name: `n${at}${hostile()}` },
        description: hostile(),
        connectedAtMs: 0,
      }));
      board = await MenuBoard.open({ nodes });
      await board.accounts.db.transaction('board', async (sql) => {
        for (const { user } of nodes) {
          const id = await insertUser(sql, { name: user.name });
          if (id === undefined) continue;
          await writeProperties(sql, id, {
            account_status: '2',
            location: hostile(),
            affiliation: hostile(),
            real_name: hostile(),
          });
          const call = { userName: user.name, node: 1, server: 'telnet', source: '192.0.2.1' };
          await addCall(sql, { ...call, userId: id, sessionId: String(id), startedAtMs: 0 }, -1);
        }
      });
      // After the others in the list, so that its first page is theirs.
      await board.addUser('zz', PASSWORD, { properties: { location: hostile() } });
    }, 60_000);
    afterAll(() => board.close());

    async function openMenu(): Promise<MenuCaller> {
      const caller = board.call('login', { encoding });
      await caller.sees('User name');
      caller.type(`zz\r${PASSWORD}\r`);
      await caller.sees('Both doors are open.');
      caller.type(' ');
      await caller.sees('Command');
      return caller;
    }

    /** What was sent since, without what our own screens send: nothing of it may be left that is no text. */
    function strangeBytes(caller: MenuCaller, from: number): string {
      const bytes = Buffer.concat(caller.screen.sent.slice(from));
      const text = encoding === 'utf8' ? bytes.toString('utf8') : bytes.toString('latin1');
      const left = text.replace(OURS, '');
      const strange =
        encoding === 'utf8'
          ? /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Mn}\u2028\u2029]/gu
          : /[\0-\x1f\x7f\x9b]/g;
      return JSON.stringify(left.match(strange) ?? []);
    }

    /** Whether another page comes up. */
    async function changes(caller: MenuCaller, before: string): Promise<boolean> {
      for (let turn = 0; turn < 300; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        await caller.screen.settled();
        if (caller.screen.text() !== before) return true;
      }
      return false;
    }

    it.each(LISTS)('are harmless text in $name (rules H1, H2)', async ({ command, menu, rows }) => {
      const caller = await openMenu();
      const from = caller.screen.sent.length;
      caller.type(`${command}\r`);
      await caller.isIn(menu);
      await caller.sees('Arrows, Page Up, Page Down: move');
      const shown = new Set<string>();
      // The first key only moves the bar to the foot of the page.
      for (let still = 0; still < 3;) {
        for (const row of caller.screen.rows()) shown.add(row);
        const before = caller.screen.text();
        caller.type('\x1b[6~');
        still = (await changes(caller, before)) ? 0 : still + 1;
      }
      expect(strangeBytes(caller, from)).toBe('[]');
      expect(caller.screen).toMatchObject({ title: '', bells: 0, scrolled: 0 });
      expect(caller.screen.replies).toEqual([]);
      const text = [...shown].join('\n');
      expect(shown.size).toBeGreaterThanOrEqual(rows);
      expect(text).not.toContain('pwned\x07');
      // Codes stay what was typed, wherever the column is wide enough for them.
      for (const literal of rows > 50
        ? ['|12', '%BN', '$&', '{0}', '[31m', '[2J', ']0;pwned']
        : ['{']) {
        expect(text).toContain(literal);
      }
      caller.hangUp();
      await caller.ended;
    });
  },
);
