import { passwordRule } from '../../config/login-servers';
import type { AcsSubject, AcsUser } from '../../acs/subject';
import type { User } from '../../store/users';
import type { Caller } from './caller';
import type { OwedFactor } from './owed-factor';
import type { Services } from './services';

/**
 * A caller as ACS conditions see them. Created once per session and read live: a check allocates nothing
 * and sees every change (a new factor, an edited account, a resized terminal) at once.
 */
export class CallerSubject implements AcsSubject {
  private seenUser: User | undefined;
  private acsUser: AcsUser | undefined;

  constructor(
    private readonly caller: Caller,
    private readonly board: Services,
    private readonly currentThemeId: () => string,
    private readonly policy?: Pick<OwedFactor, 'isRequired' | 'state'>,
  ) {}

  get factor(): 0 | 1 | 2 {
    return this.caller.login.factor;
  }

  get requiredFactor(): 1 | 2 {
    return this.policy?.isRequired === true ? 2 : this.caller.login.requiredFactor;
  }

  get owed(): 'due' | 'put-off' | undefined {
    return this.policy?.state;
  }

  get secure(): boolean {
    return this.caller.secure;
  }

  get takesPassword(): boolean {
    return passwordRule(this.board.config(), this.caller) !== 'never';
  }

  get remoteIp(): string {
    return this.caller.remoteIp;
  }

  get node(): number {
    return this.caller.node;
  }

  get encoding(): 'cp437' | 'utf8' {
    return this.caller.terminal.encoding;
  }

  get terminalType(): string {
    return this.caller.terminal.type;
  }

  get width(): number {
    return this.caller.terminal.window.width;
  }

  get height(): number {
    return this.caller.terminal.window.height;
  }

  get themeId(): string {
    return this.currentThemeId();
  }

  get nowMs(): number {
    return this.board.clock.nowMs();
  }

  get services(): ReadonlySet<string> {
    return new Set(this.board.listening().https ? ['https'] : []);
  }

  get user(): AcsUser | undefined {
    const user = this.caller.login.user;
    if (user !== this.seenUser) {
      this.seenUser = user;
      this.acsUser = user === undefined ? undefined : asAcsUser(user);
    }
    return this.acsUser;
  }
}

function asAcsUser(user: User): AcsUser {
  return {
    id: user.id,
    status: user.status,
    groups: user.groups,
    property: (name) => user.properties.get(name),
  };
}
