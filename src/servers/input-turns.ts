// Together with the output that they cause, these take some milliseconds: the longest delay of
// another caller's key.
const PER_TURN = 8;

/**
 * Limits how many callers of one port have a paste processed during one turn of the event loop.
 * When thousands send name and password at once they share the turns, and a caller who types a key
 * in between does not notice (rules F10, K3).
 */
export class InputTurns {
  private left = PER_TURN;
  private readonly waiting = new Set<() => void>();
  private next: NodeJS.Immediate | undefined;

  /** True when the work may be done in this turn, whose remaining share is then one less. */
  now(): boolean {
    if (this.left === 0 || this.waiting.size > 0) return false;
    this.left -= 1;
    this.arrange();
    return true;
  }

  /**
   * Queues the work for a later turn, after the work that already waits; the returned function
   * cancels it.
   */
  later(work: () => void): () => void {
    this.waiting.add(work);
    this.arrange();
    return () => this.waiting.delete(work);
  }

  private arrange(): void {
    this.next ??= setImmediate(() => this.turn());
  }

  private turn(): void {
    this.next = undefined;
    this.left = PER_TURN;
    for (const work of this.waiting) {
      if (this.left === 0) break;
      this.left -= 1;
      this.waiting.delete(work);
      work();
    }
    if (this.left < PER_TURN) this.arrange();
  }
}
