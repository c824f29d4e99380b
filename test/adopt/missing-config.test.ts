import { join } from 'node:path';
import { adoptBoard } from '../../src/adopt/adopt';
import { EnigmaInstallation } from '../support/enigma-installation';

let old: EnigmaInstallation;

/** What adopting a board with these files says, without the line breaks of its screen. */
async function adopt(files: Readonly<Record<string, string>>): Promise<string> {
  old = await EnigmaInstallation.make(files);
  const newDir = join(old.folder, 'myboard');
  const lines = await adoptBoard({ oldDir: old.dir, newDir, dryRun: false, env: {} });
  return lines.join('\n').replace(/\n {2}/g, ' ');
}

afterEach(() => old.remove());

test('without a config.hjson it says which menu file it looked for, and names the one that may be meant', async () => {
  const screen = await adopt({ 'config/config.hjson': '' });
  expect(screen).toContain('there is no config/config.hjson: the stock one is used');
  expect(screen).toContain(
    'there is no config/menu.hjson or config/menus/menu.hjson (general.menuFile is not set): ' +
      'the stock menus are used; if yours begin with old-main.hjson, write ' +
      'general: { menuFile: "old-main.hjson" } into config/config.hjson\n',
  );
});

test('a board that follows the next step has its own menus', async () => {
  const screen = await adopt({
    'config/config.hjson': 'general: { menuFile: "old-main.hjson" }',
  });
  expect(screen).toContain('Menus          2 files; the first is config/menus/old-main.hjson');
  expect(screen).not.toContain('the stock menus are used');
});

test('without any menus it says where to put them', async () => {
  const screen = await adopt({
    'config/config.hjson': '{ general: { menuFile: "D:\\\\bbs\\\\gone.hjson" } }',
    'config/menus/old-main.hjson': '',
    'config/menus/old-login.hjson': '',
  });
  expect(screen).toContain(
    'there is no config/gone.hjson or config/menus/gone.hjson (general.menuFile is D:\\bbs\\gone.hjson)',
  );
  expect(screen).toContain('name the first by general.menuFile in config/config.hjson\n');
});
