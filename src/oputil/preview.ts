import { WAYS_IN } from '../protocols/ways-in';
import { requiredFactorOf, type Login } from '../auth/login';
import { BbsError } from '../base/errors';
import type { Log } from '../base/log';
import { VERSION } from '../base/version';
import { configuredServers } from '../mail/links';
import type { Caller } from '../menu/run/caller';
import { choose } from '../menu/run/choose';
import { composeMenu } from '../menu/screen/compose';
import { Inbox } from '../menu/run/inbox';
import { KeyTurns } from '../menu/run/key-turns';
import type { MenuEntry } from '../menu/load/menu-entry';
import type { BoardFigures } from '../menu/screen/mci-values';
import { CallContext, type MenuServices } from '../menu/run/call-context';
import type { ThemeSet } from '../menu/load/theme';
import type { BoardParts } from '../modules/board-check';
import { modulesForCallers } from '../modules/registry';
import type { User } from '../store/users';
import { createTerminal } from '../terminal/caller-terminal';
import type { Encoding } from '../terminal/terminal';
import type { CommandContext } from './command-context';

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
  /** Overrides the theme of the user or of the board. */
  readonly theme: string | undefined;
}

/** What a caller would be sent when the menu opens. Nobody is called and nothing is read but files. */
export async function composeScreen(
  context: CommandContext,
  options: PreviewOptions,
): Promise<string> {
  const { menu } = options;
  const caller = previewCaller(context, options);
  const call = new PreviewCall(caller, previewServices(context, options));
  const spec = menu.art === undefined ? undefined : choose(menu.art, call.subject, context.random);
  const description = menu.desc ?? menu.name;
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
    screenWidth: options.size.width,
    screenHeight: options.size.height,
  });
  return cells + (backdrop?.draw() ?? '') + form.draw();
}

class PreviewCall extends CallContext {
  override figures(): Promise<BoardFigures> {
    return Promise.resolve({ callsEver: 0, callsToday: 0 });
  }
}

function previewCaller(context: CommandContext, options: PreviewOptions): Caller {
  const { size, encoding, server } = options;
  const never = new AbortController();
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
    login: previewLogin(options.user),
    log: SILENCE,
    signal: never.signal,
    connectedAtMs: context.clock.nowMs(),
    inbox: new Inbox(),
    entered: () => undefined,
    signedIn: () => Promise.resolve(),
    takeOver: () => Promise.reject(new BbsError('INTERNAL', 'a preview has no connection')),
    end: () => undefined,
  };
}

function previewLogin(user: User | undefined): Login {
  const requiredFactor = requiredFactorOf(user);
  return {
    factor: user === undefined ? 0 : requiredFactor,
    requiredFactor,
    complete: user !== undefined,
    user,
    sessionId: '',
    history: undefined,
    tried: false,
    submit: refuse,
    confirm: refuse,
    refresh: () => Promise.resolve('keep'),
  };
}

/** Services of a board without callers; those that a screen does not need throw INTERNAL. */
function previewServices(context: CommandContext, options: PreviewOptions): MenuServices {
  const { parts } = options;
  const known: Partial<MenuServices> = {
    clock: context.clock,
    random: context.random,
    log: SILENCE,
    version: VERSION,
    startedAtMs: context.clock.nowMs(),
    config: () => themedBoard(parts, options.theme),
    menus: () => parts.menus,
    themes: () => onlyTheme(parts.themes, options.theme),
    art: parts.art,
    keyTurns: new KeyTurns(context.clock),
    modules: modulesForCallers(),
    nodes: EMPTY_NODES,
    listening: () => configuredServers(parts.config),
  };
  return new Proxy(known, REFUSING) as MenuServices;
}

function themedBoard({ config }: BoardParts, theme: string | undefined): BoardParts['config'] {
  if (theme === undefined) return config;
  return { ...config, theme: { ...config.theme, default: theme, preLogin: theme } };
}

/** A set of themes that returns this one for every id. */
function onlyTheme(themes: ThemeSet, id: string | undefined): ThemeSet {
  if (id === undefined) return themes;
  const theme = themes.find(id);
  return { find: () => theme, list: () => (theme === undefined ? [] : [theme]) };
}

const refuse = (): Promise<never> =>
  Promise.reject(new BbsError('INTERNAL', 'a preview asks nobody and changes nothing'));

/** Accounts, second factors and the like: every call rejects. */
const REFUSING: ProxyHandler<object> = {
  get: (known, name) => Reflect.get(known, name) ?? new Proxy({}, { get: () => refuse }),
};

const EMPTY_NODES: MenuServices['nodes'] = {
  list: () => [],
  setStatus: () => undefined,
  post: () => false,
};

const SILENCE: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => SILENCE,
};
