import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A server at work, as it wrote itself down in run.json. */
export interface RunningBoard {
  readonly pid: number;
  readonly httpsPort: number | undefined;
}

/** The server that runs on a data folder; undefined when none does, or none that can be told. */
export function findRunning(dataDir: string): RunningBoard | undefined {
  const written = readRunFile(join(dataDir, 'run.json'));
  const pid = Number(written?.pid);
  if (!Number.isSafeInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined;
  const port = written?.servers?.https?.port;
  return { pid, httpsPort: typeof port === 'number' ? port : undefined };
}

interface RunFile {
  readonly pid?: unknown;
  readonly servers?: { readonly https?: { readonly port?: unknown } };
}

function readRunFile(file: string): RunFile | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null ? (value as RunFile) : undefined;
  } catch {
    // No such file: no server. A broken one says no more than that.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process answers so, and is alive.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
