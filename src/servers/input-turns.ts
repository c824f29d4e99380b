// With the screens that they cause, some milliseconds: a key of somebody else waits no longer for them.
const PER_TURN = 8;

/**
 * How many callers of one port may have a paste taken in during one turn of the event loop. Thousands who
 * send name and password at once share the turns, and who types a key between them does not notice
 * (rules F10, K3).
 */
export class InputTurns {
  private left = PER_TURN;
  private readonly waiting = new Set<() => void>();
  private next: NodeJS.Immediate | undefined;

  /** True when it may be done in this turn, which then has room for one less. */
  now(): boolean {
    if (this.left === 0 || this.waiting.size > 0) return false;
    this.left -= 1;
    this.arrange();
    return true;
  }

  /** Does it in a later turn, behind those who wait already; the returned function calls it off. */
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
