import { SYSTEM_METHODS } from '../../src/menu/run/system-methods';
import { VALIDATORS } from '../../src/menu/run/validators';
import type { MenuModule } from '../../src/menu/run/module';
import { asking, keyed, scenes, stop } from './scene';

const open = scenes();
const art = { FIRST: 'one\r\n', SECOND: 'two\r\n', THIRD: 'three\r\n', FIELD: 'Field: %ET1' };

const helper: MenuModule = {
  name: 'helper',
  doc: '',
  needs: 'none',
  views: [],
  methods: { onward: () => Promise.resolve({ kind: 'goto', menu: 'second' }) },
  validators: {
    mustBeX: {
      doc: '',
      needs: 'none',
      check: (text) => Promise.resolve(text === 'x' ? undefined : 'Only x.'),
    },
  },
};

describe('A2.4 addresses in action', () => {
  it.each([
    ['@menu:x', '@menu:second', {}],
    ['@method:x of the module', '@method:onward', { module: 'helper' }],
    ['@method:/path/mod.js:x of another module', '@method:/mods/helper.js:onward', {}],
    ['@systemMethod:x', '@systemMethod:nextMenu', { next: 'second' }],
    ['a list with acs', [{ acs: 'SC', action: '@menu:third' }, { action: '@menu:second' }], {}],
    ['a list of plain values, by chance', ['@menu:second', '@menu:second'], {}],
  ])('%s', async (_form, action, more) => {
    const scene = await open({
      menus: {
        menus: {
          first: keyed('FIRST', { g: action }, more),
          second: stop('SECOND'),
          third: stop('THIRD'),
        },
      },
      art,
      modules: [helper],
    });
    expect(scene.board.menuSet?.problems).toEqual([]);
    const caller = scene.call();
    await caller.sees('one');
    caller.type('g');
    await caller.sees('two');
  });

  it('a list of plain values picks each of them sooner or later', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: keyed('FIRST', { g: ['@menu:second', '@menu:third'] }),
          second: stop('SECOND', { next: 'first' }),
          third: stop('THIRD', { next: 'first' }),
        },
      },
      art,
    });
    const caller = scene.call();
    for (let visit = 0; visit < 40; visit++) {
      await caller.until('the first menu', () => caller.menus.length === 1 + 2 * visit);
      caller.type('g');
      await caller.until('another menu', () => caller.menus.length === 2 + 2 * visit);
      await caller.until('its pause', () => caller.isAsked);
      caller.type(' ');
    }
    expect(new Set(caller.menus)).toEqual(new Set(['first', 'second', 'third']));
  });
});

describe('A2.4 addresses elsewhere', () => {
  it('view property @config:dot.path is the value of the configuration', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: asking(
            'FIELD',
            { ET1: { maxLength: '@config:users.usernameMax', width: 30 } },
            '@menu:second',
          ),
        },
      },
      art,
      config: { users: { usernameMax: 4 } },
    });
    const caller = scene.call();
    await caller.sees('Field:');
    caller.type('abcdefg');
    await caller.sees('Field: abcd');
    expect(caller.screen.row(1)).toBe('Field: abcd');
  });

  it('view property @sysStat:name is a figure of the board', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: asking('FIELD', { ET1: { text: '@sysStat:sysop_username' } }, '@menu:second'),
        },
      },
      art,
      config: { general: { sysOp: { username: 'Gatekeeper' } } },
    });
    await scene.call().sees('Field: Gatekeeper');
  });

  it.each([
    ['@method:x', { module: 'helper' }, '@method:mustBeX', 'Only x.', 'x'],
    ['@systemMethod:x', {}, '@systemMethod:validateNonEmpty', 'Please fill this in.', 'y'],
  ])('view property validate: %s', async (_form, more, validate, sentence, right) => {
    const scene = await open({
      menus: {
        menus: {
          first: asking('FIELD', { ET1: { validate } }, '@menu:second', more),
          second: stop('SECOND'),
        },
      },
      art,
      modules: [helper],
    });
    const caller = scene.call();
    await caller.sees('Field:');
    caller.type('\r');
    await caller.sees(sentence);
    caller.type(`${right}\r`);
    await caller.sees('two');
  });

  it('art: bare or @art:x', async () => {
    const scene = await open({
      menus: {
        menus: { first: stop('@art:FIRST'), second: stop('x', { art: [{ art: '@art:SECOND' }] }) },
      },
      art,
    });
    await scene.call().sees('one');
    await scene.call({}, 'second').sees('two');
  });

  it('prompt and pause: bare or @prompt:x', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: { art: 'FIRST', config: { pause: '@prompt:own' }, next: 'second' },
          second: { prompt: '@prompt:own', submit: [] },
        },
        prompts: { own: { art: 'OWN' } },
      },
      art: { ...art, OWN: '<own>' },
    });
    expect(await scene.call().sees('<own>')).toContain('one');
    expect(await scene.call({}, 'second').sees('<own>')).toBe('<own>');
  });

  it.each(['@menu:', '@nonsense:x', '@menu:a:b:c', '@menu:a b', 'second'])(
    'an action %s is not of the grammar and is told with its place',
    async (action) => {
      const scene = await open({ menus: { menus: { first: keyed('FIRST', { g: action }) } }, art });
      const [problem] = scene.board.menuSet?.problems ?? [];
      expect(problem).toMatchObject({ severity: 'error', rule: 'bad-address' });
      expect(problem?.place.line).toBeGreaterThan(1);
    },
  );
});

describe('A2.4 system methods', () => {
  it.each([
    'login',
    'login2FA_OTP',
    'setClientEncoding',
    'logoff',
    'prevMenu',
    'redrawMenu',
    'nextMenu',
    'prevConf',
    'nextConf',
    'prevArea',
    'nextArea',
    'sendForgotPasswordEmail',
    'optimizeDatabases',
  ])('%s is there', (name) => {
    expect(Object.keys(SYSTEM_METHODS)).toContain(name);
  });

  it('setClientEncoding sets the encoding and shows the menu again', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: {
            art: [{ acs: 'EC1', art: 'SECOND' }, { art: 'FIRST' }],
            form: {
              0: {
                actionKeys: [
                  {
                    keys: ['u'],
                    action: '@systemMethod:setClientEncoding',
                    extraArgs: { encoding: 'utf-8' },
                  },
                ],
              },
            },
          },
        },
      },
      art,
    });
    const caller = scene.call();
    await caller.sees('one');
    caller.type('u');
    await caller.sees('two');
    expect(caller.caller.terminal.encoding).toBe('utf8');
  });

  it('redrawMenu draws the menu again, and called by next it goes back', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: asking('FIELD', { ET1: { submit: true } }, [
            { acs: 'TH50', action: '@menu:second' },
            { action: '@systemMethod:redrawMenu' },
          ]),
          second: { art: 'SECOND', next: '@systemMethod:redrawMenu' },
        },
      },
      art,
    });
    const caller = scene.call();
    await caller.sees('Field:');
    caller.type('hello');
    await caller.sees('Field: hello');
    caller.type('\r');
    await caller.seesNot('hello');
    expect(caller.screen.row(1).trimEnd()).toBe('Field:');
    caller.resize(80, 50);
    caller.type('again\r');
    await caller.until('the way back', () => caller.menus.length > 2);
    expect(caller.menus).toEqual(['first', 'second', 'first']);
  });

  it('logoff ends the call', async () => {
    const scene = await open({ menus: { menus: { first: { next: '@systemMethod:logoff' } } } });
    expect(await scene.call().ended).toBe('log-off');
  });

  it.each(['prevConf', 'nextConf', 'prevArea', 'nextArea', 'optimizeDatabases'])(
    '%s says that this board has no such thing, and the caller stays',
    async (name) => {
      const scene = await open({
        menus: { menus: { first: keyed('FIRST', { g: `@systemMethod:${name}` }) } },
        art,
      });
      const caller = scene.call();
      await caller.sees('one');
      caller.type('g');
      await caller.sees(name === 'optimizeDatabases' ? 'looks after itself' : 'no message areas');
      expect(caller.screen.row(1)).toBe('one');
    },
  );

  it('sendForgotPasswordEmail asks for a mail for the account of that name and follows next', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: asking(
            'FIELD',
            { ET1: { argName: 'username' } },
            '@systemMethod:sendForgotPasswordEmail',
            {
              next: 'second',
            },
          ),
          second: stop('SECOND'),
        },
      },
      art,
    });
    const caller = scene.call();
    await caller.sees('Field:');
    caller.type('joe\r');
    await caller.sees('two');
    expect(scene.board.forgotten).toEqual(['joe']);
  });
});

describe('A2.4 validators', () => {
  const table: [name: string, wrong: [string, string][], right: string[]][] = [
    ['validateNonEmpty', [['', 'Please fill this in.']], ['x']],
    ['validateSignInName', [['', 'Please fill this in.']], ['x']],
    ['validateMessageSubject', [['', 'Please give a subject.']], ['Hello']],
    [
      'validateUserNameAvail',
      [
        ['joe', 'This name is taken.'],
        ['JOE', 'This name is taken.'],
        ['a', 'at least'],
        ['root', 'This name is reserved.'],
      ],
      ['bob', 'rootbeer', 'a%b_c'],
    ],
    ['validateUserNameExists', [['nobody-here', 'There is no such user.']], ['joe', 'JOE']],
    [
      'validateUserNameOrRealNameExists',
      [['nobody-here', 'There is no such user.']],
      ['joe', 'Joe Doe'],
    ],
    [
      'validateGeneralMailAddressedTo',
      [['nobody-here', 'There is no such user.']],
      ['joe', 'a@example.org'],
    ],
    [
      'validateEmailAvail',
      [['no-address', 'a plain mail address']],
      // Who has an address is told by mail and never here (rule M6).
      ['', 'other@example.org', 'joe@example.org'],
    ],
    [
      'validateBirthdate',
      [
        ['2023/02/30', 'There is no such date.'],
        ['1999', 'the whole date'],
        ['2999/01/01', 'cannot be a birthdate'],
      ],
      ['', '1990/12/31'],
    ],
    [
      'validatePasswordSpec',
      [
        ['short', 'at least'],
        ['password123', ''],
      ],
      ['correct horse battery'],
    ],
  ];

  it('there are these and no others', () => {
    expect(Object.keys(VALIDATORS).sort()).toEqual(table.map(([name]) => name).sort());
  });

  it('those that tell which accounts there are need a complete sign-in (rule M4)', () => {
    const closed = Object.entries(VALIDATORS).filter(([, { needs }]) => needs === 'complete');
    expect(closed.map(([name]) => name)).toEqual([
      'validateUserNameExists',
      'validateUserNameOrRealNameExists',
      'validateGeneralMailAddressedTo',
    ]);
  });

  it.each(table)('%s', async (name, wrong, right) => {
    const field = { ET1: { argName: 'x', validate: `@systemMethod:${name}`, width: 40 } };
    const scene = await open({
      menus: {
        menus: {
          login: asking(
            'LOGIN',
            { ET1: { argName: 'username' }, ET2: { argName: 'password', password: true } },
            '@systemMethod:login',
            { next: 'first' },
          ),
          first: asking('FIELD', field, '@menu:second'),
          second: stop('SECOND', { next: 'first' }),
        },
      },
      art: { ...art, LOGIN: 'Name %ET1\r\n%ET2', FIELD: 'Field: %ET1\r\n\r\n[%TL10' },
    });
    await scene.board.addUser('joe', 'correct horse', { properties: { real_name: 'Joe Doe' } });
    const needsSignIn = VALIDATORS[name]?.needs === 'complete';
    const caller = scene.call({}, needsSignIn ? 'login' : 'first');
    if (needsSignIn) {
      await scene.board.addUser('ann', 'correct horse');
      await caller.sees('Name');
      caller.type('ann\rcorrect horse\r');
    }
    for (const [text, sentence] of wrong) {
      await caller.sees('Field:');
      caller.type(`${text}\r`);
      await caller.sees(sentence === '' ? /\[[A-Z]/ : sentence);
      caller.type('\x15');
      await caller.sees(/Field:\s*\n/);
    }
    for (const text of right) {
      await caller.sees('Field:');
      caller.type(`${text}\r`);
      await caller.sees('two');
      caller.type(' ');
    }
  });

  it('a validator that is not there lets nothing past', async () => {
    const field = { ET1: { argName: 'word', validate: '@systemMethod:validateNothing' } };
    const scene = await open({
      menus: { menus: { first: asking('FIELD', field, '@menu:second'), second: stop('SECOND') } },
      art,
    });
    const caller = scene.call();
    await caller.sees('Field:');
    caller.type('x\r');
    await caller.sees('This cannot be checked here.');
    expect(caller.menus).toEqual(['first']);
  });

  it('a module that is not there is said and left, also where the menu leads on; one of ENiGMA½ is passed by', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: keyed('FIRST', { g: '@menu:odd', h: '@menu:onward', i: '@menu:known' }),
          odd: { desc: 'Oddities', module: './mods/odd', config: { area: 'login' } },
          onward: { module: '@userModule:mine', next: 'second', config: { area: 'login' } },
          known: { module: './activitypub/user_config', next: 'second', config: { area: 'login' } },
          second: stop('SECOND'),
        },
      },
      art,
    });
    const caller = scene.call();
    await caller.sees('one');
    caller.type('g');
    await caller.sees('This part of the board is not here.');
    caller.type(' ');
    await caller.sees('one');
    caller.type('h');
    await caller.sees('This part of the board is not here.');
    caller.type(' ');
    await caller.sees('one');
    caller.type('i');
    await caller.sees('two');
  });
});
