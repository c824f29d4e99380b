import type { MenuContext, MenuModule, Transition } from '../menu/module';

/**
 * Stands in for a module that this board does not have. A menu that leads on, as those of a login
 * sequence do, is passed by; who chose another one is told, and is back where he was.
 */
export function absentModule(name: string, why: string): MenuModule {
  const enter = async (context: MenuContext): Promise<Transition> => {
    context.caller.log.debug('menu.module-absent', { menu: context.menu, module: name });
    if (context.leadsOn) return { kind: 'next' };
    await context.showPages([
      '',
      ` ${context.desc}`,
      '',
      ` This part of the board is not here: ${why}.`,
    ]);
    return { kind: 'previous' };
  };
  return { name, doc: why, needs: 'none', views: [], methods: {}, enter };
}
