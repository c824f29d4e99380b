/**
 * How often a property is tried: a fifth of the full number in the suite, all of it in `npm run test:properties`,
 * which runs the tests that depend on this file.
 */
export function runs(full: number): number {
  return process.env['SALLYPORT_ALL_RUNS'] === undefined ? Math.ceil(full / 5) : full;
}
