import { HASH_COST } from './password';
import type { HashCost } from './password';

/** What became of a job: its value, or that there was no room for it. */
type HashOutcome<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'busy' };

interface Waiting {
  readonly start: () => void;
  readonly refuse: () => void;
}

interface HashQueueOptions {
  readonly atOnce?: number;
  readonly most?: number;
  readonly cost?: HashCost;
}

/**
 * Runs password hashes, a few at a time, because each takes 19 MiB and a thread that the database
 * needs too (rule K3).
 */
export class HashQueue {
  /** What a new hash costs; one that cost something else is made anew at the next sign-in. */
  readonly cost: HashCost;
  /** In the order of their turns. */
  private readonly sources = new Map<string, Waiting[]>();
  private running = 0;
  /** Jobs that wait, and jobs ever started. */
  waiting = 0;
  started = 0;

  private readonly atOnce: number;
  private readonly most: number;

  constructor(options: HashQueueOptions = {}) {
    this.atOnce = options.atOnce ?? 2;
    this.most = options.most ?? 200;
    this.cost = options.cost ?? HASH_COST;
  }

  /** Sources take turns, so that one that floods waits for itself. */
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

  /** Takes the newest job from the source that has most of them, unless that is `source` itself. */
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
    // To the end of the line, or out of it.
    this.sources.delete(source);
    if (jobs.length > 0) this.sources.set(source, jobs);
    this.waiting--;
    job?.start();
  }
}

/**
 * Sign-ins under way at once: the hashes that may run and wait, and the store's work around them. More
 * of them would only wait for each other until the store's limit ends them all (rule K3).
 */
const MAX_SIGN_INS = 256;

/** Room for so many sign-ins, asked before anything is looked up or written for one. */
export class ConcurrencyLimit {
  private taken = 0;

  constructor(private readonly most = MAX_SIGN_INS) {}

  /** Runs it where there is room; undefined where there is none. */
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
