import { SysopWords } from '../art/format';
import type { MenuContext, MenuModule, Transition } from '../menu/run/module';
import type { NodeStatus } from '../menu/run/node-talk';
import { namedArt } from './show-art';
import { FIELDS } from './row-fields';

const INDICATORS = { enabledIndicator: '\u221a', disabledIndicator: 'X' } as const;

/** Whether a caller is seen online and takes messages, until the call ends (ENiGMA½'s module of this name). */
export const userStatusConfigModule: MenuModule = {
  name: 'user_status_config',
  fields: FIELDS.user_status_config,
  doc: "Whether the caller is listed in who's online and takes messages of other callers, for this call. `menuInfoFormatNN` fills view NN from {visibleIndicator} {availableIndicator} {isVisible} {isAvailable}; `config.art.menu` is its art.",
  needs: 'complete',
  configKeys: {
    enabledIndicator:
      'What stands for yes, with its colour codes; a check mark where nothing is said.',
    disabledIndicator: 'What stands for no, with its colour codes; X where nothing is said.',
  },
  views: [],
  methods: {
    toggleVisible: (context) => toggle(context, 'isVisible'),
    toggleAvailable: (context) => toggle(context, 'isAvailable'),
  },
  art: (context) => Promise.resolve(namedArt(context, 'menu')),
  ready: (context) => Promise.resolve(show(context)),
};

function toggle(context: MenuContext, key: keyof NodeStatus): Promise<Transition> {
  const { services, caller } = context;
  const status = { [key]: !statusOf(context)[key] };
  services.nodes.setStatus(caller.node, status);
  caller.log.info('node-status.changed', status);
  show(context);
  return Promise.resolve({ kind: 'stay' });
}

function show(context: MenuContext): void {
  const { isVisible, isAvailable } = statusOf(context);
  const indicator = (isOn: boolean): SysopWords => {
    const key = isOn ? 'enabledIndicator' : 'disabledIndicator';
    const own = context.config[key];
    return new SysopWords(typeof own === 'string' ? own : INDICATORS[key]);
  };
  context.screen.setCustom('menuInfoFormat', {
    ...{ isVisible, isAvailable },
    visibleIndicator: indicator(isVisible),
    availableIndicator: indicator(isAvailable),
  });
}

function statusOf({ services, caller }: MenuContext): NodeStatus {
  const own = services.nodes.list().find(({ node }) => node === caller.node);
  return own ?? { isVisible: true, isAvailable: true };
}
