import { MenuBoard, type MenuBoardOptions, type MenuCaller } from '../support/menu-board';
import { nextLook } from '../support/next-look';

const area = { area: 'login' };

describe('a screen', () => {
  let board: MenuBoard;

  afterEach(() => board.close());

  const call = async (
    options: MenuBoardOptions,
    how: Parameters<MenuBoard['call']>[1] = {},
  ): Promise<MenuCaller> => {
    board = await MenuBoard.open(options);
    return board.call('first', how);
  };

  const pausing = { first: { art: 'FIRST', desc: 'A place', config: { ...area, pause: true } } };

  it('fills predefined codes in, and shows what a person typed as it is', async () => {
    const caller = await call({
      menus: { menus: pausing },
      art: { FIRST: 'Board %BN\r\nNode %ND\r\nMenu %MD\r\nWidth %SW\r\nBy %ST' },
      config: { general: { boardName: '|04Red %UN {x}' } },
    });
    const text = await caller.sees('Board |04Red %UN {x}');
    expect(text).toContain('Node 1\nMenu A place\nWidth 80\nBy Telnet');
    caller.hangUp();
  });

  it('shows figures of the board', async () => {
    const caller = await call({
      menus: { menus: pausing },
      art: { FIRST: 'Users: %TU    \r\nCalls: %TC     ' },
    });
    await board.addUser('joe', 'correct horse');
    const again = board.call('first');
    await again.sees('Users: 1');
    await again.sees('Calls: 0');
    caller.hangUp();
    again.hangUp();
  });

  it('shows figures in the texts of views too', async () => {
    const form = { 0: { mci: { TL1: { text: '{TU:03d} of us, {TC!upper} calls' } } } };
    const caller = await call({
      menus: { menus: { first: { art: 'FIRST', config: area, form } } },
      art: { FIRST: '%TL1' },
    });
    await caller.sees('000 of us, 0 calls');
    caller.hangUp();
  });

  it('has a view of the kind that the art places, without what the menu says of another kind', async () => {
    const form = { 0: { mci: { TL1: { text: 'of this kind' }, MT2: { text: 'of another' } } } };
    const caller = await call({
      menus: { menus: { first: { art: 'FIRST', config: { ...area, pause: true }, form } } },
      art: { FIRST: '%TL1\r\n%TL2\r\nThe end' },
    });
    await caller.until('its pause', () => caller.isAsked);
    const text = await caller.sees('The end');
    expect(text).toContain('of this kind');
    expect(text).not.toContain('of another');
    caller.hangUp();
  });

  it('takes art by condition, and by the theme before the general folder', async () => {
    const caller = await call({
      menus: {
        menus: {
          first: {
            art: [{ acs: 'EC1', art: 'WIDE' }, { art: 'PLAIN' }],
            config: { ...area, pause: true },
          },
        },
      },
      art: {
        'general/PLAIN.ANS': 'general',
        'themes/gatehouse/PLAIN.ANS': 'of the theme',
        'themes/gatehouse/theme.hjson': '{ info: { name: "Gatehouse" } }',
        'general/WIDE.utf8ans': 'für UTF-8 ✓',
      },
    });
    await caller.sees('of the theme');
    const wide = board.call('first', { encoding: 'utf8' });
    await wide.sees('für UTF-8 ✓');
    caller.hangUp();
    wide.hangUp();
  });

  it('goes on without art that is missing', async () => {
    const caller = await call({
      menus: {
        menus: {
          first: { art: 'NOWHERE', config: area, next: 'second' },
          second: { art: 'HERE', config: { ...area, pause: true } },
        },
      },
      art: { HERE: 'here' },
    });
    await caller.sees('here');
    caller.hangUp();
  });

  it('can be filled in without its art: a plain line stands for each field', async () => {
    const caller = await call({
      menus: {
        menus: {
          first: {
            desc: 'Sign in',
            art: 'NOWHERE',
            config: area,
            form: {
              0: {
                mci: {
                  ET1: { argName: 'userName', focus: true },
                  ET2: { argName: 'password', password: true, submit: true },
                },
                submit: {
                  '*': [{ value: { userName: 'joe', password: 'x' }, action: '@menu:second' }],
                },
              },
            },
          },
          second: { art: 'HERE', config: { ...area, pause: true } },
        },
      },
      art: { HERE: 'here' },
    });
    await caller.sees('Password:');
    expect(caller.screen.row(1)).toBe('Sign in');
    caller.type('joe\tx');
    await caller.sees('User name: joe');
    await caller.sees('Password: *');
    caller.type('\r');
    await caller.sees('here');
    caller.hangUp();
  });

  it('chooses the form by the codes of the art', async () => {
    const menus = {
      menus: {
        first: {
          art: [{ acs: 'TW100', art: 'LIST' }, { art: 'FIELD' }],
          config: area,
          form: {
            0: {
              VM: {
                mci: { VM1: { argName: 'pick', items: ['yes', 'no'], submit: true } },
                submit: { '*': [{ value: { pick: 0 }, action: '@menu:list' }] },
              },
              ET: {
                mci: { ET1: { argName: 'word', submit: true } },
                submit: { '*': [{ value: { word: null }, action: '@menu:field' }] },
              },
            },
          },
        },
        list: { art: 'DONELIST', config: { ...area, pause: true } },
        field: { art: 'DONEFIELD', config: { ...area, pause: true } },
      },
    };
    const art = {
      LIST: 'Pick one: %VM1',
      FIELD: 'Type: %ET1',
      DONELIST: 'picked',
      DONEFIELD: 'typed',
    };
    const caller = await call({ menus, art });
    await caller.sees('Type:');
    caller.type('x\r');
    await caller.sees('typed');
    const wide = board.call('first', { width: 132 });
    await wide.sees('Pick one:');
    wide.type('\r');
    await wide.sees('picked');
    caller.hangUp();
    wide.hangUp();
  });

  it('lets a theme change how views look but not what they accept', async () => {
    const caller = await call({
      menus: {
        menus: {
          first: {
            art: 'FIRST',
            config: area,
            form: {
              0: {
                mci: { ET1: { argName: 'word', maxLength: 4, submit: true, focus: true } },
                submit: { '*': [{ value: { word: 'long' }, action: '@menu:second' }] },
              },
            },
          },
          second: { art: 'SECOND', config: { ...area, pause: true } },
        },
      },
      art: {
        FIRST: 'Type: %ET1',
        SECOND: 'second',
        'themes/gatehouse/theme.hjson': JSON.stringify({
          customization: {
            menus: {
              first: { mci: { ET1: { fillChar: '_', width: 8, maxLength: 99, argName: 'other' } } },
            },
          },
        }),
      },
    });
    await caller.sees('Type: ________');
    caller.type('longer\r');
    await caller.sees('second');
    caller.hangUp();
  });

  it('says what a validator found and lets a form be left without filling it in', async () => {
    const menus = {
      menus: {
        first: {
          art: 'FIRST',
          config: area,
          next: 'second',
          form: {
            0: {
              mci: {
                ET1: { argName: 'name', validate: '@systemMethod:validateNonEmpty', focus: true },
                TM2: { argName: 'go', items: ['save', 'cancel'], submit: true },
              },
              submit: {
                '*': [
                  { value: { go: 0 }, action: '@menu:second' },
                  { value: { go: 1 }, action: '@systemMethod:logoff' },
                ],
              },
            },
          },
        },
        second: { art: 'SECOND', config: { ...area, pause: true } },
      },
    };
    const caller = await call({
      menus,
      art: { FIRST: 'Name %ET1\r\n%TM2\r\n%TL10', SECOND: 'saved' },
    });
    await caller.sees('Name');
    caller.type('\r');
    await caller.sees('Please fill this in.');
    caller.type('joe\r\r');
    await caller.sees('saved');
    const other = board.call('first');
    await other.sees('Name');
    // Back over the first field, where the other way would not let him past.
    other.type('\x1b[Z\x1b[C\r');
    expect(await other.ended).toBe('log-off');
    caller.hangUp();
  });

  it('uses the bottom line for messages where the art has no line for them, and clears it', async () => {
    const caller = await call({
      menus: {
        menus: {
          first: {
            art: 'FIRST',
            config: area,
            form: {
              0: {
                mci: { ET1: { argName: 'word', submit: true, focus: true } },
                submit: { '*': [{ value: { word: 'open' }, action: '@systemMethod:logoff' }] },
              },
            },
          },
        },
      },
      art: { FIRST: 'Say it: %ET1' },
    });
    await caller.sees('Say it');
    caller.type('close\r');
    await caller.sees('That is none of the choices.');
    expect(caller.screen.row(24)).toContain('That is none of the choices.');
    expect(caller.screen.row(1)).toBe('Say it:');
    caller.type('o');
    await caller.seesNot('That is none of the choices.');
    caller.hangUp();
  });

  it('resolves values of the config in view properties', async () => {
    const caller = await call({
      menus: {
        menus: {
          first: {
            art: 'FIRST',
            config: area,
            form: {
              0: {
                mci: {
                  ET1: { argName: 'w', maxLength: '@config:users.usernameMax', width: 40 },
                },
              },
            },
          },
        },
      },
      art: { FIRST: '%ET1' },
      config: { users: { usernameMax: 5 } },
    });
    await caller.until('the first screen', () => caller.screen.sent.length > 0);
    caller.type('abcdefgh');
    await caller.sees('abcde');
    expect(caller.screen.row(1)).toBe('abcde');
    caller.hangUp();
  });

  const lines = Array.from({ length: 60 }, (_, index) => `line ${index + 1}.`);

  it('shows tall art page by page', async () => {
    const caller = await call({
      menus: {
        menus: {
          first: { art: 'TALL', config: { ...area, pause: 'pageBreak' }, next: 'second' },
          second: { art: 'END', config: { ...area, pause: true } },
        },
        prompts: {
          pause: { art: 'PAUSE' },
          pausePage: { art: 'PAGE', config: { quitKey: 'q', continuousKey: 'c' } },
        },
      },
      art: { TALL: lines.join('\r\n'), PAUSE: '<pause>', PAGE: '<more>', END: 'the end' },
    });
    await caller.sees('<more>');
    expect(caller.screen.text()).toContain('line 23.');
    expect(caller.screen.text()).not.toContain('line 24.');
    caller.type(' ');
    await caller.sees('line 46.');
    await caller.sees('<more>');
    caller.type('q');
    await caller.sees('<pause>');
    expect(caller.screen.text()).not.toContain('line 60.');
    caller.type(' ');
    await caller.sees('the end');
    caller.hangUp();
  });

  it('lets tall art scroll and keeps its views where they are', async () => {
    const caller = await call({
      menus: {
        menus: {
          first: {
            art: 'TALL',
            config: area,
            form: { 0: { mci: { ET1: { argName: 'x', focus: true } } } },
          },
        },
      },
      art: { TALL: `${lines.join('\r\n')}\r\nName: %ET1` },
    });
    await caller.sees('Name:');
    caller.type('joe');
    await caller.sees('Name: joe');
    expect(caller.screen.text()).toContain('line 60.');
    caller.hangUp();
  });

  it('never writes the bottom-right cell and never scrolls a screen of exact size', async () => {
    const full = Array.from({ length: 24 }, () => '#'.repeat(80)).join('');
    const caller = await call({
      menus: { menus: { first: { art: 'FULL', config: area, form: { 0: { actionKeys: [] } } } } },
      art: { FULL: full },
    });
    await caller.sees('####');
    expect(caller.screen.scrolled).toBe(0);
    expect(caller.screen.cell(24, 80).character).toBe(' ');
    caller.hangUp();
  });

  it('adds art that does not clear the screen below what is there', async () => {
    const caller = await call({
      menus: {
        menus: {
          first: { art: 'FIRST', config: area, next: 'second' },
          second: { art: 'SECOND', config: { ...area, cls: false, pause: true } },
        },
      },
      art: { FIRST: 'above\r\n', SECOND: 'below' },
    });
    const text = await caller.sees('below');
    expect(text).toMatch(/above\n(?:\n)?below/);
    caller.hangUp();
  });

  it('sends art at the speed of a modem', async () => {
    const caller = await call({
      menus: { menus: { first: { art: 'SLOW', config: { ...area, baudRate: 300, pause: true } } } },
      art: { SLOW: 'x'.repeat(60) },
    });
    while (caller.screen.sent.length === 0) {
      await board.accounts.fake.advance(16);
      await nextLook();
    }
    await board.accounts.fake.advance(1000);
    await caller.screen.settled();
    const shown = caller.screen.text().length;
    expect(shown).toBeGreaterThan(5);
    expect(shown).toBeLessThan(40);
    await board.accounts.fake.advance(3000);
    await caller.sees('x'.repeat(60));
    caller.hangUp();
  });

  it('shows a message of a node at once in a menu that lets it through, and later in others', async () => {
    const form = { 0: { actionKeys: [{ keys: ['g'], action: '@menu:second' }] } };
    const caller = await call({
      menus: {
        menus: {
          first: { art: 'FIRST', config: { ...area, interrupt: 'never' }, form },
          second: { art: 'SECOND', config: { ...area, interrupt: 'realtime' }, form },
        },
      },
      art: { FIRST: 'do not disturb', SECOND: 'open door' },
    });
    await caller.sees('do not disturb');
    caller.caller.inbox.post({ text: 'Hello |04there %UN', from: 'Node 2' });
    caller.type('g');
    const text = await caller.sees('Message from Node 2');
    expect(text).toContain('Hello |04there %UN');
    caller.type(' ');
    await caller.sees('open door');
    caller.caller.inbox.post({ text: 'And again' });
    await caller.sees('And again');
    caller.type(' ');
    await caller.sees('open door');
    caller.hangUp();
  });

  it('shows an urgent message everywhere without taking the screen away', async () => {
    const caller = await call({
      menus: {
        menus: {
          first: {
            art: 'FIRST',
            config: { ...area, interrupt: 'never' },
            form: { 0: { actionKeys: [] } },
          },
        },
      },
      art: { FIRST: 'do not disturb' },
    });
    await caller.sees('do not disturb');
    caller.caller.inbox.post({ text: 'The board closes in a minute.', urgent: true });
    const text = await caller.sees('The board closes in a minute.');
    expect(text).toContain('do not disturb');
    caller.hangUp();
  });

  it('changes the encoding of a caller who asks for it', async () => {
    const caller = await call({
      menus: {
        menus: {
          first: {
            art: 'FIRST',
            config: area,
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
      art: { FIRST: 'block █' },
    });
    await caller.sees('block');
    const before = Buffer.concat(caller.screen.sent);
    expect(before.includes(0xdb)).toBe(true);
    caller.screen.sent.length = 0;
    caller.type('u');
    await caller.until('a new screen', () => caller.screen.sent.length > 0);
    expect(Buffer.concat(caller.screen.sent).includes(Buffer.from('█'))).toBe(true);
    caller.hangUp();
  });
});
