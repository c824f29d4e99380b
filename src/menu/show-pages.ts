import { formatText } from '../art/format';
import { clearScreen } from '../terminal/ansi';
import type { DataLine } from './module';
import { pause } from './pause';
import type { Stage } from './stage';

/** Shows lines page by page on a screen of their own; a key goes on. */
export async function showPages(
  stage: Stage,
  content: readonly string[] | { readonly data: readonly DataLine[] },
  description: string,
): Promise<void> {
  const { terminal } = stage.caller;
  const { encoding } = terminal;
  const lines =
    'data' in content
      ? content.data.map(({ color, text }) => formatText(` ${color}{text}`, { text }, { encoding }))
      : content.map((line) => formatText(line.replace(/[{}]/g, '$&$&'), {}, { encoding }));
  for (let from = 0; ;) {
    const perPage = Math.max(1, terminal.height - 2);
    const page = lines.slice(from, from + perPage);
    terminal.write(`${clearScreen()}${page.join('\r\n')}\r\n`);
    const isLast = from + perPage >= lines.length;
    const after = await pause(stage, {
      prompt: isLast ? 'pause' : 'pausePage',
      row: terminal.height,
      description,
    });
    // In a window of another size the same page is shown again, as much of it as fits.
    if (after === 'resized') continue;
    if (after === 'stop' || isLast) return;
    from += perPage;
  }
}
