import { systemClock } from '../../src/base/clock';
import { openAuthenticator, tryPassword } from './authenticator-context';

/**
 * A second process on one database: tries this many passwords of joe at once, and prints the
 * results.
 */
async function guess(folder: string, times: number): Promise<void> {
  const context = await openAuthenticator({ folder, clock: systemClock });
  const answers = await Promise.all(
    Array.from({ length: times }, (_, index) =>
      tryPassword(context.call(), `guess number ${index}`),
    ),
  );
  await context.close();
  process.stdout.write(JSON.stringify(answers));
}

const [folder = '', times = '1'] = process.argv.slice(2);
void guess(folder, Number(times));
