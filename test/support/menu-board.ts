import { WAYS_IN, type WayInName } from '../../src/protocols/ways-in';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import iconv from 'iconv-lite';
import { createArtStore } from '../../src/art/art-store';
import { Sheets } from '../../src/auth/sheets';
import { AccountKeys } from '../../src/auth/account-keys';
import { AccountRules } from '../../src/auth/account-rules';
import { Accounts } from '../../src/auth/accounts';
import { HashQueue } from '../../src/auth/hash-queue';
import { Enrollment } from '../../src/auth/enrollment';
import { Authenticator } from '../../src/auth/authenticator';
import { FarAccounts } from '../../src/auth/far-accounts';
import { Invites } from '../../src/auth/invites';
import { OwnCalls } from '../../src/auth/own-calls';
import { MailChange } from '../../src/auth/mail-change';
import { hashPassword } from '../../src/auth/password';
import { PasswordPolicy } from '../../src/auth/password-policy';
import type { Clock } from '../../src/base/clock';
import { systemRandom, type Random } from '../../src/base/random';
import type { ConfigInput } from '../../src/config/schema';
import { FeedbackBox } from '../../src/mail/feedback';
import type { Listening } from '../../src/mail/links';
import {
  SessionEnd,
  type Caller,
  type CallerPlace,
  type EndReason,
} from '../../src/menu/run/caller';
import { Inbox } from '../../src/menu/run/inbox';
import { KeyTurns } from '../../src/menu/run/key-turns';
import { loadMenus } from '../../src/menu/load/menu-file';
import type { MenuSet } from '../../src/menu/load/menu-entry';
import { runMenus } from '../../src/menu/run/runner';
import type { MenuServices } from '../../src/menu/run/call-context';
import {
  NodeTalk,
  type NodeInfo,
  type NodeList,
  type NodeStatus,
} from '../../src/menu/run/node-talk';
import { Wall } from '../../src/menu/run/wall';
import { loadThemes } from '../../src/menu/load/theme-files';
import { DestinationHealth } from '../../src/onward/destination-health';
import { DoorSeats } from '../../src/servers/door-seats';
import { modulesForCallers } from '../../src/modules/registry';
import type { MenuModule } from '../../src/menu/run/module';
import { storePassword } from '../../src/store/passwords';
import { writeProperties } from '../../src/store/properties';
import { setGroups } from '../../src/store/users';
import { createTerminal } from '../../src/terminal/caller-terminal';
import { openAccounts, type TestAccounts } from './accounts';
import { CHEAP_HASH } from './authenticator-context';
import { nextLook } from './next-look';
import { ScreenEmulator, type ScreenOptions } from './screen';
import { kindOfCode } from '../../src/menu/screen/mci-codes';

const PATIENCE_MS = 40_000;
const STOCK_MENUS = join(__dirname, '../../config/menu.hjson');
const STOCK_ART = join(__dirname, '../../art');

/** A node in use; its caller is visible and available unless it says otherwise. */
export type TestNode = Omit<NodeInfo, keyof NodeStatus> & Partial<NodeStatus>;

export interface MenuBoardOptions {
  /** The menu file, as hjson or as a value; by default the stock menus, art and themes are used. */
  readonly menus?: object | string;
  /** Further files beside it, by their path: includes, `@file:`. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Menus that count as the login area, as if each had `config: { area: login }`. */
  readonly openMenus?: readonly string[];
  /** Art by path under art/: `general/LOGIN.ANS` or just `LOGIN`. */
  readonly art?: Readonly<Record<string, string | Buffer>>;
  /** The board's own sentences by id, as in texts.hjson. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Uses the stock art and themes as well, where `menus` are given. */
  readonly stockArt?: true;
  readonly config?: ConfigInput;
  readonly listening?: Listening;
  /** Number of warnings of the board; none. */
  readonly warnings?: number;
  /** Name of a file whose edit was refused; none. */
  readonly refusedFile?: string;
  /** False where mails stay on the board as files. */
  readonly sendsMail?: boolean;
  /** Start time of the board's clock. */
  readonly startMs?: number;
  /** Replaces the clock that stands still. */
  readonly clock?: Clock;
  /** Source of the words of set-ups. */
  readonly random?: Random;
  readonly modules?: readonly MenuModule[];
  readonly onEntered?: MenuServices['onEntered'];
  /** The nodes that are in use. */
  readonly nodes?: readonly TestNode[];
}

/** Real menus, art, themes, accounts and sign-in on a folder of their own, without servers. */
export class MenuBoard {
  readonly forgotten: string[] = [];
  menuSet: MenuSet | undefined;

  private constructor(
    readonly folder: string,
    readonly accounts: TestAccounts,
    readonly services: MenuServices,
    private readonly authenticator: Authenticator,
    readonly mailChange: MailChange,
    private readonly load: () => Promise<MenuSet>,
  ) {}

  static async open(options: MenuBoardOptions): Promise<MenuBoard> {
    const accounts = await openAccounts({
      ...(options.config ? { config: options.config } : {}),
      ...(options.startMs === undefined ? {} : { startMs: options.startMs }),
      ...(options.clock === undefined ? {} : { clock: options.clock }),
      ...(options.random === undefined ? {} : { random: options.random }),
    });
    const { folder, clock, log, db, config } = accounts;
    const art = join(folder, 'art');
    for (const [name, content] of Object.entries(options.art ?? {})) {
      const path = join(art, name.includes('/') ? name : join('general', `${name}.ANS`));
      await mkdir(dirname(path), { recursive: true });
      const isUtf8 = path.endsWith('.hjson') || path.endsWith('.utf8ans');
      const asIs = isUtf8 || typeof content !== 'string';
      await writeFile(path, asIs ? content : iconv.encode(content, 'cp437'));
    }
    const file = options.menus === undefined ? STOCK_MENUS : join(folder, 'menu.hjson');
    if (options.menus !== undefined) await writeFile(file, textOf(options.menus));
    for (const [name, text] of Object.entries(options.files ?? {})) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    const { env = {}, openMenus = [] } = options;
    const hasStockArt = options.menus === undefined || options.stockArt === true;
    const artRoots = hasStockArt ? [art, STOCK_ART] : [art];
    const textsFile = join(folder, 'texts.hjson');
    if (options.texts !== undefined) await writeFile(textsFile, JSON.stringify(options.texts));
    const themes = await loadThemes({ artRoots, env: {}, textsFile, formats: config().theme });
    const passwordPolicy = new PasswordPolicy({
      rules: () => ({ min: 8, max: 128, boardName: config().general.boardName }),
    });
    const rules = new AccountRules({ config, policy: passwordPolicy });
    const hashes = new HashQueue({ cost: CHEAP_HASH });
    const authenticator = new Authenticator({ ...accounts, hashes, minResponseMs: 0 });
    const mailChange = new MailChange(accounts);
    const nodes: NodeList = {
      list: () =>
        (options.nodes ?? []).map((node) => ({ isVisible: true, isAvailable: true, ...node })),
      setStatus: () => undefined,
      post: () => false,
    };
    const modules = new Map([
      ...modulesForCallers(),
      ...(options.modules ?? []).map((module) => [module.name, module] as const),
    ]);
    const board: MenuBoard = new MenuBoard(
      folder,
      accounts,
      {
        clock,
        log,
        config,
        modules,
        keyTurns: new KeyTurns(clock),
        random: systemRandom,
        version: '1.2.3',
        startedAtMs: clock.nowMs(),
        menus: () => board.getMenus(),
        themes: () => themes,
        art: createArtStore({ kindOf: kindOfCode, roots: artRoots, random: systemRandom }),
        db,
        accounts: new Accounts({ ...accounts, rules, hashes }),
        enrollment: new Enrollment(accounts),
        recovery: accounts.recovery,
        sshKeys: new AccountKeys(accounts),
        sheets: new Sheets({ ...accounts, random: systemRandom }),
        invites: new Invites({ ...accounts, random: systemRandom }),
        ownCalls: new OwnCalls(accounts),
        farAccounts: new FarAccounts({ ...accounts, random: systemRandom }),
        mailChange,
        passwordReset: { request: (name) => board.forgotten.push(name) },
        feedback: new FeedbackBox(accounts),
        doorSeats: new DoorSeats({ clock, log: accounts.log }),
        doorFolder: join(folder, 'doors'),
        mailer: { sendsMail: options.sendsMail ?? true },
        warnings: () => options.warnings ?? 0,
        refusedFile: () => options.refusedFile,
        nodes,
        talk: new NodeTalk({ ...accounts, nodes }),
        wall: new Wall(accounts),
        destinationHealth: new DestinationHealth(clock),
        ...(options.onEntered === undefined ? {} : { onEntered: options.onEntered }),
        listening: () => options.listening ?? { ssh: true, wss: false, ws: false, https: true },
      },
      authenticator,
      mailChange,
      async () => openToAll(await loadMenus({ file, env }), openMenus),
    );
    board.menuSet = await board.load();
    return board;
  }

  /** Replaces the menu file, as a reload does. */
  async reload(menus: object | string): Promise<void> {
    await writeFile(join(this.folder, 'menu.hjson'), textOf(menus));
    this.menuSet = await this.load();
  }

  async addUser(
    name: string,
    password: string,
    more: { readonly otp?: true; readonly properties?: Record<string, string> } = {},
  ): Promise<{
    readonly id: number;
    readonly secret: string;
    readonly backupCodes: readonly string[];
  }> {
    const { db, clock, enrollment } = this.accounts;
    const id = await this.accounts.addUser(name);
    const hash = await hashPassword(password, CHEAP_HASH);
    await db.transaction('board', async (sql) => {
      await storePassword(sql, id, { hash, nowMs: clock.nowMs() });
      await setGroups(sql, id, ['users']);
      await writeProperties(sql, id, more.properties ?? {});
    });
    if (more.otp === undefined) return { id, secret: '', backupCodes: [] };
    return { id, ...(await enrollment.bind(id, 'googleAuth')) };
  }

  call(firstMenu: string, options: CallOptions = {}): MenuCaller {
    const { server = 'telnet', remoteIp = '192.0.2.7', ...screen } = options;
    const origin = { server, secure: WAYS_IN[server].secure, remoteIp, node: 1 };
    return new MenuCaller(this, {
      firstMenu,
      origin,
      screen,
      login: this.authenticator.begin(origin),
    });
  }

  /**
   * A call by SSH, where the server checks the password, and possibly a code, before there is a
   * screen.
   */
  async callBySsh(
    by: { readonly userName: string; readonly password: string; readonly code?: string },
    firstMenu = 'sshConnected',
    screen: CallOptions = {},
  ): Promise<MenuCaller> {
    const origin = { server: 'ssh', secure: true, remoteIp: '192.0.2.7', node: 1 } as const;
    const login = this.authenticator.begin(origin);
    const { userName, password, code } = by;
    const first = await login.submit({ kind: 'password', userName, password });
    const result = code === undefined ? first : await login.submit({ kind: 'second-factor', code });
    if (result.kind === 'rejected') throw new Error(`${userName} is rejected: ${result.reason}`);
    return new MenuCaller(this, { firstMenu, origin, screen, login });
  }

  events(event: string): Record<string, unknown>[] {
    return this.accounts.logLines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((fields) => fields['event'] === event);
  }

  close(): Promise<void> {
    return this.accounts.close();
  }

  private getMenus(): MenuSet {
    if (this.menuSet === undefined) throw new Error('the menus are not loaded yet');
    return this.menuSet;
  }
}

function textOf(menus: object | string): string {
  return typeof menus === 'string' ? menus : JSON.stringify(menus, null, 2);
}

export interface CallOptions extends ScreenOptions {
  readonly server?: WayInName;
  readonly remoteIp?: string;
  readonly type?: string;
}

interface CallParts {
  readonly firstMenu: string;
  readonly origin: Parameters<Authenticator['begin']>[0];
  readonly screen: CallOptions;
  readonly login: Caller['login'];
}

/** A caller in the menus: keys, screen, and the result of the call. */
export class MenuCaller {
  readonly screen: ScreenEmulator;
  readonly caller: Caller;
  readonly places: CallerPlace[] = [];
  readonly ended: Promise<EndReason>;
  signedIn = 0;
  /** True while the board waits for a key of this caller. */
  isAsked = false;
  private readonly ending = new AbortController();

  constructor(
    private readonly board: MenuBoard,
    parts: CallParts,
  ) {
    const { accounts, services } = board;
    this.screen = new ScreenEmulator(parts.screen);
    const terminal = createTerminal({
      output: this.screen,
      clock: accounts.clock,
      width: this.screen.width,
      height: this.screen.height,
      type: parts.screen.type ?? 'ansi',
      encoding: parts.screen.encoding ?? 'cp437',
    });
    const readKey = terminal.readKey.bind(terminal);
    terminal.readKey = (signal) => {
      this.isAsked = true;
      return readKey(signal).finally(() => (this.isAsked = false));
    };
    const { server, secure, remoteIp, node } = parts.origin;
    this.caller = {
      node,
      server: server as 'telnet',
      secure,
      remoteIp,
      terminal,
      login: parts.login,
      log: accounts.log.with({ remoteIp, node }),
      signal: this.ending.signal,
      connectedMonotonicMs: accounts.clock.monotonicMs(),
      inbox: new Inbox(),
      entered: (place) => this.places.push(place),
      signedIn: () => {
        this.signedIn += 1;
        return Promise.resolve();
      },
      takeOver: () => Promise.reject(new Error('this caller has no connection')),
      end: (reason) => this.ending.abort(new SessionEnd(reason)),
    };
    this.ended = runMenus(this.caller, parts.firstMenu, services);
  }

  get menus(): string[] {
    return this.places.map((place) => place.menu);
  }

  /** Sends text or escape sequences, as the terminal program does. */
  type(text: string): void {
    this.caller.terminal.feed(Buffer.from(text, 'latin1'));
  }

  /** Sets another window size, as reported by NAWS and window-change. */
  resize(width: number, height: number): void {
    this.screen.resize(width, height);
    this.caller.terminal.resize(width, height);
  }

  async escape(): Promise<void> {
    this.type('\x1b');
    await this.board.accounts.fake.advance(200);
  }

  async sees(wanted: string | RegExp): Promise<string> {
    return this.until(`the screen to show ${String(wanted)}`, () => this.screen.shows(wanted));
  }

  async seesNot(unwanted: string): Promise<string> {
    return this.until(
      `the screen no longer to show ${unwanted}`,
      () => !this.screen.shows(unwanted),
    );
  }

  async isIn(menu: string): Promise<void> {
    await this.until(`the menu ${menu}`, () => this.places.at(-1)?.menu === menu);
  }

  hangUp(): void {
    this.ending.abort(new SessionEnd('hung-up'));
  }

  /** Waits until a condition is true, checking each time after other work was done. */
  async until(what: string, holds: () => boolean): Promise<string> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (;;) {
      await this.screen.settled();
      if (holds()) return this.screen.text();
      if (Date.now() > giveUpAt) {
        throw new Error(
          `waited in vain for ${what}; menus: ${this.menus.join(' ')}; screen:\n${this.screen.text()}\n${this.board.accounts.logLines.slice(-3).join('')}`,
        );
      }
      await nextLook();
    }
  }
}

/** The menus with some of them added to the login area. */
export function openToAll(set: MenuSet, names: readonly string[]): MenuSet {
  const menus = [...set.menus].map(
    ([name, menu]) => [name, names.includes(name) ? { ...menu, loginArea: true } : menu] as const,
  );
  return { ...set, menus: new Map(menus) };
}
