import { LeanCaller } from '../lean-caller';
import { readArgument, say } from '../processes';

export interface CallsReport {
  readonly calls: number;
}

/** Calls a server that lets everybody in, hears its word and hangs up, again and again. */
async function main(): Promise<void> {
  const { way, port, seconds, callers } = readArgument<{
    way: 'telnet' | 'ssh';
    port: number;
    seconds: number;
    callers: number;
  }>();
  let calls = 0;
  const startedMs = performance.now();
  const lane = async (): Promise<void> => {
    while (performance.now() - startedMs < seconds * 1000) {
      const caller =
        way === 'telnet'
          ? await LeanCaller.telnet(port)
          : await LeanCaller.ssh(port, { username: 'anybody', password: 'anything' });
      await caller.hears('Sign in');
      caller.hangUp();
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, lane));
  say({ calls } satisfies CallsReport);
}

void main();
