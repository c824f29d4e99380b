import { randomBytes } from 'node:crypto';
import { acceptedKinds } from '../../src/auth/factor-kinds';
import type { Credential, Login, LoginOrigin, LoginResult } from '../../src/auth/login';
import type { SshVerdict } from '../../src/auth/ssh-key';
import type { User } from '../../src/store/users';
import type { LoginAuthenticator } from '../../src/servers/ssh/ssh-caller';

export interface SmallAccount {
  readonly password: string;
  /** A code that counts as the second factor, any number of times. */
  readonly code?: string;
  /** Public keys, as base64 of their blobs. */
  readonly keys?: readonly string[];
}

/**
 * Sign-in for tests of the servers: a real state machine, without store, hashes, delays and
 * budgets.
 */
export class SmallAuthenticator implements LoginAuthenticator {
  readonly origins: LoginOrigin[] = [];
  readonly submitted: Credential[] = [];
  readonly logins: SmallLogin[] = [];
  /** Results of the checked signatures: true for a correct one. */
  readonly signatures: boolean[] = [];
  failuresUntilTooMany = 99;

  constructor(readonly accounts: Readonly<Record<string, SmallAccount>>) {}

  begin(origin: LoginOrigin): Login {
    this.origins.push(origin);
    const login = new SmallLogin(this);
    this.logins.push(login);
    return login;
  }

  isRight({ valid }: SshVerdict): boolean {
    this.signatures.push(valid);
    return valid;
  }

  hasKey(userName: string, key: { algorithm: string; blob: Buffer }): Promise<boolean> {
    const keys = this.accounts[userName]?.keys ?? [];
    return Promise.resolve(keys.includes(key.blob.toString('base64')));
  }
}

export class SmallLogin implements Login {
  factor: 0 | 1 | 2 = 0;
  user: User | undefined;
  sessionId = randomBytes(16).toString('hex');
  readonly history = undefined;
  tried = false;
  readonly line = {
    ask: () => Promise.resolve(1),
    typed: () => Promise.resolve(),
    heard: () => Promise.resolve(),
    end: () => Promise.resolve(),
  };
  verdict: 'keep' | 'end' | Error = 'keep';
  private code: string | undefined;
  private failures = 0;

  constructor(private readonly authenticator: SmallAuthenticator) {}

  get requiredFactor(): 1 | 2 {
    return this.code === undefined ? 1 : 2;
  }

  get complete(): boolean {
    return this.user !== undefined && this.factor >= this.requiredFactor;
  }

  async submit(credential: Credential): Promise<LoginResult> {
    this.tried = true;
    // One turn of the event loop, as any real access to a store takes.
    await new Promise((resolve) => setImmediate(resolve));
    this.authenticator.submitted.push(credential);
    if (credential.kind === 'second-factor') {
      if (this.user === undefined || credential.code !== this.code) return this.rejected();
      this.factor = 2;
      return { kind: 'accepted', user: this.user, factor: 2 };
    }
    if (credential.kind === 'line-code') return this.rejected();
    const names = Object.keys(this.authenticator.accounts);
    const id = names.indexOf(credential.userName) + 1;
    const account = this.authenticator.accounts[credential.userName];
    const right =
      credential.kind === 'password'
        ? account?.password === credential.password
        : account?.keys?.includes(credential.blob.toString('base64')) === true &&
          this.authenticator.isRight(credential.verify());
    if (account === undefined || !right) return this.rejected();
    this.code = account.code;
    this.factor = 1;
    this.sessionId = randomBytes(16).toString('hex');
    this.user = {
      id,
      name: credential.userName,
      status: 2,
      groups: ['users'],
      factors: account.code === undefined ? [] : [{ kind: 'otp', type: 'googleAuth' }],
      properties: new Map(),
      loginVersion: 0,
    };
    return this.complete
      ? { kind: 'accepted', user: this.user, factor: 1 }
      : { kind: 'need', factors: acceptedKinds(this.user), user: this.user };
  }

  confirm(): Promise<LoginResult> {
    return Promise.resolve(this.rejected());
  }

  refresh(): Promise<'keep' | 'end'> {
    return this.verdict instanceof Error
      ? Promise.reject(this.verdict)
      : Promise.resolve(this.verdict);
  }

  private rejected(): LoginResult {
    this.failures += 1;
    return this.failures >= this.authenticator.failuresUntilTooMany
      ? { kind: 'rejected', reason: 'too-many' }
      : { kind: 'rejected', reason: 'bad-credential' };
  }
}
