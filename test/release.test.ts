import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly engines: { readonly node: string };
};

test('the workflow runs .ci/run on the oldest Node.js that the manifest allows, and that runs 22 and 24', async () => {
  const workflow = await readFile(join(ROOT, '.github', 'workflows', 'ci.yml'), 'utf8');
  expect(workflow).toMatch(/^ +- run: bash \.ci\/run$/m);
  const [, line] = /^ +node-version: (\d+)$/m.exec(workflow) ?? [];
  expect(manifest.engines.node).toBe(`>=${line}.19.0`);
  expect(await readFile(join(ROOT, '.ci', 'run'), 'utf8')).toContain('for line in 22 24; do');
});

test('CHANGELOG.md begins with what is unreleased, then this version with its day', async () => {
  const text = await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8');
  const [unreleased, latest] = [...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title ?? '');
  expect(unreleased).toBe('[Unreleased]');
  expect(latest).toMatch(
    new RegExp(`^\\[${manifest.version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d\\d-\\d\\d$`),
  );
  const sections = [...text.matchAll(/^### (.*)$/gm)].map(([, title]) => title);
  const known = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
  expect(sections.filter((title) => !known.includes(title ?? ''))).toEqual([]);
});
