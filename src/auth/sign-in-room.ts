/**
 * Sign-ins under way at once: the hashes that may run and wait, and the store's work around them. More
 * of them would only wait for each other until the store's limit ends them all (rule K3).
 */
const MOST = 256;

/** Room for so many sign-ins, asked before anything is looked up or written for one. */
export class SignInRoom {
  private taken = 0;

  constructor(private readonly most = MOST) {}

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
