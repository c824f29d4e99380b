import { rm } from 'node:fs/promises';
import { totp } from '../support/authenticator';
import { TestBoard } from '../support/board';
import { dialSsh, dialTelnet, type DialledCaller } from '../support/dial';
import { giveCode, PASSWORD, signIn } from '../support/sign-in';
import { SpawnedBoard } from '../support/spawned-board';

async function answerOf(caller: DialledCaller, code: string): Promise<'accepted' | 'refused'> {
  await giveCode(caller, code);
  const text = await caller.sees(/Both doors are open.|Wrong code./);
  caller.hangUp();
  return text.includes('Both doors are open.') ? 'accepted' : 'refused';
}

async function bySsh(board: SpawnedBoard, code: string): Promise<string> {
  const port = await board.port('ssh');
  return answerOf(await dialSsh({ port, userName: 'bob', password: PASSWORD }), code);
}

async function byTelnet(board: SpawnedBoard, code: string): Promise<string> {
  const caller = await dialTelnet({ port: await board.port('telnet') });
  await signIn(caller, 'bob');
  return answerOf(caller, code);
}

test('a code that has just worked is refused after kill -9 and a restart (rule A2)', async () => {
  const makesAccount = await TestBoard.start();
  const secret = await makesAccount.addUser('bob', PASSWORD, 'google');
  await makesAccount.stop();
  const configDir = await SpawnedBoard.makeDataDir();
  const start = () =>
    SpawnedBoard.start(makesAccount.dataDir, '--config', `${configDir}/config.hjson`);
  const first = await start();
  let again: SpawnedBoard | undefined;
  try {
    // These have the system's clock.
    const code = totp(secret, Date.now());
    expect(await bySsh(first, code)).toBe('accepted');
    await first.kill();
    again = await start();
    expect(await bySsh(again, code)).toBe('refused');
    expect(await byTelnet(again, code)).toBe('refused');
    expect(await byTelnet(again, totp(secret, Date.now() + 30_000))).toBe('accepted');
  } finally {
    await first.kill();
    await again?.kill();
    await makesAccount.remove();
    await rm(configDir, { recursive: true, force: true });
  }
});
