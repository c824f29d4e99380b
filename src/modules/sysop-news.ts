import type { MenuContext, MenuModule, Transition } from '../menu/run/module';
import { countInactive } from '../store/users';

/** What waits for the sysop, for a menu of the login sequence that only sysops are led to. */
export const sysopNewsModule: MenuModule = {
  name: 'sysop_news',
  doc: 'Goes on to `next`, whose screen says which file has an edit that was refused, how many accounts wait for activation and how many warnings the board has (`oputil config check`, `oputil menu check`), where there are any.',
  needs: 'complete',
  views: [],
  methods: {},
  enter,
};

async function enter(context: MenuContext): Promise<Transition> {
  const inactive = await context.services.db.run(countInactive);
  const warnings = context.services.warnings();
  const file = context.services.refusedFile();
  const sentences = [
    ...(file === undefined ? [] : [context.say('news.edit-refused', { file })]),
    ...(inactive === 0 ? [] : [context.say('news.to-activate', { count: inactive })]),
    ...(warnings === 0 ? [] : [context.say('news.warnings', { count: warnings })]),
  ];
  if (sentences.length === 0) return { kind: 'next' };
  return { kind: 'next', message: sentences.join(' ') };
}
