import { readdirSync, statSync, watch } from 'node:fs';
import type { BigIntStats, FSWatcher } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Cancel, Clock } from '../base/clock';

/** Quiet time after which a change counts as complete. */
const QUIET_MS = 300;

/** Without quiet, a change is reported after this time. */
const MAX_DELAY_MS = 2000;

/** Delay until a folder that could not be watched is tried again. */
const RETRY_MS = 1000;

export interface FileWatch {
  close(): void;
}

/**
 * Calls `onChange` once after files or folders (with their contents) have changed and no event came
 * for 300 ms. Folders are watched rather than files, because many editors replace a file by a new
 * one; a path that does not exist yet counts as changed when it appears.
 */
export function watchFiles(
  paths: readonly string[],
  clock: Clock,
  onChange: () => void,
): FileWatch {
  return new WatchedPaths(paths, clock, onChange);
}

class WatchedPaths implements FileWatch {
  private readonly watchers = new Map<string, FSWatcher>();
  private timer: Cancel | undefined;
  private firstEventMs: number | undefined;
  private lastSeen: string;

  constructor(
    private readonly paths: readonly string[],
    private readonly clock: Clock,
    private readonly onChange: () => void,
  ) {
    const found = survey(paths);
    this.lastSeen = found.signature;
    if (!this.watchFolders(found.folders)) this.wait(RETRY_MS);
  }

  close(): void {
    this.timer?.();
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
  }

  private wait(delayMs: number): void {
    const nowMs = this.clock.monotonicMs();
    this.firstEventMs ??= nowMs;
    if (this.timer !== undefined && nowMs - this.firstEventMs > MAX_DELAY_MS) return;
    this.timer?.();
    this.timer = this.clock.after(delayMs, () => {
      this.timer = undefined;
      this.firstEventMs = undefined;
      this.look();
    });
  }

  private look(): void {
    const isComplete = this.watchFolders(survey(this.paths).folders);
    // Surveyed again after the new folders are watched, so that no change between the survey and
    // the next event is missed.
    const { signature } = survey(this.paths);
    if (!isComplete) this.wait(RETRY_MS);
    if (signature === this.lastSeen) return;
    this.lastSeen = signature;
    this.onChange();
  }

  private watchFolders(folders: ReadonlySet<string>): boolean {
    for (const [folder, watcher] of this.watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.watchers.delete(folder);
    }
    let isComplete = true;
    for (const folder of folders) {
      if (!this.watchers.has(folder)) isComplete = this.watchFolder(folder) && isComplete;
    }
    return isComplete;
  }

  private watchFolder(folder: string): boolean {
    try {
      const watcher = watch(folder, { persistent: false });
      const forget = (): void => {
        watcher.close();
        this.watchers.delete(folder);
      };
      watcher.on('change', (_event, name) => {
        // The event of a folder that is moved away or removed has its own name; its successor needs
        // a new watcher.
        if (name === basename(folder)) forget();
        this.wait(QUIET_MS);
      });
      watcher.on('error', () => {
        forget();
        this.wait(RETRY_MS);
      });
      this.watchers.set(folder, watcher);
      return true;
    } catch {
      // Removed since the survey, or the system has no watchers left: the next survey handles it.
      return false;
    }
  }
}

interface Survey {
  readonly folders: ReadonlySet<string>;
  /** Differs when anything about the files differs. */
  readonly signature: string;
}

// Synchronous, so that no change can happen in between; some hundred files take a millisecond.
function survey(paths: readonly string[]): Survey {
  const folders = new Set<string>();
  const lines: string[] = [];
  for (const path of paths) {
    folders.add(nearestFolder(dirname(path)));
    visit(path, folders, lines);
  }
  return { folders, signature: lines.join('\n') };
}

function visit(path: string, folders: Set<string>, lines: string[]): void {
  const found = statOf(path);
  if (found === undefined) return;
  if (!found.isDirectory()) {
    lines.push(`${path} ${found.ino} ${found.size} ${found.mtimeNs}`);
    return;
  }
  folders.add(path);
  lines.push(path);
  for (const name of namesIn(path)) visit(join(path, name), folders, lines);
}

function nearestFolder(path: string): string {
  const parent = dirname(path);
  return parent === path || statOf(path)?.isDirectory() === true ? path : nearestFolder(parent);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    // Removed a moment ago, or not accessible: nothing in it could be read anyway.
    return [];
  }
}

function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}
