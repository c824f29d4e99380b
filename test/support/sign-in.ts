import { KEYS, type DialledCaller } from './dial';

/** From the matrix through the log-in form. */
export async function signIn(caller: DialledCaller, name: string, password: string): Promise<void> {
  await caller.sees('Sign in');
  caller.type(KEYS.return);
  await caller.sees('User name');
  caller.type(`${name}${KEYS.return}${password}${KEYS.return}`);
}
