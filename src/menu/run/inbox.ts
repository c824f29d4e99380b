/** A line for a caller from the sysop, another node or the board itself. Text is shown as data. */
export interface NodeMessage {
  readonly text: string;
  /** Whom it is from, e.g. `SysOp` or `Node 2`; undefined for the board. */
  readonly from?: string;
  /** Shown even in menus with `interrupt: never` (the shutdown notice). */
  readonly urgent?: boolean;
  /** Shown in place of the plain page, as the sysop's menu wants it. */
  readonly frame?: MessageFrame;
  /** Sounds at the terminal as soon as it comes. */
  readonly bell?: true;
}

/** How a sysop's menu shows a message; the values are data, the format and the art are the sysop's. */
export interface MessageFrame {
  readonly header: string | undefined;
  readonly format: string;
  readonly values: Readonly<Record<string, string | number>>;
  readonly footer: string | undefined;
}

// More than this is a flood; the oldest go first, and of the urgent ones only where all are.
const MAX_WAITING = 20;

/** Messages to one caller that wait for a menu which lets them through. */
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

  /** Takes the messages out that a menu lets through: all, or only the urgent ones. */
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
