import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../src/base/clock';
import { openAuthenticator, PASSWORD, tryPassword } from '../support/authenticator-context';

const run = promisify(execFile);
const support = join(__dirname, '..', 'support');

function guessElsewhere(folder: string, times: number): Promise<readonly string[]> {
  const script = join(support, 'guesser.ts');
  const hook = join(support, 'ts-hook.cjs');
  return run(process.execPath, ['--require', hook, script, folder, String(times)]).then(
    ({ stdout }) => JSON.parse(stdout) as readonly string[],
  );
}

test('two processes on one database look at five guesses together', async () => {
  const context = await openAuthenticator({ clock: systemClock });
  try {
    await context.addAccount();
    const [here, one, two] = await Promise.all([
      Promise.all(Array.from({ length: 40 }, () => tryPassword(context.call(), 'a guess'))),
      guessElsewhere(context.folder, 40),
      guessElsewhere(context.folder, 40),
    ]);
    const answers = [...here, ...one, ...two];
    expect(answers).toHaveLength(120);
    expect(answers.filter((answer) => answer === 'bad-credential')).toHaveLength(5);
    expect(answers.filter((answer) => answer === 'wait')).toHaveLength(115);
    expect(await tryPassword(context.call(), PASSWORD)).toBe('wait');
  } finally {
    await context.close();
  }
}, 60_000);
