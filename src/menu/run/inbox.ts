/** A line for a caller from the sysop, another node or the board itself. Text is shown as data. */
export interface NodeMessage {
  readonly text: string;
  /** Sender, e.g. `SysOp` or `Node 2`; undefined for the board. */
  readonly from?: string;
  /** Shown even in menus with `interrupt: never` (the shutdown notice). */
  readonly urgent?: boolean;
  /** Replaces the plain page, as set in the sysop's menu. */
  readonly frame?: MessageFrame;
  /** Rings the bell of the terminal on arrival. */
  readonly bell?: true;
}

/** Display of a message as set in a sysop's menu; the values are data, format and art are the sysop's. */
export interface MessageFrame {
  readonly header: string | undefined;
  readonly format: string;
  readonly values: Readonly<Record<string, string | number>>;
  readonly footer: string | undefined;
}

// When there are more, the oldest are dropped; urgent ones only when all are urgent.
const MAX_WAITING = 20;

/** Messages to one caller that wait for a menu in which they may be shown. */
export class Inbox {
  private readonly waiting: NodeMessage[] = [];
  private wake: (() => void) | undefined;

  post(message: NodeMessage): void {
    this.waiting.push(message);
    if (this.waiting.length > MAX_WAITING) {
      const dropped = this.waiting.findIndex((each) => each.urgent !== true);
      this.waiting.splice(Math.max(0, dropped), 1);
    }
    this.wake?.();
  }

  /** Removes and returns the messages that a menu shows: all, or only the urgent ones. */
  take(which: 'all' | 'urgent'): readonly NodeMessage[] {
    const taken = this.waiting.filter((message) => which === 'all' || message.urgent === true);
    for (const message of taken) this.waiting.splice(this.waiting.indexOf(message), 1);
    return taken;
  }

  has(which: 'all' | 'urgent'): boolean {
    return which === 'all'
      ? this.waiting.length > 0
      : this.waiting.some((message) => message.urgent === true);
  }

  /** Calls `listener` on each new message until the returned function is called; one listener at a time. */
  listen(listener: () => void): () => void {
    this.wake = listener;
    return () => {
      if (this.wake === listener) this.wake = undefined;
    };
  }
}
