import { Driver, spec } from './driver';

/** What a key does to `bobx` in an edit field with the cursor at its end. */
const EFFECTS = {
  'erases before': 'bob',
  'erases at the end of the line': 'bob',
  'leads to the beginning': '|bobx',
  'leads to the end': 'bobx|',
  'leads to the left': 'bob|x',
  'clears the line': '|',
  'types a 5': 'bobx5|',
  submits: 'submit',
} as const;

/**
 * What clients send for a key: xterm and what follows it (Windows Terminal, GNOME, Apple), also with
 * application cursor keys; PuTTY in its standard and its rxvt mode; the Linux console, tmux and GNU
 * screen; rxvt; VT220; SyncTERM and other CTerm terminals; mTCP's telnet; line-editing habits.
 */
const KEYS: readonly (readonly [effect: keyof typeof EFFECTS, client: string, bytes: string])[] = [
  ['erases before', 'xterm, PuTTY, Linux, tmux', '\x7f'],
  ['erases before', 'SyncTERM, NetRunner, VT220, xterm with backarrow', '\b'],
  ['erases at the end of the line', 'xterm, PuTTY, Linux, VT220, mTCP', '\x1b[3~'],
  ['erases at the end of the line', 'mTCP, readline', '\x04'],
  ['leads to the beginning', 'xterm, SyncTERM, Apple', '\x1b[H'],
  ['leads to the beginning', 'xterm with application keys', '\x1bOH'],
  ['leads to the beginning', 'PuTTY, Linux, tmux, screen, VT220 (Find)', '\x1b[1~'],
  ['leads to the beginning', 'rxvt', '\x1b[7~'],
  ['leads to the beginning', 'readline', '\x01'],
  ['leads to the end', 'xterm, Apple', '\x1b[H\x1b[F'],
  ['leads to the end', 'xterm with application keys', '\x1b[H\x1bOF'],
  ['leads to the end', 'PuTTY, Linux, tmux, screen, VT220 (Select)', '\x1b[H\x1b[4~'],
  ['leads to the end', 'rxvt', '\x1b[H\x1b[8~'],
  ['leads to the end', 'SyncTERM, NetRunner (ANSI.SYS)', '\x1b[H\x1b[K'],
  ['leads to the end', 'readline', '\x1b[H\x05'],
  ['leads to the left', 'xterm, PuTTY, SyncTERM', '\x1b[D'],
  ['leads to the left', 'xterm, PuTTY with application keys', '\x1bOD'],
  ['clears the line', 'readline', '\x15'],
  ['clears the line', 'SyncTERM, NetRunner', '\x19'],
  ['types a 5', 'the keypad of PuTTY and VT220 in application mode', '\x1bOu'],
  ['types a 5', 'the keypad of all others', '5'],
  ['submits', 'the keypad of PuTTY and VT220 in application mode', '\x1bOM'],
  ['submits', 'telnet (RFC 854)', '\r\n'],
  ['submits', 'telnet (RFC 854, NUL)', '\r\0'],
  ['submits', 'netcat', '\n'],
];

test.each(KEYS)('%s: the key of %s (%j)', async (effect, _client, bytes) => {
  const driver = new Driver({ views: [spec('ET1', [1, 1], { text: 'bobx' })] });
  const event = await driver.type(bytes);
  if (effect === 'submits') {
    expect(event?.kind).toBe(EFFECTS[effect]);
    return;
  }
  await driver.type('|');
  const marked = String(driver.form.values()['1']);
  expect(EFFECTS[effect].includes('|') ? marked : marked.replace('|', '')).toBe(EFFECTS[effect]);
});

test.each([
  ['mTCP', '\x1b[3~'],
  ['readline', '\x04'],
])(
  'in a text of several lines the Delete key of %s erases at its end as well',
  async (_client, bytes) => {
    const driver = new Driver({ views: [spec('MT1', [1, 1], { mode: 'edit', text: 'bobx' })] });
    await driver.type(bytes);
    expect(driver.form.values()).toEqual({ 1: 'bob' });
    await driver.type(`\x1b[H${bytes}`);
    expect(driver.form.values()).toEqual({ 1: 'ob' });
  },
);
