import type { MenuModule, Submission } from '../../src/menu/run/module';
import { MenuBoard, type MenuBoardOptions, type MenuCaller } from '../support/menu-board';

type CallOptions = Parameters<MenuBoard['call']>[1];

/** Menus that a caller of these tests may be in without signing in. */
const OPEN_MENUS = ['first', 'second', 'third', 'fourth', 'yes', 'no', 'end'];

/** A board of one test, with the callers who are on it. */
export class Scene {
  private readonly callers: MenuCaller[] = [];

  constructor(readonly board: MenuBoard) {}

  call(options: CallOptions = {}, firstMenu = 'first'): MenuCaller {
    const caller = this.board.call(firstMenu, options);
    this.callers.push(caller);
    return caller;
  }

  async callBySsh(...by: Parameters<MenuBoard['callBySsh']>): Promise<MenuCaller> {
    const caller = await this.board.callBySsh(...by);
    this.callers.push(caller);
    return caller;
  }

  async close(): Promise<void> {
    for (const caller of this.callers) caller.hangUp();
    await Promise.all(this.callers.map((caller) => caller.ended));
    await this.board.close();
  }
}

/** Boards from menu files as a sysop writes them; each is closed when its test is over. */
export function scenes(): (options: MenuBoardOptions) => Promise<Scene> {
  const open: Scene[] = [];
  afterEach(async () => {
    for (const scene of open.splice(0)) await scene.close();
  });
  return async (options) => {
    const scene = new Scene(await MenuBoard.open({ openMenus: OPEN_MENUS, ...options }));
    open.push(scene);
    return scene;
  };
}

/** `{ pause: true }` and the like as a theme file of the stock theme. */
export function theme(customization: object): Readonly<Record<string, string>> {
  return { 'themes/gatehouse/theme.hjson': JSON.stringify({ customization }) };
}

/** A menu that shows its art until a key is pressed. */
export function stop(art: string, more: object = {}): object {
  return { art, config: { pause: true }, ...more };
}

/** A menu that shows its art and does something at each of these keys. */
export function keyed(art: string, actions: Record<string, unknown>, more: object = {}): object {
  const actionKeys = Object.entries(actions).map(([key, action]) => ({ keys: [key], action }));
  return { art, form: { 0: { actionKeys } }, ...more };
}

/** A menu with these views whose form does `action`, whatever is in it. */
export function asking(art: string, mci: object, action: unknown, more: object = {}): object {
  return { art, form: { 0: { mci, submit: { '*': [{ action }] } } }, ...more };
}

/** Colour of a cell, 0-15: a terminal of 16 colours shows bold as the bright one. */
export function color({ screen }: MenuCaller, row: number, column: number): number {
  const { foreground, bold } = screen.cell(row, column);
  return bold && foreground < 8 ? foreground + 8 : foreground;
}

/** A module that notes what its methods are given. */
export function noting(submissions: Submission[], extra: unknown[] = []): MenuModule {
  return {
    name: 'noting',
    doc: '',
    needs: 'none',
    views: [],
    methods: {
      note: (_context, submission, extraArgs) => {
        submissions.push(submission);
        extra.push(extraArgs);
        return Promise.resolve({ kind: 'stay', message: `noted ${submissions.length}` });
      },
      onward: () => Promise.resolve({ kind: 'goto', menu: 'second' }),
    },
  };
}

/** One screen of a test, and what its form was asked to do. */
interface Shown {
  readonly scene: Scene;
  readonly caller: MenuCaller;
  readonly submissions: Submission[];
}

/** Screens with a form; the view `value` of the form is what the tests look at. */
export function viewScreens() {
  const open = scenes();
  return {
    open,
    /** One screen with these views; what is submitted is noted. */
    show: async (art: string, mci: object): Promise<Shown> => {
      const submissions: Submission[] = [];
      const scene = await open({
        menus: { menus: { first: asking('FIRST', mci, '@method:note', { module: 'noting' }) } },
        art: { 'general/FIRST.utf8ans': `${art}\r\n\r\n\r\nend` },
        modules: [noting(submissions)],
      });
      expect(scene.board.menuSet?.problems).toEqual([]);
      const caller = scene.call({ encoding: 'utf8' });
      await caller.sees('end');
      return { scene, caller, submissions };
    },
    /** Types, and says what the form gave for the view. */
    given: async ({ caller, submissions }: Shown, keys: string): Promise<unknown> => {
      caller.type(keys);
      await caller.until('a submission', () => submissions.length > 0);
      return submissions[0]?.value['value'];
    },
  };
}
