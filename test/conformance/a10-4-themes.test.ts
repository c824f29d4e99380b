import type { MenuModule } from '../../src/menu/run/module';
import { asking, scenes, stop } from './scene';

const open = scenes();

const themeFile = (content: object): string => JSON.stringify(content);

describe('A10.4 theme.hjson', () => {
  it('info: name, author, group, enabled; one that is off gives way to the default', async () => {
    const scene = await open({
      menus: { menus: { first: stop('FIRST') } },
      config: { theme: { preLogin: 'other', default: 'gatehouse' } },
      art: {
        FIRST: '[%UT',
        'themes/gatehouse/theme.hjson': themeFile({ info: { name: 'Standard' } }),
        'themes/other/theme.hjson': themeFile({
          info: { name: 'Other', author: 'A', group: 'G', enabled: false },
        }),
      },
    });
    expect(scene.board.services.themes().find('other')).toMatchObject({
      name: 'Other',
      author: 'A',
      group: 'G',
      enabled: false,
    });
    await scene.call().sees('[Standard');
  });

  it('customization.defaults: passwordChar', async () => {
    const scene = await open({
      menus: {
        menus: { first: asking('FIRST', { ET1: { password: true } }, '@systemMethod:logoff') },
      },
      art: {
        FIRST: 'Secret %ET1',
        'themes/gatehouse/theme.hjson': themeFile({
          customization: { defaults: { passwordChar: '#' } },
        }),
      },
    });
    const caller = scene.call();
    await caller.sees('Secret');
    caller.type('abc');
    await caller.sees('Secret ###');
  });

  it.each([
    ['dateFormat.short', 'DT', { dateFormat: { short: 'D.M.YYYY' } }, '1.1.2026'],
    ['timeFormat.short', 'CT', { timeFormat: { short: 'h[:]mm a' } }, /^\d+:00 [ap]m$/],
  ])('customization.defaults: %s in moment-style tokens', async (_key, code, defaults, shown) => {
    const scene = await open({
      menus: { menus: { first: stop('FIRST') } },
      art: {
        FIRST: `[%${code}`,
        'themes/gatehouse/theme.hjson': themeFile({ customization: { defaults } }),
      },
    });
    const caller = scene.call();
    await caller.sees('[');
    expect(caller.screen.row(1).slice(1)).toMatch(
      shown instanceof RegExp ? shown : new RegExp(`^${shown}$`),
    );
  });

  it('customization.defaults: date, time and dateTime have a short and a long form', async () => {
    const defaults = {
      dateFormat: { short: 'YYYY', long: 'dddd' },
      timeFormat: { short: 'HH', long: 'HH:mm:ss' },
      dateTimeFormat: { short: 'YYYY HH', long: 'dddd HH:mm' },
    };
    const scene = await open({
      menus: { menus: { first: stop('FIRST') } },
      art: { 'themes/gatehouse/theme.hjson': themeFile({ customization: { defaults } }) },
    });
    expect(scene.board.services.themes().find('gatehouse')?.defaults).toMatchObject({
      date: defaults.dateFormat,
      time: defaults.timeFormat,
      dateTime: defaults.dateTimeFormat,
    });
  });

  it.each([
    ['dateFormat.short', { dateFormat: { short: 'MM/DD/YYYY' } }, /^01\/01\/2026 \d\d:00 /],
    ['timeFormat.short', { timeFormat: { short: 'h[:]mm a' } }, /^2026-01-01 \d+:00 [ap]m /],
    [
      'dateTimeFormat.short',
      { dateTimeFormat: { short: '[at] h a, YYYY' } },
      / at \d+ [ap]m, 2026$/,
    ],
  ])(
    'theme.%s of config.hjson is what is shown where the theme says nothing',
    async (_key, formats, shown) => {
      const dated: MenuModule = {
        ...{ name: 'dated', doc: '', needs: 'none', views: [], methods: {} },
        ready: (context) => {
          const atMs = scene.board.accounts.clock.nowMs();
          context.screen.setCustom('menuInfoFormat', { when: context.dateText(atMs) });
          return Promise.resolve();
        },
      };
      const config = { menuInfoFormat10: '{DT} {CT} {when}' };
      const scene = await open({
        menus: {
          menus: { first: { module: 'dated', art: 'FIRST', form: { 0: { mci: {} } }, config } },
        },
        config: { theme: formats },
        art: { FIRST: '%TL10\r\nend', 'themes/gatehouse/theme.hjson': '{}' },
        modules: [dated],
      });
      const caller = scene.call();
      await caller.sees('end');
      expect(caller.screen.row(1)).toMatch(shown);
    },
  );

  const menus = {
    menus: { first: asking('FIRST', { TL1: { text: 'plain' } }, '@systemMethod:logoff') },
  };

  it.each([
    ['{ config, mci }', { config: { cls: false }, mci: { TL1: { text: 'themed' } } }],
    ['{ 0: { mci }, 1: { mci } }', { 0: { mci: { TL1: { text: 'themed' } } }, 1: { mci: {} } }],
  ])("customization.menus: a menu's entry as %s", async (_form, entry) => {
    const scene = await open({
      menus,
      art: {
        FIRST: '%TL1 view',
        'themes/gatehouse/theme.hjson': themeFile({ customization: { menus: { first: entry } } }),
      },
    });
    await scene.call().sees('themed');
  });

  it('theme.preLogin is for who is not signed in, theme.default for who has none of his own', async () => {
    const scene = await open({
      menus: {
        menus: {
          login: asking(
            'LOGIN',
            { ET1: { argName: 'username' }, ET2: { argName: 'password', password: true } },
            '@systemMethod:login',
            { next: 'first' },
          ),
          first: stop('FIRST'),
        },
      },
      config: { theme: { preLogin: 'gate', default: 'court' } },
      art: {
        LOGIN: '[%UD]  %ET1 %ET2',
        FIRST: '<%UD',
        'themes/gate/theme.hjson': '{}',
        'themes/court/theme.hjson': '{}',
        'themes/own/theme.hjson': '{}',
      },
    });
    await scene.board.addUser('joe', 'correct horse');
    await scene.board.addUser('ann', 'correct horse', { properties: { theme_id: 'own' } });
    for (const [user, shown] of [
      ['joe', '<court'],
      ['ann', '<own'],
    ]) {
      const caller = scene.call({}, 'login');
      await caller.sees('[gate');
      caller.type(`${user}\rcorrect horse\r`);
      await caller.sees(shown ?? '');
    }
  });

  it('* is a theme by chance, the same for a whole call', async () => {
    const scene = await open({
      menus: { menus: { first: stop('FIRST', { next: 'second' }), second: stop('SECOND') } },
      config: { theme: { preLogin: '*' } },
      art: {
        FIRST: '<%UD',
        SECOND: '[%UD',
        'themes/a/theme.hjson': '{}',
        'themes/b/theme.hjson': '{}',
      },
    });
    const seen = new Set<string>();
    for (let calls = 0; calls < 100 && seen.size < 2; calls++) {
      const caller = scene.call();
      const id = /<(\w)/.exec(await caller.sees(/<\w/))?.[1] ?? '';
      caller.type(' ');
      await caller.sees(`[${id}`);
      seen.add(id);
    }
    expect([...seen].sort()).toEqual(['a', 'b']);
  });

  it('config.nextTimeout changes a wait, and is no way out of a form that has none', async () => {
    const out = '@systemMethod:logoff';
    const scene = await open({
      menus: {
        menus: {
          first: { art: 'FIRST', config: { nextTimeout: 5_000 }, next: 'second' },
          second: { ...asking('SECOND', { ET1: {} }, out), next: 'third' },
          third: stop('THIRD'),
        },
      },
      art: {
        FIRST: 'first',
        SECOND: 'second %ET1',
        THIRD: 'third',
        'themes/gatehouse/theme.hjson': themeFile({
          customization: {
            menus: {
              first: { config: { nextTimeout: 500 } },
              second: { config: { nextTimeout: 500 } },
            },
          },
        }),
      },
    });
    const caller = scene.call();
    await caller.sees('first');
    await scene.board.accounts.fake.advance(500);
    await caller.sees('second');
    await scene.board.accounts.fake.advance(60_000);
    caller.type('still here');
    await caller.sees('second still here');
  });
});
