import { FRAME_MS } from '../../src/menu/screen/frames';
import type { ConfigInput } from '../../src/config/schema';
import { MenuBoard, type CallOptions, type MenuCaller } from '../support/menu-board';

const MENUS = {
  menus: {
    outside: { desc: 'Outside', art: 'OUTSIDE', config: { pause: true }, next: 'inside' },
    inside: {
      desc: 'Inside',
      art: 'INSIDE',
      config: { frames: ['FRAMEA', 'FRAMEB', 'FRAMEC'] },
      form: {
        0: {
          mci: { ET1: { focus: true, submit: true } },
          submit: { '*': [{ action: '@menu:beyond' }] },
        },
      },
    },
    beyond: {
      desc: 'Beyond',
      art: 'BEYOND',
      form: {
        0: {
          mci: { ET1: { focus: true, submit: true } },
          submit: { '*': [{ action: '@systemMethod:prevMenu' }] },
        },
      },
    },
  },
  prompts: { pause: { art: 'PAUSE' } },
};

const ART = {
  OUTSIDE: 'The door is shut.',
  PAUSE: 'Knock.',
  FRAMEA: 'A gap.',
  FRAMEB: 'A wider gap.',
  FRAMEC: 'It is open.',
  INSIDE: 'Inside: %ET1',
  BEYOND: 'Beyond: %ET1',
};

let board: MenuBoard | undefined;
afterEach(() => board?.close());

/** A caller at the pause before the door, whose terminal answers queries or not. */
async function atTheDoor(
  options: CallOptions & { readonly answers?: boolean; readonly config?: ConfigInput } = {},
): Promise<MenuCaller> {
  const { answers = true, config = {}, ...call } = options;
  board = await MenuBoard.open({
    menus: MENUS,
    art: ART,
    openMenus: ['outside', 'inside', 'beyond'],
    config,
  });
  const caller = board.call('outside', call);
  const { terminal } = caller.caller;
  if (answers) {
    caller.screen.answerTo((bytes) => terminal.feed(bytes));
    await terminal.queryCursor(1000);
  }
  await caller.sees('Knock.');
  await caller.until('a key to be asked for', () => caller.isAsked);
  return caller;
}

/** Lets the terminal answer before the clock goes on. */
async function pass(caller: MenuCaller, ms = FRAME_MS): Promise<void> {
  const clock = board?.accounts.fake;
  await caller.until('the picture to be confirmed', () => clock?.waiting === 1);
  await clock?.advance(ms);
}

const all = ({ screen }: MenuCaller): string => Buffer.concat(screen.sent).toString('latin1');

describe('pictures before a menu', () => {
  it('are shown one after the other, then the menu, once for each visit', async () => {
    const caller = await atTheDoor();
    caller.type(' ');
    expect(await caller.sees('A gap.')).not.toContain('The door is shut.');
    await pass(caller);
    await caller.sees('A wider gap.');
    await pass(caller);
    expect(await caller.sees('It is open.')).not.toContain('Inside');
    await pass(caller);
    await caller.sees('Inside:');
    caller.type('\r');
    await caller.sees('Beyond:');
    const before = all(caller).length;
    caller.type('\r');
    await caller.sees('Inside:');
    expect(all(caller).slice(before)).not.toContain('gap');
    caller.hangUp();
    await caller.ended;
  });

  it('end with a key, which the menu gets', async () => {
    const caller = await atTheDoor();
    caller.type(' ');
    await caller.sees('A gap.');
    caller.type('name');
    expect(await caller.sees(/Inside: name/)).not.toContain('gap');
    expect(all(caller)).not.toContain('wider');
    expect(board?.accounts.fake.waiting).toBe(0);
    caller.hangUp();
    await caller.ended;
  });

  it.each<
    [string, Parameters<typeof atTheDoor>[0] & { readonly then?: (caller: MenuCaller) => void }]
  >([
    ['who typed ahead', { then: (caller) => caller.type(' x') }],
    ['on a terminal that answers no query', { answers: false }],
    ['on a terminal without colours', { type: 'xterm-mono' }],
    ['who wants no colours', { then: ({ caller }) => (caller.terminal.hasNoColor = true) }],
    ['line by line', { then: ({ caller }) => (caller.terminal.chosenLines = true) }],
    ['where the sysop wants none', { config: { theme: { motion: false } } }],
  ])('are not for a caller %s', async (_, { then, ...options }) => {
    const caller = await atTheDoor(options);
    then?.(caller);
    caller.type(' ');
    await caller.sees('Inside');
    expect(all(caller)).not.toContain('gap');
    caller.hangUp();
    await caller.ended;
  });

  it('are not for a line that answers late, and end on one that becomes slow', async () => {
    const late = await atTheDoor();
    late.screen.answerTo(() => undefined);
    late.type(' ');
    await pass(late);
    await late.sees('Inside:');
    expect(all(late)).not.toContain('gap');
    late.hangUp();
    await late.ended;
    await board?.close();

    const slow = await atTheDoor();
    slow.type(' ');
    await slow.sees('A gap.');
    slow.screen.answerTo(() => undefined);
    await pass(slow);
    await slow.until('no answer in time', () => all(slow).includes('wider'));
    const { fake } = board?.accounts ?? {};
    await fake?.advance(FRAME_MS);
    await slow.sees('Inside:');
    expect(all(slow)).not.toContain('It is open.');
    slow.hangUp();
    await slow.ended;
  });

  it('leave no timer behind a caller who hangs up', async () => {
    const caller = await atTheDoor();
    caller.screen.answerTo(() => undefined);
    const { terminal } = caller.caller;
    caller.type(' ');
    await caller.until('a query', () => board?.accounts.fake.waiting === 1);
    terminal.feed(Buffer.from('\x1b[1;1R'));
    await caller.sees('A gap.');
    expect(board?.accounts.fake.waiting).toBe(2);
    caller.hangUp();
    expect(await caller.ended).toBe('hung-up');
    expect(board?.accounts.fake.waiting).toBe(0);
  });
});
