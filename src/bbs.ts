import type { Socket } from 'node:net';
import { resolve } from 'node:path';
import { createArtStore } from './art/art-store';
import { adoptFactors } from './auth/adopt-factors';
import { KnownPlaces } from './auth/known-places';
import { openSourcePenalties } from './auth/source-penalties';
import { systemClock, type Clock } from './base/clock';
import { BbsError, toError } from './base/errors';
import { LIMITS } from './base/limits';
import type { Log } from './base/log';
import { systemRandom, type Random } from './base/random';
import { SteadyClock } from './base/steady-clock';
import { VERSION } from './base/version';
import { makeDataDir, resolveBoard, type Board } from './config/board';
import { readRunFile, removeRunFile, writeRunFile } from './config/run-file';
import type { Config, ConfigInput } from './config/schema';
import { boardServices } from './board-services';
import { checkBoard } from './modules/board-check';
import { makeFirstPassword } from './first-password';
import { LiveBoard } from './live-board';
import { openLog } from './config/log-file';
import type { Listening } from './mail/prerequisites';
import type { MailTransport } from './mail/transport';
import { runMenus } from './menu/runner';
import { checkBoardFiles } from './oputil/board-files';
import { findConfigGaps } from './oputil/public-gaps';
import { databaseFile, mailDrop, openOffice } from './office';
import { Admission } from './servers/admission';
import { mostConnections } from './servers/fd-limit';
import { ConfiguredNetworks } from './servers/networks';
import { Nodes } from './servers/nodes';
import { openTerminal } from './servers/open-terminal';
import { PageAdmission } from './servers/page-admission';
import { Servers } from './servers/servers';
import { boardLockFile, takeBoardLock } from './store/board-lock';
import { ClockWatch } from './store/clock-watch';
import { explainFailure } from './store/database';
import { HEADINGS, tellSysops } from './sysop-notice';
import { LiveCertificate } from './tls/live-certificate';
import { isPageOrigin } from './web/origin';
import type { LoginPorts, PagePlace } from './web/parts';
import { startWebServer, type WebServer } from './web/server';

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
  /** Makes a new database beside the keys of an earlier start, which is refused otherwise. */
  readonly newDatabase?: boolean | undefined;
  /** Keeps the password of a first start in data/first-password, for where nobody reads the output. */
  readonly keepFirstPassword?: boolean | undefined;
  /** In place of email.transport. */
  readonly mail?: MailTransport | undefined;
  /** Told, a line each, of edits and certificates that were refused or taken while the board runs. */
  readonly onNotice?: (line: string) => void;
}

export interface ServerAddress {
  readonly address: string;
  readonly port: number;
}

export interface RunningBbs {
  readonly boardDir: string;
  readonly dataDir: string;
  /** By server: `telnet`, `ssh`, `wss`, `https`. */
  readonly addresses: Readonly<Record<string, ServerAddress>>;
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
  /** Reads config, menus, themes, art and certificate again, and opens the log anew; false when an edit was refused. */
  reload(): Promise<boolean>;
  /** Logs a fault that belongs to no call, for the `uncaughtException` of a program that goes on. */
  reportFault(error: unknown): void;
  /** Tells callers, finishes work and stops; at most ten seconds. */
  close(): Promise<void>;
}

/** Starts a board: the stock one on embedded defaults where nothing is given. */
export async function startBbs(options: BbsOptions = {}): Promise<RunningBbs> {
  const board = await resolveBoard({
    board: options.boardDir,
    data: options.dataDir,
    config: options.configFile,
    env: options.env ?? {},
  });
  await makeDataDir(board.dataDir);
  const bbs = new Bbs(board, options);
  try {
    return await bbs.start();
  } catch (error) {
    await bbs.close();
    throw explainFailure(error, databaseFile(board.dataDir));
  }
}

/** One running board: builds the graph, and takes it down in reverse order. */
class Bbs {
  private readonly clock: SteadyClock;
  private readonly random: Random;
  private readonly env: Readonly<Record<string, string | undefined>>;
  private readonly closers: (() => Promise<void> | void)[] = [];
  private closing: Promise<void> | undefined;
  private isOpen = false;
  private reopenLog: () => void = () => undefined;

  constructor(
    private readonly board: Board,
    private readonly options: BbsOptions,
  ) {
    this.clock = new SteadyClock(options.clock ?? systemClock);
    this.random = options.random ?? systemRandom;
    this.env = options.env ?? {};
  }

  async start(): Promise<RunningBbs> {
    const { board, clock, random, env } = this;
    await this.takeLock();
    const art = createArtStore({ roots: board.artRoots, random, clock });
    const nodes = new Nodes({ clock, most: () => live.config.general.maxConnections });
    const live = await LiveBoard.load({
      board,
      env,
      clock,
      art,
      overrides: this.options.config,
      log: () => log,
      check: (edition) => checkBoard(edition),
      onRefused: (lines) => tell('refused', lines),
      onTaken: () => {
        this.notice('taken', []);
        void certificate?.reload();
      },
      onWaiting: (keys) => tell('waiting', keys),
    });
    const tell = (heading: keyof typeof HEADINGS, lines: readonly string[]): void => {
      this.notice(heading, lines);
      void tellSysops({ nodes, db: office.db, log }, heading, lines);
    };
    this.closers.push(() => live.close());
    const config = (): Config => live.config;
    const log = this.options.log ?? this.openLog(config());
    // What was opened before the log is closed after this line.
    this.closers.push(() => {
      if (this.isOpen) log.info('board.stopped', { version: VERSION });
    });
    const files = await checkBoardFiles({
      ...{ board, env, clock, config: config(), placeOf: live.placeOf },
    });
    for (const { place, message } of [...live.warnings, ...files])
      log.warn('board.warning', { place, message });
    const exempt = new ConfiguredNetworks(
      'security.exemptNetworks',
      () => config().security.exemptNetworks,
    );
    const isExempt = (ip: string): boolean => exempt.has(ip);
    const office = await openOffice({
      ...{ board, config, clock, random, log, env },
      mail: this.options.mail,
      newDatabase: this.options.newDatabase,
      isExempt,
      penalize: (remoteIp, kind) => penalties.penalize(remoteIp, kind),
      httpsPort: () => web?.address.port,
    });
    this.closers.push(() => office.close());
    const clockWatch = await ClockWatch.open({ db: office.db, clock, log });
    this.closers.push(() => clockWatch.close());
    const penalties = await openSourcePenalties({ db: office.db, clock, log, isExempt });
    this.closers.push(() => penalties.close());
    clockWatch.onStep((stepMs) => penalties.shift(stepMs));
    const knownPlaces = await KnownPlaces.open({ db: office.db, clock, log });
    this.closers.push(() => knownPlaces.close());
    clockWatch.onStep((stepMs) => knownPlaces.shift(stepMs));
    await adoptFactors({ db: office.db, sealing: office.sealing, clock, random, log });
    await office.enrollment.endAbandoned();
    const first = await makeFirstPassword(office, {
      dataDir: board.dataDir,
      keep: this.options.keepFirstPassword === true,
    });
    const resolveFile = (name: string): string => resolve(board.boardDir, name);
    const { enrollment, passwordReset, mailChange, findTemplate, db } = office;
    const { dataDir } = board;
    const pages = { enrollment, passwordReset, mailChange, findTemplate };
    const shared = { config, clock, random, log, resolveFile, dataDir };
    const admission = new Admission({
      ...{ config, clock, random, isExempt, guard: penalties },
      isKnown: (source) => knownPlaces.has(source),
      mostConnections: await mostConnections(),
    });
    const pageAdmission = new PageAdmission({ ...shared, admission });
    this.closers.push(() => pageAdmission.close());
    const admit = (socket: Socket): PagePlace | undefined => pageAdmission.admit(socket);
    const { contentServers, loginServers } = config();
    const hasPages = contentServers.web.https.enabled;
    const certificate =
      hasPages || loginServers.webSocket.wss.enabled
        ? await LiveCertificate.open({
            ...shared,
            onNews: (kind, text) =>
              kind === 'refused'
                ? tell('certificateRefused', [text])
                : this.notice('certificateTaken', [text]),
          })
        : undefined;
    this.closers.push(() => certificate?.close());
    const pagesPort = (): number => web?.address.port ?? config().contentServers.web.https.port;
    let loginPorts: LoginPorts = {};
    const web: WebServer | undefined =
      hasPages && certificate !== undefined
        ? await startWebServer({
            ...{ ...shared, ...pages, db, admit, certificate },
            loginPorts: () => loginPorts,
          })
        : undefined;
    this.closers.push(async () => web?.close());
    office.mailer.start();
    const listening = (): Listening => ({
      ssh: servers.addresses.ssh !== undefined,
      wss: servers.addresses.wss !== undefined,
      https: web !== undefined,
    });
    const services = boardServices({
      ...{ clock, random, log, live, art, nodes, office, listening },
      startedAtMs: clock.nowMs(),
    });
    const servers = await Servers.start({
      ...shared,
      ...{ nodes, admission, certificate },
      gate: office.gate,
      isOwnOrigin: (origin, remoteIp) => isPageOrigin({ origin, remoteIp }, config(), pagesPort()),
      accountEvents: office.accountEvents,
      openTerminal: (connection, settled) => openTerminal(connection, { settled, config, clock }),
      run: (caller, firstMenu) => runMenus(caller, firstMenu, services),
      onSignedIn: () => Promise.resolve(),
      onEnded: (caller) => office.endCall(caller.login.sessionId),
    });
    this.closers.push(() => servers.close(LIMITS.shutdownMs - STOP_RESERVE_MS));
    const { telnet, ssh, wss } = servers.addresses;
    loginPorts = { telnet: telnet?.port, ssh: ssh?.port, wss: wss?.port };
    live.follow();
    const addresses = {
      ...servers.addresses,
      ...(web === undefined ? {} : { https: web.address }),
    };
    const { pid } = process;
    writeRunFile(dataDir, { pid, version: VERSION, servers: addresses });
    this.closers.push(() => removeRunFile(dataDir, pid));
    const fingerprint = (): string | undefined =>
      web === undefined ? undefined : certificate?.current.fingerprint;
    log.info('board.open', { version: VERSION, addresses, certificate: fingerprint() });
    this.isOpen = true;
    return {
      boardDir: board.boardDir,
      dataDir: board.dataDir,
      addresses,
      firstSysop: first.sysop,
      firstPasswordFile: first.file,
      mailDrop: office.mailer.sendsMail ? undefined : mailDrop(board.dataDir),
      get certificateFingerprint() {
        return fingerprint();
      },
      missingForPublic: findConfigGaps(config(), {
        board,
        nowMs: clock.nowMs(),
        listening: listening(),
      })
        .filter(({ weight }) => weight === 'missing')
        .map(({ text }) => text),
      reload: async () => {
        this.reopenLog();
        const [isTaken, isUsable] = await Promise.all([live.reload(), certificate?.reload()]);
        return isTaken && isUsable !== false;
      },
      reportFault: (error) => log.error('board.fault', { error: toError(error) }),
      close: () => this.close(),
    };
  }

  /** Takes everything down once, the last opened first; what fails does not keep the rest open. */
  close(): Promise<void> {
    this.closing ??= this.takeDown();
    return this.closing;
  }

  private async takeDown(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.closers.reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  private openLog(config: Config): Log {
    const { log, reopen, close } = openLog(this.board.dataDir, config, this.clock);
    this.closers.push(close);
    this.reopenLog = reopen;
    return log;
  }

  /** For who watches the process; the sysops online are told by others. */
  private notice(heading: keyof typeof HEADINGS, lines: readonly string[]): void {
    for (const line of [HEADINGS[heading], ...lines]) this.options.onNotice?.(line);
  }

  /** One data folder, one board: two would take node numbers and calls from each other. */
  private async takeLock(): Promise<void> {
    const { dataDir } = this.board;
    const lock = await takeBoardLock(boardLockFile(dataDir), process.pid);
    if (lock.kind === 'taken') {
      this.closers.push(() => lock.release());
      return;
    }
    const written = readRunFile(dataDir);
    const servers = written?.pid === lock.pid ? Object.entries(written?.servers ?? {}) : [];
    const where = servers.map(([name, at]) => ` ${name} ${at.address} port ${at.port}`).join(',');
    throw new BbsError(
      'DATA_IN_USE',
      `another board runs on ${dataDir}: process ${lock.pid ?? 'unknown'}${where === '' ? ', which is starting' : `,${where}`}; stop it, or give this one a data folder of its own by --data`,
    );
  }
}

/** Of the ten seconds that a stop may take, what is kept for pages, mail and database. */
const STOP_RESERVE_MS = 4_000;
