import { BbsError, toError } from '../base/errors';
import type { Cancel } from '../base/clock';
import { watchFiles, type FileWatch } from '../config/watch';
import {
  type Certificate,
  boardCertificateFiles,
  loadBoardCertificate,
  type BoardCertificateOptions,
} from './certificate';

interface LiveCertificateOptions extends BoardCertificateOptions {
  /** Called with a text when new files are refused, and when they are taken. */
  readonly onNews: (kind: 'refused' | 'taken', text: string) => void;
}

// Key and certificate are written one after the other: until this time has passed they need not
// match.
const SETTLE_MS = 5_000;

/**
 * The board's certificate, watched at run time: changed files take effect for the next connection,
 * and files that cannot be used leave the last good ones in place (invariant 8).
 */
export class LiveCertificate {
  private watch: FileWatch | undefined;
  private watched = '';
  private cancelSecondLook: Cancel = () => undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private readonly listeners = new Set<(certificate: Certificate) => void>();
  private closed = false;

  private constructor(
    private readonly options: LiveCertificateOptions,
    private certificate: Certificate,
  ) {}

  /**
   * Reads the certificate for the first time; files that cannot be used are thrown as a BbsError.
   */
  static async open(options: LiveCertificateOptions): Promise<LiveCertificate> {
    const live = new LiveCertificate(options, await loadBoardCertificate(options));
    live.follow();
    return live;
  }

  get current(): Certificate {
    return this.certificate;
  }

  onChange(listener: (certificate: Certificate) => void): void {
    this.listeners.add(listener);
  }

  /** Reads the files again; false where they cannot be used. */
  reload(): Promise<boolean> {
    return this.read((error) => this.refuse(error));
  }

  close(): void {
    this.closed = true;
    this.watch?.close();
    this.cancelSecondLook();
  }

  /** Watches the files that the configuration names now. */
  private follow(): void {
    const files = boardCertificateFiles(this.options);
    if (this.watched === files.join('\n')) return;
    this.watched = files.join('\n');
    this.watch?.close();
    this.watch = undefined;
    if (files.length === 0) return;
    this.watch = watchFiles(files, this.options.clock, () => void this.changed());
  }

  private changed(): Promise<boolean> {
    return this.read(() => {
      this.cancelSecondLook = this.options.clock.after(SETTLE_MS, () => void this.reload());
    });
  }

  private read(failed: (error: unknown) => void): Promise<boolean> {
    const next = this.turn.then(async () => {
      if (this.closed) return false;
      this.cancelSecondLook();
      this.follow();
      try {
        const mayMake = (): boolean => !this.closed;
        const next = await loadBoardCertificate({ ...this.options, mayMake });
        if (this.closed) return false;
        this.take(next);
        return true;
      } catch (error) {
        if (!this.closed) failed(error);
        return false;
      }
    });
    this.turn = next;
    return next;
  }

  private take(next: Certificate): void {
    const { cert, key, fingerprint } = next;
    if (cert === this.certificate.cert && key === this.certificate.key) return;
    this.certificate = next;
    for (const listener of this.listeners) listener(next);
    this.options.log.info('web.certificate-taken', { fingerprint });
    this.options.onNews('taken', `the certificate changed, its fingerprint is ${fingerprint}`);
  }

  private refuse(error: unknown): void {
    const reason = error instanceof BbsError ? error.describe() : toError(error).message;
    this.options.log.error('web.certificate-refused', { reason });
    this.options.onNews('refused', reason);
  }
}
