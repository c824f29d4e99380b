import { once } from 'node:events';
import { systemClock } from '../../src/base/clock';
import type { ConfigInput } from '../../src/config/schema';
import { openAuthenticator, tryPassword } from './authenticator-context';

/**
 * A second process on one database: says when it has opened it, waits for a word on its input, tries this many
 * passwords of joe at once, and prints the results.
 */
async function guess(folder: string, times: number, config: ConfigInput): Promise<void> {
  const context = await openAuthenticator({ folder, clock: systemClock, config });
  process.stdout.write('ready\n');
  await once(process.stdin, 'data');
  const answers = await Promise.all(
    Array.from({ length: times }, (_, index) =>
      tryPassword(context.call(), `guess number ${index}`),
    ),
  );
  await context.close();
  process.stdout.write(JSON.stringify(answers));
}

const [folder = '', times = '1', config = '{}'] = process.argv.slice(2);
void guess(folder, Number(times), JSON.parse(config) as ConfigInput);
