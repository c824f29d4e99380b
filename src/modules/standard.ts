import type { MenuModule } from '../menu/module';

/** A menu without `module`: art, views and rules, and nothing of its own. */
export const standardModule: MenuModule = {
  name: 'standard',
  doc: 'What a menu without `module` is: its art, its form or prompt, and where they lead.',
  needs: 'none',
  views: [],
  methods: {},
};
