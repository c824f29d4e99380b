import type { Refusal } from '../auth/login-attempt';
import type { BoardClock } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import type { Log } from '../base/log';
import { nearestName } from '../base/nearest';
import { factsOf, type CallEnd, type Caller, type CallerFacts } from '../menu/run/caller';
import { messageText, type NodeInfo } from '../menu/run/node-talk';
import type { Nodes } from '../servers/nodes';
import { addAudit } from '../store/audit';
import type { Database } from '../store/database';
import { CallCounts, type BbsMetrics } from './metrics';

/** A caller who is fully signed in. */
export interface SignedInCaller extends Pick<Caller, 'node' | 'takeOver'> {
  /** As they are at the time of reading. */
  readonly facts: CallerFacts;
}

/** A call, for `events`. */
export interface CallEvent extends Pick<
  CallerFacts,
  'server' | 'secure' | 'remoteIp' | 'userName' | 'groups' | 'factor'
> {
  readonly node: number;
  readonly atMs: number;
}

/** What a program can be told of; what it throws or rejects with is logged, and changes no call. */
export interface BbsEvents {
  /** A call has begun. */
  readonly connected?: (event: CallEvent) => unknown;
  /** A caller has passed, and bound, every factor that account and policy ask for. */
  readonly signedIn?: (event: CallEvent) => unknown;
  /** A credential was not accepted, by whatever way in. */
  readonly refused?: (event: Refusal & { readonly atMs: number }) => unknown;
  /** A call is over. */
  readonly left?: (event: CallEvent & CallEnd) => unknown;
}

const EVENT_NAMES: Readonly<Record<keyof BbsEvents, true>> = {
  connected: true,
  signedIn: true,
  refused: true,
  left: true,
};

/** A call as the program sees it in a list. */
export type OnlineSession = Pick<
  NodeInfo,
  'node' | 'server' | 'user' | 'description' | 'connectedAtMs'
>;

/** The calls of a running board. */
export interface BbsSessions {
  /** All calls by node number, those without a sign-in too; of other processes those that are signed in. */
  list(): readonly OnlineSession[];
  /** Ends a call of this process, with a sentence for the caller; false where there is none on the node. */
  kick(node: number): Promise<boolean>;
  /** Shows a line to the caller on a node; false where there is nobody. */
  message(node: number, text: string, from?: string): boolean;
}

interface VisitorsOptions {
  readonly clock: BoardClock;
  readonly log: () => Log;
  readonly events: BbsEvents | undefined;
  readonly onSignedIn: ((caller: SignedInCaller) => Promise<void>) | undefined;
}

/** The callers of a board as the program that runs it sees them. */
export class Visitors {
  readonly log: () => Log;
  private readonly counts: CallCounts;

  constructor(private readonly options: VisitorsOptions) {
    this.log = options.log;
    this.counts = new CallCounts(options.clock.nowMs());
    for (const name of Object.keys(options.events ?? {})) {
      if (Object.hasOwn(EVENT_NAMES, name)) continue;
      throw unknownOption(`events has no '${name}'`, name, Object.keys(EVENT_NAMES));
    }
  }

  metrics(): BbsMetrics {
    return this.counts.read();
  }

  began(caller: Caller): void {
    this.counts.began(caller.server);
    this.tell('connected', this.eventOf(caller));
  }

  refused(refusal: Refusal): void {
    this.counts.refused(refusal);
    this.tell('refused', { ...refusal, atMs: this.options.clock.nowMs() });
  }

  left(caller: Caller, end: CallEnd): void {
    this.counts.left(caller.server, end);
    this.tell('left', { ...this.eventOf(caller), ...end });
  }

  /** Called by the menus once a caller is let in (rule P4). */
  async entered(caller: Caller): Promise<void> {
    this.counts.signedIn(caller.server);
    this.tell('signedIn', this.eventOf(caller));
    const { node } = caller;
    await this.options.onSignedIn?.({
      node,
      takeOver: (work) => caller.takeOver(work),
      get facts() {
        return factsOf(caller);
      },
    });
  }

  private eventOf(caller: Caller): CallEvent {
    const { server, secure, remoteIp, userName, groups, factor } = factsOf(caller);
    const atMs = this.options.clock.nowMs();
    return { node: caller.node, server, secure, remoteIp, userName, groups, factor, atMs };
  }

  private tell<Name extends keyof BbsEvents>(
    name: Name,
    event: Parameters<NonNullable<BbsEvents[Name]>>[0],
  ): void {
    const listener = this.options.events?.[name] as ((told: typeof event) => unknown) | undefined;
    if (listener === undefined) return;
    const failed = (error: unknown): void =>
      this.log().warn('extension.failed', { what: `events.${name}`, error: toError(error) });
    try {
      Promise.resolve(listener(event)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

/** List, kick and message of a running board. */
export function boardSessions(parts: {
  readonly nodes: Nodes;
  readonly db: Database;
  readonly clock: BoardClock;
}): BbsSessions {
  const { nodes, db, clock } = parts;
  return {
    list: () =>
      nodes.list().map(({ node, server, user, description, connectedAtMs }) => ({
        ...{ node, server, user, description, connectedAtMs },
      })),
    kick: async (node) => {
      const handle = nodes.find(node);
      if (handle === undefined) return false;
      const userId = nodes.list().find((each) => each.node === node)?.user?.id;
      await db.run((sql) =>
        addAudit(sql, {
          ...{ atMs: clock.nowMs(), node, server: 'embedder', source: '', factor: 0, userId },
          ...{ kind: 'call-kicked', result: 'done', reason: '' },
        }),
      );
      handle.kicked();
      return true;
    },
    message: (node, text, from) => {
      const line = messageText(text);
      // As one of the sysop: also where messages of callers wait.
      return nodes.post(node, {
        text: line,
        urgent: true,
        ...(from === undefined ? {} : { from }),
      });
    },
  };
}

/** An option that there is not, with the nearest one that there is. */
export function unknownOption(text: string, name: string, known: readonly string[]): BbsError {
  const nearest = nearestName(name, known);
  const hint =
    nearest === undefined ? `there are: ${known.join(', ')}` : `did you mean '${nearest}'?`;
  return new BbsError('USAGE', `${text}; ${hint}`);
}
