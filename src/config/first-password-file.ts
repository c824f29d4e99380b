import { rmSync } from 'node:fs';
import { join } from 'node:path';

/** Where the password that the first start has made is kept until it is changed. */
export function firstPasswordFile(dataDir: string): string {
  return join(dataDir, 'first-password');
}

/** Once it was shown, or is the password no longer. */
export function forgetFirstPassword(file: string): void {
  rmSync(file, { force: true });
}
