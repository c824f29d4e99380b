/**
 * Resolves a millisecond later: for the time between two looks at what another thread does (a file, a statement,
 * a hash). To look at each turn of the event loop takes a whole core from it.
 */
export function nextLook(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
