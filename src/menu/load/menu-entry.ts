import type { Acs } from '../../acs/acs';
import type { Place } from '../../base/errors';

/** One of several: taken when its ACS holds; without one it always is. */
export interface Option<Value> {
  readonly acs: Acs | undefined;
  readonly value: Value;
  readonly place: Place;
}

/**
 * `next`, `action` and `art` in every form a sysop may write them: one value, a list with ACS of which
 * the first match wins, or a list of plain values of which chance picks one.
 */
export interface Choice<Value> {
  readonly pick: 'first' | 'random';
  readonly options: readonly Option<Value>[];
  readonly place: Place;
}

/** Where `next` and `action` lead. */
export type Target =
  | { readonly kind: 'menu'; readonly name: string }
  /** A method of the menu's own module, or of the module that `location` names. */
  | { readonly kind: 'method'; readonly name: string; readonly location?: string }
  | { readonly kind: 'system-method'; readonly name: string };

/** What `module` names; without a module a menu is a standard one. */
export interface ModuleName {
  readonly kind: 'standard' | 'system' | 'user';
  readonly name: string;
  readonly place: Place | undefined;
}

/** One condition of a submit rule: `equals: null` takes any value of a field that is there. */
export interface FieldMatch {
  readonly field: string;
  readonly equals: string | number | boolean | null;
}

/** One entry of `submit`: done when every field matches. */
export interface SubmitRule {
  readonly match: readonly FieldMatch[];
  readonly action: Choice<Target> | undefined;
  readonly extraArgs: unknown;
  readonly place: Place;
}

/** One entry of `actionKeys`: a key that acts, or moves the focus to `viewId`. */
export interface KeyRule {
  readonly keys: readonly string[];
  readonly action: Choice<Target> | undefined;
  readonly viewId: number | undefined;
  readonly extraArgs: unknown;
  readonly place: Place;
}

/** A view as the menu file has it; the theme's properties are merged over these later. */
export interface ViewEntry {
  /** As written: `ET1`. */
  readonly mci: string;
  readonly code: string;
  /** undefined for a view without a number: those are placed from 100 up. */
  readonly id: number | undefined;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly place: Place;
  /** Where the property was written. */
  placeOf(property: string): Place;
}

/** One form of a menu, or one of its variants by the codes of the art. */
export interface FormEntry {
  readonly id: number;
  /** Sorted view codes that select this variant, e.g. `ETTM`; undefined for a form without variants. */
  readonly mciKey: string | undefined;
  readonly views: readonly ViewEntry[];
  /** By the id of the submitting view; `*` is any. */
  readonly submit: ReadonlyMap<string, readonly SubmitRule[]>;
  readonly actionKeys: readonly KeyRule[];
  readonly place: Place;
}

/** `config` keys that every menu understands (contract A2.3); `all` has the rest, as written. */
export interface MenuConfig {
  readonly cls: boolean | undefined;
  /** undefined: no pause. A name is the prompt to use. */
  readonly pause: 'end' | 'pageBreak' | { readonly prompt: string } | undefined;
  readonly pausePrompt: { readonly end?: string; readonly page?: string };
  readonly pausePosition: { readonly row: number; readonly column: number } | undefined;
  readonly nextTimeoutMs: number | undefined;
  readonly baudRate: number | undefined;
  readonly font: string | undefined;
  readonly encodedAs: string | undefined;
  readonly interrupt: 'never' | 'queued' | 'realtime' | undefined;
  readonly noHistory: boolean;
  readonly forwardArgs: boolean;
  readonly mergeFlags: boolean;
  /** Everything in `config`, as written: what modules and themes look into. */
  readonly all: Readonly<Record<string, unknown>>;
  /** Where a key of it was written. */
  placeOf(key: string): Place;
}

/** What of a menu's `config` is only about how it is shown: a theme may say it too. */
export type ShownConfig = Pick<
  MenuConfig,
  'cls' | 'pause' | 'pausePrompt' | 'pausePosition' | 'nextTimeoutMs' | 'baudRate' | 'font'
>;

/** Key and value of something a sysop wrote that may name a menu: `config.locked`, `extraArgs.next`. */
export interface MenuMention {
  readonly key: string;
  readonly menu: string;
  readonly place: Place;
}

/** One menu of the menu file, typed and compiled. */
export interface MenuEntry {
  readonly name: string;
  readonly place: Place;
  readonly desc: string | undefined;
  /** Art specs, `@art:` taken off. */
  readonly art: Choice<string> | undefined;
  readonly next: Choice<Target> | undefined;
  readonly module: ModuleName;
  readonly forms: readonly FormEntry[];
  readonly prompt: { readonly name: string; readonly place: Place } | undefined;
  /** Rules for the prompt's answer. */
  readonly submit: readonly SubmitRule[];
  readonly config: MenuConfig;
  /** From `config.acs` or the menu's own `acs`: asked on goto. */
  readonly acs: { readonly acs: Acs; readonly place: Place } | undefined;
  /** True for the menus that a caller may enter before they are fully signed in (invariant 2). */
  readonly loginArea: boolean;
  /** Neither form nor prompt: goes on by itself once it was shown. */
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
  /** `continuousKey`, `quitKey` and whatever else the prompt's `config` holds. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** A menu file with everything it includes. */
export interface MenuSet {
  readonly menus: ReadonlyMap<string, MenuEntry>;
  readonly prompts: ReadonlyMap<string, PromptEntry>;
  /** Every file that was read: what to watch for changes. */
  readonly files: readonly string[];
  /** What was wrong with the form of entries; checkMenus repeats them among its own. */
  readonly problems: readonly Finding[];
}

/** Something a sysop should know about the menus. */
export interface Finding {
  /** An error keeps the menus from going live (the last good ones stay); a warning does not. */
  readonly severity: 'error' | 'warning';
  /** A warning that a start goes on with; an edit of a running board must not bring a new one. */
  readonly isMistake?: true;
  /** What happens in place of what was written, where it is a warning. */
  readonly instead?: string | undefined;
  /** Which check it was, e.g. `unknown-menu`. */
  readonly rule: string;
  readonly place: Place;
  /** Menu or prompt it is about. */
  readonly subject: string;
  readonly text: string;
  /** The right name that is nearest to the wrong one. */
  readonly nearest?: string;
}
