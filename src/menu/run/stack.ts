/** One menu that a caller came through, with what it needs to be entered again. */
export interface StackEntry {
  readonly menu: string;
  readonly extraArgs: unknown;
  /** State that the menu's module keeps while it is on the stack. */
  readonly memory: Map<string, unknown>;
  /** Not kept once another menu is entered (`menuFlags: noHistory`). */
  readonly noHistory: boolean;
}

/** The menus behind a caller, the open one on top (contract A2.5). */
export class MenuStack {
  private readonly entries: StackEntry[] = [];

  get current(): StackEntry | undefined {
    return this.entries.at(-1);
  }

  get depth(): number {
    return this.entries.length;
  }

  /** Enters a menu; the one that is left stays below it unless it keeps no history. */
  push(entry: StackEntry): void {
    if (this.current?.noHistory === true) this.entries.pop();
    this.entries.push(entry);
    // A board whose menus only ever go forward must not grow a caller's memory without end.
    if (this.entries.length > MAX_ENTRIES) this.entries.splice(0, 1);
  }

  /** Puts another entry in place of the open one. */
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
