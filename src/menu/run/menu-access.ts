import { evaluateAcs } from '../../acs/acs';
import type { AcsSubject } from '../../acs/subject';
import { isFullySignedIn } from '../../auth/login';
import type { MenuEntry, MenuSet } from '../load/menu-entry';

/**
 * How far a caller must be signed in to use a module, a method or a validator (rule M4): `complete` is as
 * far as the account requires, and is what everything needs that reads or changes accounts, calls or
 * who is online.
 */
export type SignInNeed = 'none' | 'complete';

/** What SSH has asked for already is not asked for again: its menus say `AR2`, with the code or without. */
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

/** May a caller enter a menu? */
export type MenuAccess =
  | { readonly kind: 'admitted'; readonly menu: MenuEntry }
  | {
      readonly kind: 'refused';
      /** `factor`: not signed in as far as the account demands, whatever the menu file says. */
      readonly why: 'unknown' | 'acs' | 'factor';
      /** For the caller, in plain words. */
      readonly sentence: string;
    };

/** The menu where a caller types the one-time code (contract A9). */
export const OTP_MENU = 'loginTwoFactorAuthOTP';

/** Why a caller may not use what needs this, as a sentence for the caller; undefined when allowed. */
export function findSignInGap(need: SignInNeed, subject: AcsSubject): string | undefined {
  if (need === 'none' || isFullySignedIn(subject)) return undefined;
  return subject.factor === 0
    ? 'Please sign in first.'
    : 'Your account needs a one-time code as well before you can go on.';
}

/** What decides about an entrance: the live menus, the modules, and who the caller is now. */
export interface MenuAccessParts {
  readonly menus: MenuSet;
  readonly modules: ReadonlyMap<string, { readonly needs: SignInNeed }>;
  readonly subject: AcsSubject;
}

/**
 * The one place that decides who enters what (invariant 2). A caller whose factor is below the one that
 * the account requires, and one who is not signed in, enters menus of the login area only, and of these only
 * those whose module needs no sign-in (rule M4); no menu file can change that. Only then are the
 * sysop's own conditions asked.
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
