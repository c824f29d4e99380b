import { Client } from 'ssh2';
import { TestBoard } from '../support/board';
import { dialTelnet } from '../support/dial';
import { goToMainMenu, PASSWORD, signIn } from '../support/sign-in';

/** What a balancer hears. */
async function ready(
  board: TestBoard,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const { status, body } = await board.browse(`https://localhost:${board.httpsPort}/_enig/ready`);
  return { status, body: JSON.parse(body) as unknown };
}

describe('a board that is drained before a restart', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start();
    await board.addUser('alice', PASSWORD);
  });
  afterAll(() => board.remove());

  it('says so to the balancer and to new callers, and keeps those who are on until they leave', async () => {
    expect(await ready(board)).toEqual({ status: 200, body: { status: 'ready' } });
    const alice = await board.telnet();
    await signIn(alice, 'alice');
    const said = await board.oputil('node', 'drain', '--lead', '0');
    expect(said).toContain('1 on it may stay.');
    expect(await ready(board)).toEqual({
      status: 503,
      body: { status: 'not ready', reasons: ['draining'] },
    });
    expect(await board.oputil('node', 'list')).toContain('it takes no new callers: draining');
    expect(await board.tryOputil('node', 'drain', '1')).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('one process: leave its number out') as unknown,
    });
    const late = await dialTelnet({ port: board.telnetPort });
    await late.sees('The board takes no new callers here right now.');
    await late.isHungUpOn();
    const waiting = board.tryOputil('node', 'drain', '--lead', '0', '--wait');
    await goToMainMenu(alice);
    alice.hangUp();
    expect(await waiting).toMatchObject({ exitCode: 0, out: 'Nobody is on it any more.\n' });
    expect(await board.oputil('node', 'undrain')).toBe('The board takes callers.\n');
    expect(await ready(board)).toMatchObject({ status: 200 });
    const again = await board.telnet();
    await signIn(again, 'alice');
    again.hangUp();
  });

  it('turns SSH callers away with a sentence before it looks at a password', async () => {
    await board.oputil('node', 'drain', '--lead', '0');
    const before = board.events('login.accepted').length;
    const banner = await new Promise<string>((resolve, reject) => {
      let heard = '';
      const client = new Client();
      client.on('banner', (text) => (heard += text));
      client.on('ready', () => reject(new Error('let in')));
      client.on('error', () => undefined);
      client.on('close', () => resolve(heard));
      client.connect({
        ...{ host: '127.0.0.1', port: board.sshPort, username: 'alice', password: PASSWORD },
      });
    });
    expect(banner).toContain('The board takes no new callers here right now.');
    expect(board.events('login.accepted')).toHaveLength(before);
    await board.oputil('node', 'undrain');
    const alice = await board.ssh({ userName: 'alice', password: PASSWORD });
    await goToMainMenu(alice);
    alice.hangUp();
  });

  it('is one that runs', async () => {
    await board.stop();
    expect(await board.tryOputil('node', 'drain')).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('no board runs on') as unknown,
    });
  });
});
