import { DEFAULT_OTP_TYPE } from '../base/otp-types';
import type { MenuServices } from '../menu/run/call-context';
import type { KeyRule, MenuEntry, Target } from '../menu/load/menu-entry';
import type { MenuMethod, MenuModule } from '../menu/run/module';
import type { User } from '../store/users';
import type { Key } from '../terminal/key';
import { MODULE_PAGES, type Answers, type ModulePage } from './module-pages';

type Modules = MenuServices['modules'];

/** The keys of a caller who follows the steps of a page. */
export function keysFor({ steps }: ModulePage): Key[] {
  return steps.flatMap((step, at): Key[] =>
    'method' in step ? [{ name: stepKey(at), text: '' }] : [...step.typed].map(typedKey),
  );
}

function typedKey(character: string): Key {
  return character === '\r'
    ? { name: 'return', text: '' }
    : { name: character === ' ' ? 'space' : character, text: character };
}

/** No key of a terminal has such a name. */
function stepKey(at: number): string {
  return `step ${at}`;
}

/** The menu with a key of its own for each method that the steps call, in all of its forms. */
export function menuWithSteps(menu: MenuEntry, { steps }: ModulePage): MenuEntry {
  const { place } = menu;
  const keys = steps.flatMap((step, at): KeyRule[] => {
    if (!('method' in step)) return [];
    const value = { kind: 'method', name: stepKey(at) } as const;
    const action = { pick: 'first', options: [{ acs: undefined, value, place }], place } as const;
    const rule = { keys: [stepKey(at)], action, place };
    return [{ ...rule, help: undefined, viewId: undefined, extraArgs: undefined }];
  });
  const forms = menu.forms.map((form) => ({ ...form, actionKeys: [...form.actionKeys, ...keys] }));
  return { ...menu, forms };
}

/** The modules with the steps of the page among the methods of its own. */
export function modulesWithSteps(modules: Modules, page: ModulePage): Modules {
  const module = modules.get(page.module);
  if (module === undefined) return modules;
  const methods = page.steps.flatMap((step, at): [string, MenuMethod][] => {
    const method = 'method' in step ? module.methods[step.method] : undefined;
    if (method === undefined || !('method' in step)) return [];
    const run: MenuMethod = (context, submission, extraArgs) => {
      for (const [view, text] of Object.entries(step.fill ?? {}))
        if (context.screen.has(Number(view))) context.screen.setText(Number(view), text);
      const value = { ...submission.value, ...step.value };
      return method(context, { ...submission, value }, extraArgs);
    };
    return [[stepKey(at), run]];
  });
  const own: MenuModule = {
    ...module,
    methods: { ...module.methods, ...Object.fromEntries(methods) },
  };
  return new Map([...modules, [module.name, own]]);
}

/** What services answer, where the page says so; else as before. */
export function answering(services: MenuServices, answers: Answers): MenuServices {
  const own = new Map(
    Object.entries(answers as Readonly<Record<string, object>>).map(([name, parts]) => {
      const before = services[name as keyof MenuServices] as object;
      return [name, new Proxy(before, { get: (all, key) => pick(parts, key) ?? pick(all, key) })];
    }),
  );
  return new Proxy(services, {
    get: (all, name) => own.get(String(name)) ?? pick(all, name),
  });
}

function pick(from: object, name: string | symbol): unknown {
  return Reflect.get(from, name) as unknown;
}

/** The account that a page is shown to. */
export function userFor(page: ModulePage, user: User | undefined): User | undefined {
  if (user === undefined || page.hasFactor !== true) return user;
  return { ...user, factors: [{ kind: 'otp', type: DEFAULT_OTP_TYPE }] };
}

/** The pages that callers of this menu can get to. */
export function pagesOf({ module, forms }: MenuEntry): readonly ModulePage[] {
  const named = new Set(
    forms.flatMap(({ submit, actionKeys }) =>
      [...[...submit.values()].flat(), ...actionKeys].flatMap(({ action }) =>
        (action?.options ?? []).map(({ value }) => methodOf(value)),
      ),
    ),
  );
  return MODULE_PAGES.filter(({ module: name, steps: [first], alsoBy = [] }) => {
    if (name !== module.name) return false;
    if (first === undefined || !('method' in first)) return true;
    return [first.method, ...alsoBy].some((method) => named.has(method));
  });
}

function methodOf(target: Target): string | undefined {
  return target.kind === 'method' ? target.name : undefined;
}
