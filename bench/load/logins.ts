import { decodeBase32, hotp } from '../../test/support/authenticator';
import { LeanCaller } from '../lean-caller';
import { readArgument, say } from '../processes';
import { PASSWORD, type Inhabitant } from '../population';

export interface LoginsOrder {
  readonly way: 'telnet' | 'ssh';
  readonly port: number;
  readonly accounts: readonly Inhabitant[];
  readonly callers: number;
  readonly seconds: number;
}

export interface LoginsReport {
  readonly logins: number;
  readonly failures: number;
  readonly seconds: number;
  /** From the code to the screen behind it. */
  readonly otpMs: readonly number[];
}

/** Calls, signs in with password and HOTP code, hangs up, again and again. */
async function main(): Promise<void> {
  const order = readArgument<LoginsOrder>();
  const otpMs: number[] = [];
  let failures = 0;
  const startedMs = performance.now();
  const isOver = (): boolean => performance.now() - startedMs > order.seconds * 1000;

  async function lane(first: number): Promise<void> {
    const own = order.accounts.filter((_, index) => index % order.callers === first);
    for (let turn = 0; !isOver(); turn++) {
      const account = own[turn % own.length];
      if (account === undefined) return;
      const counter = Math.floor(turn / own.length);
      try {
        const caller = await arrive(account);
        const code = hotp(decodeBase32(account.secret), counter);
        const submittedMs = performance.now();
        await caller.ask(`${code}\r`, 'Both');
        otpMs.push(performance.now() - submittedMs);
        caller.hangUp();
      } catch (error) {
        failures += 1;
        if (failures < 3) process.stderr.write(`${String(error)}\n`);
      }
    }
  }

  async function arrive({ name }: Inhabitant): Promise<LeanCaller> {
    if (order.way === 'ssh') {
      const caller = await LeanCaller.ssh(order.port, { username: name, password: PASSWORD });
      await caller.hears('One-time');
      return caller;
    }
    const caller = await LeanCaller.telnet(order.port);
    await caller.hears('Sign in');
    await caller.ask(`\r${name}\r${PASSWORD}\r`, 'One-time');
    return caller;
  }

  await Promise.all(Array.from({ length: order.callers }, (_, index) => lane(index)));
  const seconds = (performance.now() - startedMs) / 1000;
  say({ logins: otpMs.length, failures, seconds, otpMs } satisfies LoginsReport);
}

void main();
