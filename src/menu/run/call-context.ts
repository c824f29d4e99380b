import { clearScreen, showCursor } from '../../terminal/ansi';
import { CallerSubject } from './acs-subject';
import type { Caller, TakesOver } from './caller';
import type { MenuAccessParts } from './menu-access';
import { KeyReader } from '../screen/key-reader';
import type { MenuSet } from '../load/menu-entry';
import { readFigures, type BoardFigures } from '../screen/mci-values';
import type { MenuModule, OwnSystemMethod } from './module';
import { OwedFactor } from './owed-factor';
import { SentBack } from './sent-back';
import type { Services } from './services';
import { BARE_THEME, fittingTheme, STOCK_THEME, wideTheme, type Theme } from '../load/theme';
import type { TerminalSize } from '../../terminal/terminal';
import type { LoginHistory } from '../../auth/login';
import type { Say } from '../../texts/texts';
import { hoursText } from './login-answer';

/** Columns of the narrowest window that themes are made for. */
const WORDS_COLUMNS = 40;

/** The property of an account that is shown every screen line by line. */
export const LINES_PROPERTY = 'line_by_line';
export const LINES_ON = 'yes';

/** Property of an account that passes by the screens after its sign-in. */
export const SKIP_PROPERTY = 'skip_welcome';
export const SKIP_ON = 'yes';

/** Dependencies of the menus: the board's services, and the modules that a menu file may name. */
export interface MenuServices extends Services {
  readonly modules: ReadonlyMap<string, MenuModule>;
  /** Those of the program that runs the board, and of mods/; none has the name of one of ours. */
  readonly systemMethods?: ReadonlyMap<string, OwnSystemMethod>;
  /**
   * Called once for each call, before the first menu that is shown to somebody who has passed, and bound, every
   * factor that account and policy ask for (rule P4). When it rejects, the call ends.
   */
  readonly onEntered?: (caller: Caller) => Promise<void>;
}

/** Shared by all menus of one call: the caller, keys, theme, and the board's services. */
export class CallContext {
  readonly caller: Caller;
  readonly services: MenuServices;
  readonly subject: CallerSubject;
  readonly owedFactor: OwedFactor;
  readonly keys: KeyReader;
  readonly sentBack = new SentBack();
  /** Font of the last screen, so that the next one can reset it. */
  font: string | undefined;
  /** First row below the last screen's art; art that does not clear the screen begins there. */
  freeRow = 1;
  /** True until the next key where one key chose an entry of a list. */
  afterHotKey = false;
  /** True once a screen with a form was reached after the sign-in: the welcome is over. */
  private isWelcomed = false;
  private hasSkipped = false;
  private linesExplained = false;
  private drawnTheme: Theme | undefined;
  private newsTold = false;
  /** Line by line: how the last screen began. */
  titleSaid: string | undefined;
  /** True while a caller who came in by an entry code was asked whether leaving is meant, and nothing else since. */
  wasAskedToLeave = false;
  private told: string | undefined;
  private toldLater: string | undefined;

  constructor(caller: Caller, services: MenuServices) {
    this.caller = caller;
    this.services = services;
    // Who may come in is not for a wide window to say.
    const themeId = (): string => this.ownTheme.id;
    this.owedFactor = new OwedFactor(
      caller,
      services,
      new CallerSubject(caller, services, themeId),
    );
    this.subject = new CallerSubject(caller, services, themeId, this.owedFactor);
    this.keys = new KeyReader(caller, services);
  }

  /** The current menus. */
  get menus(): MenuSet {
    return this.services.menus();
  }

  /**
   * The caller's own theme after sign-in, before it the configured one; read live. A window that is too
   * small for its art gets another theme, and a wide one that which the theme names for it.
   */
  get theme(): Theme {
    return wideTheme(this.ownTheme, this.services.themes(), this.window);
  }

  private get ownTheme(): Theme {
    const { theme } = this.services.config();
    const { user } = this.caller.login;
    if (user === undefined) return this.themeNamed(theme.preLogin);
    return this.themeNamed(user.properties.get('theme_id') ?? theme.default);
  }

  /** The board's sentences, in the words of the caller's theme. */
  get say(): Say {
    return this.theme.say;
  }

  /**
   * Decides whether the next menus are shown line by line: by the caller's choice in this call, else
   * where the client asks for it, where the account says so, and where a terminal that shows no sign
   * of a cursor has a theme of words.
   */
  settleLines(): void {
    const { terminal, login } = this.caller;
    const wants =
      terminal.asksForLines ||
      login.user?.properties.get(LINES_PROPERTY) === LINES_ON ||
      (terminal.isSilent && this.isThemeOfWords);
    const on = terminal.chosenLines ?? wants;
    // The last thing that the terminal draws: lines among the rest of a screen could not be read.
    if (on && !terminal.isLineByLine) terminal.write(clearScreen() + showCursor());
    terminal.setLineByLine(on);
    this.settleArea();
  }

  /** Draws in the middle of a window that is larger than the theme's screens, or than this one, where the theme says so. */
  settleArea(own?: TerminalSize): void {
    const { centre } = this.services.config().theme;
    this.caller.terminal.drawWithin(centre ? (own ?? this.theme.area) : undefined);
  }

  /**
   * True where the screens between sign-in and the first menu that asks something are to be passed by: for
   * who signed in as `NAME!`, and where the account says so.
   */
  skipsWelcome(): boolean {
    const { login } = this.caller;
    if (!login.complete || this.isWelcomed) return false;
    const skips =
      login.asksForHaste === true || login.user?.properties.get(SKIP_PROPERTY) === SKIP_ON;
    this.hasSkipped ||= skips;
    return skips;
  }

  /** To be called where a menu waits for its caller. */
  reachedMenu(): void {
    this.sentBack.forget();
    this.isWelcomed ||= this.caller.login.complete;
  }

  /** Hands the connection over for a while, as the menu says that this caller is in. */
  takeOver<Result>(work: TakesOver<Result>): Promise<Result> {
    this.sentBack.forget();
    return this.caller.takeOver(work);
  }

  /** How line by line works; returned once, for the first question of the call. */
  takeLineHelp(): string | undefined {
    if (this.linesExplained) return undefined;
    this.linesExplained = true;
    return this.say('page.line-by-line');
  }

  private get isThemeOfWords(): boolean {
    const { theme } = this.services.config();
    const { user } = this.caller.login;
    const id = user === undefined ? theme.preLogin : user.properties.get('theme_id');
    const { columns, isDrawn } = this.services.themes().find(id ?? theme.default) ?? BARE_THEME;
    return columns > 0 && columns <= WORDS_COLUMNS && !isDrawn;
  }

  /** Folders that are searched before the general one: own theme, then the default one. */
  get artDirectories(): readonly string[] {
    const standard = this.themeNamed(this.services.config().theme.default);
    return [...new Set([...this.theme.directories, ...standard.directories])];
  }

  /** Folders that are searched last: those of the stock theme, which has most screens. */
  get lastArtDirectories(): readonly string[] {
    return this.services.themes().find(STOCK_THEME)?.directories ?? [];
  }

  /** Data for the decision whether this caller may enter a menu, read now. */
  get access(): MenuAccessParts {
    const { modules } = this.services;
    const bindsFirst = this.caller.login.bindsFirst === true;
    return { menus: this.menus, modules, subject: this.subject, bindsFirst };
  }

  /** Figures of the board for these predefined codes. */
  figures(codes: readonly string[]): Promise<BoardFigures> {
    return readFigures(this.services, codes, this.caller.login.user?.id);
  }

  /** Keeps a sentence for the message line of the next screen with a form. */
  tell(sentence: string | undefined): void {
    this.told = sentence ?? this.told;
  }

  /** The same for one that has time: the notice about the sign-in comes first, as it may be a warning. */
  tellLater(sentence: string | undefined): void {
    this.toldLater = sentence ?? this.toldLater;
  }

  /** The kept sentence, else the notice about the sign-in, else what has time. */
  takeNews(): string | undefined {
    const { told } = this;
    this.told = undefined;
    const first = told ?? this.takeSignInNews();
    if (first !== undefined) return first;
    const { toldLater } = this;
    this.toldLater = undefined;
    return toldLater;
  }

  /** The notice about the sign-in; returned once. */
  private takeSignInNews(): string | undefined {
    const { history } = this.caller.login;
    if (this.newsTold || history === undefined) return undefined;
    this.newsTold = true;
    return signInNews(this.say, history, this.hasSkipped);
  }

  /** A missing or disabled theme is replaced by the default one, then the stock one, then none. */
  private themeNamed(id: string): Theme {
    const themes = this.services.themes();
    const found = id === '*' ? this.randomTheme() : themes.find(id);
    const theme =
      found?.enabled === true
        ? found
        : (themes.find(this.services.config().theme.default) ??
          themes.find(STOCK_THEME) ??
          themes.list()[0] ??
          BARE_THEME);
    return fittingTheme(theme, themes, this.window);
  }

  /** A terminal without cursor positioning counts as the narrowest one, whose screens are text. */
  private get window(): Parameters<typeof fittingTheme>[2] {
    const { window, isLineByLine } = this.caller.terminal;
    const { width, height } = isLineByLine ? { width: WORDS_COLUMNS, height: Infinity } : window;
    return { width, height, isRead: isLineByLine };
  }

  /** `*` is drawn once per call, so that all screens of a call have one theme. */
  private randomTheme(): Theme {
    const themes = this.services.themes().list();
    if (this.drawnTheme === undefined || !themes.includes(this.drawnTheme)) {
      const at = this.services.random.below(Math.max(1, themes.length));
      this.drawnTheme = themes[at] ?? BARE_THEME;
    }
    return this.drawnTheme;
  }
}

/** With so few backup codes left a caller should make new ones (rule B8). */
const FEW = 3;

/** A sheet is printed elsewhere, so its owner is told in time. */
const FEW_OF_SHEET = 5;

/** The notice about a sign-in; undefined when there is nothing to tell. */
function signInNews(say: Say, history: LoginHistory, hasSkipped: boolean): string | undefined {
  const { failedSince: count } = history;
  // The welcome would have said it.
  const failed = hasSkipped && count > 0 ? say('news.failed-attempts', { count }) : undefined;
  const all = [recoveryNews(say, history), failed, setUpNews(say, history), codeNews(say, history)];
  const news = all.filter((text) => text !== undefined);
  return news.length === 0 ? undefined : news.join(' ');
}

/** Another person who knows the password may have begun the set-up (rule M2). */
function setUpNews(say: Say, { setUp }: LoginHistory): string | undefined {
  return setUp && say('news.set-up-elsewhere', { address: setUp.remoteIp });
}

/** Whoever can stop it learns of it at each sign-in (rule N6). */
function recoveryNews(say: Say, { recoveryLeftMs: leftMs }: LoginHistory): string | undefined {
  if (leftMs === undefined) return undefined;
  return leftMs > 0
    ? say('news.recovery', { time: hoursText(say, leftMs) })
    : say('news.recovery-over');
}

function codeNews(say: Say, history: LoginHistory): string | undefined {
  if (history.factorRemoved === true) return say('news.factor-removed');
  if (history.sheetCodesLeft !== undefined) return sheetNews(say, history.sheetCodesLeft);
  const left = history.backupCodesLeft;
  if (left === undefined) return undefined;
  if (left === 0) return say('news.last-backup-code');
  if (left > FEW) return say('news.backup-code', { left });
  return left === 1 ? say('news.one-backup-code') : say('news.few-backup-codes', { left });
}

function sheetNews(say: Say, left: number): string {
  if (left === 0) return say('news.last-sheet-code');
  return left > FEW_OF_SHEET
    ? say('news.sheet-code', { left })
    : say('news.few-sheet-codes', { left });
}
