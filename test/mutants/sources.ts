import type { Mutant } from './mutant';

/** Part K of docs/security.md. */
export const SOURCES: readonly Mutant[] = [
  {
    rule: 'K3',
    fault: 'two hundred hashes run at once',
    file: 'src/auth/hash-queue.ts',
    find: 'options.atOnce ?? 2',
    put: 'options.atOnce ?? 200',
  },
];
