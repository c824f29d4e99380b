import { writeFileSync } from 'node:fs';

/** A wrong option: the usage line is printed, and the command ends with 2. */
export class UsageError extends Error {}

/** A whole number from the command line. */
export function wholeNumber(text: string, option: string, least = 1): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(number) || number < least)
    throw new UsageError(`${option} is a whole number, ${least} or more, not '${text}'`);
  return number;
}

/** The results of a run, one promise each, in the form that `.ci/count.mjs` sums up. */
export class Verdicts {
  private passed = 0;
  private failed = 0;

  /** A promise is kept where there are no faults. */
  note(promise: string, faults: readonly string[]): void {
    if (faults.length === 0) this.passed += 1;
    else this.failed += 1;
    for (const fault of faults) console.log(`  BROKEN ${promise}: ${fault}`);
  }

  /** Prints the counts as the last line; true when every promise was kept, and there was one. */
  report(file: string | undefined): boolean {
    const { passed, failed } = this;
    if (file !== undefined)
      writeFileSync(file, JSON.stringify({ numPassedTests: passed, numFailedTests: failed }));
    console.log(`${passed} passed, ${failed} failed`);
    return failed === 0 && passed > 0;
  }
}

/** Runs a command to its exit code: 0 kept, 1 broken or failed, 2 wrong usage. */
export function runCommand(usage: string, main: () => Promise<boolean>): void {
  void main().then(
    (fine) => process.exit(fine ? 0 : 1),
    (error: unknown) => {
      if (error instanceof UsageError || isParseError(error)) {
        console.error(`${(error as Error).message}\n${usage}`);
        process.exit(2);
      }
      console.error(error);
      process.exit(1);
    },
  );
}

function isParseError(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS');
}
