import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadConfig } from '../../src/config/load';
import { Shell } from '../oputil/shell';
import { BoardDir } from '../support/board-dir';

const ROOT = join(__dirname, '../..');
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'docs/screens/README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Pages whose fenced examples are read by pages.test.ts. */
const FENCED = [
  'docs/menus.md',
  'docs/themes.md',
  'docs/acs.md',
  'docs/onward.md',
  'docs/texts.md',
];

/** The indented blocks of a page that are hjson: a block of keys, or a whole file in braces. */
function hjsonBlocks(name: string): readonly string[] {
  const text = readFileSync(join(ROOT, name), 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
  const blocks = text.match(/(?:^(?: {4}.*)?\n)*^ {4}.*$/gm) ?? [];
  return (
    blocks
      .map((block) => block.replace(/^\n+/, ''))
      .filter((block) => /^ {4}(\{|\w+: ?\{)/.test(block))
      // A line of the log is JSON.
      .filter((block) => !block.startsWith('    {"'))
  );
}

/** As long as any key asks for. */
const SECRET = 'a-secret-of-more-than-thirty-two-characters';

const BLOCKS = PAGES.flatMap((name) =>
  hjsonBlocks(name).map((block, index) => [name, index + 1, block] as const),
);

it('hjson between fences stands on the pages whose boards are loaded', () => {
  const others = PAGES.filter((name) => !FENCED.includes(name));
  const fenced = others.filter((name) =>
    /^```h?json/m.test(readFileSync(join(ROOT, name), 'utf8')),
  );
  expect(fenced).toEqual([]);
  expect(BLOCKS.length).toBeGreaterThan(2);
});

it.each(BLOCKS)('the configuration in %s (%i) is read as it is written', async (_, __, block) => {
  const dir = await BoardDir.make({ 'config.hjson': block });
  for (const [, file = ''] of block.matchAll(/@file:([\w./-]+)/g)) await dir.write(file, SECRET);
  const variables = [...block.matchAll(/@environment:(\w+)/g)].map(([, key = '']) => [
    key,
    key === 'DATABASE_URL' ? 'postgres://board:set@127.0.0.1/board' : SECRET,
  ]);
  const { warnings } = await loadConfig({
    file: join(dir.path, 'config.hjson'),
    env: Object.fromEntries(variables) as Record<string, string>,
  });
  expect(warnings).toEqual([]);
  await dir.remove();
});

/** The part of an address that a forge makes of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

it.each(PAGES)('every link of %s leads to a file, and its part to a heading', (name) => {
  const text = readFileSync(join(ROOT, name), 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  const broken = links.filter((target) => {
    if (/^https?:/.test(target)) return false;
    const [path = '', part] = target.split('#', 2);
    const file = path === '' ? join(ROOT, name) : join(ROOT, dirname(name), path);
    if (!existsSync(file)) return true;
    if (part === undefined) return false;
    const headings = readFileSync(file, 'utf8').match(/^#+ .*$/gm) ?? [];
    return !headings.some((heading) => anchorOf(heading.replace(/^#+ /, '')) === part);
  });
  expect(broken).toEqual([]);
});

/** Commands of the tool in the indented blocks of a page, without the remark beside them. */
function oputilCommands(name: string): readonly string[] {
  const lines = readFileSync(join(ROOT, name), 'utf8').match(/^ {4,}(?:.*&& )?oputil .*$/gm) ?? [];
  return lines.flatMap((line) =>
    line
      .trim()
      .replace(/\s{2,}.*$/, '')
      .split(/ && |; | \| /)
      .filter((command) => command.startsWith('oputil ')),
  );
}

it('every oputil command of the docs has a verb and options that the tool knows', async () => {
  const shell = await Shell.open();
  const wrong: string[] = [];
  const commands = new Set(PAGES.flatMap(oputilCommands));
  expect(commands.size).toBeGreaterThan(60);
  const global = await shell.run('--help');
  for (const command of commands) {
    const words = command
      .split(' ')
      .slice(1)
      .filter((word) => !/^(--board|~\S*)$/.test(word));
    const { out } = await shell.try(words[0] ?? '', '--help');
    const verb = words.slice(0, out.includes('\nCommands:') ? 2 : 1);
    const help = await shell.try(...verb, '--help');
    const options = words.flatMap((word) => /^--?[a-z][a-z-]*$/.exec(word) ?? []);
    const unknown = options.filter((option) => !`${help.out}${global}`.includes(option));
    const isVerb = help.exitCode === 0 && help.out.includes(`Usage: oputil ${verb.join(' ')}`);
    if (!isVerb || unknown.length > 0) wrong.push(`${command}: ${unknown.join(' ')}`);
  }
  await shell.close();
  expect(wrong).toEqual([]);
});

it('the picture in docs/themes.md draws the whole ornament and the whole name', async () => {
  const text = readFileSync(join(ROOT, 'docs/themes.md'), 'utf8');
  const files = [...text.matchAll(/^```\w+ file=(\S+)\n([\s\S]*?)^```$/gm)];
  const dir = await BoardDir.make(
    Object.fromEntries(files.map(([, name = '', content = '']) => [name, content])),
  );
  await dir.write('config/config.hjson', 'general: { boardName: "Night Ferry" }');
  const shell = await Shell.open();
  const out = await shell.run('--board', dir.path, 'menu', 'show', 'matrix', '--theme', 'ember');
  expect(out).toMatch(/^ *~~~ Night Ferry *$/m);
  await shell.close();
  await dir.remove();
});
