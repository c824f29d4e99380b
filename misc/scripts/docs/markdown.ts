/** A Markdown table; cells are Markdown, in which a bar is escaped. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeBar).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Text as it is typed, in a code span. */
export function codeSpan(text: string): string {
  const ticks = text.includes('`') ? '``' : '`';
  return text === '' ? '' : `${ticks}${text}${ticks}`;
}

// A bar ends a table's cell even inside a code span.
function escapeBar(text: string): string {
  return text.replaceAll('|', '\\|');
}
