import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A page of docs/ from which tests take the commands that it gives, word for word. */
export class DocsPage {
  private readonly text: string;
  private readonly used = new Set<string>();

  constructor(private readonly name: string) {
    this.text = readFileSync(join(__dirname, '..', '..', 'docs', name), 'utf8');
  }

  /** The command of a section that is, or else starts like this, without the remark beside it. */
  command(section: string, start: string): string {
    const all = this.commands(section);
    const found = all.filter((command) => command.startsWith(start));
    const command = all.includes(start) ? start : found[0];
    if (command === undefined || (command !== start && found.length > 1))
      throw new Error(`${this.name}, "${section}", has ${found.length} commands '${start}...'`);
    this.used.add(command);
    return command;
  }

  /** Commands of a section that no test asked for. */
  unused(section: string): readonly string[] {
    return this.commands(section).filter((command) => !this.used.has(command));
  }

  /** The indented block of a section that holds `part`, without its indentation. */
  block(section: string, part: string): string {
    const blocks = this.section(section).match(/(?:^ {4}.*\n)+/gm) ?? [];
    const found = blocks.find((block) => block.includes(part));
    if (found === undefined)
      throw new Error(`${this.name}, "${section}", has no block with '${part}'`);
    return found.replaceAll(/^ {4}/gm, '');
  }

  /** The paragraph of a section that holds `part`, on one line. */
  paragraph(section: string, part: string): string {
    const found = this.section(section)
      .split('\n\n')
      .find((text) => text.includes(part));
    if (found === undefined) throw new Error(`${this.name}, "${section}", says nothing of ${part}`);
    return found.replaceAll('\n', ' ');
  }

  private commands(section: string): readonly string[] {
    const lines = this.section(section).match(/^ {4,}\S.*$/gm) ?? [];
    return lines.map((line) => line.trim().replace(/\s{2,}.*$/, ''));
  }

  private section(heading: string): string {
    const start = this.text.indexOf(`\n## ${heading}\n`);
    if (start < 0) throw new Error(`${this.name} has no section "${heading}"`);
    const end = this.text.indexOf('\n## ', start + 1);
    return this.text.slice(start, end < 0 ? undefined : end);
  }
}
