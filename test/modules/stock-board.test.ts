import { join } from 'node:path';
import { createArtStore } from '../../src/art/art-store';
import { systemRandom } from '../../src/base/random';
import { defaultConfig } from '../../src/config/schema';
import { formatFinding } from '../../src/proof/check';
import { loadMenus } from '../../src/menu/menu-file';
import { loadThemes } from '../../src/menu/theme-files';
import { checkBoard } from '../../src/modules/board-check';
import { MODULES } from '../../src/modules/registry';
import { isViewCode } from '../../src/views/registry';

const ROOT = join(__dirname, '../..');

it('has nothing to say against the stock board, its art and its themes', async () => {
  const art = createArtStore({
    isView: isViewCode,
    roots: [join(ROOT, 'art')],
    random: systemRandom,
  });
  const menus = await loadMenus({ file: join(ROOT, 'config/menu.hjson'), env: {} });
  const themes = await loadThemes({ artRoots: [join(ROOT, 'art')], env: {} });
  const findings = await checkBoard({ config: defaultConfig(), menus, themes, art });
  expect(findings.map(formatFinding)).toEqual([]);
});

it('uses every module that there is on the stock board', async () => {
  const menus = await loadMenus({ file: join(ROOT, 'config/menu.hjson'), env: {} });
  const used = new Set([...menus.menus.values()].map((menu) => menu.module.name));
  expect(MODULES.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([]);
});
