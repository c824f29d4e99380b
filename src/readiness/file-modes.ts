import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Files and folders that others than their owner can open (rule I5). */
export function findOpenFiles(folder: string): readonly string[] {
  const found: string[] = [];
  const visit = (path: string): void => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined || stat.isSymbolicLink()) return;
    if ((stat.mode & 0o077) !== 0) found.push(path);
    if (!stat.isDirectory()) return;
    for (const name of readdirSync(path)) visit(join(path, name));
  };
  visit(folder);
  return found;
}
