/** The data of a caller that a crowd needs. */
interface Member {
  /** From the widest network to the source itself (base/source). */
  readonly networks: readonly string[];
  /** Time of the caller's last input, monotonic. */
  readonly heardMs: number;
}

/**
 * The caller to end for a new connection; `greedy` is true when that caller's network has more
 * slots than the newcomer's would have.
 */
interface Candidate<M> {
  readonly member: M;
  readonly greedy: boolean;
}

/** The callers in one network. */
interface Network<M> {
  readonly name: string;
  size: number;
  readonly members: Set<M>;
  readonly parts: Parts<M>;
}

/**
 * Callers by their networks, so that the network with the most slots is found at once, however many
 * callers there are (rule M11).
 */
export class Crowd<M extends Member> {
  private readonly all: Network<M> = network('');

  get size(): number {
    return this.all.size;
  }

  add(member: M): void {
    this.all.size += 1;
    let at = this.all;
    for (const name of member.networks) at = at.parts.grow(name);
    at.members.add(member);
  }

  remove(member: M): void {
    const path = this.path(member.networks);
    const source = path[path.length - 1];
    if (path.length <= member.networks.length || source?.members.delete(member) !== true) return;
    this.all.size -= 1;
    for (const [depth, each] of path.entries()) {
      const part = path[depth + 1];
      if (part !== undefined) each.parts.shrink(part);
    }
  }

  /**
   * Records input of a caller: among networks of the same size, this one becomes the last
   * candidate.
   */
  heard(member: M): void {
    const path = this.path(member.networks);
    for (const [depth, each] of path.entries()) {
      const part = path[depth + 1];
      if (part !== undefined) each.parts.moveBack(part);
    }
  }

  /** Number of callers in the network at this depth of an address; depth 1 is the widest. */
  sizeOf(networks: readonly string[], depth: number): number {
    return this.path(networks)[depth]?.size ?? 0;
  }

  /**
   * Finds the caller that a newcomer may replace: the one that has been silent for longest in the
   * network with the most slots, chosen level by level down to one source. `depth` restricts it to
   * a network of the newcomer's.
   */
  findGreediest(networks: readonly string[], depth = 0): Candidate<M> | undefined {
    let at = this.path(networks)[depth];
    let own: Network<M> | undefined = at;
    let greedy = false;
    for (let level = depth; at !== undefined && at.parts.largest !== undefined; level += 1) {
      const top: Network<M> = at.parts.largest;
      const mine: Network<M> | undefined = own?.parts.find(networks[level] ?? '');
      // The newcomer gets one more, the other network one less: only where the difference becomes
      // smaller.
      if (own !== undefined && top.size >= (mine?.size ?? 0) + 2) greedy = true;
      // Among networks of equal size, the newcomer's own is chosen.
      at = mine?.size === top.size ? mine : top;
      own = at === mine ? mine : undefined;
    }
    const member = at === undefined ? undefined : longestSilent(at.members);
    return member === undefined ? undefined : { member, greedy };
  }

  /** The existing networks of an address, beginning with the whole crowd. */
  private path(networks: readonly string[]): readonly Network<M>[] {
    const path = [this.all];
    let at: Network<M> | undefined = this.all;
    for (const name of networks) {
      at = at.parts.find(name);
      if (at === undefined) break;
      path.push(at);
    }
    return path;
  }
}

/** The parts of one network, sorted by size. */
class Parts<M> {
  private readonly byName = new Map<string, Network<M>>();
  private readonly bySize = new Map<number, Set<Network<M>>>();
  private most = 0;

  /** The part with the most members; of several, the one that has not changed for longest. */
  get largest(): Network<M> | undefined {
    const [largest] = this.bySize.get(this.most) ?? [];
    return largest;
  }

  find(name: string): Network<M> | undefined {
    return this.byName.get(name);
  }

  grow(name: string): Network<M> {
    const part = this.byName.get(name) ?? network(name);
    this.byName.set(name, part);
    this.resize(part, 1);
    this.most = Math.max(this.most, part.size);
    return part;
  }

  shrink(part: Network<M>): void {
    this.resize(part, -1);
    // The part itself has become one smaller, so no size in between can be empty.
    if (!this.bySize.has(this.most)) this.most -= 1;
    if (part.size === 0) this.byName.delete(part.name);
  }

  moveBack(part: Network<M>): void {
    this.resize(part, 0);
  }

  private resize(part: Network<M>, by: number): void {
    const before = this.bySize.get(part.size);
    before?.delete(part);
    if (before?.size === 0) this.bySize.delete(part.size);
    part.size += by;
    if (part.size === 0) return;
    const now = this.bySize.get(part.size) ?? new Set();
    this.bySize.set(part.size, now);
    now.add(part);
  }
}

function network<M>(name: string): Network<M> {
  return { name, size: 0, members: new Set(), parts: new Parts() };
}

function longestSilent<M extends Member>(members: ReadonlySet<M>): M | undefined {
  let found: M | undefined;
  for (const member of members)
    if (found === undefined || member.heardMs < found.heardMs) found = member;
  return found;
}
