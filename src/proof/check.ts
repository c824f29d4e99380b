import type { Place } from '../base/errors';
import { formatPlace } from '../base/errors';
import { nearestName } from '../base/nearest';
import { finish, type Steps } from '../base/steps';
import { checkArt } from './check-art';
import { checkFields } from './check-fields';
import { findSilentLoops } from './check-loops';
import { checkNeeds } from './check-needs';
import { findPasswordArt } from './check-password-art';
import { checkForms } from './check-views';
import { moduleOfPath } from './flow-moves';
import { passedOverFindings } from './passed-over-art';
import type { ModuleFacts } from './flow-moves';
import { flowFindings } from './flow-findings';
import { proveFlowInSteps } from './flow-proof';
import type { MenuRegistries } from './registries';
import { whyAbsentPath } from '../menu/run/follow';
import { NOWHERE } from '../menu/load/choice';
import { isToSysop, MENU_CONFIG_KEYS } from '../menu/load/menu-config';
import type {
  Choice,
  Finding,
  MenuEntry,
  MenuSet,
  PromptEntry,
  Target,
} from '../menu/load/menu-entry';

export interface CheckOptions {
  /**
   * What a way round the login is, and a module in the login area that needs a complete sign-in: an error
   * for `oputil menu check`, a warning on a live board, where the runner holds.
   */
  readonly bypass?: Finding['severity'];
  /** True leaves every mistake an error: for boards that are written, not brought along. */
  readonly strict?: boolean;
  /** True for what `oputil menu check` calls an error beside that. */
  readonly isCheck?: boolean;
  /** False leaves out the flow, for callers of this function that prove it themselves. */
  readonly flow?: boolean;
}

/** Everything there is to say about a menu set (design part 4), in the order of files and lines. */
export function checkMenus(
  set: MenuSet,
  registries: MenuRegistries,
  options: CheckOptions = {},
): readonly Finding[] {
  return finish(checkMenusInSteps(set, registries, options));
}

/** The same in steps, for a board that has callers. */
export function* checkMenusInSteps(
  set: MenuSet,
  registries: MenuRegistries,
  options: CheckOptions = {},
): Steps<readonly Finding[]> {
  const findings: Finding[] = [...set.problems];
  const names = new NameChecker(set, registries, findings);
  findings.push(...checkNeeds(set, registries, options.bypass));
  for (const menu of set.menus.values()) {
    yield;
    names.checkMenu(menu);
  }
  for (const prompt of set.prompts.values()) names.checkPrompt(prompt);
  names.checkEntries();
  findings.push(...checkArt(set, registries), ...passedOverFindings(registries.passedOver));
  findings.push(...(yield* checkForms(set, registries)), ...checkFields(set, registries));
  findings.push(...(yield* findPasswordArt(set, registries)));
  findings.push(...(yield* findSilentLoops(set)));
  if (options.flow !== false && registries.entries.some(({ menu }) => set.menus.has(menu))) {
    const report = yield* proveFlowInSteps(set, registries);
    findings.push(...flowFindings(report, options.bypass));
  }
  return unique(findings).sort(byPlace);
}

/** A finding as one line: `file:line:column: error: what; did you mean 'x'?` */
export function formatFinding(finding: Finding): string {
  return `${formatPlace(finding.place)}: ${finding.severity}: ${describeFinding(finding)}`;
}

/**
 * The subject of a finding, with the nearest right name, where its place is reported separately.
 */
export function describeFinding({ subject, text, instead, nearest }: Finding): string {
  const about = subject === '' || text.includes(`'${subject}'`) ? '' : `${subject}: `;
  const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`;
  const then = instead === undefined ? '' : `: ${instead}`;
  return `${about}${text}${then}${hint}`;
}

class NameChecker {
  constructor(
    private readonly set: MenuSet,
    private readonly registries: MenuRegistries,
    private readonly findings: Finding[],
  ) {}

  checkMenu(menu: MenuEntry): void {
    const facts = this.checkModule(menu);
    this.checkChoice(menu, menu.next, facts);
    const formRules = menu.forms.flatMap(({ submit, actionKeys }) => [
      ...[...submit.values()].flat(),
      ...actionKeys,
    ]);
    for (const { action } of [...formRules, ...menu.submit]) {
      this.checkChoice(menu, action, facts);
    }
    for (const { key, menu: name, place } of menu.mentions) {
      this.checkMenuName(menu.name, name, { place, what: `'${key}' names the menu` });
    }
    if (menu.prompt !== undefined) this.checkPromptName(menu, menu.prompt.name, menu.prompt.place);
    if (menu.prompt !== undefined && menu.forms.length > 0) {
      const text = 'there are a form and a prompt; the prompt is used, so take one of them out';
      this.note('warning', 'two-forms', menu, menu.prompt.place, text);
    }
    this.checkPause(menu);
    this.checkConfigKeys(menu, facts);
  }

  checkPrompt(prompt: PromptEntry): void {
    for (const { action } of prompt.actionKeys) this.checkChoice(prompt, action, 'any');
  }

  checkEntries(): void {
    const [anyMenu] = this.set.menus.values();
    const place: Place = { file: anyMenu?.place.file ?? this.set.files[0] ?? '' };
    for (const { menu, server, isNeeded = true, ...named } of this.registries.entries) {
      const rule = isNeeded ? 'no-first-menu' : 'unknown-menu';
      const begins = `calls by ${server} begin with the menu`;
      const at = { place: named.place ?? place, what: begins, rule };
      this.checkMenuName(menu, menu, at);
      if (this.set.menus.get(menu)?.loginArea !== false) continue;
      const what = named.key === undefined ? at.what : `${named.key} is the menu`;
      const text = `${what} '${menu}', which is outside the login area: a caller begins where nobody has signed in yet; mark that menu by config: { area: "login" }, or name one of the login area, such as 'matrix'`;
      this.note('error', 'first-menu', { name: menu }, at.place, text);
    }
  }

  private checkModule(menu: MenuEntry): ModuleFacts | 'any' | undefined {
    const { module } = menu;
    if (module.kind === 'standard') return undefined;
    const facts = this.registries.modules.get(module.name);
    if (facts !== undefined) return facts;
    const place = module.place ?? menu.place;
    const why = this.registries.absentModules?.get(module.name) ?? whyAbsentPath(module.name);
    // The editor of letters to the sysop is here, and nothing else of its module.
    if (module.name === 'msg_area_post_fse' && isToSysop(menu.config.all)) return 'any';
    // What is no name at all was said where it was read.
    if (module.name === '@') return 'any';
    if (why === undefined) {
      const text = `there is no module '${module.name}'`;
      const nearest = nearestName(module.name, this.registries.modules.keys());
      this.note('error', 'unknown-module', menu, place, text, nearest);
    } else {
      const text = `the module '${module.name}' is not here, so callers pass this menu by: ${why}`;
      this.note('warning', 'absent-module', menu, place, text);
    }
    return 'any';
  }

  private checkChoice(
    about: MenuEntry | PromptEntry,
    choice: Choice<Target> | undefined,
    facts: ModuleFacts | 'any' | undefined,
  ): void {
    for (const { value, place } of choice?.options ?? []) {
      if (value.kind === 'menu') {
        this.checkMenuName(about.name, value.name, { place, what: 'there is no menu' });
      } else if (value.kind === 'system-method') {
        this.checkSystemMethod(about, value.name, place);
      } else {
        this.checkMethod(about, value, { place, facts });
      }
    }
  }

  private checkMenuName(
    subject: string,
    name: string,
    at: { readonly place: Place; readonly what: string; readonly rule?: string },
  ): void {
    if (this.set.menus.has(name)) return;
    const missing = at.what.startsWith('there') ? '' : ', which is not there';
    const nearest = nearestName(name, this.set.menus.keys());
    const text = `${at.what} '${name}'${missing}`;
    this.note('error', at.rule ?? 'unknown-menu', { name: subject }, at.place, text, nearest);
  }

  private checkSystemMethod(about: { readonly name: string }, name: string, place: Place): void {
    const { systemMethods } = this.registries;
    if (systemMethods.includes(name) || name === NOWHERE.name) return;
    const text = `there is no system method '${name}'`;
    const nearest = nearestName(name, systemMethods);
    this.note('error', 'unknown-method', about, place, text, nearest);
  }

  private checkMethod(
    about: MenuEntry | PromptEntry,
    target: Extract<Target, { kind: 'method' }>,
    at: { readonly place: Place; readonly facts: ModuleFacts | 'any' | undefined },
  ): void {
    const { name, location } = target;
    let facts = at.facts;
    if (location !== undefined) {
      const module = moduleOfPath(location);
      facts = this.registries.modules.get(module);
      if (facts === undefined) {
        const nearest = nearestName(module, this.registries.modules.keys());
        const text = `there is no module '${module}'`;
        this.note('error', 'unknown-module', about, at.place, text, nearest);
        return;
      }
    }
    if (facts === 'any' || facts?.methods.includes(name) === true) return;
    const text =
      facts === undefined
        ? `an ordinary menu has no methods, so there is no '${name}'; is a 'module' missing?`
        : `the module has no method '${name}'`;
    this.note(
      'error',
      'unknown-method',
      about,
      at.place,
      text,
      nearestName(name, facts?.methods ?? []),
    );
  }

  private checkPause(menu: MenuEntry): void {
    const { pause, pausePrompt } = menu.config;
    if (pause === undefined && Object.keys(pausePrompt).length === 0) return;
    const named = [pausePrompt.end, pausePrompt.page];
    if (typeof pause === 'object') named.push(pause.prompt);
    if (pause === 'end' && pausePrompt.end === undefined) named.push('pause');
    if (pause === 'pageBreak' && pausePrompt.page === undefined) named.push('pausePage');
    for (const name of new Set(named)) {
      if (name !== undefined) this.checkPromptName(menu, name, menu.place);
    }
  }

  private checkPromptName(menu: MenuEntry, name: string, place: Place): void {
    if (this.set.prompts.has(name)) return;
    const nearest = nearestName(name, this.set.prompts.keys());
    this.note('error', 'unknown-prompt', menu, place, `there is no prompt '${name}'`, nearest);
  }

  /** Only where all keys are known: an ordinary menu, and modules that list theirs. */
  private checkConfigKeys(menu: MenuEntry, facts: ModuleFacts | 'any' | undefined): void {
    const own = facts === undefined ? [] : facts === 'any' ? undefined : facts.configKeys;
    if (own === undefined) return;
    const problems = facts === undefined || facts === 'any' ? undefined : facts.configProblems;
    for (const [key, text] of Object.entries(problems?.(menu.config.all) ?? {})) {
      this.note('warning', 'module-config', menu, menu.config.placeOf(key), text);
    }
    const known = [...Object.keys(MENU_CONFIG_KEYS), ...own];
    const mentioned = new Set(menu.mentions.map(({ key }) => key));
    const groups = new Set(
      own.filter((key) => key.includes('.')).map((key) => key.split('.', 1)[0]),
    );
    for (const key of configPaths(menu.config.all, groups)) {
      if (known.includes(key) || mentioned.has(key) || /Format[0-9]{2}$/.test(key)) continue;
      const text = `'${key}' means nothing in the config of this menu`;
      const place = menu.config.placeOf(key);
      this.note('warning', 'unknown-key', menu, place, text, nearestName(key, known));
    }
  }

  private note(
    severity: Finding['severity'],
    rule: string,
    about: { readonly name: string },
    place: Place,
    text: string,
    nearest?: string,
  ): void {
    const finding = { severity, rule, place, subject: about.name, text };
    this.findings.push(nearest === undefined ? finding : { ...finding, nearest });
  }
}

/** The keys of a `config`, those inside a group as `group.key`. */
function configPaths(
  config: Readonly<Record<string, unknown>>,
  groups: ReadonlySet<string | undefined>,
): readonly string[] {
  return Object.entries(config).flatMap(([key, value]) =>
    groups.has(key) && typeof value === 'object' && value !== null
      ? Object.keys(value).map((inner) => `${key}.${inner}`)
      : [key],
  );
}

/** A block that is used in two places by @reference is reported once. */
function unique(findings: readonly Finding[]): Finding[] {
  const seen = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${formatPlace(finding.place)} ${finding.rule} ${finding.text}`;
    if (!seen.has(key)) seen.set(key, finding);
  }
  return [...seen.values()];
}

function byPlace({ place: a }: Finding, { place: b }: Finding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
