import { decodeBase32, hotp } from '../../test/support/authenticator';
import { LeanCaller } from '../lean-caller';
import { PASSWORD, type Inhabitant } from '../population';
import { readArgument, say } from '../processes';

export interface BurstOrder {
  readonly port: number;
  /** One caller each, all at the same time. */
  readonly accounts: readonly Inhabitant[];
  /** Position of the codes. */
  readonly counter: number;
}

export interface BurstReport {
  /** From the first dial until the last caller is in. */
  readonly tookMs: number;
}

async function main(): Promise<void> {
  const { port, accounts, counter } = readArgument<BurstOrder>();
  const codes = accounts.map(({ secret }) => hotp(decodeBase32(secret), counter));
  const startedMs = performance.now();
  const callers = await Promise.all(
    accounts.map(async ({ name }, index) => {
      const caller = await LeanCaller.telnet(port);
      await caller.hears('Sign in');
      await caller.ask(`\r${name}\r${PASSWORD}\r`, 'One-time');
      await caller.ask(`${codes[index] ?? ''}\r`, 'Both');
      return caller;
    }),
  );
  say({ tookMs: performance.now() - startedMs } satisfies BurstReport);
  for (const caller of callers) caller.hangUp();
}

void main();
