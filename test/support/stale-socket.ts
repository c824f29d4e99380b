import { execFile } from 'node:child_process';
import { lstatSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** Leaves a socket on which nobody listens any more, as a killed program does. */
export async function leaveStale(path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  await promisify(execFile)(process.execPath, ['-e', script, path]).catch(() => undefined);
  if (!lstatSync(path).isSocket()) throw new Error(`${path} is no socket`);
}
