import { closeSync, fchmodSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { BbsError, toError } from '../base/errors';

/** A file for this user alone, opened before there is a secret to put into it. */
export class SecretFile {
  private constructor(
    readonly path: string,
    private readonly handle: number,
  ) {}

  static open(path: string): SecretFile {
    try {
      const handle = openSync(path, 'a', 0o600);
      // A file that was there may be open to others.
      fchmodSync(handle, 0o600);
      return new SecretFile(path, handle);
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  /** Puts `content` in place of whatever the file held. */
  write(content: string | Buffer): void {
    try {
      const bytes = typeof content === 'string' ? Buffer.from(`${content}\n`, 'utf8') : content;
      ftruncateSync(this.handle);
      writeSync(this.handle, bytes);
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  close(): void {
    closeSync(this.handle);
  }
}

function cannotWrite(path: string, error: unknown): BbsError {
  const why = toError(error).message;
  return new BbsError('USAGE', `cannot write ${path}: ${why}; choose another --out`, {
    cause: error,
  });
}
