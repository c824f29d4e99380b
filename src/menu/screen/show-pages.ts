import { formatText } from '../../art/format';
import { clearScreen } from '../../terminal/ansi';
import type { DataLine } from '../run/module';
import { pause } from './pause';
import type { CallContext } from '../run/call-context';
import { wrapWords } from './word-wrap';

type PageContent = readonly string[] | { readonly data: readonly DataLine[] };

/** An output line and the number of its source line. */
interface ShownLine {
  readonly text: string;
  readonly source: number;
}

/** Shows lines page by page on a screen of their own; a key continues, escape leaves. */
export async function showPages(
  call: CallContext,
  content: PageContent,
  description: string,
): Promise<void> {
  const { terminal } = call.caller;
  let lines = shownLines(call, content);
  for (let from = 0; ;) {
    const perPage = Math.max(1, terminal.height - 2);
    const page = lines.slice(from, from + perPage);
    terminal.write(`${clearScreen()}${page.map(({ text }) => text).join('\r\n')}\r\n`);
    const isLast = from + perPage >= lines.length;
    const after = await pause(call, {
      prompt: isLast ? 'pause' : 'pausePage',
      row: terminal.height,
      description,
    });
    if (after === 'resized') {
      // The same page again, as much as fits; its lines may wrap differently.
      const first = page[0]?.source ?? 0;
      lines = shownLines(call, content);
      from = Math.max(
        0,
        lines.findIndex(({ source }) => source === first),
      );
      continue;
    }
    if (after === 'stop' || isLast) return;
    from += perPage;
  }
}

function shownLines(call: CallContext, content: PageContent): readonly ShownLine[] {
  const { encoding, width } = call.caller.terminal;
  if (!('data' in content)) {
    return content.map((line, source) => ({
      text: formatText(line.replace(/[{}]/g, '$&$&'), {}, { encoding }),
      source,
    }));
  }
  // One empty column before each line, and the last column free: some terminals wrap at once.
  return content.data.flatMap(({ color, text }, source) =>
    wrapWords(text, width - 2).map((line) => ({
      text: formatText(` ${color}{line}`, { line }, { encoding }),
      source,
    })),
  );
}
