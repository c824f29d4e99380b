import { findUserByName } from '../../src/store/users';
import type { ConfigInput } from '../../src/config/schema';
import { MenuBoard, type MenuBoardOptions, type MenuCaller } from '../support/menu-board';

const PASSWORD = 'a quiet harbour 7';
const SHORT = { realName: 'off', birthdate: 'off', sex: 'off', web: 'off' } as const;

type Fields = NonNullable<NonNullable<ConfigInput['users']>['applicationFields']>;

describe('the fields of the application', () => {
  let board: MenuBoard;

  const apply = async (
    applicationFields: Fields,
    options: Partial<MenuBoardOptions> = {},
  ): Promise<{ caller: MenuCaller; screen: string }> => {
    board = await MenuBoard.open({ config: { users: { applicationFields } }, ...options });
    const caller = board.call('newUserApplication');
    const screen = await caller.sees('Applying for an account');
    return { caller, screen };
  };
  const account = () => board.accounts.db.run((sql) => findUserByName(sql, 'walter'));
  const rowsOf = (screen: string): string[] =>
    screen.split('\n').map((row) => row.replace(/[^A-Za-z* ]+/g, '').trim());

  afterEach(() => board.close());

  it('are asked without those that the sysop switched off, and no row stays empty between them', async () => {
    const { caller, screen } = await apply(SHORT);
    for (const label of ['Real name', 'Birth date', 'Sex', 'Web'])
      expect(screen).not.toContain(label);
    const rows = rowsOf(screen);
    const first = rows.findIndex((row) => row.startsWith('* User name'));
    expect(rows.slice(first, first + 9)).toEqual([
      '* User name',
      'Location',
      'Affiliation',
      'About you',
      'How we reach you',
      'Mail',
      'Signin',
      '* Password',
      '* Once more',
    ]);
    caller.type(`walter\rRome\rThe Witnesses\rI build walls\r\r${PASSWORD}\r${PASSWORD}\r\r`);
    await caller.sees('Welcome, walter');
    const kept = Object.fromEntries((await account())?.properties ?? []);
    expect(kept).toMatchObject({
      ...{ location: 'Rome', affiliation: 'The Witnesses', about: 'I build walls' },
    });
    expect(kept).not.toHaveProperty('real_name');
    caller.hangUp();
  });

  it('have no heading for a group of which nothing is asked', async () => {
    const { caller, screen } = await apply({ email: 'off', web: 'off' });
    expect(screen).not.toContain('How we reach you');
    expect(screen).toContain('Apply');
    caller.hangUp();
  });

  it('are marked and refused when empty where they are required', async () => {
    const { caller, screen } = await apply({ ...SHORT, location: 'required', email: 'required' });
    const rows = rowsOf(screen);
    expect(rows).toEqual(expect.arrayContaining(['* Location', '* Mail', 'Affiliation']));
    caller.type(`walter\r\r\r\r\r${PASSWORD}\r${PASSWORD}\r\r`);
    await caller.sees(/board needs that too\.[^]*Please fill it in\./);
    expect(await account()).toBeUndefined();
    // The cursor is in the first of them; the second is asked for next.
    caller.type('Rome\r\r\r\r\r\r\r');
    await caller.sees(/board needs that too\.[^]*Please fill it in\./);
    expect(await account()).toBeUndefined();
    caller.hangUp();
  });

  it('take a mask in which nothing was typed as empty', async () => {
    const { caller } = await apply({ birthdate: 'required' });
    caller.type(`walter\r\r\r\r\r\r\r\r\r${PASSWORD}\r${PASSWORD}\r\r`);
    await caller.sees(/board needs that too\.[^]*Please fill it in\./);
    caller.type('19700228\r\r\r\r\r\r\r\r\r\r');
    await caller.sees('Welcome, walter');
    caller.hangUp();
  });

  it('say in their help that they may stay empty only where they may', async () => {
    const { caller } = await apply({ location: 'required', birthdate: 'off', sex: 'off' });
    caller.type('walter\r');
    await caller.sees('For the sysop; may stay empty');
    caller.type('\r');
    expect(await caller.sees('Where you call from; others see it')).not.toContain(
      'others see it; may stay empty',
    );
    caller.hangUp();
  });

  it('that a form of the sysop has not are not required', async () => {
    const { caller } = await apply(
      { location: 'required' },
      {
        stockArt: true,
        menus: {
          menus: {
            newUserApplication: {
              module: 'nua',
              config: { area: 'login' },
              art: 'OWNFORM',
              next: 'done',
              form: {
                0: {
                  mci: {
                    ET1: { argName: 'username', position: { row: 4, column: 20 }, focus: true },
                    ET9: { argName: 'password', position: { row: 5, column: 20 }, password: true },
                    ET10: {
                      argName: 'passwordConfirm',
                      position: { row: 6, column: 20 },
                      password: true,
                      submit: true,
                    },
                    TL11: { position: { row: 8, column: 3 } },
                    TL12: { position: { row: 2, column: 3 }, text: 'Applying for an account' },
                  },
                  submit: { '*': [{ value: {}, action: '@method:submitApplication' }] },
                },
              },
            },
            done: { config: { area: 'login', pause: true }, art: 'DONE' },
          },
        },
      },
    );
    caller.type(`walter\r${PASSWORD}\r${PASSWORD}\r`);
    await caller.until('the account', () => board.events('new-user.applied').length === 1);
    caller.hangUp();
  });
});
