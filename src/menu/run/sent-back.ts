/**
 * What a caller reads who is sent back to a screen that leads on by itself: without it such screens would lead
 * round for ever, and only hanging up would help.
 */
export class SentBack {
  private readonly from = new Set<string>();
  private told: string | undefined;

  /** Stands beside each pause until the caller gets to a screen that asks something; undefined when there is none. */
  get sentence(): string | undefined {
    return this.told;
  }

  /** Notes that the caller was sent back from a menu; false where that happened before. */
  note(menu: string, sentence: string): boolean {
    this.told = sentence;
    if (this.from.has(menu)) return false;
    this.from.add(menu);
    return true;
  }

  /** To be called where the caller has a choice again. */
  forget(): void {
    this.told = undefined;
    this.from.clear();
  }
}
