import type { NodeMessage } from './inbox';
import type { MenuConfig } from '../load/menu-entry';
import type { DataLine } from './module';
import type { ScreenController } from '../screen/screen-controller';
import { showFramed, showPages } from '../screen/show-pages';
import type { CallContext } from './call-context';

type Interruptible = Pick<MenuConfig, 'interrupt'>;

/**
 * Messages that interrupt a menu; the others wait until it is left. A screen where a secret is typed is
 * never covered: further keys would be read as the answer to the page.
 */
export function liveMessages(
  { interrupt }: Interruptible,
  { secretViews }: Pick<ScreenController, 'secretViews'>,
): 'all' | 'urgent' {
  return interrupt === 'realtime' && secretViews.length === 0 ? 'all' : 'urgent';
}

/** Shows the messages that the menus before this one did not show. */
export async function deliverQueued(
  call: CallContext,
  { interrupt }: Interruptible,
): Promise<void> {
  if (interrupt === 'never') return;
  const messages = call.caller.inbox.take('all');
  if (messages.length > 0) await showMessages(call, messages);
}

/** Shows messages while a screen is open: urgent ones on its message line, others on a page. */
export async function deliverNow(
  call: CallContext,
  config: Interruptible,
  screen: ScreenController,
): Promise<void> {
  const messages = call.caller.inbox.take(liveMessages(config, screen));
  const others = messages.filter((message) => message.urgent !== true);
  if (others.length > 0) {
    await showMessages(call, others);
    screen.uncover();
  }
  for (const message of messages) {
    if (message.urgent === true) screen.message(message.text, 'note');
  }
  screen.flush();
}

/** Shows messages to this node: those with a frame one by one, the others together. Each waits for a key. */
async function showMessages(call: CallContext, messages: readonly NodeMessage[]): Promise<void> {
  const plain: NodeMessage[] = [];
  for (const message of messages) {
    const { frame } = message;
    if (frame === undefined) plain.push(message);
    else await showFramed(call, frame, call.say('page.message'));
  }
  if (plain.length > 0) await showPlain(call, plain);
}

async function showPlain(call: CallContext, messages: readonly NodeMessage[]): Promise<void> {
  const [first, ...more] = messages;
  const title =
    more.length === 0 && first !== undefined ? headingOf(call, first) : call.say('page.messages');
  const data = messages.flatMap((message): readonly DataLine[] => [
    ...(more.length === 0 ? [] : [{ color: '|15', text: headingOf(call, message) }]),
    ...message.text.split(/\r\n|\r|\n/).map((text) => ({ color: '|07', text })),
    ...(more.length === 0 ? [] : [{ color: '', text: '' }]),
  ]);
  await showPages(call, { title, data }, title);
}

function headingOf({ say }: CallContext, { from }: NodeMessage): string {
  return from === undefined ? say('page.from-board') : say('page.message-from', { name: from });
}
