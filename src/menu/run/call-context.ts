import { CallerSubject } from './acs-subject';
import type { Caller } from './caller';
import type { MenuAccessParts } from './menu-access';
import { KeyReader } from '../screen/key-reader';
import type { MenuSet } from '../load/menu-entry';
import { readFigures, type BoardFigures } from '../screen/mci-values';
import type { MenuModule } from './module';
import type { Services } from './services';
import { signInNews } from './sign-in-news';
import { BARE_THEME, fittingTheme, STOCK_THEME, type Theme } from '../load/theme';

/** Columns of the narrowest window that themes are made for. */
const WORDS_COLUMNS = 40;

/** What the menus run on: the board around them, and the modules that a menu file may name. */
export interface MenuServices extends Services {
  readonly modules: ReadonlyMap<string, MenuModule>;
}

/** What all menus of one call share: the caller, keys, theme, and the board's services. */
export class CallContext {
  readonly caller: Caller;
  readonly services: MenuServices;
  readonly subject: CallerSubject;
  readonly keys: KeyReader;
  /** Font that the last screen asked for, so that the next one can undo it. */
  font: string | undefined;
  /** First row below the last screen's art: where art that does not clear the screen goes on. */
  freeRow = 1;
  private drawnTheme: Theme | undefined;
  private newsTold = false;
  private told: string | undefined;

  constructor(caller: Caller, services: MenuServices) {
    this.caller = caller;
    this.services = services;
    this.subject = new CallerSubject(caller, services, () => this.theme.id);
    this.keys = new KeyReader(caller, services);
  }

  /** The menus that are live now. */
  get menus(): MenuSet {
    return this.services.menus();
  }

  /**
   * The caller's own theme once they are known, else the one for everybody; read live. In a window too
   * small for it another one.
   */
  get theme(): Theme {
    const { theme } = this.services.config();
    const { user } = this.caller.login;
    if (user === undefined) return this.themeNamed(theme.preLogin);
    return this.themeNamed(user.properties.get('theme_id') ?? theme.default);
  }

  /** Where art is looked for before the general folder: own theme, then the default one. */
  get artDirectories(): readonly string[] {
    const standard = this.themeNamed(this.services.config().theme.default);
    return [...new Set([...this.theme.directories, ...standard.directories])];
  }

  /** Where it is looked for at last: the stock theme has most screens. */
  get lastArtDirectories(): readonly string[] {
    return this.services.themes().find(STOCK_THEME)?.directories ?? [];
  }

  /** What decides whether this caller enters a menu, as it is now. */
  get access(): MenuAccessParts {
    return { menus: this.menus, modules: this.services.modules, subject: this.subject };
  }

  /** The board's figures that these predefined codes show. */
  figures(codes: readonly string[]): Promise<BoardFigures> {
    return readFigures(this.services, codes, this.caller.login.user?.id);
  }

  /** Keeps a sentence for the message line of the next screen that stays. */
  tell(sentence: string | undefined): void {
    this.told = sentence ?? this.told;
  }

  /** What is to be told on the next screen that stays: a sentence kept for it, else the sign-in's news. */
  takeNews(): string | undefined {
    const { told } = this;
    this.told = undefined;
    return told ?? this.takeSignInNews();
  }

  /** What the sign-in has to tell the caller, once. */
  private takeSignInNews(): string | undefined {
    const { history } = this.caller.login;
    if (this.newsTold || history === undefined) return undefined;
    this.newsTold = true;
    return signInNews(history);
  }

  /** A theme that is gone or off gives way to the default one, and that to the stock one or none at all. */
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

  /** A terminal that knows no cursor gets what is drawn for the narrowest one: words. */
  private get window(): { readonly width: number; readonly height: number } {
    const { type, width, height } = this.caller.terminal;
    return { width: type === 'dumb' ? Math.min(width, WORDS_COLUMNS) : width, height };
  }

  /** `*` is drawn once per call: screens of one call belong together. */
  private randomTheme(): Theme {
    const themes = this.services.themes().list();
    if (this.drawnTheme === undefined || !themes.includes(this.drawnTheme)) {
      const at = this.services.random.below(Math.max(1, themes.length));
      this.drawnTheme = themes[at] ?? BARE_THEME;
    }
    return this.drawnTheme;
  }
}
