import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A rule of docs/security.md broken in one place of the source; the tests of its row must fail (rule M15). */
export interface Mutant {
  /** Letter and number of the rule. */
  readonly rule: string;
  /** What is wrong then, in a few words; no two mutants of a rule have the same. */
  readonly fault: string;
  /** From the root of the checkout. */
  readonly file: string;
  /** Text that stands in the file exactly once. */
  readonly find: string;
  /** What stands there in the mutant; it must compile. */
  readonly put: string;
  /** The tests take over ten seconds, or need more than Node: run by `--all` and `--rule` only. */
  readonly slow?: true;
}

/** Breaks the source below a folder; the function that is returned mends it again. */
export async function breakSource(folder: string, mutant: Mutant): Promise<() => Promise<void>> {
  const file = join(folder, mutant.file);
  const source = await readFile(file, 'utf8');
  const parts = source.split(mutant.find);
  if (parts.length !== 2)
    throw new Error(`${mutant.file} has '${mutant.find}' ${parts.length - 1} times, not once`);
  await writeFile(file, parts.join(mutant.put));
  return () => writeFile(file, source);
}
