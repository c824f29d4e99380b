import type { Mutant } from './mutant';

/** Part K of docs/security.md. */
export const SOURCES: readonly Mutant[] = [
  {
    rule: 'K1',
    fault: 'a call without a sign-in costs nothing',
    file: 'src/throttle/source-penalties.ts',
    find: "'no-auth': 1_000,",
    put: "'no-auth': 0,",
  },
  {
    rule: 'K1',
    fault: 'the end of a call charges nobody',
    file: 'src/throttle/connection-slot.ts',
    find: "      if (!this.charged && this.hasTried?.() === false) this.charge('no-auth');\n",
    put: '',
  },
  {
    rule: 'K2',
    fault: 'no network is greedier than another',
    file: 'src/throttle/crowd.ts',
    find: '      if (own !== undefined && top.size >= (mine?.size ?? 0) + 2) greedy = true;\n',
    put: '',
  },
  {
    rule: 'K2',
    fault: 'who is turned away is logged every second',
    file: 'src/throttle/refusal-log.ts',
    find: 'const EVERY_MS = 60_000;',
    put: 'const EVERY_MS = 1_000;',
  },
  {
    rule: 'K3',
    fault: 'two hundred hashes run at once',
    file: 'src/auth/hash-queue.ts',
    find: 'options.atOnce ?? 2',
    put: 'options.atOnce ?? 200',
  },
];
