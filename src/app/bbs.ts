import { resolve } from 'node:path';
import { createArtStore } from '../art/art-store';
import { adoptFactors } from '../auth/adopt-factors';
import type { HashCost } from '../auth/password';
import { BoardClock, systemClock } from '../base/clock';
import { toError } from '../base/errors';
import { LIMITS } from '../base/limits';
import { SILENCE, type Log } from '../base/log';
import { systemRandom, type Random } from '../base/random';
import { VERSION } from '../base/version';
import { makeDataDir, resolveBoard, type Board } from '../config/board';
import type { Problem } from '../config/problems';
import { removeRunFile, writeRunFile } from '../config/run-file';
import { listServers, type PageServerName } from '../config/login-servers';
import type { Config } from '../config/schema';
import { checkBoard } from '../modules/board-check';
import type { OwnParts } from '../modules/own-parts';
import { lockDataFolder, makeFirstPassword, type FirstPassword } from './data-folder';
import { OpenServers } from './board-services';
import { Closers } from './closers';
import { Drain, type DrainState } from './drain';
import { GroupCheck } from './group-check';
import { checkOptions, loadOwnParts, type BbsOptions, type RunningBbs } from './embedding';
import { boardSessions, Visitors } from './visitors';
import { LiveBoard, type EditWatch, HEADINGS, notifySysops } from './live-board';
import { openLog } from '../config/log-file';
import { checkBoardFiles, checkTemplates } from '../readiness/board-files';
import { createBackend, databaseFile, mailDrop, type Backend } from '../backend';
import { ConnectionLimiter, mostConnections } from '../throttle/connection-limiter';
import { PageConnectionLimiter } from '../throttle/page-connection-limiter';
import { ConfiguredNetworks } from '../base/source';
import { DestinationHealth } from '../onward/destination-health';
import { DoorSeats } from '../servers/door-seats';
import { Nodes } from '../servers/nodes';
import { explainFailure } from '../store/sqlite';
import type { BoardSeat } from './board-seat';
import { openBoardStore, type BoardStore } from './board-store';
import { findMissing, missingKey, Readiness } from './readiness';
import { describeWarnings } from './start-message';
import type { Basics, ServerParts, Started } from './start-servers';
import { boardSay, startLoginServers, startPages, startVerify } from './start-servers';
import { LiveCertificate } from '../tls/live-certificate';
import { kindOfCode } from '../menu/screen/mci-codes';

/** Starts a board: the stock one on embedded defaults where nothing is given. */
export async function startBbs(options: BbsOptions = {}): Promise<RunningBbs> {
  checkOptions(options);
  return startBoard(options);
}

/** The same for the program; tests give a cheaper hash, which embedders cannot (rule C3). */
export async function startBoard(options: BoardOptions): Promise<RunningBbs> {
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

/** The part of `LIMITS.shutdownMs` that is kept for pages, mail and database. */
const STOP_RESERVE_MS = 4_000;
/** The part that is kept for what closes at once. */
const LAST_WORDS_MS = 1_000;

interface BoardOptions extends BbsOptions {
  readonly hashCost?: HashCost;
  readonly minResponseMs?: number;
}

/** One running board: opens its parts in steps, and closes them in reverse order. */
class Bbs {
  private readonly clock: BoardClock;
  private readonly random: Random;
  private readonly env: Readonly<Record<string, string | undefined>>;
  private readonly closers: Closers;
  private readonly visitors: Visitors;
  private readonly groups = new GroupCheck();
  private log: Log | undefined;
  private own: OwnParts | undefined;
  private isOpen = false;
  private addresses: RunningBbs['addresses'] | undefined;

  constructor(
    private readonly board: Board,
    private readonly options: BoardOptions,
  ) {
    this.clock = new BoardClock(options.clock ?? systemClock);
    this.random = options.random ?? systemRandom;
    this.env = options.env ?? {};
    this.closers = new Closers(this.clock);
    const { events, onSignedIn } = options;
    // Nobody calls before the log is open.
    const log = (): Log => this.log ?? SILENCE;
    this.visitors = new Visitors({ clock: this.clock, log, events, onSignedIn });
  }

  async start(): Promise<RunningBbs> {
    const lock = await lockDataFolder(this.board.dataDir);
    this.closers.push(() => lock.release());
    const basics = await this.loadBoard();
    const { board, clock, closers } = this;
    const { newDatabase } = this.options;
    const stored = await openBoardStore(basics, { board, clock, newDatabase, closers });
    const backend = await this.openBackend(basics, stored);
    const first = await this.prepareAccounts(basics, backend, stored.seat);
    this.warn(await this.groups.open(stored.db, basics.live));
    const limiter = await this.openLimiter(basics, stored);
    const certificate = await this.openCertificate(basics, stored);
    await backend.authenticator.warmUp();
    const readiness = new Readiness({ ...basics.shared, db: stored.db });
    readiness.add(() => (stored.seat.isHeld() ? undefined : 'lease'));
    readiness.add(() => (stored.clockWatch.isWrong ? 'clock' : undefined));
    readiness.add(() => missingKey(backend.currentKey.missing));
    backend.currentKey.start();
    const drain = this.openDrain(basics, { readiness, seat: stored.seat });
    await this.startServers(basics, { backend, limiter, certificate, readiness, drain });
    const edits = this.followEdits(basics, { db: stored.db, certificate });
    stored.seat.attach({
      accountEvents: backend.accountEvents,
      reload: () => void edits.reload(),
      drain: (order) => drain.take(order),
      endSession: (sessionId) => backend.endCall({ sessionId, user: undefined }),
    });
    const bbs = await this.announce(basics, { backend, first, certificate, edits });
    readiness.opened();
    this.closers.push(() => readiness.stopping());
    return bbs;
  }

  /** Reads and checks all that the sysop wrote, and opens the log. */
  private async loadBoard(): Promise<Basics> {
    const { board, clock, random, env, options } = this;
    const art = createArtStore({
      ...{ roots: board.artRoots, random, clock },
      kindOf: (code) => kindOfCode(code, this.own?.mci),
    });
    const live = await LiveBoard.load({
      ...{ board, env, clock, art },
      own: async ({ mods }) =>
        (this.own ??= await loadOwnParts(options, {
          ...{ mods, board, clock },
          log: this.visitors.log,
        })),
      overrides: options.config,
      check: (snapshot) => checkBoard(snapshot),
      checkFiles: async (loaded) => [
        ...(await checkTemplates({ ...loaded, board })),
        ...(await this.groups.find(loaded)),
      ],
    });
    const config = (): Config => live.config;
    const { log, reopen: reopenLog } = this.openLog(config());
    this.log = log;
    const files = await checkBoardFiles({
      ...{ board, env, clock, config: config(), placeOf: live.placeOf },
    });
    this.warn([...live.warnings, ...files]);
    const exempt = new ConfiguredNetworks(
      'security.exemptNetworks',
      () => config().security.exemptNetworks,
    );
    const nodes = new Nodes({ clock, most: () => config().general.maxConnections });
    const doorSeats = new DoorSeats({ clock, log });
    const destinationHealth = new DestinationHealth(clock);
    const resolveFile = (name: string): string => resolve(board.boardDir, name);
    const shared = { config, clock, random, log, resolveFile, dataDir: board.dataDir };
    const isExempt = (ip: string): boolean => exempt.has(ip);
    const open = new OpenServers();
    const seats = { nodes, doorSeats, destinationHealth };
    return { ...seats, live, art, log, reopenLog, isExempt, open, shared };
  }

  private async openBackend(
    { shared, isExempt, open, live }: Basics,
    { db, seat, penalties }: BoardStore,
  ): Promise<Backend> {
    const backend = await createBackend(db, {
      ...{ ...shared, board: this.board, env: this.env, isExempt },
      ...{ mail: this.options.mail, authenticate: this.options.authenticate },
      ...{ hashCost: this.options.hashCost, minResponseMs: this.options.minResponseMs },
      penalize: (...charge) => penalties.penalize(...charge),
      refused: (refusal) => this.visitors.refused(refusal),
      mayGrant: () => seat.isHeld(),
      words: () => boardSay({ live, shared }),
      httpsPort: () => open.pages.https?.port,
    });
    this.closers.push(() => backend.close());
    return backend;
  }

  /** Seals what an older system left in clear text, ends what a kill cut short, and makes the sysop. */
  private async prepareAccounts(
    { log }: Basics,
    backend: Backend,
    seat: BoardSeat,
  ): Promise<FirstPassword> {
    const { clock, random } = this;
    await adoptFactors({ db: backend.db, sealing: backend.sealing, clock, random, log });
    // Those of other processes' callers go on.
    if (seat.isAlone()) await backend.enrollment.endAbandoned();
    return makeFirstPassword(backend, {
      dataDir: this.board.dataDir,
      keep: this.options.keepFirstPassword === true,
    });
  }

  /** The limits of connections, shared by login servers and pages. */
  private async openLimiter(
    { shared, isExempt }: Basics,
    { penalties, knownPlaces }: BoardStore,
  ): Promise<ConnectionLimiter> {
    return new ConnectionLimiter({
      ...{ ...shared, isExempt, guard: penalties },
      isKnown: (source) => knownPlaces.has(source),
      mostConnections: await mostConnections(),
    });
  }

  /** Undefined where no server has TLS. */
  private async openCertificate(
    basics: Basics,
    { db }: Pick<BoardStore, 'db'>,
  ): Promise<LiveCertificate | undefined> {
    const { contentServers, loginServers } = basics.shared.config();
    if (!contentServers.web.https.enabled && !loginServers.webSocket.wss.enabled) return undefined;
    const certificate = await LiveCertificate.open({
      ...basics.shared,
      onNews: (kind, text) =>
        kind === 'refused'
          ? this.tell({ ...basics, db }, 'certificateRefused', [text])
          : this.notice('certificateTaken', [text]),
    });
    this.closers.push(() => certificate.close());
    return certificate;
  }

  /** Starts the pages, and the login servers after them: what these show names the port of the pages. */
  private async startServers(basics: Basics, parts: ServerParts): Promise<void> {
    const { shared, open } = basics;
    const limiterOf = (server: PageServerName): PageConnectionLimiter => {
      const made = new PageConnectionLimiter({ ...shared, server, limiter: parts.limiter });
      this.closers.push(() => made.close());
      return made;
    };
    const pageLimiters = { https: limiterOf('https'), http: limiterOf('http') };
    const given = { ...parts, pageLimiters, ownRoutes: this.options.routes };
    const web = await startPages(basics, given);
    if (web !== undefined) this.closers.push(() => web.close());
    open.pages = web?.addresses ?? {};
    this.closers.push(await startVerify(basics, parts));
    parts.backend.mailer.start();
    const servers = await startLoginServers(basics, { ...parts, visitors: this.visitors });
    this.closers.push(() => servers.close(LIMITS.shutdownMs - STOP_RESERVE_MS));
    parts.drain.onLimit((text) => servers.endCallers(text));
    open.login = servers.addresses;
  }

  private openDrain(
    { live, shared, nodes }: Basics,
    { readiness, seat }: { readonly readiness: Readiness; readonly seat: BoardSeat },
  ): Drain {
    const drain = new Drain({
      ...{ ...shared, nodes, say: boardSay({ live, shared }) },
      onChange: (state) => {
        this.writeRun(state);
        seat.setState(state);
      },
    });
    this.closers.push(() => drain.close());
    readiness.add(() => (drain.isOrdered ? 'draining' : undefined));
    return drain;
  }

  /** Writes data/run.json: for scripts and `oputil`, from the time on when all ports are open. */
  private writeRun({ state, callers }: DrainState): void {
    if (this.addresses === undefined) return;
    const { addresses: servers } = this;
    const counted = callers === undefined ? {} : { callers };
    const run = { pid: process.pid, version: VERSION, servers, state, ...counted };
    writeRunFile(this.board.dataDir, run);
  }

  /** Follows the sysop's files: an edit takes effect within a second of its save. */
  private followEdits(
    basics: Basics,
    { db, certificate }: Pick<BoardStore, 'db'> & Pick<Started, 'certificate'>,
  ): EditWatch {
    const told = { ...basics, db };
    const edits = basics.live.follow({
      log: basics.log,
      onRefused: (lines) => this.tell(told, 'refused', lines),
      onTaken: (news) => {
        this.notice('taken', describeWarnings(news));
        void certificate?.reload();
      },
      onWaiting: (keys) => this.tell(told, 'waiting', keys),
    });
    this.closers.push(() => edits.close());
    return edits;
  }

  /** Writes data/run.json, logs the addresses, and returns the RunningBbs. */
  private async announce(
    basics: Basics,
    { backend, first, certificate, edits }: Started,
  ): Promise<RunningBbs> {
    const { board } = this;
    const { log, open, reopenLog, shared } = basics;
    const { pid } = process;
    const { addresses } = open;
    const gaps = { board, clock: this.clock, listening: open.listening, backend };
    const missingForPublic = await findMissing(shared.config(), gaps);
    // Nothing is waited for from here on: whoever reads run.json may send signals at once.
    this.addresses = addresses;
    // One of a process that was killed may have the same number: its time is not this start's.
    removeRunFile(board.dataDir, pid);
    this.writeRun({ state: 'open' });
    this.closers.push(() => removeRunFile(board.dataDir, pid));
    const fingerprint = (): string | undefined =>
      open.pages.https === undefined ? undefined : certificate?.current.fingerprint;
    log.info('board.open', { version: VERSION, addresses, certificate: fingerprint() });
    this.isOpen = true;
    return {
      boardDir: board.boardDir,
      dataDir: board.dataDir,
      addresses,
      onlyByProxy: listServers(shared.config())
        .filter(
          ({ name, proxyProtocol, socket }) =>
            name === 'http' || proxyProtocol === 'required' || socket !== '',
        )
        .map(({ name }) => name),
      firstSysop: first.sysop,
      firstPasswordFile: first.file,
      mailDrop: backend.mailer.sendsMail ? undefined : mailDrop(board.dataDir),
      get certificateFingerprint() {
        return fingerprint();
      },
      missingForPublic,
      sessions: boardSessions({ nodes: basics.nodes, db: backend.db, clock: this.clock }),
      metrics: () => this.visitors.metrics(),
      reload: async () => {
        reopenLog();
        const [isTaken, isUsable] = await Promise.all([edits.reload(), certificate?.reload()]);
        return isTaken && isUsable !== false;
      },
      reportFault: (error) => log.error('board.fault', { error: toError(error) }),
      close: () => this.close(),
    };
  }

  close(): Promise<void> {
    return this.closers.close(LIMITS.shutdownMs - LAST_WORDS_MS);
  }

  /** The embedder's log, or the board's own; what was opened before it is closed after its last line. */
  private openLog(config: Config): { readonly log: Log; reopen(): void } {
    const given = this.options.log;
    const opened =
      given === undefined
        ? openLog(this.board.dataDir, config, this.clock)
        : { log: given, reopen: () => undefined, close: () => undefined };
    this.closers.push(() => opened.close());
    this.closers.push(() => {
      if (this.isOpen) opened.log.info('board.stopped', { version: VERSION });
    });
    return opened;
  }

  /** Logs what a start goes on with, and passes it to `onNotice`. */
  private warn(found: readonly Problem[]): void {
    for (const told of found) this.log?.warn('board.warning', { ...told });
    for (const line of describeWarnings(found)) this.options.onNotice?.(line);
  }

  /** Passes lines to `onNotice`. */
  private notice(heading: keyof typeof HEADINGS, lines: readonly string[]): void {
    for (const line of [HEADINGS[heading], ...lines]) this.options.onNotice?.(line);
  }

  /** Passes lines to `onNotice` and to the sysops who are online. */
  private tell(
    parts: Parameters<typeof notifySysops>[0],
    heading: keyof typeof HEADINGS,
    lines: readonly string[],
  ): void {
    this.notice(heading, lines);
    void notifySysops(parts, heading, lines);
  }
}
