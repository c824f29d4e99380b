import { hashPassword } from '../../src/auth/password';
import { readArgument, say } from '../processes';

export interface HashesReport {
  readonly perSecond: number;
  readonly cpuMsEach: number;
}

/** What the machine could do if a sign-in were a hash and nothing else. */
async function main(): Promise<void> {
  const { seconds, atOnce } = readArgument<{ seconds: number; atOnce: number }>();
  let hashes = 0;
  const startedMs = performance.now();
  const before = process.cpuUsage();
  const lane = async (): Promise<void> => {
    while (performance.now() - startedMs < seconds * 1000) {
      await hashPassword('a quiet harbour 7');
      hashes += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const { user, system } = process.cpuUsage(before);
  const elapsed = (performance.now() - startedMs) / 1000;
  say({
    perSecond: hashes / elapsed,
    cpuMsEach: (user + system) / 1000 / hashes,
  } satisfies HashesReport);
}

void main();
