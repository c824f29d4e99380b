import { WAYS_IN } from '../protocols/ways-in';
import { AccountKeys } from '../auth/account-keys';
import { requiredFactorOf, type Login } from '../auth/login';
import { OwnCalls } from '../auth/own-calls';
import { BbsError } from '../base/errors';
import { SILENCE } from '../base/log';
import { VERSION } from '../base/version';
import { configuredServers } from '../mail/links';
import type { Caller } from '../menu/run/caller';
import { choose } from '../menu/load/choice';
import { composeMenu } from '../menu/screen/compose';
import { ActiveMenu } from '../menu/run/active-menu';
import { Inbox } from '../menu/run/inbox';
import { KeyTurns } from '../menu/run/key-turns';
import { NodeTalk } from '../menu/run/node-talk';
import type { MenuEntry } from '../menu/load/menu-entry';
import type { BoardFigures } from '../menu/screen/mci-values';
import { CallContext, type MenuServices } from '../menu/run/call-context';
import type { ThemeSet } from '../menu/load/theme';
import type { BoardParts } from '../modules/board-check';
import { NO_OWN_PARTS } from '../modules/own-parts';
import { modulesForCallers } from '../modules/registry';
import type { User } from '../store/users';
import { createTerminal } from '../terminal/caller-terminal';
import { DrawnArea } from '../terminal/drawn-area';
import type { Encoding } from '../terminal/terminal';
import type { CommandContext } from './command-context';
import type { ModulePage } from './module-pages';
import { answering, keysFor, menuWithSteps, modulesWithSteps, userFor } from './scripted-caller';

export interface Size {
  readonly width: number;
  readonly height: number;
}

interface PreviewOptions {
  readonly parts: BoardParts;
  readonly menu: MenuEntry;
  readonly size: Size;
  readonly encoding: Encoding;
  readonly server: Caller['server'];
  /** The signed-in user; undefined before sign-in. */
  readonly user: User | undefined;
  /** What modules read lists from; without it they find nothing. */
  readonly db?: Pick<MenuServices['db'], 'run'> | undefined;
  /** Overrides the theme of the user or of the board. */
  readonly theme: string | undefined;
  /** The page of its module to go on to from its first screen. */
  readonly page?: ModulePage | undefined;
}

/**
 * What a caller is sent until the menu waits for a key, with its pause and what its module fills in. Where the
 * module needs more than a preview has, the screen as it opens. Nobody is called and nothing is changed.
 */
export async function composeScreen(
  context: CommandContext,
  options: PreviewOptions,
): Promise<string> {
  return (await openScreen(context, options)) ?? composeStill(context, options);
}

/** What a caller is sent until a page of the module waits for a key; undefined where nobody gets there. */
export async function composePage(
  context: CommandContext,
  given: PreviewOptions & { readonly page: ModulePage },
): Promise<string | undefined> {
  const { page, parts, menu } = given;
  return openScreen(context, {
    ...given,
    menu: menuWithSteps(menu, page),
    user: userFor(page, given.user),
    parts: { ...parts, config: page.config?.(parts.config) ?? parts.config },
  });
}

/** Undefined where the menu shows nothing, or fails. */
async function openScreen(
  context: CommandContext,
  options: PreviewOptions,
): Promise<string | undefined> {
  const { menu } = options;
  const ending = new AbortController();
  const caller = previewCaller(context, options, ending.signal);
  const sent: string[] = [];
  const keys = options.page === undefined ? [] : keysFor(options.page);
  let hasArrived = false;
  let stop = (): void => undefined;
  const waits = new Promise<void>((resolve) => (stop = resolve));
  const { terminal } = caller;
  terminal.write = (text) => void sent.push(inWindow(terminal, text));
  terminal.writePaced = (text) => Promise.resolve(terminal.write(text));
  terminal.readKey = () => {
    const key = keys.shift();
    if (key !== undefined) return Promise.resolve(key);
    hasArrived = true;
    stop();
    return new Promise(() => undefined);
  };
  // A timed screen is not waited for.
  const clock = { ...stillClock(context), after: () => (stop(), () => undefined) };
  const call = new PreviewCall(caller, previewServices(context, options, clock));
  try {
    await Promise.race([waits, openMenus(call, menu)]);
  } catch {
    // The module needs what only a board that runs has.
    return undefined;
  } finally {
    ending.abort();
  }
  if (options.page !== undefined && !hasArrived) return undefined;
  return sent.length === 0 ? undefined : sent.join('');
}

/** The menu, and those that it hands on to with something to show. */
async function openMenus(call: PreviewCall, first: MenuEntry): Promise<void> {
  let menu: MenuEntry | undefined = first;
  let extraArgs: unknown;
  while (menu !== undefined) {
    const entry = { menu: menu.name, extraArgs, memory: new Map(), noHistory: true };
    const outcome = await new ActiveMenu(call, entry, menu).run();
    if (outcome.kind !== 'goto' || outcome.extraArgs === undefined) return;
    ({ extraArgs } = outcome);
    menu = call.menus.menus.get(outcome.menu);
  }
}

function stillClock({ clock }: CommandContext): Omit<MenuServices['clock'], 'after'> {
  return {
    nowMs: () => clock.nowMs(),
    timelineMs: () => clock.timelineMs(),
    monotonicMs: () => clock.monotonicMs(),
  };
}

async function composeStill(context: CommandContext, options: PreviewOptions): Promise<string> {
  const { menu } = options;
  const caller = previewCaller(context, options, new AbortController().signal);
  const call = new PreviewCall(caller, previewServices(context, options, context.clock));
  const spec = menu.art === undefined ? undefined : choose(menu.art, call.subject, context.random);
  const description = menu.desc ?? menu.name;
  call.settleArea();
  const composition = await composeMenu(call, {
    menu,
    description,
    shown: spec === undefined ? undefined : { kind: 'art', spec },
    validate: () => Promise.resolve(undefined),
  });
  const { canvas, backdrop, form } = composition;
  const cells = canvas.toAnsi({
    encoding: options.encoding,
    clear: true,
    screenWidth: caller.terminal.width,
    screenHeight: caller.terminal.height,
  });
  return inWindow(caller.terminal, cells + (backdrop?.draw() ?? '') + form.draw());
}

/** What a window gets of this output: in its middle, where the theme's screens are smaller. */
function inWindow({ window, width, height }: Caller['terminal'], text: string): string {
  const area = new DrawnArea(window);
  area.report(window.width, window.height);
  area.most = { width, height };
  return area.toWindow(text);
}

class PreviewCall extends CallContext {
  override figures(): Promise<BoardFigures> {
    return Promise.resolve({ callsEver: 0, callsToday: 0, noCallerYet: true });
  }
}

function previewCaller(
  context: CommandContext,
  options: PreviewOptions,
  signal: AbortSignal,
): Caller {
  const { size, encoding, server } = options;
  const terminal = createTerminal({
    output: { write: () => undefined },
    clock: context.clock,
    ...size,
    type: 'ansi',
    encoding,
  });
  return {
    node: 1,
    server,
    secure: WAYS_IN[server].secure,
    remoteIp: '192.0.2.1',
    terminal,
    login: previewLogin(options),
    log: SILENCE,
    signal,
    connectedMonotonicMs: context.clock.monotonicMs(),
    inbox: new Inbox(),
    entered: () => undefined,
    signedIn: () => Promise.resolve(),
    takeOver: () =>
      options.page?.handedOn === undefined
        ? Promise.reject(new BbsError('INTERNAL', 'a preview has no connection'))
        : Promise.resolve(options.page.handedOn as never),
    end: () => undefined,
  };
}

function previewLogin({ user, page }: PreviewOptions): Login {
  const requiredFactor = requiredFactorOf(user);
  return {
    factor: user === undefined ? 0 : requiredFactor,
    provenKeyId: 1,
    requiredFactor,
    complete: user !== undefined,
    user,
    sessionId: '',
    history: undefined,
    tried: false,
    submit: refuse,
    // Who follows the steps of a page has proved to be there; services change nothing for it.
    confirm:
      page === undefined || user === undefined
        ? refuse
        : () => Promise.resolve({ kind: 'accepted', user, factor: 1 }),
    refresh: () => Promise.resolve('keep'),
    line: {
      ask: () => Promise.resolve(1),
      typed: () => Promise.resolve(),
      heard: () => Promise.resolve(),
      end: () => Promise.resolve(),
    },
  };
}

/** Services of a board without callers; those that a screen does not need throw INTERNAL. */
function previewServices(
  context: CommandContext,
  options: PreviewOptions,
  clock: MenuServices['clock'],
): MenuServices {
  const { parts, page } = options;
  const modules = modulesForCallers(parts.own?.modules);
  const nodes = previewNodes(context, options);
  const { db: store = EMPTY_STORE } = options;
  const db = { run: store.run.bind(store), transaction: refuse };
  const known: Partial<MenuServices> = {
    clock,
    random: context.random,
    log: SILENCE,
    version: VERSION,
    startedAtMs: context.clock.nowMs(),
    config: () => themedBoard(parts, options.theme),
    menus: () => parts.menus,
    themes: () => onlyTheme(parts.themes, options.theme),
    art: parts.art,
    keyTurns: new KeyTurns(clock),
    modules: page === undefined ? modules : modulesWithSteps(modules, page),
    ownCodes: parts.own ?? NO_OWN_PARTS,
    nodes,
    db,
    talk: new NodeTalk({ db, clock, nodes, budgets: refusing() }),
    mailer: { sendsMail: true },
    // Nobody else is in any door.
    doorSeats: { take: () => Promise.resolve(() => undefined) },
    destinationHealth: { tried: () => undefined, failingSinceMs: () => undefined },
    ...NOTHING_PENDING,
    sshKeys: new AccountKeys({ db, clock: context.clock }),
    ownCalls: new OwnCalls({ db, clock: context.clock, log: SILENCE }),
    recovery: {
      isOn: parts.config.users.twoFactorAuth.recoveryMail.enabled,
      waiting: () => Promise.resolve(undefined),
    } as unknown as MenuServices['recovery'],
    listening: () => configuredServers(parts.config),
  };
  const services = new Proxy(known, REFUSING) as MenuServices;
  const answers = page?.answers?.(parts.config);
  return answers === undefined ? services : answering(services, answers);
}

function themedBoard({ config }: BoardParts, theme: string | undefined): BoardParts['config'] {
  if (theme === undefined) return config;
  return { ...config, theme: { ...config.theme, default: theme, preLogin: theme } };
}

/** A set of themes that returns this one for every id but that of its own for wide windows. */
function onlyTheme(themes: ThemeSet, id: string | undefined): ThemeSet {
  if (id === undefined) return themes;
  const theme = themes.find(id);
  const list = theme === undefined ? [] : [theme];
  return {
    ...themes,
    find: (other) => (other === theme?.wide ? themes.find(other) : theme),
    list: () => list,
  };
}

const refuse = (): Promise<never> =>
  Promise.reject(new BbsError('INTERNAL', 'a preview asks nobody and changes nothing'));

/** Accounts, second factors and the like: every call rejects. */
const REFUSING: ProxyHandler<object> = {
  get: (known, name) => Reflect.get(known, name) ?? refusing(),
};

function refusing<Part extends object>(): Part {
  return new Proxy({}, { get: () => refuse }) as Part;
}

/** A store where nothing is found, whatever is asked. */
const EMPTY_STORE: Pick<MenuServices['db'], 'run'> = { run: () => Promise.resolve([] as never) };

/** What screens ask of an account that nothing waits for. */
const NOTHING_PENDING = {
  mailChange: { pendingFor: () => Promise.resolve(undefined) },
} as unknown as Pick<MenuServices, 'mailChange'>;

/** The caller who is shown, alone. */
function previewNodes(context: CommandContext, options: PreviewOptions): MenuServices['nodes'] {
  const { user, server, menu } = options;
  const connectedAtMs = context.clock.nowMs();
  const status = { isVisible: true, isAvailable: true };
  const description = menu.desc ?? menu.name;
  const own = { node: 1, server, user, description, connectedAtMs, ...status };
  return { list: () => [own], setStatus: () => undefined, post: () => false };
}
