import type { Clock, TimeSource } from '../base/clock';
import type { Log } from '../base/log';
import type { Random } from '../base/random';
import type { Board } from '../config/board';
import type { ConfigInput } from '../config/schema';
import type { Authenticate } from '../auth/own-accounts';
import type { MailTransport } from '../mail/transport';
import { loadMods } from '../modules/board-mods';
import { readOwnParts, type GivenParts, type OwnParts } from '../modules/own-parts';
import { checkOwnRoutes } from '../web/own-routes';
import type { OwnRoute } from '../web/parts';
import type { BbsMetrics } from './metrics';
import { unknownOption, type BbsEvents, type BbsSessions, type SignedInCaller } from './visitors';

/** What a program that embeds the board may give it (docs/embedding.md). */
export interface BbsOptions extends GivenParts {
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
  readonly clock?: TimeSource;
  readonly random?: Random;
  /** Makes a new database beside the keys of an earlier start, which is refused otherwise. */
  readonly newDatabase?: boolean | undefined;
  /** Keeps the password of a first start in data/first-password, for where nobody reads the output. */
  readonly keepFirstPassword?: boolean | undefined;
  /** In place of email.transport. */
  readonly mail?: MailTransport | undefined;
  /** Checks passwords of accounts beside the store: factor 1, and no other. */
  readonly authenticate?: Authenticate | undefined;
  /** Pages of the program on the web server. */
  readonly routes?: readonly OwnRoute[] | undefined;
  /** Told of calls; what it throws changes none. */
  readonly events?: BbsEvents | undefined;
  /**
   * Called once for each call when the caller has passed, and bound, every factor that account and policy ask for;
   * the menus wait for it. When it rejects, the call ends.
   */
  readonly onSignedIn?: (caller: SignedInCaller) => Promise<void>;
  /** Told, a line each, of edits and certificates that were refused or taken while the board runs. */
  readonly onNotice?: (line: string) => void;
}

const OPTIONS: Readonly<Record<keyof BbsOptions, true>> = {
  ...{ boardDir: true, dataDir: true, configFile: true, config: true, env: true, log: true },
  ...{ clock: true, random: true, newDatabase: true, keepFirstPassword: true, mail: true },
  ...{ events: true, onSignedIn: true, onNotice: true },
  ...{ authenticate: true, routes: true },
  ...{ modules: true, acsCodes: true, mciCodes: true, systemMethods: true },
};

/** Refuses an option that there is not: left out silently, it might be what the program relies on. */
export function checkOptions(options: BbsOptions): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(OPTIONS, name)) continue;
    throw unknownOption(`startBbs has no option '${name}'`, name, Object.keys(OPTIONS));
  }
  checkOwnRoutes(options.routes ?? []);
}

/** What the program, and mods/ of its board, add to the board. */
export async function loadOwnParts(
  { modules, acsCodes, mciCodes, systemMethods }: BbsOptions,
  from: {
    readonly mods: readonly string[];
    readonly board: Pick<Board, 'boardDir'>;
    readonly clock: Clock;
    readonly log: () => Log;
  },
): Promise<OwnParts> {
  const parts = { modules, acsCodes, mciCodes, systemMethods };
  const mods = await loadMods(from.board.boardDir, from.mods);
  return readOwnParts([{ from: 'startBbs', parts }, ...mods], from);
}

export interface ServerAddress {
  readonly address: string;
  readonly port: number;
}

/** A board that runs, as its embedder has it. */
export interface RunningBbs {
  readonly boardDir: string;
  readonly dataDir: string;
  /** By server: `telnet`, `rlogin`, `ssh`, `wss`, `ws`, `https`, `http`. */
  readonly addresses: Readonly<Record<string, ServerAddress>>;
  /** Names of the servers that take connections of the board's proxies alone. */
  readonly onlyByProxy: readonly string[];
  /** Only at the first start; kept nowhere. */
  readonly firstSysop: { readonly name: string; readonly password: string } | undefined;
  /** Where the password of the first start is kept, if it is, until it is changed. */
  readonly firstPasswordFile: string | undefined;
  /** Where mails are dropped while no gateway is configured. */
  readonly mailDrop: string | undefined;
  /** SHA-256 of the certificate in use, to compare with what a browser shows. */
  readonly certificateFingerprint: string | undefined;
  /** What a public board still lacks, a sentence each. */
  readonly missingForPublic: readonly string[];
  /** The calls: list, kick, message. */
  readonly sessions: BbsSessions;
  /** What calls there were in this process since the start, for a program that measures. */
  metrics(): BbsMetrics;
  /** Reads config, menus, themes, art and certificate again, and opens the log anew; false when an edit was refused. */
  reload(): Promise<boolean>;
  /** Logs a fault that belongs to no call, for the `uncaughtException` of a program that goes on. */
  reportFault(error: unknown): void;
  /** Tells callers, finishes work and stops; at most ten seconds. */
  close(): Promise<void>;
}
