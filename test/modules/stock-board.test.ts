import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createArtStore } from '../../src/art/art-store';
import { systemRandom } from '../../src/base/random';
import { defaultConfig } from '../../src/config/schema';
import { formatFinding } from '../../src/proof/check';
import { loadMenus } from '../../src/menu/load/menu-file';
import { loadThemes } from '../../src/menu/load/theme-files';
import { checkBoard } from '../../src/modules/board-check';
import { MODULES } from '../../src/modules/registry';
import { kindOfCode } from '../../src/menu/screen/mci-codes';

const ROOT = join(__dirname, '../..');

it('has nothing to say against the stock board, its art and its themes', async () => {
  const art = createArtStore({
    kindOf: kindOfCode,
    roots: [join(ROOT, 'art')],
    random: systemRandom,
  });
  const menus = await loadMenus({ file: join(ROOT, 'config/menu.hjson'), env: {} });
  const themes = await loadThemes({ artRoots: [join(ROOT, 'art')], env: {} });
  const findings = await checkBoard({ config: defaultConfig(), menus, themes, art });
  expect(findings.map(formatFinding)).toEqual([]);
});

/** Those that boards of ENiGMA½ bring menus and art for. */
const FROM_ELSEWHERE = ['user_status_config', 'node_msg', 'page_sysop', 'onelinerz'];

/** Those that need to know a board to hand callers on to. */
const ONWARD = [
  ...['telnet_bridge', 'rlogin', 'ssh_bridge', 'bbs_link', 'door_party'],
  ...['abracadabra', 'destinations', 'onward_accounts'],
];

it('uses every module that there is on the stock board, but for those of boards from elsewhere', async () => {
  const menus = await loadMenus({ file: join(ROOT, 'config/menu.hjson'), env: {} });
  const used = new Set([...menus.menus.values()].map((menu) => menu.module.name));
  expect(MODULES.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([
    ...FROM_ELSEWHERE,
    ...ONWARD,
  ]);
});

it('tells no sysop to call the tool by npx, which would ask the public registry for it', () => {
  const texts = ['config', 'docs', 'misc', 'art'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(hjson|md|txt|service|conf|html)$/.test(name))
      .map((name) => join(ROOT, folder, name)),
  );
  const telling = [join(ROOT, 'README.md'), ...texts].filter((file) =>
    /npx (oputil|sallyport)/.test(readFileSync(file, 'utf8')),
  );
  expect(telling).toEqual([]);
  expect(texts.length).toBeGreaterThan(20);
});
