import { readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from '../base/private-file';

/** For scripts: the process that uses a data folder, and where it listens. */
interface RunFile {
  readonly pid: number;
  readonly version: string;
  readonly servers: Readonly<Record<string, { readonly address: string; readonly port: number }>>;
  /** Whether it takes new callers; `drained` once the last one has left (`oputil node drain`). */
  readonly state?: 'open' | 'draining' | 'drained';
  /** Those who are on it, while it is drained. */
  readonly callers?: number;
}

/** What the file says may change while a board runs; its time stays that of the start. */
export function writeRunFile(dataDir: string, content: RunFile): void {
  const file = runFile(dataDir);
  const isOurs = readRunFile(dataDir)?.pid === content.pid;
  const started = isOurs ? statSync(file, { throwIfNoEntry: false })?.mtime : undefined;
  writePrivateFile(file, `${JSON.stringify(content, null, 2)}\n`);
  if (started !== undefined) utimesSync(file, started, started);
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

/** How a running board is to be emptied. */
export interface DrainOrder {
  /** How long callers are still taken, until the balancer knows. */
  readonly leadSeconds: number;
  /** When the last callers are ended after that; undefined lets them stay until they leave. */
  readonly limitMinutes?: number | undefined;
}

/** The file by which `oputil node drain` orders it; without it the board takes callers. */
export function drainFile(dataDir: string): string {
  return join(dataDir, 'drain.json');
}

export function writeDrainOrder(dataDir: string, order: DrainOrder): void {
  writePrivateFile(drainFile(dataDir), `${JSON.stringify(order)}\n`);
}

export function removeDrainOrder(dataDir: string): void {
  rmSync(drainFile(dataDir), { force: true });
}

/** undefined where there is none, or none that can be read. */
export function readDrainOrder(dataDir: string): DrainOrder | undefined {
  try {
    return parseDrainOrder(JSON.parse(readFileSync(drainFile(dataDir), 'utf8')));
  } catch {
    return undefined;
  }
}

/** undefined where the value is no order. */
export function parseDrainOrder(value: unknown): DrainOrder | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { leadSeconds, limitMinutes } = value as Readonly<Record<string, unknown>>;
  if (!isAmount(leadSeconds)) return undefined;
  return isAmount(limitMinutes) ? { leadSeconds, limitMinutes } : { leadSeconds };
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 86_400;
}
