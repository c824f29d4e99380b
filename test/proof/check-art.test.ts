import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArtStore } from '../../src/art/art-store';
import { systemRandom } from '../../src/base/random';
import { checkArt, readArtFacts } from '../../src/proof/check-art';
import { kindOfCode } from '../../src/menu/screen/mci-codes';

describe('what is said of art files', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'sallyport-art-'));
    await mkdir(join(root, 'general'));
  });

  afterEach(() => rm(root, { recursive: true }));

  const findings = async (files: Readonly<Record<string, Buffer>>) => {
    for (const [name, bytes] of Object.entries(files)) {
      await writeFile(join(root, 'general', name), bytes);
    }
    const store = createArtStore({ kindOf: kindOfCode, roots: [root], random: systemRandom });
    const specs = Object.keys(files);
    const art = await readArtFacts(specs, store, [[]]);
    const set = { menus: new Map(), prompts: new Map(), groups: [], files: [], problems: [] };
    return checkArt(set, { art });
  };

  it('a file of CP437 that was saved as UTF-8 is a warning, and one in CP437 is not', async () => {
    const found = await findings({
      'A.ANS': Buffer.from('│ grün │'),
      'B.ANS': Buffer.from([0xb3, 0x20, 0x67, 0x72, 0x81, 0x6e, 0x20, 0xb3]),
      'C.ANS': Buffer.from('plain'),
      'D.utf8ans': Buffer.from('│ grün │'),
    });
    expect(found).toMatchObject([
      { severity: 'warning', rule: 'utf8-art', place: { file: join(root, 'general', 'A.ANS') } },
    ]);
  });

  it('codes of what this board does not have are one warning for all files', async () => {
    const found = await findings({
      'A.ANS': Buffer.from('%TP %UN'),
      'B.ANS': Buffer.from('%FN %RR %TP'),
      'C.ANS': Buffer.from('%RR'),
    });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ severity: 'warning', rule: 'empty-code' });
    expect(found[0]?.text).toContain('%FN %RR %TP');
    expect(found[0]?.text).toContain('(2 files)');
  });

  it('what is written as a code and is none is one warning for all files, and text is none', async () => {
    const found = await findings({
      'A.ANS': Buffer.from('%UN has %QQ and %ZX12 %QQ'),
      'B.ANS': Buffer.from('%BN: 100%OK, %QUIT, A%BC, %QQ%, %qq, 50% OFF, %% and %Q'),
      'C.ANS': Buffer.from('no codes but %QQ'),
      'D.ANS': Buffer.from('%ET1\x1b[31m%QQ'),
    });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ severity: 'warning', rule: 'unknown-code' });
    expect(found[0]?.text).toContain('%QQ %ZX12, so it is shown as it is written (2 files)');
  });
});
