import type { Log } from './base/log';
import { toError } from './base/errors';
import type { Nodes } from './servers/nodes';
import type { Database } from './store/database';
import { findUser } from './store/users';

const MOST_LINES = 3;
const HEADING = 'An edit was refused. The board goes on as it was before.';

/** Tells every sysop who is online of an edit that was refused; what goes wrong with it is logged. */
export async function tellSysops(
  parts: { readonly nodes: Nodes; readonly db: Database; readonly log: Log },
  lines: readonly string[],
): Promise<void> {
  const { nodes, db, log } = parts;
  const more = lines.length > MOST_LINES ? [`(and ${lines.length - MOST_LINES} more)`] : [];
  const text = [HEADING, ...lines.slice(0, MOST_LINES), ...more].join('\n\n');
  try {
    for (const { node, user } of nodes.list()) {
      if (user === undefined) continue;
      const account = await db.run((sql) => findUser(sql, user.id));
      if (account?.groups.includes('sysops') === true) nodes.find(node)?.post({ text });
    }
  } catch (error) {
    // The log has the same lines; nobody waits for this one.
    log.warn('sysops-untold', { error: toError(error) });
  }
}
