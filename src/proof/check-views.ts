import type { Place } from '../base/errors';
import { nearestName } from '../base/nearest';
import type { Steps } from '../base/steps';
import { checkProperty, masksTyping } from '../views/properties';
import { findProperty, findViewType, VIEW_TYPES } from '../views/registry';
import { parseAsset } from '../menu/load/asset';
import { standsFor, type ArtFacts } from './check-art';
import type { ModuleFacts } from './flow-moves';
import { isNeverMet, mciKeysOf } from '../menu/load/form-entry';
import { SIGN_IN_FIELDS } from '../menu/load/needed-fields';
import type {
  Choice,
  Finding,
  FormEntry,
  KeyRule,
  MenuEntry,
  MenuSet,
  PromptEntry,
  SubmitRule,
  ViewEntry,
} from '../menu/load/menu-entry';
import type { MenuRegistries } from './registries';
import { doSignIn } from './sign-in-fields';

/** Views and forms: properties, art that places them, submissions that can happen. */
export function* checkForms(set: MenuSet, registries: MenuRegistries): Steps<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const menu of set.menus.values()) {
    yield;
    const facts = registries.modules.get(menu.module.name);
    // A module that is missing was said already; nobody knows what its forms should be like.
    if (menu.module.kind !== 'standard' && facts === undefined) continue;
    const checker = new FormChecker(menu.name, registries, findings, facts);
    for (const form of menu.forms) checker.checkForm(form, menu);
    const prompt = menu.prompt === undefined ? undefined : set.prompts.get(menu.prompt.name);
    if (prompt !== undefined) {
      checker.checkFields(
        menu.submit,
        checker.viewsOf(prompt.views, artsOf(prompt.art, registries)),
      );
    }
    checker.checkModuleViews(menu, facts);
  }
  for (const prompt of set.prompts.values()) {
    const checker = new FormChecker(prompt.name, registries, findings, undefined);
    checker.checkPrompt(prompt);
  }
  return findings;
}

/** A view as the form has it: by code and number, with the name of its value. */
interface FormView {
  readonly code: string;
  readonly id: number | undefined;
  readonly argName: string | undefined;
}

class FormChecker {
  constructor(
    private readonly subject: string,
    private readonly registries: MenuRegistries,
    private readonly findings: Finding[],
    private readonly facts: ModuleFacts | undefined,
  ) {}

  checkForm(form: FormEntry, menu: MenuEntry): void {
    for (const view of form.views) this.checkView(view);
    // Only form 0 stands on the menu's own art; the others belong to art of the module.
    const all = form.id === 0 ? artsOf(menu.art, this.registries) : undefined;
    const arts = all?.filter((art) => form.mciKey === undefined || fitsKey(art, form.mciKey));
    if (all !== undefined && all.length > 0 && arts?.length === 0) {
      const text = `no art of this menu has exactly the views ${form.mciKey}, so this form is never used`;
      this.note('warning', 'form-never-used', form.place, text);
      return;
    }
    if (arts !== undefined && arts.length > 0) {
      for (const view of form.views) this.checkPlaced(view, arts);
    }
    const views = this.viewsOf(form.views, arts);
    for (const [key, rules] of form.submit) {
      this.checkFields(rules, views);
      this.checkSubmitter(key, rules, views);
    }
    this.checkKeys(form.actionKeys, views);
    this.checkDoesSomething(form, menu, views);
  }

  checkPrompt(prompt: PromptEntry): void {
    for (const view of prompt.views) this.checkView(view);
    const arts = artsOf(prompt.art, this.registries);
    if (arts !== undefined && arts.length > 0) {
      for (const view of prompt.views) this.checkPlaced(view, arts);
    }
    this.checkKeys(prompt.actionKeys, this.viewsOf(prompt.views, arts));
  }

  /** The views of a form: those of the menu file and those that the art places by itself. */
  viewsOf(views: readonly ViewEntry[], arts: readonly ArtFacts[] | undefined): readonly FormView[] {
    const named = views.map(({ code, id, properties }) => {
      const { argName } = properties;
      return { code, id, argName: typeof argName === 'string' ? argName : undefined };
    });
    const placed = (arts ?? []).flatMap((art) => art.views);
    const others = placed.filter(({ id }) => !named.some((view) => view.id === id));
    return [...named, ...others.map((view) => ({ ...view, argName: undefined }))];
  }

  private checkView(view: ViewEntry): void {
    const type = findViewType(view.code);
    if (type === undefined) {
      const text = `there is no kind of view '${view.code}' here, so the screen goes without it`;
      const nearest = nearestName(view.code, Object.keys(VIEW_TYPES));
      this.note('warning', 'unknown-view', view.place, text, nearest);
      return;
    }
    for (const [name, value] of Object.entries(view.properties)) {
      const property = findProperty(type, name);
      if (property === undefined) {
        const text = `a ${type.name} (${view.code}) has no property '${name}'`;
        const names = type.properties.map((known) => known.name);
        this.note(
          'warning',
          'unknown-property',
          view.placeOf(name),
          text,
          nearestName(name, names),
        );
        continue;
      }
      const wrong = checkProperty(property, value);
      if (wrong !== undefined) {
        const text = `'${name}' of ${view.mci} ${wrong}`;
        const rule = masksTyping({ [name]: value }) ? 'masked-property' : 'wrong-property';
        this.note('error', rule, view.placeOf(name), text);
      }
      if (property.instead !== undefined && value === true) {
        const text = `'${name}' of ${view.mci} has no effect here: ${property.instead}`;
        this.note('warning', 'idle-property', view.placeOf(name), text);
      }
      this.checkAddress(view, name, value);
    }
    this.checkHotKeys(view);
  }

  private checkAddress(view: ViewEntry, name: string, value: unknown): void {
    const asset = typeof value === 'string' ? parseAsset(value) : undefined;
    const { config } = this.registries;
    if (asset?.kind === 'config' && config !== undefined && !hasPath(config, asset.name)) {
      const text = `config.hjson has no value '${asset.name}'`;
      const nearest = nearestPath(config, asset.name);
      this.note('error', 'unknown-config', view.placeOf(name), text, nearest);
    }
    if (name !== 'validate') return;
    const problem = findValidatorProblem(value, this.registries, this.facts);
    if (problem === undefined) return;
    this.note('error', 'unknown-validator', view.placeOf(name), problem.text, problem.nearest);
  }

  private checkHotKeys(view: ViewEntry): void {
    const { items, hotKeys } = view.properties;
    if (!Array.isArray(items) || typeof hotKeys !== 'object' || hotKeys === null) return;
    for (const [key, index] of Object.entries(hotKeys)) {
      if (typeof index !== 'number' || index < items.length) continue;
      const text = `hot key ${key} chooses item ${index}, but the last one is ${items.length - 1}`;
      this.note('warning', 'wrong-property', view.placeOf('hotKeys'), text);
    }
  }

  /** Is the view where the art can show it? What only shows text may be missing from some art. */
  private checkPlaced(view: ViewEntry, arts: readonly ArtFacts[]): void {
    if (view.id === undefined || view.properties['position'] !== undefined) return;
    const without = arts.filter(
      (art) => !art.views.some(({ code, id }) => id === view.id && standsFor(code, view.code)),
    );
    const [example] = without;
    if (example === undefined) return;
    const everywhere = without.length === arts.length;
    const other = example.views.find(({ id }) => id === view.id);
    const where = everywhere ? 'the art' : example.file;
    const text =
      other === undefined
        ? `${where} does not place ${view.mci}, so it is not there`
        : `${where} places ${other.code}${other.id} where the menu has ${view.mci}, so that is there without what the menu says`;
    const severe = everywhere && (findViewType(view.code)?.hasValue ?? false);
    this.note(severe ? 'error' : 'warning', 'view-not-placed', view.place, text);
  }

  /** Conditions on fields that no view has can never be met. */
  checkFields(rules: readonly SubmitRule[], views: readonly FormView[]): void {
    const names = new Set(views.flatMap(({ id, argName }) => [argName, String(id)]));
    const known = [...names].filter((name) => name !== undefined);
    for (const { match, action, place } of rules) {
      for (const condition of match) {
        const { field } = condition;
        if (names.has(field) || isNeverMet(condition)) continue;
        const text = `no view has the argName '${field}', so this is never done`;
        this.note('warning', 'unknown-field', place, text, nearestName(field, known));
      }
      if (!doSignIn([{ action }])) continue;
      for (const field of SIGN_IN_FIELDS) {
        if (names.has(field) || match.some((condition) => condition.field === field)) continue;
        const text = `no view has the argName '${field}', so nobody can sign in here`;
        this.note('warning', 'unknown-field', place, text, nearestName(field, known));
      }
    }
  }

  private checkSubmitter(
    key: string,
    rules: readonly SubmitRule[],
    views: readonly FormView[],
  ): void {
    const [first] = rules;
    if (first === undefined) return;
    const inputs = views.filter(({ code }) => findViewType(code)?.hasValue ?? false);
    if (inputs.length === 0) {
      this.note(
        'error',
        'nothing-submits',
        first.place,
        'the form has no view that could submit it, so its actions are never done',
      );
      return;
    }
    if (key === '*' || views.some(({ id }) => String(id) === key)) return;
    const text = `the form has no view ${key}, so this is never done`;
    this.note('warning', 'nothing-submits', first.place, text);
  }

  private checkKeys(rules: readonly KeyRule[], views: readonly FormView[]): void {
    for (const { viewId, place } of rules) {
      if (viewId === undefined || views.some(({ id }) => id === viewId)) continue;
      this.note(
        'warning',
        'unknown-view',
        place,
        `there is no view ${viewId} to go to, so the key does nothing`,
      );
    }
  }

  /** A form of an ordinary menu in which return does nothing and no key leads away. */
  private checkDoesSomething(form: FormEntry, menu: MenuEntry, views: readonly FormView[]): void {
    if (menu.module.kind !== 'standard' || form.submit.size > 0) return;
    const inputs = views.filter(({ code }) => findViewType(code)?.hasValue ?? false);
    if (inputs.length === 0) return;
    const text = "this form has no 'submit', so what is filled in goes nowhere";
    this.note('warning', 'nothing-submits', form.place, text);
  }

  checkModuleViews(menu: MenuEntry, facts: ModuleFacts | undefined): void {
    const arts = artsOf(menu.art, this.registries);
    if (arts === undefined || arts.length === 0) return;
    const positioned = new Set(
      menu.forms
        .flatMap(({ views }) => views)
        .filter(({ properties }) => properties['position'] !== undefined)
        .map(({ id }) => id),
    );
    for (const id of facts?.views ?? []) {
      const without = arts.find((art) => !art.views.some((view) => view.id === id));
      if (without === undefined || positioned.has(id)) continue;
      const text = `the module ${menu.module.name} needs a view ${id}, which ${without.file} does not place`;
      this.note('error', 'view-missing', menu.place, text);
    }
  }

  private note(
    severity: Finding['severity'],
    rule: string,
    place: Place,
    text: string,
    nearest?: string,
  ): void {
    const finding = { severity, rule, place, subject: this.subject, text };
    this.findings.push(nearest === undefined ? finding : { ...finding, nearest });
  }
}

/** What is known of a menu's art; undefined when art is not checked or the menu has none. */
function artsOf(
  art: Choice<string> | undefined,
  { art: known }: MenuRegistries,
): readonly ArtFacts[] | undefined {
  if (art === undefined || known === undefined) return undefined;
  return art.options.flatMap(({ value }) => known.get(value) ?? []);
}

function fitsKey(art: ArtFacts, key: string): boolean {
  return mciKeysOf(art.views.map(({ code }) => code)).includes(key);
}

/** What `validate` names: known validators of the board, or of the menu's module. */
function findValidatorProblem(
  address: unknown,
  registries: MenuRegistries,
  facts: ModuleFacts | undefined,
): { readonly text: string; readonly nearest: string | undefined } | undefined {
  const asset = typeof address === 'string' ? parseAsset(address) : undefined;
  if (asset?.kind === 'systemMethod') {
    if (registries.validators.includes(asset.name)) return undefined;
    const nearest = nearestName(asset.name, registries.validators);
    return { text: `there is no validator '${asset.name}'`, nearest };
  }
  if (asset?.kind === 'method') {
    const known = [...(facts?.validators ?? []), ...(facts?.methods ?? [])];
    if (known.includes(asset.name)) return undefined;
    const text = `the module has no validator '${asset.name}'`;
    return { text, nearest: nearestName(asset.name, known) };
  }
  return undefined;
}

function hasPath(config: Readonly<Record<string, unknown>>, path: string): boolean {
  return path.split('.').reduce<unknown>(stepInto, config) !== undefined;
}

function stepInto(value: unknown, key: string): unknown {
  const inside = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
  return inside ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

/** The nearest path: its first wrong step corrected. */
function nearestPath(config: Readonly<Record<string, unknown>>, path: string): string | undefined {
  const steps = path.split('.');
  let value: unknown = config;
  for (const [at, step] of steps.entries()) {
    const inside = stepInto(value, step);
    if (inside === undefined) {
      const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
      const nearest = nearestName(step, keys);
      return nearest === undefined
        ? undefined
        : [...steps.slice(0, at), nearest, ...steps.slice(at + 1)].join('.');
    }
    value = inside;
  }
  return undefined;
}
