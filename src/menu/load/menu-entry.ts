import type { Acs } from '../../acs/acs';
import type { Place } from '../../base/errors';

/** One option of a choice: taken when its ACS holds, or always without one. */
export interface Option<Value> {
  readonly acs: Acs | undefined;
  readonly value: Value;
  readonly place: Place;
}

/**
 * `next`, `action` and `art` in all their forms: one value, a list with ACS of which the first match
 * wins, or a list of plain values of which one is selected at random.
 */
export interface Choice<Value> {
  readonly pick: 'first' | 'random';
  readonly options: readonly Option<Value>[];
  readonly place: Place;
}

/** Target of `next` and `action`. */
export type Target =
  | { readonly kind: 'menu'; readonly name: string }
  /** A method of the menu's own module, or of the module in `location`. */
  | { readonly kind: 'method'; readonly name: string; readonly location?: string }
  | { readonly kind: 'system-method'; readonly name: string };

/** Value of `module`; a menu without one is a standard menu. */
export interface ModuleName {
  readonly kind: 'standard' | 'system' | 'user';
  readonly name: string;
  readonly place: Place | undefined;
}

/** One condition of a submit rule; `equals: null` matches any value of a field that is present. */
export interface FieldMatch {
  readonly field: string;
  readonly equals: string | number | boolean | null;
}

/** One entry of `submit`; it applies when every field matches. */
export interface SubmitRule {
  readonly match: readonly FieldMatch[];
  readonly action: Choice<Target> | undefined;
  readonly extraArgs: unknown;
  /** What the help page says of it. */
  readonly help: string | undefined;
  readonly place: Place;
}

/** One entry of `actionKeys`: a key with an action, or one that moves the focus to `viewId`. */
export interface KeyRule {
  readonly help: string | undefined;
  readonly keys: readonly string[];
  readonly action: Choice<Target> | undefined;
  readonly viewId: number | undefined;
  readonly extraArgs: unknown;
  readonly place: Place;
}

/** A view of the menu file; the theme's properties are merged over it later. */
export interface ViewEntry {
  /** As written: `ET1`. */
  readonly mci: string;
  readonly code: string;
  /** undefined for a view without a number; those get numbers from 100 up. */
  readonly id: number | undefined;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly place: Place;
  /** Place of the property in the file. */
  placeOf(property: string): Place;
}

/** One form of a menu, or one of its variants by the codes of the art. */
export interface FormEntry {
  readonly id: number;
  /** Sorted view codes that select this variant, e.g. `ETTM`; undefined for a form without variants. */
  readonly mciKey: string | undefined;
  readonly views: readonly ViewEntry[];
  /** By the id of the submitting view; `*` matches any. */
  readonly submit: ReadonlyMap<string, readonly SubmitRule[]>;
  readonly actionKeys: readonly KeyRule[];
  readonly place: Place;
}

/** `config` keys of every menu (contract A2.3); `all` has all keys, unparsed. */
export interface MenuConfig {
  readonly cls: boolean | undefined;
  /** undefined: no pause. A name selects the prompt. */
  readonly pause: 'end' | 'pageBreak' | { readonly prompt: string } | undefined;
  readonly pausePrompt: { readonly end?: string; readonly page?: string };
  readonly pausePosition: { readonly row: number; readonly column: number } | undefined;
  readonly nextTimeoutMs: number | undefined;
  readonly baudRate: number | undefined;
  readonly font: string | undefined;
  /** Art that is shown before the menu, one after the other. */
  readonly frames: readonly string[] | undefined;
  /** What its screen is made for, in the middle of a larger window; undefined as the theme has it. */
  readonly drawnIn: { readonly width: number; readonly height: number } | undefined;
  readonly encodedAs: string | undefined;
  readonly interrupt: 'never' | 'queued' | 'realtime' | undefined;
  readonly noHistory: boolean;
  /** Esc at the pause goes back, where it goes on otherwise. */
  readonly escapeBack: boolean;
  readonly forwardArgs: boolean;
  readonly mergeFlags: boolean;
  /** All of `config`, unparsed, for modules and themes. */
  readonly all: Readonly<Record<string, unknown>>;
  /** Place of a key in the file. */
  placeOf(key: string): Place;
}

/** Keys of a menu's `config` about its display only: a theme may set them too. */
export type ShownConfig = Pick<
  MenuConfig,
  | 'cls'
  | 'pause'
  | 'pausePrompt'
  | 'pausePosition'
  | 'nextTimeoutMs'
  | 'baudRate'
  | 'font'
  | 'frames'
  | 'drawnIn'
>;

/** Key and value of an entry that may name a menu: `config.locked`, `extraArgs.next`. */
export interface MenuMention {
  readonly key: string;
  readonly menu: string;
  readonly place: Place;
}

/** One menu of the menu file, parsed and compiled. */
export interface MenuEntry {
  readonly name: string;
  readonly place: Place;
  readonly desc: string | undefined;
  /** What help pages call it instead of `desc`. */
  readonly helpName: string | undefined;
  /** The sysop's words on its help page. */
  readonly help: string | undefined;
  /** Art specs without `@art:`. */
  readonly art: Choice<string> | undefined;
  readonly next: Choice<Target> | undefined;
  readonly module: ModuleName;
  readonly forms: readonly FormEntry[];
  readonly prompt: { readonly name: string; readonly place: Place } | undefined;
  /** Rules for the prompt's answer. */
  readonly submit: readonly SubmitRule[];
  readonly config: MenuConfig;
  /** From `config.acs` or the menu's own `acs`; evaluated on entry. */
  readonly acs: { readonly acs: Acs; readonly place: Place } | undefined;
  /** True for the menus that a caller may enter before they are fully signed in (invariant 2). */
  readonly loginArea: boolean;
  /** Neither form nor prompt: continues by itself after it was shown. */
  readonly autoNext: boolean;
  /** Places in `config` and `extraArgs` that name a menu of this set. */
  readonly mentions: readonly MenuMention[];
}

/** One prompt of the menu file. */
export interface PromptEntry {
  readonly name: string;
  readonly place: Place;
  readonly art: Choice<string> | undefined;
  readonly views: readonly ViewEntry[];
  readonly actionKeys: readonly KeyRule[];
  /** `continuousKey`, `quitKey` and all other keys of the prompt's `config`. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** A group that a condition names by `GM[...]`. */
export interface GroupMention {
  /** Menu or prompt with the condition. */
  readonly subject: string;
  readonly group: string;
  readonly place: Place;
}

/** A menu file with all its includes. */
export interface MenuSet {
  readonly menus: ReadonlyMap<string, MenuEntry>;
  readonly prompts: ReadonlyMap<string, PromptEntry>;
  readonly groups: readonly GroupMention[];
  /** Every file that was read, to be watched for changes. */
  readonly files: readonly string[];
  /** Errors in the form of entries; checkMenus reports them together with its own. */
  readonly problems: readonly Finding[];
}

/** A finding about the menus, for the sysop. */
export interface Finding {
  /** An error keeps the menus from going live (the last good ones stay); a warning does not. */
  readonly severity: 'error' | 'warning';
  /** A warning that does not stop a start; an edit of a running board must not add one. */
  readonly isMistake?: true;
  /** What happens instead, for a warning. */
  readonly instead?: string | undefined;
  /** Name of the check, e.g. `unknown-menu`. */
  readonly rule: string;
  readonly place: Place;
  /** Menu or prompt with the finding. */
  readonly subject: string;
  readonly text: string;
  /** The known name that is nearest to the unknown one. */
  readonly nearest?: string;
}
