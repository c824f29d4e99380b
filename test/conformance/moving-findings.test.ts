import { missingTests, runsInNpmTest, type QuotedTests } from '../support/security-rows';

const VIEWS = 'test/conformance/a10-7-moved-views.test.ts';
const BOARDS = 'test/conformance/moved-boards.test.ts';
const ART = 'test/conformance/a8-art-terminal.test.ts';
const LOAD = 'test/config/load.test.ts';
const NODES = 'test/flows/node-messages.test.ts';

/** What was found wrong when a board of ENiGMA½ was moved here, and the tests that show each mended or chosen. */
const FINDINGS: readonly (readonly [finding: string, ...tests: readonly string[]])[] = [
  [
    'limits of requests, and keys of logging, in the form of ENiGMA½',
    `${LOAD}: limits of requests in the form of ENiGMA½ are read as meant`,
    `${LOAD}: keys that ENiGMA½ knows and a gate has no use for are passed over with a warning`,
    `${LOAD}: keys of the default configuration of ENiGMA½ for parts that are not here are passed over as well`,
    `${LOAD}: %s is out of range, so the nearest counts, with a warning`,
  ],
  [
    'an absolute general.menuFile',
    `${LOAD}: is taken as such where it can be read, with a warning where it is in another board`,
    `${LOAD}: that is not there is looked for in this board`,
  ],
  [
    'doubled keys in themes, menus and configuration',
    `${BOARDS}: a key that stands twice in a theme: the later one counts`,
    `${LOAD}: the later of two equal keys counts, and the warning names both lines`,
    'test/menu/menu-file.test.ts: counts where all menus stand twice, over menus that are included',
  ],
  [
    'modules that are not here, and names that lead nowhere',
    `${BOARDS}: a menu that is nowhere: the key does nothing that harms, and the screen stays`,
    'test/conformance/a2-4-addresses.test.ts: a module that is not there is said and left, also where the menu leads on; one of ENiGMA½ is passed by',
    'test/menu/screen.test.ts: goes on without art that is missing',
  ],
  ['views such as MET3', `${VIEWS}: a key such as MET3 is read as the view that it is nearly`],
  [
    "a sysop's own menu before sign-in",
    `${BOARDS}: a sysop's screen before the sign-in is told with the key that opens it to all`,
    'test/flows/first-menu.test.ts: a first menu outside the login area stops the start, with its line (rule M4)',
    'test/menu/sign-in.test.ts: keeps a caller who is nobody yet out of everything but the login area',
  ],
  [
    'the history of calls, and paths that lead into the old board',
    'test/store/old-calls.test.ts: who called last, when, and how many calls there ever were comes along',
    'test/adopt/adopt.test.ts: absolute paths of the old board are corrected in a file of their own',
  ],
  ['a failed check ends its last line', `${BOARDS}: %s check ends its last line where it fails`],
  [
    'locking that takes effect for the first time',
    `${LOAD}: a lock that comes along from a board where it had no effect is told`,
  ],
  [
    'disabled and inactive accounts by SSH',
    'test/flows/ssh-not-active.test.ts: %s is told why by %s that was right, and the connection ends',
  ],
  [
    'a terminal whose answers come late',
    'test/terminal/probe.test.ts: of %s, called %s, is %s at first, and what it is when its answers come, up to three seconds late',
    'test/terminal/probe.test.ts: that tells its type late gets the encoding of that type',
  ],
  [
    'conditions that mean more here',
    'test/acs/acs.test.ts: a mixture that other boards read otherwise is told with both readings',
  ],
  [
    'formats that differ',
    'test/conformance/a10-2-formats.test.ts: {name:spec}: %s of %j',
    'test/conformance/a10-2-formats.test.ts: {name!%s}',
  ],
  [
    'colour codes of WWIV and CNET',
    'test/conformance/a10-2-formats.test.ts: colour codes of other boards: %s',
    'test/conformance/a10-2-formats.test.ts: a code that clears the screen is left out of text that stands in a view',
  ],
  ['text art with colour codes', `${ART}: %s: colour codes colour it (a departure from ENiGMA½)`],
  [
    'items that are cut',
    `${VIEWS}: VM: an item that is longer than width is shown whole, and cut where textOverflow says so`,
  ],
  ['a bar in lists without focus', `${VIEWS}: VM: where nothing can be typed no item is marked`],
  ['toggles', `${VIEWS}: TM: a bar between blanks, and focusTextStyle in focus alone`],
  [
    'messages over buttons',
    `${BOARDS}: a message that has no room beside buttons stands below them, and covers none`,
  ],
  [
    'formats of dates and times in config.hjson',
    'test/conformance/a10-4-themes.test.ts: theme.%s of config.hjson is what is shown where the theme says nothing',
  ],
  [
    'codes that show themselves',
    'test/conformance/a10-3-mci.test.ts: each has a row here',
    'test/proof/check-art.test.ts: codes of what this board does not have are one warning for all files',
  ],
  [
    'a ticker in a pause',
    'test/menu/pause.test.ts: a ticker in a pause prompt moves until a key comes',
    `${VIEWS}: TK: stands still, then moves`,
  ],
  [
    'widths where none is written',
    'test/views/views.test.ts: a list without a width takes 15 columns',
    'test/conformance/a10-1-views.test.ts: width: 15 where none is written',
    `${VIEWS}: HM: items begin behind the spacing`,
  ],
  [
    'bold behind a code',
    `${ART}: behind a code the colours go on as the art has them (a departure from ENiGMA½)`,
  ],
  [
    'the pause below art',
    'test/conformance/a10-5-pauses.test.ts: the prompt stands on the last row of art that ends there on row 24',
  ],
  [
    'the order of groups and of the user list',
    'test/conformance/a10-3-mci.test.ts: %UG: groups are in alphabetical order',
    'test/modules/lists.test.ts: lists active accounts by name whatever its letter case, and scrolls',
  ],
  [
    'what keys do: shift+tab, delete, a key of KE',
    'test/views/form.test.ts: tab and the arrows walk round the fields',
    `${VIEWS}: ET: delete takes the next letter, and the last one at the end of the text`,
    `${VIEWS}: KE: the key is shown (a departure from ENiGMA½)`,
  ],
  [
    'an unknown command, and a field that is refused',
    `${BOARDS}: a command that is none is told, and its field is empty for the next (a departure from ENiGMA½)`,
    'test/views/form.test.ts: a value that does not hold keeps the cursor and says why',
  ],
  [
    'view properties that do nothing',
    `${VIEWS}: VM: focusItemIndex is chosen at first, and focusItems are what a chosen item says`,
    `${VIEWS}: ET: textMaskChar hides what is typed, and omit keeps it out of what is given`,
    `${VIEWS}: TL: resizable: false cuts at the width`,
    `${VIEWS}: MT: acceptsInput: false takes no key`,
    `${VIEWS}: MT: autoScroll shows the last lines of the text of the menu`,
    `${VIEWS}: hyperlinks: a link is plain text (a departure from ENiGMA½)`,
    `${VIEWS}: SB: is written anew when its interval has passed`,
  ],
  [
    'user_status_config',
    `${NODES}: invisible: others do not see the caller online, who sees himself`,
    `${NODES}: not available: no message of another caller comes`,
  ],
  [
    'node_msg',
    `${NODES}: is shown to its receiver as it was typed, in the frame of the menu, and the screen comes back`,
  ],
  ['page_sysop', `${NODES}: reaches a sysop who is online, once in five minutes`],
  [
    'onelinerz',
    'test/modules/onelinerz.test.ts: are written with a preview, shown as they were typed, and told in the audit without their text',
  ],
  [
    'feedback to the sysop by the editor',
    'test/flows/letter-to-sysop.test.ts: a letter to the sysop is written in the editor, and goes out as a mail with the account',
    `${VIEWS}: MT: mode edit takes lines`,
  ],
  [
    'loginServers.ssh.algorithms',
    'test/servers/ssh-limits.test.ts: is narrowed by ssh.algorithms, never widened, and never to nothing (rule E5)',
  ],
];

const QUOTED: readonly QuotedTests[] = FINDINGS.flatMap(([, ...tests]) =>
  tests.map((test) => {
    const [, file = '', name = ''] = /^(test\/\S+\.ts): (.+)$/.exec(test) ?? [];
    return { file, names: [name] };
  }),
);

describe('what was found when a board was moved', () => {
  it('is shown by tests that are there, under these very titles', () => {
    expect(QUOTED.length).toBeGreaterThan(50);
    expect(missingTests(QUOTED, { exact: true })).toEqual([]);
  });

  it('is shown by tests that npm test runs', () => {
    expect(QUOTED.filter(({ file }) => !runsInNpmTest(file))).toEqual([]);
  });
});
