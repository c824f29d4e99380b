import { availableParallelism } from 'node:os';
import { HASH_COST } from './password';
import type { HashCost } from './password';

/** The value of a job, or that the queue was full. */
type HashOutcome<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'busy' };

interface Waiting {
  readonly start: () => void;
  readonly refuse: () => void;
}

interface HashQueueOptions {
  readonly atOnce?: number;
  readonly most?: number;
  readonly cost?: HashCost | undefined;
}

/** Threads of libuv's pool that hashes leave to database, files and names. */
const OTHER_THREADS = 6;
const MAX_AT_ONCE = 8;

/** Threads that libuv's pool should have on a machine with so many cores. */
export function poolThreads(cores: number): number {
  return hashesAtOnce({ cores, threads: Infinity }) + OTHER_THREADS;
}

/**
 * Number of hashes at once: as many as the cores but one, at least two and at most eight; two where the
 * pool was not made for more (rule K3).
 */
export function hashesAtOnce(machine: {
  readonly cores: number;
  readonly threads: number;
}): number {
  return Math.max(2, Math.min(MAX_AT_ONCE, machine.cores - 1, machine.threads - OTHER_THREADS));
}

/** libuv's pool where nobody says otherwise. */
const USUAL_THREADS = 4;

/** The same for this process; a size of the pool that is no positive number does not count. */
export function hashesAtOnceHere(): number {
  const size = process.env['UV_THREADPOOL_SIZE'] ?? '';
  const threads = /^[1-9][0-9]*$/.test(size) ? Number(size) : USUAL_THREADS;
  return hashesAtOnce({ cores: availableParallelism(), threads });
}

/**
 * Runs few password hashes at a time: each takes 19 MiB and a thread of libuv's pool, which the
 * database needs too (rule K3).
 */
export class HashQueue {
  /** Cost of new hashes; a stored hash of another cost is replaced at the next sign-in. */
  readonly cost: HashCost;
  /** Waiting jobs by source, in the order in which sources are served. */
  private readonly sources = new Map<string, Waiting[]>();
  private running = 0;
  /** Number of waiting jobs, and of all jobs started so far. */
  waiting = 0;
  started = 0;

  private readonly atOnce: number;
  private readonly most: number;

  constructor(options: HashQueueOptions = {}) {
    this.atOnce = options.atOnce ?? 2;
    this.most = options.most ?? 200;
    this.cost = options.cost ?? HASH_COST;
  }

  /** Serves sources in turn, so that a flood from one source delays only that source. */
  run<T>(source: string, job: () => Promise<T>): Promise<HashOutcome<T>> {
    return new Promise((resolve, reject) => {
      const start = (): void => {
        this.running++;
        this.started++;
        void job()
          .then((value) => resolve({ kind: 'done', value }), reject)
          .finally(() => {
            this.running--;
            this.next();
          });
      };
      const refuse = (): void => resolve({ kind: 'busy' });
      if (this.running < this.atOnce) start();
      else this.enqueue(source, { start, refuse });
    });
  }

  private enqueue(source: string, job: Waiting): void {
    if (this.waiting >= this.most && !this.makeRoom(source)) {
      job.refuse();
      return;
    }
    const jobs = this.sources.get(source) ?? [];
    jobs.push(job);
    this.sources.set(source, jobs);
    this.waiting++;
  }

  /**
   * Refuses the newest job of the source with the most jobs; false where that is `source` itself.
   */
  private makeRoom(source: string): boolean {
    let greedy: Waiting[] = this.sources.get(source) ?? [];
    const own = greedy.length + 1;
    for (const jobs of this.sources.values()) if (jobs.length > greedy.length) greedy = jobs;
    if (greedy.length <= own) return false;
    greedy.pop()?.refuse();
    this.waiting--;
    return true;
  }

  private next(): void {
    const [turn] = this.sources;
    if (turn === undefined) return;
    const [source, jobs] = turn;
    const job = jobs.shift();
    // The source moves to the end, or is removed after its last job.
    this.sources.delete(source);
    if (jobs.length > 0) this.sources.set(source, jobs);
    this.waiting--;
    job?.start();
  }
}

/**
 * Maximum number of concurrent sign-ins: those that hash or wait for it, and the store's work
 * around them. More would only delay each other until the store's time limit ends all of them (rule
 * K3).
 */
const MAX_SIGN_INS = 256;

/** Limits concurrent sign-ins before anything is read or written for one. */
export class ConcurrencyLimit {
  private taken = 0;

  constructor(private readonly most = MAX_SIGN_INS) {}

  /** Runs a sign-in; undefined, and nothing run, at the limit. */
  async run<T>(signIn: () => Promise<T>): Promise<T | undefined> {
    if (this.taken >= this.most) return undefined;
    this.taken += 1;
    try {
      return await signIn();
    } finally {
      this.taken -= 1;
    }
  }
}
