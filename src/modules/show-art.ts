import type { MenuContext, MenuModule, ShownArt } from '../menu/run/module';

/** Shows art that is chosen when the menu is entered: `config.method: extraArgs`, or `config.art`. */
export const showArtModule: MenuModule = {
  name: 'show_art',
  doc: 'Shows the art or the text that `extraArgs` names (`config.method: extraArgs`), or `config.art`.',
  needs: 'none',
  configKeys: { method: '`extraArgs`, which is the only way that there is.' },
  views: [],
  methods: {},
  art: (context) => Promise.resolve(chooseArt(context)),
};

/** The art that `config.art` names for one of a module's screens. */
export function namedArt({ config }: MenuContext, name: string): ShownArt | undefined {
  const { art } = config;
  if (typeof art !== 'object' || art === null || !Object.hasOwn(art, name)) return undefined;
  const spec = (art as Readonly<Record<string, unknown>>)[name];
  return typeof spec === 'string' ? { kind: 'art', spec } : undefined;
}

function chooseArt({ config, extraArgs }: MenuContext): ShownArt | undefined {
  if (typeof extraArgs === 'object' && extraArgs !== null) {
    if ('lines' in extraArgs && Array.isArray(extraArgs.lines)) {
      return { kind: 'lines', lines: extraArgs.lines.map(String) };
    }
    if ('art' in extraArgs && typeof extraArgs.art === 'string') {
      return { kind: 'art', spec: extraArgs.art };
    }
  }
  return typeof config['art'] === 'string' ? { kind: 'art', spec: config['art'] } : undefined;
}
