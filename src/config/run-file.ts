import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from '../base/private-file';

/** For scripts: the process that uses a data folder, and where it listens. */
interface RunFile {
  readonly pid: number;
  readonly version: string;
  readonly servers: Readonly<Record<string, { readonly address: string; readonly port: number }>>;
}

export function writeRunFile(dataDir: string, content: RunFile): void {
  writePrivateFile(runFile(dataDir), `${JSON.stringify(content, null, 2)}\n`);
}

/** Removes the file if it names this process: another board's file is not touched. */
export function removeRunFile(dataDir: string, pid: number): void {
  if (readRunFile(dataDir)?.pid === pid) rmSync(runFile(dataDir), { force: true });
}

/** The content of the file; undefined where it is missing or unreadable. */
export function readRunFile(dataDir: string): Partial<RunFile> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(runFile(dataDir), 'utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // No such file means that no server runs. An invalid file is treated in the same way.
    return undefined;
  }
}

function runFile(dataDir: string): string {
  return join(dataDir, 'run.json');
}
