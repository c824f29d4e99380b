/** One menu of the stack, with the data for entering it again. */
export interface StackEntry {
  readonly menu: string;
  readonly extraArgs: unknown;
  /** State of the menu's module while it is on the stack. */
  readonly memory: Map<string, unknown>;
  /** Removed when another menu is entered (`menuFlags: noHistory`). */
  readonly noHistory: boolean;
}

/** The menus that a caller came through, the open one on top (contract A2.5). */
export class MenuStack {
  private readonly entries: StackEntry[] = [];

  get current(): StackEntry | undefined {
    return this.entries.at(-1);
  }

  get depth(): number {
    return this.entries.length;
  }

  /** Enters a menu; the previous one stays below it unless it has `noHistory`. */
  push(entry: StackEntry): void {
    if (this.current?.noHistory === true) this.entries.pop();
    this.entries.push(entry);
    // Menus that only go forward must not use unlimited memory.
    if (this.entries.length > MAX_ENTRIES) this.entries.splice(0, 1);
  }

  /** Replaces the open entry by another one. */
  replace(entry: StackEntry): StackEntry {
    this.entries.pop();
    this.entries.push(entry);
    return entry;
  }

  /** Leaves the open menu; the one below becomes the open one. */
  pop(): StackEntry | undefined {
    this.entries.pop();
    return this.current;
  }
}

const MAX_ENTRIES = 200;
