import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createArtStore } from './art/art-store';
import { systemClock, type Clock } from './base/clock';
import { createLog, type Log } from './base/log';
import { systemRandom, type Random } from './base/random';
import { VERSION } from './base/version';
import { makeDataDir, resolveBoard, type Board } from './config/board';
import type { Config, ConfigInput } from './config/schema';
import { LIMITS } from './base/limits';
import { LiveBoard } from './live-board';
import { createCallHistory } from './menu/call-history';
import { runMenus } from './menu/runner';
import type { Services } from './menu/services';
import { MODULES } from './modules/registry';
import { openOffice, type Office } from './office';
import { Nodes } from './servers/nodes';
import { Servers } from './servers/servers';
import { createTerminal } from './terminal/create-terminal';
import { probeTerminal } from './terminal/probe';

export interface BbsOptions {
  /** The board's folder (design: `--board`); the stock board where none is given. */
  readonly boardDir?: string | undefined;
  readonly dataDir?: string | undefined;
  readonly configFile?: string | undefined;
  /** Keys that win over config.hjson. */
  readonly config?: ConfigInput | undefined;
  /** For SALLYPORT_* and `@environment:`; nothing of the process's own environment is read. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where log lines go; data/logs and standard error where none is given. */
  readonly log?: Log;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface ServerAddress {
  readonly address: string;
  readonly port: number;
}

export interface RunningBbs {
  readonly boardDir: string;
  readonly dataDir: string;
  /** By server: `telnet`, `ssh`, `https`. */
  readonly addresses: Readonly<Record<string, ServerAddress>>;
  /** Only at the first start; kept nowhere. */
  readonly firstSysop: { readonly name: string; readonly password: string } | undefined;
  /** Where mails are dropped while no gateway is configured. */
  readonly mailDrop: string | undefined;
  /** What a public board still lacks, a sentence each. */
  readonly missingForPublic: readonly string[];
  /** Reads config, menus, themes and art again; false when the edit was refused. */
  reload(): Promise<boolean>;
  /** Tells callers, finishes work and stops; at most ten seconds. */
  close(): Promise<void>;
}
