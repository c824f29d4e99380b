import type { AcsSubject } from '../../acs/subject';
import type { ItemSpec } from '../../views/view';
import type { Say } from '../../texts/texts';
import type { Caller, EndReason, TakesOver } from './caller';
import type { SignInNeed } from './menu-access';
import type { Services } from './services';
import type { Validator } from './validators';

/** The data of a form or prompt for a method (contract A2.2). */
export interface Submission {
  readonly formId: number;
  /** The submitting view; undefined for an action key. */
  readonly submitId: number | undefined;
  /** By argName, or by view id for a view without one. */
  readonly value: Readonly<Record<string, unknown>>;
  /** Name of the action key that was pressed. */
  readonly key?: string;
}

/** The result of a method: what the menus do next. */
export type Transition =
  | {
      readonly kind: 'goto';
      readonly menu: string;
      readonly extraArgs?: unknown;
      /** Why the caller is sent there; the last words of a call that ends before a screen has waited for a key. */
      readonly lastWords?: string;
    }
  | { readonly kind: 'previous' }
  /** Follows the menu's own `next`, or goes back without one; a form behind it shows `message`, once it has nothing else to tell. */
  | { readonly kind: 'next'; readonly message?: string }
  /** Keeps the caller on the screen; `message` goes to its message line, `clear` empties views. */
  | {
      readonly kind: 'stay';
      readonly message?: string;
      /** What kind of sentence the message is, where it is no problem. */
      readonly as?: SentenceKind;
      readonly clear?: readonly number[];
      readonly focus?: number;
      /** The field that the message is about: it gets the focus, and a problem stands beside it. */
      readonly about?: number;
    }
  /** Draws the same menu again, beginning with its art. */
  | { readonly kind: 'redraw' }
  /** Shows the help page of the menu; the caller comes back to the screen as it was, with `clear` empty. */
  | { readonly kind: 'help'; readonly clear?: readonly number[] }
  /**
   * Shows another form of this menu, e.g. one that asks whether it is meant, on art of its own or else
   * on the menu's. Form 0 is as it was left when it is come back to, unless it is to begin `anew`; the
   * others begin anew.
   */
  | { readonly kind: 'form'; readonly form: number; readonly art?: string; readonly anew?: true }
  | { readonly kind: 'log-off'; readonly message?: string; readonly reason?: EndReason };

export type MenuMethod = (
  context: MenuContext,
  submission: Submission,
  extraArgs: unknown,
) => Promise<Transition>;

/** A method of a program or of mods/ that `@systemMethod:` names. */
export interface OwnSystemMethod {
  readonly doc?: string;
  /** The sign-in that it needs; `complete` where nothing is said (rule M4). */
  readonly needs?: SignInNeed;
  readonly run: MenuMethod;
}

/**
 * What kind of sentence a caller is told: the theme has a colour for each. A problem has to be mended before it
 * goes on; what is done is done; a note is neither.
 */
export type SentenceKind = 'problem' | 'done' | 'note';

/** Names that stand in braces in the formats of a module's menu. */
export interface ModuleFields {
  /** Of every row, by the number of the view that lists them. */
  readonly rows?: Readonly<Record<number, readonly string[]>>;
  /** By the key of `config`, without the number of its view. */
  readonly formats?: Readonly<Record<string, readonly string[]>>;
}

/** Lines of a picture that fits the space, or undefined. */
export type Picture = (space: {
  readonly width: number;
  readonly height: number;
}) => readonly string[] | undefined;

/** What a module asks on its form, each field by its argName. */
export interface AskedFields {
  /** Not asked: the view goes, and what stands before it. */
  readonly leftOut: readonly string[];
  /** Get a `*` at what stands before them, where the art has none. */
  readonly marked: readonly string[];
  /** Another sentence about a field, made of its own `help`; fields without help get none. */
  help(argName: string, help: string): string;
}

/** One field of a module's question. */
export interface AskField {
  readonly name: string;
  readonly label: string;
  readonly password?: boolean;
  readonly maxLength?: number;
  /** A sentence about it: below the fields while it has the focus, and before it line by line. */
  readonly help?: string;
}

/** A question of a module: shown by the prompt of that name if the sysop has one, else on the theme's page. */
export interface Question {
  /** Name of the prompt whose art and views are used when the menu file has it. */
  readonly prompt?: string;
  readonly title: string;
  readonly text?: readonly string[];
  readonly fields: readonly AskField[];
  /** The one field takes y or n by one key, without Enter; line by line a line of it. */
  readonly isYesOrNo?: boolean;
  /** Who cancels is logged off, and the keys below say so. */
  readonly endsCall?: boolean;
  /** A sentence above the fields, e.g. the error in the last answer. */
  readonly message?: string;
  /** Asked anew after an answer that was not taken: line by line, title and text are not said again. */
  readonly isAgain?: boolean;
  /** Drawn to the left of text and fields where both have room beside each other; a QR code. */
  readonly picture?: Picture;
  /** Looks at the answers: a sentence, and the field that it is about, where they are not taken. */
  readonly check?: (
    answers: Readonly<Record<string, string>>,
  ) => Promise<{ readonly message: string; readonly field: string } | undefined>;
}

/** The operations of modules on the screen of the open menu. Texts are data. */
export interface MenuScreen {
  has(viewId: number): boolean;
  text(viewId: number): string;
  setText(viewId: number, text: string): void;
  setItems(viewId: number, items: readonly ItemSpec[]): void;
  /** Takes the items with these `data` out of a list of the menu file; ones without `data` stay. */
  leaveOut(viewId: number, data: readonly string[]): void;
  /** Leaves the keys of a method of the module out of the help page, while they would do nothing. */
  withdraw(method: string): void;
  /** The current value; for lists, toggles and spinners the number of the selected item. */
  value(viewId: number): unknown;
  /** The items of a list (VM) that are visible, from 1 on; undefined line by line, and for other views. */
  range(
    viewId: number,
  ): { readonly from: number; readonly to: number; readonly count: number } | undefined;
  /** Selects an item of a list, toggle or spinner. */
  select(viewId: number, index: number): void;
  focus(viewId: number): void;
  /** Fields whose text is a secret; a rejected sign-in clears them. */
  readonly secretViews: readonly number[];
  /** Shows a sentence on the message line (TL10, another view of the form, or the bottom line). */
  message(text: string, as?: SentenceKind): void;
  /** Fills each view NN with a `<prefix>NN` in `config` (contract A2.3) from named values. */
  setCustom(
    prefix: string,
    values: Readonly<Record<string, unknown>>,
    as?: SentenceKind | undefined,
  ): void;
}

/** A line with a person's text, which is shown literally; only its colour is set by the board. */
export interface DataLine {
  readonly color: string;
  readonly text: string;
}

/**
 * Text that is shown until a key is pressed. Lines are the board's own and may have colour codes; text of people is
 * passed as data. Plain lines take the whole screen and are not wrapped.
 */
export type PageContent =
  | readonly string[]
  | {
      /** The name of the menu, where it is left out. */
      readonly title?: string;
      readonly lines?: readonly string[];
      readonly data?: readonly DataLine[];
      /** Drawn at the left, as beside a question. */
      readonly picture?: Picture;
      /** True where it stands below what is on the screen, which stays: the last words of another board. */
      readonly isBelow?: boolean;
    };

/** The interface of an active menu for modules and methods. */
export interface MenuContext {
  readonly caller: Caller;
  readonly services: Services;
  readonly menu: string;
  readonly desc: string;
  /** The menu's `config` with the theme's changes. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly extraArgs: unknown;
  /** State that is kept while the menu is on the stack, even when another menu is open. */
  readonly memory: Map<string, unknown>;
  readonly screen: MenuScreen;
  /** Number of the menu's form on the screen. */
  readonly formId: number;
  /** The current values for ACS codes. */
  subject(): AcsSubject;
  /** True where the board asks a second factor of this account (`users.twoFactorAuth.required`). */
  readonly mustHaveFactor: boolean;
  /** The board's sentences for callers, in the words of the caller's theme (docs/texts.md). */
  readonly say: Say;
  /** Formats a moment as the caller's theme does, or by a pattern of the menu. */
  dateText(atMs: number, pattern?: string): string;
  /** Asks a question with an ordinary form; undefined when the caller pressed escape. */
  ask(question: Question): Promise<Readonly<Record<string, string>> | undefined>;
  /** Shows text on the theme's page, page by page, waits for a key, and draws the menu again. */
  showPages(content: PageContent): Promise<void>;
  /** Shows art on a screen of its own and waits for a key; false when there is no such art. */
  showArt(spec: string): Promise<boolean>;
  /**
   * Runs `work` with the caller's connection as raw bytes; afterwards the menu is drawn again.
   * Messages and other output wait meanwhile.
   */
  takeOver<Result>(work: TakesOver<Result>): Promise<Result>;
  /** True when the menu has a `next` to follow. */
  readonly leadsOn: boolean;
  /** True when the menu file has a menu of this name. */
  hasMenu(name: string): boolean;
}

/** Art of a module that replaces the menu's own. */
export type ShownArt =
  | { readonly kind: 'art'; readonly spec: string }
  /** Lines made by the program, in which colour codes count. */
  | { readonly kind: 'lines'; readonly lines: readonly string[] };

/** A value of `module:` in a menu (contract A2.2). It has no state: the state of an active menu is in its context. */
export interface MenuModule {
  readonly name: string;
  /** One sentence for docs/menus.md. */
  readonly doc: string;
  /** The sign-in that it needs, whatever area a menu file gives the menu (rule M4). */
  readonly needs: SignInNeed;
  /** True where it binds a second factor: the one module for a caller who came in by an entry code (rule N1). */
  readonly bindsFactor?: boolean;
  /** Views the screen must have, by id. */
  readonly views: readonly number[];
  /** Methods that `@method:` may name in a menu of this module. */
  readonly methods: Readonly<Record<string, MenuMethod>>;
  /** Validators that `validate: @method:` may name in its forms. */
  readonly validators?: Readonly<Record<string, Validator>>;
  /** View that shows messages when `config.messageView` is not set. */
  readonly messageView?: number;
  /** Which fields its lists and formats have; where nothing is said, nobody knows. */
  readonly fields?: ModuleFields;
  /** Its own keys of `config`, each with its documentation; `group.key` for keys in a group. */
  readonly configKeys?: Readonly<Record<string, string>>;
  /** Those of these keys that name art, each with the name of what is shown where nothing is said. */
  readonly artKeys?: Readonly<Record<string, string>>;
  /** What is wrong in a `config`, by key: each a warning with its place. */
  readonly configProblems?: (
    config: Readonly<Record<string, unknown>>,
  ) => Readonly<Record<string, string>>;
  /** Menus that it goes to by itself, if they exist. */
  readonly menus?: readonly string[];
  /** True when its methods sign a new account in and then follow `next`; for the flow proof. */
  readonly signsIn?: boolean;
  /** True for the application form, whose caller has `users.newUserSeconds` while it is open. */
  readonly isApplication?: boolean;
  /**
   * True for one that is not this program's: it may be an access check, so that where it fails nobody goes on to the
   * menu's `next`.
   */
  readonly isForeign?: boolean;
  /** True for what is shown only once, or decides something: no key that was typed before passes by it. */
  readonly mustBeRead?: true;
  /** Called before the screen is composed; a returned transition replaces the whole menu. */
  enter?(context: MenuContext): Promise<Transition | undefined>;
  /** Which fields of its form are asked; all where it says nothing. */
  asked?(context: MenuContext): AskedFields | undefined;
  /** Called when the screen is composed and before it is sent: fills the views. */
  ready?(context: MenuContext): Promise<void>;
  /** Called after a key changed a view or moved the focus. */
  changed?(context: MenuContext, viewId: number): void;
  /** Art that replaces the menu's own. */
  art?(context: MenuContext): Promise<ShownArt | undefined>;
}
