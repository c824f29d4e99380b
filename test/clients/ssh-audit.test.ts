import { TestBoard } from '../support/board';
import { run } from './programs';

/** What it says of an algorithm that is newer than itself: the sign of strict key exchange (rule E5). */
const NEWER_THAN_IT = 'kex-strict-s-v00@openssh.com';

describe('ssh-audit', () => {
  let board: TestBoard;
  afterEach(() => board.remove());

  const complaints = async (): Promise<readonly string[]> => {
    const args = ['--no-colors', '--level=warn', '-p', String(board.sshPort), '127.0.0.1'];
    const { out, err } = await run('ssh-audit', args);
    expect(err).toBe('');
    return out.split('\n').filter((line) => /\[(?:warn|fail)\]/.test(line));
  };

  it('finds nothing in the profile modern (rule E5)', async () => {
    board = await TestBoard.start();
    expect((await complaints()).filter((line) => !line.includes(NEWER_THAN_IT))).toEqual([]);
  });

  it('finds the old algorithms of the profile retro, so that it would find them in the other', async () => {
    board = await TestBoard.start({ config: { loginServers: { ssh: { profile: 'retro' } } } });
    expect(await complaints()).toEqual(
      expect.arrayContaining([expect.stringContaining('diffie-hellman-group1-sha1')]),
    );
  });
});
