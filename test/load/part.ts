import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BoardProcess } from '../support/board-process';

/** How a part tells what it did. */
export interface Scene {
  /** 1 is the size that the rule names; less for a look. */
  readonly scale: number;
  /** A figure, for docs/reliability.md. */
  say(figure: string): void;
  /** A broken promise; the run goes on and fails at its end. */
  broken(what: string): void;
}

/** One load that a rule names. */
export interface Part {
  readonly name: string;
  /** What must hold, with its rule. */
  readonly promise: string;
  run(scene: Scene): Promise<void>;
}

export const MIB = 1024 * 1024;

export function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(0)} MiB`;
}

/** So many at this scale, one at least. */
export function atScale(scene: Scene, count: number): number {
  return Math.max(1, Math.round(count * scene.scale));
}

export function newDataDir(part: string): string {
  return join(mkdtempSync(join(tmpdir(), `sallyport-${part}-`)), 'data');
}

/** The value that this share of them stays below. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** Resolves once `holds`, looked at ten times a second; false when it never did. */
export async function until(holds: () => boolean, mostMs: number): Promise<boolean> {
  const endMs = performance.now() + mostMs;
  while (!holds()) {
    if (performance.now() > endMs) return false;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return true;
}

/** The highest resident memory of a board from now on. */
export class MemoryPeak {
  readonly beforeBytes: number;
  peakBytes: number;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly board: BoardProcess) {
    this.beforeBytes = this.peakBytes = board.usage().rssBytes;
    this.timer = setInterval(() => this.look(), 200);
  }

  /** What came on top. */
  stop(): number {
    clearInterval(this.timer);
    this.look();
    return this.peakBytes - this.beforeBytes;
  }

  private look(): void {
    if (this.board.alive) this.peakBytes = Math.max(this.peakBytes, this.board.usage().rssBytes);
  }
}
