import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load';
import { loadMenus } from '../../src/menu/load/menu-file';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';

const CONFIG = join(__dirname, '../../config');
const read = (name: string): string => readFileSync(join(CONFIG, name), 'utf8');

/** An example stands behind `//` and one space, or is indented further; prose has two spaces. */
const EXAMPLE = /^(\s*)\/\/ (?! \S)(.*)$/;

/** The lines of each example, by number: lines that follow each other are one. */
function examplesIn(text: string): readonly (readonly number[])[] {
  const blocks: number[][] = [];
  text.split('\n').forEach((line, at) => {
    if (!EXAMPLE.test(line)) return;
    const last = blocks.at(-1);
    if (last?.at(-1) === at - 1) last.push(at);
    else blocks.push([at]);
  });
  return blocks;
}

function uncomment(text: string, lines: readonly number[]): string {
  return text
    .split('\n')
    .map((line, at) => (lines.includes(at) ? line.replace(EXAMPLE, '$1$2') : line))
    .join('\n');
}

const config = read('config.hjson');
const configExamples = examplesIn(config);
const main = read('menus/main.hjson');
const mainExamples = examplesIn(main);

let dir: BoardDir;

beforeAll(async () => {
  dir = await BoardDir.make({ 'config/smtp-password.txt': 'hush\n' });
});

afterAll(() => dir.remove());

test('the stock config and menus have the examples that this test looks for', () => {
  expect(configExamples.length).toBeGreaterThanOrEqual(5);
  expect(mainExamples.length).toBeGreaterThanOrEqual(1);
});

test.each(
  configExamples.map((lines) => [config.split('\n')[lines[0] ?? 0]?.trim(), lines] as const),
)('an example of the stock config loads: %s', async (_line, lines) => {
  await dir.write('config/config.hjson', uncomment(config, lines));
  const file = join(dir.path, 'config/config.hjson');
  await expect(loadConfig({ file, env: {} })).resolves.toMatchObject({ warnings: [] });
});

test('a board runs with every example of the stock config and menus in force', async () => {
  await dir.write('config/config.hjson', uncomment(config, configExamples.flat()));
  await dir.write('config/menus/main.hjson', uncomment(main, mainExamples.flat()));
  const header = /^\/\/ {6}(aMenu: \{[\s\S]*?)^\/\/ {6}\}$/m.exec(read('menu.hjson'))?.[1] ?? '';
  const aMenu = `${header.replace(/^\/\/ {6}/gm, '')}}`;
  expect(aMenu).toContain('desc: ');
  const menu = read('menu.hjson').replace(/^ {4}menus: \{$/m, () => `    menus: {\n${aMenu}\n`);
  await dir.write('config/menu.hjson', menu);
  // No example's certificate is on this machine.
  const https = { certPem: '', keyPem: '' };
  const board = await TestBoard.start({
    boardDir: dir.path,
    config: { contentServers: { web: { https } } },
  });
  const caller = await board.telnet();
  await caller.sees('Sign in');
  caller.hangUp();
  await board.remove();
  const { menus } = await loadMenus({
    file: join(dir.path, 'config/menu.hjson'),
    env: {},
    fallbackFolders: [join(dir.path, 'config'), CONFIG],
  });
  expect(menus.get('aMenu')?.desc).toBe('What others see you doing');
  expect(menus.get('userTwoFactorAuthOTPConfig')?.config.all['infoText']).toBeDefined();
});
