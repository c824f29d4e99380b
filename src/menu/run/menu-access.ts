import { evaluateAcs } from '../../acs/acs';
import type { AcsSubject } from '../../acs/subject';
import { isFullySignedIn } from '../../auth/login';
import type { MenuEntry, MenuSet } from '../load/menu-entry';

/**
 * The sign-in that a module, a method or a validator needs (rule M4): `complete` includes every factor that
 * the account requires, and is needed by everything that reads or changes accounts, calls or who is
 * online.
 */
export type SignInNeed = 'none' | 'complete';

/** Callers by SSH have given their password: their menus ask `AR2`, with the code or without. */
export function isPassedBy(menu: MenuEntry, subject: AcsSubject): boolean {
  return isIn(subject) && asksForCode(menu);
}

/** Signed in as far as the account has factors, and not held up by one that the board asks of it. */
function isIn(subject: AcsSubject): boolean {
  // Also who came in by something that counts for both, such as a security key, has no factor of the account yet.
  if (subject.owed === 'due') return false;
  return isFullySignedIn(subject) || (subject.factor === 1 && subject.owed === 'put-off');
}

/** True once nothing is left to be shown or bound before the board is open to this caller. */
export function isLetIn({
  subject,
  bindsFirst,
}: Omit<MenuAccessParts, 'menus' | 'modules'>): boolean {
  return bindsFirst !== true && isIn(subject);
}

function asksForCode({ forms, submit }: MenuEntry): boolean {
  const rules = [...submit, ...forms.flatMap((form) => [...form.submit.values()].flat())];
  return rules.some(({ action }) =>
    action?.options.some(
      ({ value }) => value.kind === 'system-method' && value.name === 'login2FA_OTP',
    ),
  );
}

/** The decision whether a caller may enter a menu. */
export type MenuAccess =
  | { readonly kind: 'admitted'; readonly menu: MenuEntry }
  | {
      readonly kind: 'refused';
      /**
       * `factor`: not signed in with the factor that the account requires, whatever the menu file says;
       * `owed`: the board asks a factor of the account, which has none; `step-up`: the menu asks for factor 2
       * and for nothing else that this caller has not.
       */
      readonly why: 'unknown' | 'acs' | 'factor' | 'binds-first' | 'owed' | 'step-up';
      /** What the caller is told. */
      readonly says: SignInGap | 'menu.missing' | 'menu.not-for-you' | 'menu.code-for-part';
    };

/** The menu for the one-time code (contract A9). */
export const OTP_MENU = 'loginTwoFactorAuthOTP';

/** For a caller who came in by an entry code (rule N1). */
export const BIND_FIRST = 'menu.bind-first';

/** The missing sign-in, as a sentence for the caller. */
type SignInGap = typeof BIND_FIRST | 'menu.factor-first' | 'menu.sign-in-first' | 'menu.code-first';

/** What a menu, a method or a validator needs of its caller. */
interface Needed {
  readonly needs: SignInNeed;
  /** True for what binds a second factor. */
  readonly bindsFactor?: boolean | undefined;
}

/** What is missing of a sign-in; undefined when nothing is. */
export function findSignInGap(
  { needs, bindsFactor = false }: Needed,
  { subject, bindsFirst = false }: Pick<MenuAccessParts, 'subject' | 'bindsFirst'>,
): SignInGap | undefined {
  if (needs === 'none') return undefined;
  if (isIn(subject)) return bindsFirst && !bindsFactor ? BIND_FIRST : undefined;
  if (subject.owed === 'due') return 'menu.factor-first';
  return subject.factor === 0 ? 'menu.sign-in-first' : 'menu.code-first';
}

/** Data for the decision: the current menus, the modules, and the caller. */
export interface MenuAccessParts {
  readonly menus: MenuSet;
  readonly modules: ReadonlyMap<string, Needed>;
  readonly subject: AcsSubject;
  /** True for a caller who may do nothing before a new second factor is bound (rule N1). */
  readonly bindsFirst?: boolean;
}

/**
 * The only decision about access to menus (invariant 2). A caller who is not signed in, or whose factor is
 * below the one that the account requires, enters menus of the login area only, and of these only those
 * whose module needs no sign-in (rule M4); no menu file can change that. The sysop's own conditions are
 * evaluated after that.
 */
export function admit(name: string, parts: MenuAccessParts): MenuAccess {
  const { menus, modules, subject } = parts;
  const menu = menus.menus.get(name);
  if (menu === undefined) {
    return { kind: 'refused', why: 'unknown', says: 'menu.missing' };
  }
  const module = modules.get(menu.module.name);
  const isDue = subject.owed === 'due';
  // Nobody is left before a question for a code that nobody can have.
  const isOpen = menu.loginArea && !(isDue && asksForCode(menu));
  const needs = isOpen ? (module?.needs ?? 'none') : 'complete';
  const says = findSignInGap({ needs, bindsFactor: module?.bindsFactor }, parts);
  if (says !== undefined) {
    const why = isIn(subject) ? 'binds-first' : isDue ? 'owed' : 'factor';
    return { kind: 'refused', why, says };
  }
  if (menu.acs !== undefined && !evaluateAcs(menu.acs.acs, subject)) {
    // Factor 2 is all that is lacking: it is asked for there (rule P3).
    if (subject.factor === 1 && evaluateAcs(menu.acs.acs, atFactor2(subject))) {
      return { kind: 'refused', why: 'step-up', says: 'menu.code-for-part' };
    }
    return { kind: 'refused', why: 'acs', says: 'menu.not-for-you' };
  }
  return { kind: 'admitted', menu };
}

/** The same caller with a second factor shown. */
function atFactor2(subject: AcsSubject): AcsSubject {
  const shown = { factor: { value: 2 }, requiredFactor: { value: 2 } } as const;
  return Object.create(subject, shown) as AcsSubject;
}

/** The first menu on which this caller may bind a second factor; undefined where there is none. */
export function findBindingMenu(parts: MenuAccessParts): string | undefined {
  return [...parts.menus.menus.values()].find(
    ({ name, module }) =>
      parts.modules.get(module.name)?.bindsFactor === true &&
      admit(name, parts).kind === 'admitted',
  )?.name;
}
