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
  return isFullySignedIn(subject) && asksForCode(menu);
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
      /** `factor`: not signed in with the factor that the account requires, whatever the menu file says. */
      readonly why: 'unknown' | 'acs' | 'factor';
      /** Sentence for the caller. */
      readonly sentence: string;
    };

/** The menu for the one-time code (contract A9). */
export const OTP_MENU = 'loginTwoFactorAuthOTP';

/** The missing sign-in as a sentence for the caller; undefined when nothing is missing. */
export function findSignInGap(need: SignInNeed, subject: AcsSubject): string | undefined {
  if (need === 'none' || isFullySignedIn(subject)) return undefined;
  return subject.factor === 0
    ? 'Please sign in first.'
    : 'Your account needs a one-time code as well before you can go on.';
}

/** Data for the decision: the current menus, the modules, and the caller. */
export interface MenuAccessParts {
  readonly menus: MenuSet;
  readonly modules: ReadonlyMap<string, { readonly needs: SignInNeed }>;
  readonly subject: AcsSubject;
}

/**
 * The only decision about access to menus (invariant 2). A caller who is not signed in, or whose factor is
 * below the one that the account requires, enters menus of the login area only, and of these only those
 * whose module needs no sign-in (rule M4); no menu file can change that. The sysop's own conditions are
 * evaluated after that.
 */
export function admit(name: string, { menus, modules, subject }: MenuAccessParts): MenuAccess {
  const menu = menus.menus.get(name);
  if (menu === undefined) {
    return { kind: 'refused', why: 'unknown', sentence: 'That part of the board is missing.' };
  }
  const need = menu.loginArea ? (modules.get(menu.module.name)?.needs ?? 'none') : 'complete';
  const sentence = findSignInGap(need, subject);
  if (sentence !== undefined) return { kind: 'refused', why: 'factor', sentence };
  if (menu.acs !== undefined && !evaluateAcs(menu.acs.acs, subject)) {
    return { kind: 'refused', why: 'acs', sentence: 'You cannot go there.' };
  }
  return { kind: 'admitted', menu };
}
