import { oathtool, output, run } from './programs';
import { goToMainMenu, PASSWORD, RealBoard } from './real-board';

const DISABLED = 'This account is disabled. Please ask the sysop.';
const INACTIVE = 'This account is not active yet. The sysop has to let you in first.';

describe('PuTTY (plink)', () => {
  let board: RealBoard;
  let hostKey: string;
  beforeAll(async () => {
    board = await RealBoard.start();
    const line = await output('ssh-keyscan', ['-t', 'ed25519', '-p', board.sshPort, '127.0.0.1']);
    const file = await board.file('host.pub', line);
    hostKey = /SHA256:\S+/.exec(await output('ssh-keygen', ['-lf', file]))?.[0] ?? '';
  });
  afterAll(() => board.remove());

  const plink = (name: string, ...options: readonly string[]): string[] => [
    ...['plink', '-ssh', '-hostkey', hostKey, ...options],
    ...['-P', board.sshPort, `${name}@127.0.0.1`],
  ];

  it('signs in by password and code in one dialogue', async () => {
    const secret = await board.addUser('ada', 'google');
    const caller = await board.terminal(plink('ada'));
    await caller.sees('Password:');
    await caller.enter(PASSWORD);
    await caller.sees('One-time code:');
    await caller.enter(await oathtool(secret));
    await caller.sees('Press Return to begin session');
    await caller.enter('');
    await goToMainMenu(caller);
    await caller.enter('g');
    await caller.ended();
  });

  it('is told what is wrong, and asked again', async () => {
    const secret = await board.addUser('berta', 'google');
    const caller = await board.terminal(plink('berta'));
    await caller.sees('Password:');
    await caller.enter(PASSWORD);
    await caller.sees('One-time code:');
    await caller.enter('000000');
    await caller.sees('Wrong code. Each code works only once.');
    await caller.enter(await oathtool(secret));
    await caller.sees('Press Return to begin session');
    await caller.close();
  });

  it('signs in by a password on its command line where no code is due', async () => {
    await board.addUser('cora');
    const caller = await board.terminal(plink('cora', '-pw', PASSWORD));
    await caller.sees(/Press Return/);
    await caller.enter('');
    await goToMainMenu(caller);
    await caller.close();
  });

  it('is refused with a wrong password, and ends', async () => {
    await board.addUser('dina');
    const [, ...args] = plink('dina', '-batch', '-pw', 'not her password');
    const { exitCode, out } = await run('plink', args);
    expect(exitCode).not.toBe(0);
    expect(out).toBe('');
  });

  it.each([
    ['emil', 'disable', DISABLED],
    ['fina', 'deactivate', INACTIVE],
  ])('shows %s, after the right password, why there is no way in', async (name, verb, told) => {
    await board.addUser(name);
    await board.oputil('user', verb, name, '-y');
    const caller = await board.terminal(plink(name));
    await caller.sees('Password:');
    await caller.enter(PASSWORD);
    await caller.sees(told);
    await caller.ended();
  });

  it('shows nobody else that an account is disabled', async () => {
    await board.addUser('gert');
    await board.oputil('user', 'disable', 'gert', '-y');
    const [, ...args] = plink('gert', '-batch', '-pw', 'not the password');
    const { exitCode, out, err } = await run('plink', args);
    expect(exitCode).not.toBe(0);
    expect(out + err).not.toMatch(/disabled/i);
  });
});
