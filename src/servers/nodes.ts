import type { Clock } from '../base/clock';
import type { NodeInfo, NodeList, NodeStatus } from '../menu/run/node-talk';
import type { NodeMessage } from '../menu/run/inbox';
import { type ConnectionSlot, Places } from '../throttle/connection-slot';

/** The operations on another node: showing it a message, and ending its call. */
export interface NodeHandle {
  post(message: NodeMessage): void;
  /** Ends the call on this node because its account signed in on another node. */
  takenOver(byNode: number): void;
  /** Ends the call because the sysop wants so. */
  kicked(): void;
  /** Ends the call because its process lost its place among those of the board. */
  cutOff(): void;
}

/** Where node numbers come from. */
export interface NodeNumbers {
  /** The lowest free one; undefined where there is none now. */
  take(): number | undefined;
  giveBack(node: number): void;
  /** How many other processes of the board hold. */
  elsewhere(): number;
  /** Processes that share the numbers, this one with them. */
  processes(): number;
  /** Resolves when there is a free one, or none to be had. */
  whenFree(): Promise<void>;
}

/** The numbers of a board that is one process: all of them. */
class AllNumbers implements NodeNumbers {
  private readonly taken = new Set<number>();
  /** All numbers below are in use. */
  private lowest = 1;

  take(): number {
    let node = this.lowest;
    while (this.taken.has(node)) node += 1;
    this.lowest = node + 1;
    this.taken.add(node);
    return node;
  }

  giveBack(node: number): void {
    this.taken.delete(node);
    this.lowest = Math.min(this.lowest, node);
  }

  elsewhere(): number {
    return 0;
  }

  processes(): number {
    return 1;
  }

  whenFree(): Promise<void> {
    return Promise.resolve();
  }
}

/** What the other processes of the board are told of a caller who is signed in here. */
export interface OnlineInfo extends NodeInfo {
  readonly user: OnlineUser;
}

interface OnlineUser {
  readonly id: number;
  readonly name: string;
  readonly sessionId: string;
}

/** The other processes of the board. */
export interface Neighbours {
  /** Who is signed in there. */
  list(): readonly NodeInfo[];
  /** False when there is nobody on the node. */
  post(node: number, message: NodeMessage): boolean;
  /** Has them know who is on a node here; undefined once the call is gone. */
  tell(node: number, info: OnlineInfo | undefined): void;
  /** Has them end other calls of the account. */
  arrived(userId: number, node: number): void;
}

const NO_NEIGHBOURS: Neighbours = {
  list: () => [],
  post: () => false,
  tell: () => undefined,
  arrived: () => undefined,
};

/** One node number in use by one call. */
export interface NodeSlot {
  readonly node: number;
  /** False once the number was taken from this call: for another caller, or with the process's lease. */
  isHeld(): boolean;
  /** Sets the text in the list of who is online. */
  describe(description: string): void;
  attach(handle: NodeHandle): void;
  /** Records the sign-in. Returns the other calls of the same account that are online (rule J2). */
  signedIn(user: OnlineUser): readonly NodeHandle[];
  release(): void;
}

interface NodesOptions {
  readonly clock: Clock;
  /** Limit of nodes; 0 is no limit. */
  readonly most: () => number;
}

interface Entry {
  info: NodeInfo;
  readonly slot: ConnectionSlot;
  handle: NodeHandle | undefined;
  user: OnlineUser | undefined;
}

/** Assigns node numbers, the lowest free one to each call, and lists who is on which node. */
export class Nodes implements NodeList {
  private readonly entries = new Map<number, Entry>();
  private numbers: NodeNumbers = new AllNumbers();
  private neighbours = NO_NEIGHBOURS;
  private readonly places: Places;

  constructor(private readonly options: NodesOptions) {
    this.places = new Places({ clock: options.clock, onMadeRoom: (slot) => this.vacate(slot) });
  }

  /** Shares the node numbers with other processes, before the first call. */
  share(numbers: NodeNumbers, neighbours: Neighbours): void {
    this.numbers = numbers;
    this.neighbours = neighbours;
  }

  /** To be awaited before `take`, where a call can wait. */
  whenFree(): Promise<void> {
    return this.numbers.whenFree();
  }

  /** Ends all calls: their numbers are others' by now. */
  cutOff(): void {
    const cut = [...this.entries.values()];
    this.entries.clear();
    for (const { slot, handle } of cut) {
      this.places.remove(slot);
      handle?.cutOff();
    }
  }

  /**
   * The lowest free node, or undefined when all are in use by callers who cannot be ended for this
   * one (rule M11).
   */
  take(server: NodeInfo['server'], slot: ConnectionSlot): NodeSlot | undefined {
    const most = this.options.most();
    const places = {
      ...{ all: most, processes: this.numbers.processes() },
      ...{ most: most - this.numbers.elsewhere(), taken: this.entries.size },
    };
    if (most > 0 && !this.places.makeRoom(slot, places)) return undefined;
    const node = this.numbers.take();
    if (node === undefined) return undefined;
    const entry: Entry = {
      slot,
      handle: undefined,
      user: undefined,
      info: {
        node,
        server,
        user: undefined,
        description: '',
        connectedAtMs: this.options.clock.nowMs(),
        isVisible: true,
        isAvailable: true,
      },
    };
    this.entries.set(node, entry);
    this.places.add(slot);
    return this.slot(node, entry);
  }

  /** How many calls are here, in this process. */
  get countHere(): number {
    return this.entries.size;
  }

  list(): readonly NodeInfo[] {
    const here = [...this.entries.values()].map(({ info }) => info);
    return [...here, ...this.neighbours.list()].sort((a, b) => a.node - b.node);
  }

  /** The call on a node, for messages from other nodes. */
  find(node: number): NodeHandle | undefined {
    return this.entries.get(node)?.handle;
  }

  setStatus(node: number, status: Partial<NodeStatus>): void {
    const entry = this.entries.get(node);
    if (entry !== undefined) this.change(entry, status);
  }

  /** The calls here of an account that is signed in. */
  callsOf(userId: number): readonly { readonly node: number; readonly handle: NodeHandle }[] {
    return [...this.entries].flatMap(([node, { user, handle }]) =>
      user?.id === userId && handle !== undefined ? [{ node, handle }] : [],
    );
  }

  /** Everybody here who is signed in. */
  postToAll(message: NodeMessage): void {
    for (const { user, handle } of this.entries.values())
      if (user !== undefined) handle?.post(message);
  }

  post(node: number, message: NodeMessage): boolean {
    const handle = this.find(node);
    if (handle === undefined) return this.neighbours.post(node, message);
    handle.post(message);
    return true;
  }

  private change(entry: Entry, change: Partial<NodeInfo>): void {
    entry.info = { ...entry.info, ...change };
    const { user, info } = entry;
    if (user !== undefined) this.neighbours.tell(info.node, { ...info, user });
  }

  private slot(node: number, entry: Entry): NodeSlot {
    return {
      node,
      isHeld: () => this.entries.get(node) === entry,
      describe: (description) => {
        if (description !== entry.info.description) this.change(entry, { description });
      },
      attach: (handle) => {
        entry.handle = handle;
      },
      signedIn: (user) => {
        entry.user = user;
        this.change(entry, { user: { id: user.id, name: user.name } });
        this.neighbours.arrived(user.id, node);
        return [...this.entries.values()]
          .filter((other) => other !== entry && other.user?.id === user.id)
          .flatMap((other) => other.handle ?? []);
      },
      release: () => this.release(node, entry),
    };
  }

  private release(node: number, entry: Entry): void {
    if (this.entries.get(node) !== entry) return;
    this.places.remove(entry.slot);
    this.entries.delete(node);
    if (entry.user !== undefined) this.neighbours.tell(node, undefined);
    this.numbers.giveBack(node);
  }

  /** The node is free at once; its call ends when its connection closes. */
  private vacate(slot: ConnectionSlot): void {
    for (const [node, entry] of this.entries) if (entry.slot === slot) this.release(node, entry);
  }
}
