import type { NodeMessage } from './inbox';
import { showPages } from './show-pages';
import type { Stage } from './stage';

/** Shows messages to this node on a screen of their own and waits for a key. */
export async function showMessages(stage: Stage, messages: readonly NodeMessage[]): Promise<void> {
  const lines = messages.flatMap((message) => {
    const from = message.from === undefined ? 'Message' : `Message from ${message.from}`;
    return [
      ['|15', from] as const,
      ...message.text.split('\n').map((line) => ['|07', line] as const),
    ];
  });
  const shown = lines.map(([color, text]) => ({ color, text }));
  await showPages(stage, { data: shown }, 'Message');
}
