import type { Clock } from '../../base/clock';
import type { WayInName } from '../../protocols/ways-in';
import { sanitizeUserText } from '../../terminal/untrusted';
import { addAudit } from '../../store/audit';
import type { Budgets, Expense } from '../../store/budget';
import type { Database } from '../../store/database';
import { findUsers, type User } from '../../store/users';
import type { Caller } from './caller';
import type { NodeMessage } from './inbox';

/** One node in use, for who's online. */
export interface NodeInfo {
  readonly node: number;
  readonly server: WayInName;
  /** undefined until fully signed in (rule J2). */
  readonly user: { readonly id: number; readonly name: string } | undefined;
  readonly description: string;
  readonly connectedAtMs: number;
  /** False for a caller who has left the list of who is online (user_status_config). */
  readonly isVisible: boolean;
  /** False for a caller who takes no messages of other callers. */
  readonly isAvailable: boolean;
}

/** A caller's settings of visibility and messages, for this call. */
export type NodeStatus = Pick<NodeInfo, 'isVisible' | 'isAvailable'>;

/** The nodes in use now. */
export interface NodeList {
  /** By node number. */
  list(): readonly NodeInfo[];
  setStatus(node: number, status: Partial<NodeStatus>): void;
  /** Sends a message to the caller on a node; false when the node is not in use. */
  post(node: number, message: NodeMessage): boolean;
}

/** Maximum length of a message from one caller to another, in characters. */
const MAX_CHARACTERS = 500;

/** A node whose caller is signed in. */
export type OnlineNode = NodeInfo & { readonly user: NonNullable<NodeInfo['user']> };

/** The result of a message: the number of callers who got it, or why nobody did. */
type SendResult =
  | { readonly kind: 'sent'; readonly to: number }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'too-many' };

/** A message, and whether it is a page to the sysop. */
interface OutgoingMessage {
  readonly expense: Extract<Expense, 'node-message' | 'page'>;
  readonly to: readonly OnlineNode[];
  readonly message: NodeMessage;
}

/** Messages between callers: recipients, budgets, and the record. */
export class NodeTalk {
  constructor(
    private readonly parts: {
      readonly db: Pick<Database, 'run' | 'transaction'>;
      readonly clock: Clock;
      readonly budgets: Budgets;
      readonly nodes: NodeList;
    },
  ) {}

  /** Callers that this caller sees online: all who are signed in and visible, and the caller. */
  visibleTo(node: number): readonly OnlineNode[] {
    return this.online().filter((each) => each.isVisible || each.node === node);
  }

  /** Callers who accept messages from this caller. */
  receiversFor(node: number): readonly OnlineNode[] {
    return this.online().filter((each) => each.node !== node && each.isVisible && each.isAvailable);
  }

  /** Sysops who accept messages, including invisible ones: a page does not tell who reads it. */
  async sysops(node: number): Promise<readonly OnlineNode[]> {
    const { db } = this.parts;
    const others = this.online().filter((each) => each.node !== node && each.isAvailable);
    const ids = others.map(({ user }) => user.id);
    const users = ids.length === 0 ? [] : await db.run((sql) => findUsers(sql, ids));
    const sysops = users.filter(({ groups }) => groups.includes('sysops')).map(({ id }) => id);
    return others.filter(({ user }) => sysops.includes(user.id));
  }

  /**
   * Sends within the sender's budget; those who have left meanwhile, or are somebody else now, get nothing, nor a message
   * who are invisible now. Whether a sysop is there costs a page, since it may be one who is invisible.
   */
  async send(
    sender: { readonly caller: Caller; readonly user: User },
    { expense, to, message }: OutgoingMessage,
  ): Promise<SendResult> {
    const { db, clock, budgets, nodes } = this.parts;
    const { node, server, remoteIp, log } = sender.caller;
    const isPage = expense === 'page';
    const isThere = (wanted: OnlineNode): boolean => this.isStill(wanted, isPage);
    const there = to.filter(isThere);
    if (there.length === 0 && !isPage) return { kind: 'nobody' };
    const spend = { expense, spender: { node, server, remoteIp }, userId: sender.user.id };
    const spent = await db.transaction({ account: sender.user.id }, async (sql) => {
      const scope = await budgets.take(sql, spend);
      if (scope !== undefined) {
        await budgets.recordRefusal(sql, spend, scope);
        return scope;
      }
      await addAudit(sql, {
        ...{ atMs: clock.nowMs(), node, server, source: remoteIp, userId: sender.user.id },
        ...{ factor: 0, kind: expense, result: 'done' },
        reason:
          there.length === 0
            ? 'nobody was there'
            : `to node ${there.map((each) => each.node).join(', ')}`.slice(0, 200),
      });
      return undefined;
    });
    if (spent !== undefined) return { kind: 'too-many' };
    const got = there.filter((each) => isThere(each) && nodes.post(each.node, message));
    log.info('node-message.sent', { kind: expense, to: got.map((each) => each.node) });
    return got.length === 0 ? { kind: 'nobody' } : { kind: 'sent', to: got.length };
  }

  private online(): readonly OnlineNode[] {
    return this.parts.nodes
      .list()
      .flatMap(({ user, ...node }) => (user === undefined ? [] : [{ ...node, user }]));
  }

  /** Who is invisible is gone for all messages but a page, which does not say who reads it. */
  private isStill({ node, user }: OnlineNode, isPage: boolean): boolean {
    const now = this.online().find((each) => each.node === node);
    return now?.user.id === user.id && now.isAvailable && (now.isVisible || isPage);
  }
}

/** What a caller wrote to others: one line of plain text, so long and no longer. */
export function messageText(typed: unknown): string {
  const text = typeof typed === 'string' ? typed : '';
  return [...sanitizeUserText(text, 'utf8')].slice(0, MAX_CHARACTERS).join('').trim();
}
