import { evaluateAcs } from '../acs/acs';
import type { AcsSubject } from '../acs/subject';
import type { MenuEntry, MenuSet } from './menu-entry';

/** What SSH has asked for already is not asked for again: its menus say `AR2`, with the code or without. */
export function isPassedBy(menu: MenuEntry, subject: AcsSubject): boolean {
  return isThrough(subject) && asksForCode(menu);
}

function asksForCode({ forms, submit }: MenuEntry): boolean {
  const rules = [...submit, ...forms.flatMap((form) => [...form.submit.values()].flat())];
  return rules.some(({ action }) =>
    action?.options.some(
      ({ value }) => value.kind === 'system-method' && value.name === 'login2FA_OTP',
    ),
  );
}

function isThrough({ factor, requiredFactor }: AcsSubject): boolean {
  return factor > 0 && factor >= requiredFactor;
}

/** May a caller enter a menu? */
export type Admission =
  | { readonly kind: 'admitted'; readonly menu: MenuEntry }
  | {
      readonly kind: 'refused';
      /** `factor`: not signed in as far as his account demands, whatever the menu file says. */
      readonly why: 'unknown' | 'acs' | 'factor';
      /** For the caller, in plain words. */
      readonly sentence: string;
    };

/** The menu where a caller types his one-time code (contract A9). */
export const OTP_MENU = 'loginTwoFactorAuthOTP';

/**
 * The one place that decides who enters what (invariant 2). A caller whose factor is below the one his
 * account requires, and one who is nobody yet, enters menus of the login area only; no menu file can
 * change that. Only then are the sysop's own conditions asked.
 */
export function admit(name: string, menus: MenuSet, subject: AcsSubject): Admission {
  const menu = menus.menus.get(name);
  if (menu === undefined) {
    return { kind: 'refused', why: 'unknown', sentence: 'That part of the board is missing.' };
  }
  if (!isThrough(subject) && !menu.loginArea) {
    const sentence =
      subject.factor === 0
        ? 'Please sign in first.'
        : 'Your account needs a one-time code as well before you can go on.';
    return { kind: 'refused', why: 'factor', sentence };
  }
  if (menu.acs !== undefined && !evaluateAcs(menu.acs.acs, subject)) {
    return { kind: 'refused', why: 'acs', sentence: 'You cannot go there.' };
  }
  return { kind: 'admitted', menu };
}
