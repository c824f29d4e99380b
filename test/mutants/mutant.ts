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
  /** The tests take over ten seconds, or need more than Node: run by `--all` only. */
  readonly slow?: true;
}
