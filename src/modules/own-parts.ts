import { ACS_CODES } from '../acs/codes';
import { NO_OWN_CODES, ownCode, type OwnCodes, type OwnCondition } from '../acs/own-codes';
import type { Clock } from '../base/clock';
import { BbsError } from '../base/errors';
import type { Log } from '../base/log';
import { nearestName } from '../base/nearest';
import type { MenuModule, OwnSystemMethod } from '../menu/run/module';
import type { OwnMciCode, OwnMciCodes } from '../menu/run/services';
import { SYSTEM_METHODS } from '../menu/run/system-methods';
import { kindOfCode } from '../menu/screen/mci-codes';
import { guardMethod, guardModule, type GuardParts } from './own-guard';
import { MODULES } from './registry';

/** What a program that runs the board, or a file of mods/, adds to it. */
export interface GivenParts {
  readonly modules?: readonly MenuModule[] | undefined;
  readonly acsCodes?: Readonly<Record<string, OwnCondition>> | undefined;
  readonly mciCodes?: Readonly<Record<string, OwnMciCode>> | undefined;
  readonly systemMethods?: Readonly<Record<string, OwnSystemMethod>> | undefined;
}

/** The same as the board uses it: checked, and guarded so that a failure is one caller's alone (rule P5). */
export interface OwnParts {
  /** By name, and those of mods/ by `mods/name` as well. */
  readonly modules: ReadonlyMap<string, MenuModule>;
  readonly acs: OwnCodes;
  readonly mci: OwnMciCodes;
  readonly systemMethods: ReadonlyMap<string, OwnSystemMethod>;
}

export const NO_OWN_PARTS: OwnParts = {
  modules: new Map(),
  acs: NO_OWN_CODES,
  mci: new Map(),
  systemMethods: new Map(),
};

/** Parts, and what to say of where they come from: `startBbs({ modules })`, or a file. */
export interface PartsFrom {
  readonly parts: GivenParts;
  readonly from: string;
}

/** Checks own parts; throws CONFIG_INVALID with what is wrong, where, and what would be right. */
export function readOwnParts(
  given: readonly PartsFrom[],
  guard: { readonly clock: Clock; readonly log: () => Log },
): OwnParts {
  const modules = new Map<string, MenuModule>();
  const acs = new Map<string, ReturnType<typeof ownCode>>();
  const mci = new Map<string, OwnMciCode>();
  const systemMethods = new Map<string, OwnSystemMethod>();
  for (const { parts, from } of given) {
    const told = (what: string): GuardParts => ({ ...guard, what: `${what} (${from})` });
    for (const module of parts.modules ?? []) {
      checkModule(module, from);
      const guarded = guardModule(module, told(module.name));
      addNew(modules, [module.name, guarded], from);
      // `@userModule:weather` is `mods/weather`.
      if (module.name.startsWith(MODS))
        addNew(modules, [module.name.slice(MODS.length), guarded], from);
    }
    for (const [code, condition] of Object.entries(parts.acsCodes ?? {})) {
      checkCode(code, ACS_CODES.has(code), { from, of: 'ACS' });
      mustBeFunction(condition.test, `the condition ${code} has no function 'test'`, from);
      const failed = (name: string, error: unknown): void =>
        guard.log().warn('extension.failed', { what: told(name).what, error });
      addNew(acs, [code, ownCode(code, condition, failed)], from);
    }
    for (const [code, value] of Object.entries(parts.mciCodes ?? {})) {
      checkCode(code, kindOfCode(code) !== undefined, { from, of: 'MCI' });
      mustBeFunction(value.value, `the MCI code ${code} has no function 'value'`, from);
      addNew(mci, [code, value], from);
    }
    for (const [name, method] of Object.entries(parts.systemMethods ?? {})) {
      if (!NAME.test(name) || Object.hasOwn(SYSTEM_METHODS, name))
        refuse(from, `the system method '${name}' is one of this program, or no name`);
      mustBeFunction(method.run, `the system method '${name}' has no function 'run'`, from);
      const { needs = 'complete' } = method;
      const run = guardMethod(method.run, told(name));
      addNew(systemMethods, [name, { ...method, needs, run }], from);
    }
  }
  return { modules, acs, mci, systemMethods };
}

/** How a module of mods/ is called in menus. */
export const MODS = 'mods/';

const NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;
const MODULE_NAME = /^(?:mods\/)?[A-Za-z][A-Za-z0-9_-]*$/;

/** Every key of a module, with whether others may use it. */
const MODULE_KEYS: Readonly<Record<keyof MenuModule, boolean>> = {
  name: true,
  doc: true,
  needs: true,
  views: true,
  methods: true,
  validators: true,
  messageView: true,
  configKeys: true,
  fields: true,
  configProblems: true,
  menus: true,
  enter: true,
  ready: true,
  changed: true,
  art: true,
  // What these open is decided by this program alone.
  bindsFactor: false,
  signsIn: false,
  isApplication: false,
  asked: false,
  isForeign: false,
  // Theirs are never passed by anyway.
  mustBeRead: false,
  // What theirs show when it is missing is theirs.
  artKeys: false,
};

function checkModule(module: MenuModule, from: string): void {
  if (typeof module !== 'object' || module === null)
    refuse(from, 'a module is an object with name, doc, needs, views and methods');
  const { name } = module as Partial<MenuModule>;
  if (typeof name !== 'string' || !MODULE_NAME.test(name))
    refuse(from, `a module has a 'name' of letters, digits, - and _, not ${JSON.stringify(name)}`);
  if (MODULES.some((each) => each.name === name.replace(/^mods\//, '')))
    refuse(from, `'${name}' is a module of this program; give it another name`);
  for (const key of Object.keys(module)) {
    if (Object.hasOwn(MODULE_KEYS, key) && MODULE_KEYS[key as keyof MenuModule]) continue;
    const nearest = nearestName(key, Object.keys(MODULE_KEYS));
    const hint = nearest === undefined || nearest === key ? '' : `; did you mean '${nearest}'?`;
    refuse(from, `the module '${name}' has '${key}', which modules of others cannot have${hint}`);
  }
  const { needs, methods = {}, validators = {} } = module as Partial<MenuModule>;
  if (needs !== undefined && needs !== 'none' && needs !== 'complete')
    refuse(from, `the module '${name}' has needs '${String(needs)}'; it is 'none' or 'complete'`);
  for (const [key, value] of Object.entries(methods))
    mustBeFunction(value, `'${key}' in the methods of '${name}' is no function`, from);
  for (const [key, value] of Object.entries(validators))
    mustBeFunction(value.check, `the validator '${key}' of '${name}' has no 'check'`, from);
}

function checkCode(
  code: string,
  isTaken: boolean,
  { from, of }: { readonly from: string; readonly of: string },
): void {
  if (!/^[A-Z]{2}$/.test(code)) refuse(from, `the ${of} code '${code}' is not two capital letters`);
  if (isTaken) refuse(from, `the ${of} code '${code}' is one of this program; take another`);
}

function mustBeFunction(value: unknown, text: string, from: string): void {
  if (typeof value !== 'function') refuse(from, text);
}

function addNew<Value>(
  table: Map<string, Value>,
  [name, value]: readonly [string, Value],
  from: string,
): void {
  if (table.has(name)) refuse(from, `'${name}' is there twice`);
  table.set(name, value);
}

function refuse(from: string, text: string): never {
  throw new BbsError('CONFIG_INVALID', `${from}: ${text}`);
}
