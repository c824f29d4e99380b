import { totp } from '../support/authenticator';
import { dialSsh, dialTelnet, type DialledCaller } from '../support/dial';
import { TestBoard } from '../support/board';
import { SpawnedBoard } from '../support/spawned-board';
import { giveCode, PASSWORD, signIn } from '../support/sign-in';

type Answer = 'accepted' | 'refused';

async function answerOf(caller: DialledCaller, code: string): Promise<Answer> {
  await giveCode(caller, code);
  const text = await caller.sees(/Both doors are open.|Wrong code./);
  caller.hangUp();
  return text.includes('Both doors are open.') ? 'accepted' : 'refused';
}

async function byTelnet(port: number, code: string): Promise<Answer> {
  const caller = await dialTelnet({ port });
  await signIn(caller, 'bob');
  return answerOf(caller, code);
}

async function bySsh(port: number, code: string): Promise<Answer> {
  const caller = await dialSsh({ port, userName: 'bob', password: PASSWORD });
  return answerOf(caller, code);
}

describe('a code that has just worked', () => {
  let board: TestBoard;
  let secret: string;
  beforeEach(async () => {
    board = await TestBoard.start();
    secret = await board.addUser('bob', PASSWORD, 'google');
  });
  const processes: SpawnedBoard[] = [];
  afterEach(async () => {
    for (const each of processes.splice(0)) await each.kill();
    await board.remove();
  });

  it('is refused on the other server, as typed and in groups', async () => {
    const code = board.code(secret);
    expect(await byTelnet(board.telnetPort, code)).toBe('accepted');
    expect(await bySsh(board.sshPort, code)).toBe('refused');
    expect(await byTelnet(board.telnetPort, code.replace(/^.../, '$& '))).toBe('refused');
    expect(await bySsh(board.sshPort, board.freshCode(secret))).toBe('accepted');
  });

  it('is refused in the dialogue of SSH as well', async () => {
    const code = board.code(secret);
    expect(await byTelnet(board.telnetPort, code)).toBe('accepted');
    const dialogue = board.ssh({
      userName: 'bob',
      answers: [PASSWORD, code, code, code],
      authHandler: ['keyboard-interactive'],
    });
    await expect(dialogue).rejects.toThrow();
  });

  it('takes the codes before it along', async () => {
    const [before, now] = [board.code(secret, -1), board.code(secret)];
    expect(await bySsh(board.sshPort, now)).toBe('accepted');
    expect(await bySsh(board.sshPort, before)).toBe('refused');
  });

  it('is refused after the clock went back', async () => {
    const code = board.code(secret);
    expect(await bySsh(board.sshPort, code)).toBe('accepted');
    board.clock.step(-60_000);
    await board.logged('clock.stepped');
    expect(await bySsh(board.sshPort, code)).toBe('refused');
    expect(await bySsh(board.sshPort, board.code(secret))).toBe('refused');
  });

  it('is refused by another process, and after kill -9 and a restart', async () => {
    await board.stop();
    const dataDir = await SpawnedBoard.makeDataDir();
    const first = await SpawnedBoard.start(board.dataDir, '--config', `${dataDir}/config.hjson`);
    // Those have the system's clock.
    processes.push(first);
    const code = totp(secret, Date.now());
    expect(await bySsh(await first.port('ssh'), code)).toBe('accepted');
    await first.kill();
    const again = await SpawnedBoard.start(board.dataDir, '--config', `${dataDir}/config.hjson`);
    processes.push(again);
    expect(await bySsh(await again.port('ssh'), code)).toBe('refused');
    expect(await byTelnet(await again.port('telnet'), code)).toBe('refused');
    expect(await byTelnet(await again.port('telnet'), totp(secret, Date.now() + 30_000))).toBe(
      'accepted',
    );
  });
});
