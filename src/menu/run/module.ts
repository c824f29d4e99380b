import type { AcsSubject } from '../../acs/subject';
import type { ItemSpec } from '../../views/view';
import type { Caller, EndReason } from './caller';
import type { SignInNeed } from './menu-access';
import type { Services } from './services';
import type { TakesOver } from './taken-connection';
import type { Validator } from './validators';

/** What a form or prompt hands to a method (contract A2.2). */
export interface Submission {
  readonly formId: number;
  /** View that submitted; undefined for an action key. */
  readonly submitId: number | undefined;
  /** By argName, or by view id where a view has none. */
  readonly value: Readonly<Record<string, unknown>>;
  /** Name of the key that was pressed, for action keys. */
  readonly key?: string;
}

/** Where the menus go after a method. */
export type Transition =
  | { readonly kind: 'goto'; readonly menu: string; readonly extraArgs?: unknown }
  | { readonly kind: 'previous' }
  /** Follows the menu's own `next`; without one, goes back. */
  | { readonly kind: 'next' }
  /** Keeps the caller on the screen; `message` goes to its message line, `clear` empties views. */
  | {
      readonly kind: 'stay';
      readonly message?: string;
      readonly clear?: readonly number[];
      readonly focus?: number;
    }
  /** Draws the same menu again from its art on. */
  | { readonly kind: 'redraw' }
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

/** One field of a question that a module asks in between. */
export interface AskField {
  readonly name: string;
  readonly label: string;
  readonly password?: boolean;
  readonly maxLength?: number;
}

/** A question of a module: the prompt of that name if the sysop has one, else a plain form. */
export interface Question {
  /** Name of a prompt whose art and views are used when the menu file has it. */
  readonly prompt?: string;
  readonly title: string;
  readonly text?: readonly string[];
  readonly fields: readonly AskField[];
  /** A sentence to start with, e.g. what was wrong with the last answer. */
  readonly message?: string;
}

/** The screen of the menu that is open, as modules may change it. Texts are data. */
export interface MenuScreen {
  has(viewId: number): boolean;
  text(viewId: number): string;
  setText(viewId: number, text: string): void;
  setItems(viewId: number, items: readonly ItemSpec[]): void;
  /** The value the view has now; of lists, toggles and spinners the number of the chosen item. */
  value(viewId: number): unknown;
  /** Chooses an item of a list, toggle or spinner. */
  select(viewId: number, index: number): void;
  focus(viewId: number): void;
  /** Fields whose text is a secret: what a rejected sign-in clears. */
  readonly secretViews: readonly number[];
  /** Shows a sentence on the message line (TL10, a view of the form's own, or the bottom line). */
  message(text: string): void;
  /** Fills each view NN for which `config` has a `<prefix>NN` (contract A2.3) from named values. */
  setCustom(prefix: string, values: Readonly<Record<string, unknown>>): void;
}

/** A line whose text is somebody's and is shown as it is; only its colour is ours. */
export interface DataLine {
  readonly color: string;
  readonly text: string;
}

/** What a module and a method see of the menu they work in. */
export interface MenuContext {
  readonly caller: Caller;
  readonly services: Services;
  readonly menu: string;
  readonly desc: string;
  /** The menu's `config` with the theme's merged over it. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly extraArgs: unknown;
  /** Kept while the menu is on the stack, also when it is left and come back to. */
  readonly memory: Map<string, unknown>;
  readonly screen: MenuScreen;
  /** Which of the menu's forms is on the screen. */
  readonly formId: number;
  /** What ACS codes see now. */
  subject(): AcsSubject;
  /** A moment as the caller's theme writes dates with times, or by a pattern of the menu's own. */
  dateText(atMs: number, pattern?: string): string;
  /** Asks something in between, by an ordinary form; undefined when the caller pressed escape. */
  ask(question: Question): Promise<Readonly<Record<string, string>> | undefined>;
  /**
   * Shows text page by page, waits for a key, and draws the menu again. Colour codes count in plain
   * lines, which are ours; what a person typed goes in as data.
   */
  showPages(lines: readonly string[] | { readonly data: readonly DataLine[] }): Promise<void>;
  /** Shows art on a screen of its own and waits for a key; false, and nothing is shown, where there is none. */
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

/** What a module shows instead of the menu's own art. */
export type ShownArt =
  | { readonly kind: 'art'; readonly spec: string }
  /** Lines of our own making, in which colour codes count. */
  | { readonly kind: 'lines'; readonly lines: readonly string[] };

/** What `module:` in a menu names (contract A2.2). Without state: what an active menu needs is in its context. */
export interface MenuModule {
  readonly name: string;
  /** One sentence for docs/menus.md. */
  readonly doc: string;
  /** How far its callers must be signed in, whatever area a menu file gives the menu (rule M4). */
  readonly needs: SignInNeed;
  /** Views the screen must have, by id. */
  readonly views: readonly number[];
  /** What `@method:` may name in a menu of this module. */
  readonly methods: Readonly<Record<string, MenuMethod>>;
  /** What `validate: @method:` may name in its forms. */
  readonly validators?: Readonly<Record<string, Validator>>;
  /** View that shows messages to the caller where `config.messageView` names none. */
  readonly messageView?: number;
  /** Keys of `config` that are its own, each with its documentation; `group.key` for those in a group. */
  readonly configKeys?: Readonly<Record<string, string>>;
  /** Menus that it goes to by itself, when there are such menus. */
  readonly menus?: readonly string[];
  /** True when its methods sign a new account in and then follow `next`; the flow proof asks. */
  readonly signsIn?: boolean;
  /** True for the application form, whose caller has `users.newUserSeconds` while it is open. */
  readonly isApplication?: boolean;
  /** Before the screen is made: a transition here means that the menu is not shown at all. */
  enter?(context: MenuContext): Promise<Transition | undefined>;
  /** Once the screen is made and before it goes out: fills the views. */
  ready?(context: MenuContext): Promise<void>;
  /** After a key changed a view or moved the focus. */
  changed?(context: MenuContext, viewId: number): void;
  /** What to show instead of the menu's own art. */
  art?(context: MenuContext): Promise<ShownArt | undefined>;
}
