import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock';
import { openAuthenticator, PASSWORD, tryPassword } from '../support/authenticator-context';

const support = join(__dirname, '..', 'support');

/** The wait after the free guesses: longer than processes need to start on a busy machine. */
const CONFIG = { users: { failedLogin: { firstWaitSeconds: 900 } } };

interface Guesser {
  /** Has it guess; its answers. */
  guess(): Promise<readonly string[]>;
}

/** A process that has the database open and waits for the word to guess. */
async function openElsewhere(folder: string, times: number): Promise<Guesser> {
  const args = ['--require', join(support, 'ts-hook.cjs'), join(support, 'guesser.ts'), folder];
  const child = spawn(process.execPath, [...args, String(times), JSON.stringify(CONFIG)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  await Promise.race([once(child.stdout, 'data'), ended]);
  if (!out.startsWith('ready\n')) throw new Error(`the guesser said ${out}`);
  return {
    guess: async () => {
      child.stdin.end('go\n');
      await ended;
      return JSON.parse(out.slice('ready\n'.length)) as readonly string[];
    },
  };
}

test('two processes on one database look at five guesses together', async () => {
  const context = await openAuthenticator({ clock: systemClock, config: CONFIG });
  try {
    await context.addAccount();
    const others = await Promise.all([
      openElsewhere(context.folder, 40),
      openElsewhere(context.folder, 40),
    ]);
    const [here, one, two] = await Promise.all([
      Promise.all(Array.from({ length: 40 }, () => tryPassword(context.call(), 'a guess'))),
      ...others.map((other) => other.guess()),
    ]);
    const answers = [here, one, two].flatMap((each) => each ?? []);
    expect(answers).toHaveLength(120);
    expect(answers.filter((answer) => answer === 'bad-credential')).toHaveLength(5);
    // Who comes to no turn in time is told that the board is busy; how many depends on the machine.
    const unseen = answers.filter((answer) => answer !== 'bad-credential');
    expect(unseen.filter((answer) => answer !== 'wait' && answer !== 'busy')).toEqual([]);
    expect(await tryPassword(context.call(), PASSWORD)).toBe('wait');
  } finally {
    await context.close();
  }
}, 60_000);
