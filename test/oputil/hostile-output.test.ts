import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PASSWORD, Shell } from './shell';

/** ESC, BEL, DEL, CSI of C1, an override of direction, a zero-width blank, a tag, an Arabic mark. */
const HOSTILE = 'x\u001b]0;t\u0007\u007f\u009b31m\u202e\u200b\u{e0041}\u061c\u00ady';
const SEEN = 'x\\u001b]0;t\\u0007\\u007f\\u009b31m\\u202e\\u200b\\udb40\\udc41\\u061c\\u00ady';
const RAW =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e]|\u{e0041}/u;

let shell: Shell;

beforeAll(async () => {
  shell = await Shell.open();
  await shell.run('user', 'add', 'joe', '--password', PASSWORD, '--real-name', HOSTILE);
  const key = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS ${HOSTILE}`;
  await shell.run('user', 'import-ssh-key', 'joe', await shell.file('key.pub', key));
});

afterAll(() => shell.close());

/** Every verb there is, from the tool's own help. */
async function verbs(...path: string[]): Promise<readonly (readonly string[])[]> {
  const { out } = await shell.try(...path, '--help');
  const listed = /\nCommands:\n([^]*?)(\n\n|$)/.exec(out)?.[1] ?? '';
  const names = [...listed.matchAll(/^ {2}([a-z][\w-]*)/gm)].map(([, name = '']) => name);
  const below = names.filter((name) => name !== 'help').map((name) => verbs(...path, name));
  const found = (await Promise.all(below)).flat();
  return path.length > 0 && found.length === 0 ? [path] : found;
}

test('a hostile argument of any verb never reaches the terminal as it is (rules H1, H3)', async () => {
  const all = await verbs();
  expect(all.length).toBeGreaterThan(30);
  const silent: string[] = [];
  for (const verb of all) {
    for (const options of [[], ['--json'], [`--${HOSTILE}`]]) {
      const { out, err } = await shell.try(...verb, HOSTILE, HOSTILE, ...options);
      expect([verb, out + err]).toEqual([verb, expect.not.stringMatching(RAW)]);
      if (!(out + err).includes(SEEN)) silent.push([...verb, ...options].join(' '));
    }
  }
  // Most repeat what they cannot use; where none did, this test would show nothing.
  expect(silent.length).toBeLessThan(all.length * 2);
});

test.each([
  [['user', 'info', 'joe', '--security']],
  [['user', 'list']],
  [['user', 'import-ssh-key', 'joe', 'key.pub']],
  [['config', 'check']],
  [['config', 'cat']],
  [['menu', 'check']],
  [['menu', 'graph']],
])('%j shows hostile text of users and files escaped', async (words) => {
  const board = join(shell.folder, 'board');
  await mkdir(join(board, 'config'), { recursive: true });
  await shell.file(
    'board/config/config.hjson',
    `{ general: { website: ${JSON.stringify(HOSTILE)}, ${words[1] === 'check' && words[0] === 'config' ? `"${HOSTILE}": 1` : ''} } }`,
  );
  await shell.file(
    'board/config/menu.hjson',
    `{ menus: {
      telnetConnected: { desc: ${JSON.stringify(HOSTILE)}, next: "logoff", "${HOSTILE}": 1 }
      sshConnected: { next: "${HOSTILE}" }
      logoff: { module: "@systemModule:show_art" }
    } }`,
  );
  const args = words.map((word) => (word === 'key.pub' ? join(shell.folder, word) : word));
  const { out, err } = await shell.try('--board', board, ...args);
  expect(out + err).not.toMatch(RAW);
  expect(out + err).toContain(SEEN);
});

test('JSON stays valid, and reads back as it was', async () => {
  const text = await shell.run('user', 'info', 'joe', '--json');
  expect(text).not.toMatch(RAW);
  const joe = JSON.parse(text) as { realName: string; sshKeys: { comment: string }[] };
  expect(joe.realName).toBe(HOSTILE);
  expect(joe.sshKeys[0]?.comment).toBe(HOSTILE);
});

test('a drawing keeps its colours and nothing else', async () => {
  shell.colors = true;
  const out = await shell.run('user', '2fa-otp', 'joe', 'google');
  shell.colors = false;
  expect(out).toContain('\u001b[97;40m');
  expect(out.replaceAll(/\u001b\[[\d;]*m/g, '')).not.toMatch(RAW);
});
