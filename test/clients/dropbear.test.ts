import { join } from 'node:path';
import { oathtool, output } from './programs';
import { goToMainMenu, PASSWORD, RealBoard } from './real-board';

describe('Dropbear (dbclient)', () => {
  let board: RealBoard;
  beforeAll(async () => {
    board = await RealBoard.start();
  });
  afterAll(() => board.remove());

  /** It keeps host keys in the home folder; here that is none. */
  const env = { HOME: '/nonexistent' };
  const dbclient = (name: string, ...options: readonly string[]): string[] => [
    ...['dbclient', '-y', '-y', ...options],
    ...['-p', board.sshPort, `${name}@127.0.0.1`],
  ];

  it('signs in by password and code in one dialogue', async () => {
    const secret = await board.addUser('ada', 'google');
    const caller = await board.terminal(dbclient('ada'), { env });
    await caller.sees('Password:');
    await caller.enter(PASSWORD);
    await caller.sees('One-time code:');
    await caller.enter(await oathtool(secret));
    await goToMainMenu(caller);
    await caller.enter('g');
    await caller.ended();
  });

  it('is told that a code is wrong, and asked again', async () => {
    const secret = await board.addUser('berta', 'google');
    const caller = await board.terminal(dbclient('berta'), { env });
    await caller.sees('Password:');
    await caller.enter(PASSWORD);
    await caller.sees('One-time code:');
    await caller.enter('000000');
    await caller.sees('Wrong code. Each code works only once.');
    await caller.enter(await oathtool(secret));
    await caller.sees('Both doors are open.');
    await caller.close();
  });

  it('signs in by a key of dropbearkey, and by the code', async () => {
    const secret = await board.addUser('cora', 'google');
    const key = join(board.dataDir, 'dropbear-key');
    await output('dropbearkey', ['-t', 'ed25519', '-f', key]);
    const printed = await output('dropbearkey', ['-y', '-f', key]);
    const line = printed.split('\n').find((each) => each.startsWith('ssh-ed25519')) ?? '';
    await board.oputil('user', 'import-ssh-key', 'cora', await board.file('cora.pub', line));
    const caller = await board.terminal(dbclient('cora', '-i', key), { env });
    expect(await caller.sees('One-time code')).toContain('The first door is open.');
    await caller.enter(await oathtool(secret));
    await goToMainMenu(caller);
    await caller.close();
  });

  it.each([
    ['dora', 'disable', 'This account is disabled. Please ask the sysop.'],
    ['emma', 'deactivate', 'This account is not active yet. The sysop has to let you in first.'],
  ])('shows %s, after the right password, why there is no way in', async (name, verb, told) => {
    await board.addUser(name);
    await board.oputil('user', verb, name, '-y');
    const caller = await board.terminal(dbclient(name), { env });
    await caller.sees('Password:');
    await caller.enter(PASSWORD);
    await caller.sees(told);
    await caller.ended();
  });
});
