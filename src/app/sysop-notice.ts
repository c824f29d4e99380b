import type { Log } from '../base/log';
import { toError } from '../base/errors';
import type { Nodes } from '../servers/nodes';
import type { Database } from '../store/database';
import { findUser } from '../store/users';

const MAX_LINES = 3;

/** What a sysop hears of own edits, online and where the board was started. */
export const HEADINGS = {
  refused: 'An edit was refused. The board goes on as it was before.',
  taken: 'An edit went live.',
  waiting: 'An edit of these counts from the next start of the board on:',
  certificateRefused: 'A new certificate was refused. The board goes on with the one before.',
  certificateTaken: 'A new certificate is in use.',
} as const;

/** Tells every sysop who is online of an edit; what goes wrong with telling is logged. */
export async function notifySysops(
  parts: { readonly nodes: Nodes; readonly db: Database; readonly log: Log },
  heading: keyof typeof HEADINGS,
  lines: readonly string[],
): Promise<void> {
  const { nodes, db, log } = parts;
  const more = lines.length > MAX_LINES ? [`(and ${lines.length - MAX_LINES} more)`] : [];
  const text = [HEADINGS[heading], ...lines.slice(0, MAX_LINES), ...more].join('\n\n');
  try {
    for (const { node, user } of nodes.list()) {
      if (user === undefined) continue;
      const account = await db.run((sql) => findUser(sql, user.id));
      if (account?.groups.includes('sysops') === true) nodes.find(node)?.post({ text });
    }
  } catch (error) {
    // The log has the same lines; nobody waits for this one.
    log.warn('sysop-notice.not-queued', { error: toError(error) });
  }
}
