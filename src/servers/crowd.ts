/** What a crowd has to know of one who is in it. */
export interface Member {
  /** From the widest to the source itself (base/source). */
  readonly networks: readonly string[];
  /** When he was heard of last, monotonic. */
  readonly heardMs: number;
}

/** Who is to go, and whether his network has more places than the newcomer's would have. */
export interface Candidate<M> {
  readonly member: M;
  readonly greedy: boolean;
}

/** Those who are in one network. */
interface Network<M> {
  readonly name: string;
  size: number;
  readonly members: Set<M>;
  readonly parts: Parts<M>;
}

/**
 * Callers by their networks, so that who takes the most places is found at once, however many there are
 * (rule M11).
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

  /** He was heard of: among networks of one size, his is looked at last. */
  heard(member: M): void {
    const path = this.path(member.networks);
    for (const [depth, each] of path.entries()) {
      const part = path[depth + 1];
      if (part !== undefined) each.parts.moveBack(part);
    }
  }

  /** How many there are in the network at this depth of an address; depth 1 is the widest. */
  sizeOf(networks: readonly string[], depth: number): number {
    return this.path(networks)[depth]?.size ?? 0;
  }

  /**
   * Whom a newcomer may take the place of: the one who has been silent for longest in the network with
   * the most places, part by part down to one source. `depth` confines it to a network of the newcomer's own.
   */
  findGreediest(networks: readonly string[], depth = 0): Candidate<M> | undefined {
    let at = this.path(networks)[depth];
    let own: Network<M> | undefined = at;
    let greedy = false;
    for (let level = depth; at !== undefined && at.parts.largest !== undefined; level += 1) {
      const top: Network<M> = at.parts.largest;
      const mine: Network<M> | undefined = own?.parts.find(networks[level] ?? '');
      // One more for the newcomer, one less for the other: only where that is fairer than before.
      if (own !== undefined && top.size >= (mine?.size ?? 0) + 2) greedy = true;
      // Among equals, each makes room in his own network.
      at = mine?.size === top.size ? mine : top;
      own = at === mine ? mine : undefined;
    }
    const member = at === undefined ? undefined : longestSilent(at.members);
    return member === undefined ? undefined : { member, greedy };
  }

  /** The networks of an address that somebody is in, the whole crowd first. */
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

/** The parts of one network, in the order of their sizes. */
class Parts<M> {
  private readonly byName = new Map<string, Network<M>>();
  private readonly bySize = new Map<number, Set<Network<M>>>();
  private most = 0;

  /** The one with the most members; of several, the one that has not changed for longest. */
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
    // The part itself is one smaller now, so that no size in between can be empty.
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
