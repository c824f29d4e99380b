import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
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
    await check(folder, mutants, found);
    return found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** All at once, which is few compilations instead of one for each; only those in doubt one by one. */
async function check(
  folder: string,
  mutants: readonly Mutant[],
  found: Map<Mutant, string>,
): Promise<void> {
  if (mutants.length === 0) return;
  const { applied, later, error } = await compile(folder, mutants);
  const [only, ...others] = applied;
  if (error !== undefined && only !== undefined && others.length === 0) found.set(only, error);
  if (error !== undefined && others.length > 0) {
    const named = applied.filter(({ file }) => error.includes(`${file}(`));
    // What is wrong elsewhere may come of any of them.
    const doubtful = named.length > 0 ? named : applied;
    for (const mutant of doubtful) await check(folder, [mutant], found);
    const rest = applied.filter((mutant) => !doubtful.includes(mutant));
    await check(folder, rest, found);
  }
  await check(folder, later, found);
}

interface Compiled {
  readonly applied: readonly Mutant[];
  /** Those that change what another one has changed. */
  readonly later: readonly Mutant[];
  /** What the compiler says, where it says something. */
  readonly error: string | undefined;
}

async function compile(folder: string, mutants: readonly Mutant[]): Promise<Compiled> {
  const applied: Mutant[] = [];
  const later: Mutant[] = [];
  const mend: (() => Promise<void>)[] = [];
  try {
    for (const mutant of mutants) {
      // The first is there for sure, or its own text is wrong, which is an error.
      const broken = applied.length === 0 || (await stands(folder, mutant));
      if (broken) mend.unshift(await breakSource(folder, mutant));
      (broken ? applied : later).push(mutant);
    }
    return { applied, later, error: await errorOf(folder) };
  } finally {
    for (const each of mend) await each();
  }
}

async function stands(folder: string, { file, find }: Mutant): Promise<boolean> {
  return (await readFile(join(folder, file), 'utf8')).split(find).length === 2;
}

async function errorOf(folder: string): Promise<string | undefined> {
  const compiler = join('node_modules', 'typescript-7', 'bin', 'tsc');
  try {
    await run(process.execPath, [compiler, '--noEmit', '-p', 'tsconfig.json'], {
      cwd: folder,
      timeout: COMPILE_MS,
    });
    return undefined;
  } catch (error) {
    return (error as { readonly stdout?: string }).stdout ?? String(error);
  }
}
