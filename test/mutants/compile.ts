import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { breakSource, type Mutant } from './mutant';

const ROOT = resolve(__dirname, '..', '..');
const COMPILE_MS = 120_000;

const run = promisify(execFile);

/** Mutants that do not compile, with what the compiler says: whatever their tests do shows nothing. */
export async function findUncompilable(
  mutants: readonly Mutant[],
): Promise<ReadonlyMap<Mutant, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-mutants-'));
  try {
    await cp(join(ROOT, 'src'), join(folder, 'src'), { recursive: true });
    await cp(join(ROOT, 'tsconfig.json'), join(folder, 'tsconfig.json'));
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const found = new Map<Mutant, string>();
    for (const round of rounds(mutants)) await compile(folder, round, found);
    return found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One mutant of each file at once: that is few compilations instead of one for each mutant. */
function rounds(mutants: readonly Mutant[]): readonly (readonly Mutant[])[] {
  const byFile = new Map<string, Mutant[]>();
  for (const mutant of mutants) {
    const others = byFile.get(mutant.file) ?? [];
    byFile.set(mutant.file, [...others, mutant]);
  }
  const most = Math.max(0, ...[...byFile.values()].map(({ length }) => length));
  return Array.from({ length: most }, (_, at) =>
    [...byFile.values()].flatMap((ofFile) => ofFile[at] ?? []),
  );
}

/** Compiles with all of these, and again without those in whose files the compiler finds something. */
async function compile(
  folder: string,
  mutants: readonly Mutant[],
  found: Map<Mutant, string>,
): Promise<void> {
  for (let left = mutants; left.length > 0; left = left.filter((mutant) => !found.has(mutant))) {
    const error = await errorOf(folder, left);
    if (error === undefined) return;
    const guilty = left.filter(({ file }) => error.includes(`${file}(`));
    // What is wrong elsewhere may come of any of them.
    for (const mutant of guilty.length > 0 ? guilty : left) found.set(mutant, error);
  }
}

async function errorOf(folder: string, mutants: readonly Mutant[]): Promise<string | undefined> {
  const mend: (() => Promise<void>)[] = [];
  const compiler = join('node_modules', 'typescript-7', 'bin', 'tsc');
  try {
    for (const mutant of mutants) mend.push(await breakSource(folder, mutant));
    await run(process.execPath, [compiler, '--noEmit', '-p', 'tsconfig.json'], {
      cwd: folder,
      timeout: COMPILE_MS,
    });
    return undefined;
  } catch (error) {
    return (error as { readonly stdout?: string }).stdout ?? String(error);
  } finally {
    for (const each of mend) await each();
  }
}
