import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';

const OUTSIDE =
  /config\.hjson:1:38: loginServers\.telnet\.firstMenu is the menu 'mainMenu', which is outside the login area/;

function configWith(firstMenu: string): string {
  return `loginServers: { telnet: { firstMenu: "${firstMenu}" } }`;
}

it('a first menu outside the login area stops the start, with its line (rule M4)', async () => {
  const dir = await BoardDir.make({ 'config/config.hjson': configWith('mainMenu') });
  const refusal = await TestBoard.start({ boardDir: dir.path }).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(refusal).toMatchObject({ code: 'MENU_INVALID', exitCode: 78 });
  expect((refusal as { describe(): string }).describe()).toMatch(OUTSIDE);
  await dir.remove();
});

it('an edit to such a first menu is refused, and callers begin where they did (rule M4)', async () => {
  const dir = await BoardDir.make({ 'config/config.hjson': configWith('telnetConnected') });
  const board = await TestBoard.start({ boardDir: dir.path });
  await dir.write('config/config.hjson', configWith('mainMenu'));
  const [refused] = await board.logged('board.edit-refused');
  expect(refused?.['problems']).toEqual([expect.stringMatching(OUTSIDE)]);
  const caller = await board.telnet();
  await caller.sees('Sign in');
  caller.hangUp();
  await board.remove();
  await dir.remove();
});
