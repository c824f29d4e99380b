import type {
  MenuContext,
  MenuModule,
  PageContent,
  ShownArt,
  Transition,
} from '../menu/run/module';

/** Shows art that is chosen when the menu is entered, by `extraArgs` or `config.art`. */
export const showArtModule: MenuModule = {
  name: 'show_art',
  doc: 'Shows the art or the text that `extraArgs` names, or `config.art`: one name, or a list of which one is shown.',
  needs: 'none',
  // It may be handed secrets that are shown once.
  mustBeRead: true,
  configKeys: {
    method:
      '`sequence` shows the next of a list with each call of the account, `random` (as where nothing is said) any; others, such as `extraArgs`, say where ENiGMA½ takes the name from.',
    key: 'Path in `extraArgs` of the name of the art; `art` where nothing is said.',
  },
  views: [],
  methods: {},
  enter,
  art: (context) => Promise.resolve(chooseArt(context)),
};

/** A page that a module hands on is shown on the page of the theme. */
async function enter(context: MenuContext): Promise<Transition | undefined> {
  const { extraArgs } = context;
  if (typeof extraArgs !== 'object' || extraArgs === null || !('page' in extraArgs)) {
    return undefined;
  }
  if (!isPage(extraArgs.page)) return undefined;
  await context.showPages(extraArgs.page);
  return { kind: 'next' };
}

function isPage(value: unknown): value is PageContent {
  if (typeof value !== 'object' || value === null) return false;
  const lines: unknown = Array.isArray(value) ? value : 'lines' in value ? value.lines : undefined;
  return Array.isArray(lines) && lines.every(isText);
}

/** The art that `config.art` names for one of a module's screens. */
export function namedArt({ config }: MenuContext, name: string): ShownArt | undefined {
  const { art } = config;
  if (typeof art !== 'object' || art === null || !Object.hasOwn(art, name)) return undefined;
  const spec = (art as Readonly<Record<string, unknown>>)[name];
  return typeof spec === 'string' ? { kind: 'art', spec } : undefined;
}

function chooseArt(context: MenuContext): ShownArt | undefined {
  const { config, extraArgs } = context;
  if (typeof extraArgs === 'object' && extraArgs !== null) {
    if ('lines' in extraArgs && Array.isArray(extraArgs.lines)) {
      return { kind: 'lines', lines: extraArgs.lines.map(String) };
    }
    const spec = argument(extraArgs, config['key'] ?? 'art');
    if (spec !== undefined) return { kind: 'art', spec };
  }
  const { art } = config;
  const spec = Array.isArray(art) ? oneOf(context, art.filter(isText)) : art;
  return isText(spec) ? { kind: 'art', spec } : undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** The text at a path such as `area.tag` of what the way here brought along. */
function argument(extraArgs: object, path: unknown): string | undefined {
  let at: unknown = extraArgs;
  for (const step of String(path).split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[step];
  }
  return isText(at) ? at : undefined;
}

/** By `sequence` the next one with each call of the account, else any. */
function oneOf(
  { config, services, caller }: MenuContext,
  specs: readonly string[],
): string | undefined {
  if (specs.length === 0) return undefined;
  const calls = Number(caller.login.user?.properties.get('login_count') ?? 0);
  const at = config['method'] === 'sequence' ? calls : services.random.below(specs.length);
  return specs[at % specs.length];
}
