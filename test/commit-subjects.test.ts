import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');

/** What .ci/subjects.mjs says of these lines, and how it ends. */
function judge(...lines: readonly string[]): { readonly out: string; readonly status: unknown } {
  const { stdout, status } = spawnSync(process.execPath, [join(ROOT, '.ci', 'subjects.mjs')], {
    input: lines.map((line) => `${line}\n`).join(''),
    encoding: 'utf8',
  });
  return { out: stdout, status };
}

const LONGEST = `auth: ${'½'.repeat(66)}`;

test('.ci/subjects.mjs takes `area: change` of 72 characters, and several areas', () => {
  const subjects = [
    LONGEST,
    'store, test: one',
    'telnet without a password: two',
    'test/pg: three',
  ];
  expect(judge(...subjects.map((subject) => `1a2b3c4 ${subject}`))).toEqual({
    out: 'commit subjects: 4, wrong: 0\n',
    status: 0,
  });
});

test('.ci/subjects.mjs takes a clone that has none of the commits it asks for', () => {
  expect(judge()).toEqual({ out: 'commit subjects: 0, wrong: 0\n', status: 0 });
});

test('.ci/subjects.mjs fails with each subject that is too long or has no area', () => {
  const { out, status } = judge(
    `1a2b3c4 ${LONGEST}½`,
    '2b3c4d5 auth: right',
    '3c4d5e6 Mends the sign-in',
    '4d5e6f7 auth:wrong',
    '5e6f708 Revert "auth: right"',
  );
  expect(status).toBe(1);
  expect(out.split('\n')).toEqual([
    'commit subjects: 5, wrong: 4',
    `1a2b3c4 ${LONGEST}½`,
    '  has 73 of 72 characters',
    '3c4d5e6 Mends the sign-in',
    "  is not like 'auth: count a replay once'",
    '4d5e6f7 auth:wrong',
    "  is not like 'auth: count a replay once'",
    '5e6f708 Revert "auth: right"',
    "  is not like 'auth: count a replay once'",
    '',
  ]);
});

test('.ci/run asks it of the commits since the rule is held, which the workflow fetches', () => {
  const run = readFileSync(join(ROOT, '.ci', 'run'), 'utf8');
  expect(run).toMatch(
    /^git log --no-merges --since=\S+ --format='%h %s' \| node \.ci\/subjects\.mjs \|\|/m,
  );
  const workflow = readFileSync(join(ROOT, '.github', 'workflows', 'ci.yml'), 'utf8');
  expect(workflow).toMatch(/^ +fetch-depth: 0$/m);
});
