import type { Acs } from '../acs/acs';
import { collectVariables, type AcsVariables } from '../acs/variables';
import type { Place } from '../base/errors';
import type { Steps } from '../base/steps';
import type { Choice, Finding, MenuEntry, MenuSet } from '../menu/load/menu-entry';
import type { ArtFacts } from './check-art';
import type { MenuRegistries } from './registries';
import { doSignIn } from './sign-in-fields';

/** What a field for a password is called, in the languages of boards that are known, also cut short as art does. */
const PASSWORD_WORDS =
  /pass ?w|passphrase|\bpass(?![a-z]| ?code)|\bp\/?w\b|kennwort|mot de passe|contrase|parola|senha|wachtwoord|has[lł]o|salasana|l[oö]senord|пароль/iu;

/** The field that `@systemMethod:login` reads. */
const FIELD = 'password';

/**
 * Sign-ins that ask for a password in words on lines where the board takes none (rule N7): what is typed
 * there is heard by whoever listens.
 */
export function* findPasswordArt(
  set: MenuSet,
  { art, asksForCodes }: MenuRegistries,
): Steps<readonly Finding[]> {
  if (art === undefined || asksForCodes !== true) return [];
  const findings: Finding[] = [];
  for (const menu of set.menus.values()) {
    yield;
    if (!signsIn(menu)) continue;
    const prompt = menu.prompt === undefined ? undefined : set.prompts.get(menu.prompt.name);
    const shown = prompt === undefined ? menu.art : prompt.art;
    const views = prompt === undefined ? menu.forms.flatMap((form) => form.views) : prompt.views;
    const ids = views.filter(({ properties }) => properties['argName'] === FIELD);
    for (const { value, place } of yield* shownInClearText(shown)) {
      const files = art.get(value) ?? [];
      const asking = files.filter((file) =>
        ids.some(({ code, id }) => PASSWORD_WORDS.test(labelOf(file, { code, id }))),
      );
      findings.push(...asking.map(({ file }) => finding(menu, file, place)));
    }
  }
  return findings;
}

function signsIn({ forms, submit }: MenuEntry): boolean {
  return doSignIn([...forms.flatMap((form) => [...form.submit.values()].flat()), ...submit]);
}

function labelOf(
  { views }: ArtFacts,
  { code, id }: { readonly code: string; readonly id: number | undefined },
): string {
  return views.find((view) => view.code === code && view.id === id)?.label ?? '';
}

/** The options that callers may see on a line that others can read, where a code is asked for. */
function* shownInClearText(
  choice: Choice<string> | undefined,
): Steps<readonly { readonly value: string; readonly place: Place }[]> {
  if (choice === undefined || choice.pick === 'random') return choice?.options ?? [];
  const conditions = choice.options.flatMap(({ acs }) => acs ?? []);
  const variables = yield* collectVariables(conditions);
  const shown = [];
  for (const option of choice.options) {
    const truth = option.acs === undefined ? 1 : inClearText(variables, option.acs);
    if (truth !== 0) shown.push(option);
    if (truth === 1) break;
  }
  return shown;
}

/** Neither SC nor PW holds, and nobody has signed in; all else is open. */
function inClearText(variables: AcsVariables, acs: Acs): 0 | 1 | 2 {
  const values = new Int32Array(variables.all.length).fill(-1);
  for (const { name, index, values: possible } of variables.all) {
    if (name === 'SC' || name === 'PW') {
      values[index] = possible.findIndex((value) => value !== 'yes');
    }
  }
  return variables.abstract(acs)(0, values);
}

function finding({ name }: MenuEntry, file: string, place: Place): Finding {
  const text = `${file} asks for a password where loginServers.telnet.passwordLogin is never: callers type theirs on a line that others can read; give this menu art for acs: "!PW" that asks for a one-time code`;
  return { severity: 'warning', rule: 'asks-password', place, subject: name, text };
}
