import { compileAcs, evaluateAcs, type Acs } from '../../acs/acs';
import type { AcsSubject } from '../../acs/subject';
import { secureCall, secureWayTo } from '../../mail/links';
import { hasSecondFactor } from '../../auth/factor-kinds';
import type { User } from '../../store/users';
import { askForCode } from './ask-code';
import { secureWayOf } from './line-sign-in';
import { countGrace, type FactorGrace } from '../../store/factors';
import { userOf, type Caller } from './caller';
import { proveAgain } from './proof-of-person';
import type { Say } from '../../texts/texts';
import type { Services } from './services';
import { setUpHere, type SetUpContext, type SetUpEnd } from './set-up-here';
import { askYesOrNo } from './yes-or-no';

const DAY_MS = 86_400_000;
/** A sign-in of this age proves who sits there; after that the password is asked for again. */
const FRESH_MS = 5 * 60_000;

/** How a caller was led to the set-up. */
type LeadEnd = { readonly kind: 'go-on' } | { readonly kind: 'log-off'; readonly sentence: string };

/**
 * What one caller owes the policy of the board (`users.twoFactorAuth.required`): a second factor, where the account
 * must have one and has none. Read live, so that an edit of the policy and the end of grace count at once.
 */
export class OwedFactor {
  private acs: Acs | undefined;
  private counted: { readonly userId: number; readonly grace: FactorGrace } | undefined;
  private isPutOff = false;

  constructor(
    private readonly caller: Caller,
    private readonly services: Pick<Services, 'config' | 'clock' | 'db'>,
    /** The caller as conditions see one, but for what this policy adds. */
    private readonly subject: AcsSubject,
  ) {}

  /** True where the policy names this account, whatever factors it has. */
  get isRequired(): boolean {
    const { required } = this.settings;
    if (required === '' || this.caller.login.user === undefined) return false;
    if (this.acs?.text !== required) this.acs = compileAcs(required);
    // Checks refuse a condition that cannot be read; until then it names everybody.
    return this.acs.problems.length > 0 || evaluateAcs(this.acs, this.subject);
  }

  /**
   * `due`: led to the set-up before anything else; `put-off`: was led there, and has grace left. undefined where
   * nothing is owed, or the sign-in is not complete yet.
   */
  get state(): 'due' | 'put-off' | undefined {
    const { login } = this.caller;
    if (!login.complete || login.requiredFactor === 2 || !this.isRequired) return undefined;
    return this.isPutOff && !this.isGraceOver ? 'put-off' : 'due';
  }

  /** Tells the caller, and leads to the set-up, which is the only way on once grace is over. */
  async lead(context: SetUpContext): Promise<LeadEnd> {
    const user = userOf(this.caller);
    // A code alone is one factor, and grace is for accounts that have no second one (rule N7).
    if (this.caller.login.byLineCode === true && hasSecondFactor(user)) {
      const way = secureWayOf(context.services);
      const sentence =
        way === undefined
          ? context.say('factor.owed-no-call')
          : context.say('factor.owed-call', { way });
      return { kind: 'log-off', sentence };
    }
    // The policy names the account, and this call has shown no code (rule N9).
    if (this.caller.login.byRememberedKey === true && hasSecondFactor(user)) {
      const end = await askForCode(context, user, { endsCall: true });
      return end.kind === 'stay' ? { ...end, kind: 'log-off' } : end;
    }
    if (this.counted?.userId !== user.id) {
      const timelineMs = this.services.clock.timelineMs();
      const grace = await this.services.db.run((sql) => countGrace(sql, user.id, timelineMs));
      this.counted = { userId: user.id, grace };
    }
    return this.caller.secure ? this.offer(context) : this.sendElsewhere(context);
  }

  private async offer(context: SetUpContext): Promise<LeadEnd> {
    const end = await offerSetUp(context, {
      title: context.say('factor.owed'),
      text: () => this.graceSentence(context.say),
      endsCall: () => this.isGraceOver,
    });
    return end === 'no' ? this.goOnWithout(context.say) : end;
  }

  private async sendElsewhere(context: SetUpContext): Promise<LeadEnd> {
    const way = secureWayTo(context.services.listening());
    const sentence =
      way === undefined
        ? context.say('factor.owed-no-way')
        : context.say('factor.owed-secure-way', {
            way: secureCall(context.services.config(), way),
          });
    if (this.isGraceOver) return { kind: 'log-off', sentence };
    const lines = ['', sentence, '', this.graceSentence(context.say)];
    await context.showPages({ data: lines.map((text) => ({ color: '|07', text })) });
    return this.goOnWithout(context.say);
  }

  private goOnWithout(say: Say): LeadEnd {
    if (this.isGraceOver) {
      return { kind: 'log-off', sentence: say('factor.owed-call-again') };
    }
    this.isPutOff = true;
    return { kind: 'go-on' };
  }

  private graceSentence(say: Say): string {
    if (this.isGraceOver) return say('factor.grace-over');
    const { graceLogins, graceDays } = this.settings;
    const { signIns = 0, sinceMs = 0 } = this.counted?.grace ?? {};
    const leftMs = sinceMs + graceDays * DAY_MS - this.services.clock.timelineMs();
    const [more, days] = [graceLogins - signIns, Math.max(1, Math.ceil(leftMs / DAY_MS))];
    const time = days === 1 ? say('time.day') : say('time.days', { count: days });
    if (more === 0) return say('factor.grace-last');
    return more === 1
      ? say('factor.grace-once', { time })
      : say('factor.grace-times', { count: more, time });
  }

  private get isGraceOver(): boolean {
    const { graceLogins, graceDays } = this.settings;
    if (this.counted === undefined) return true;
    const { sinceMs, signIns } = this.counted.grace;
    return (
      signIns > graceLogins || this.services.clock.timelineMs() >= sinceMs + graceDays * DAY_MS
    );
  }

  private get settings() {
    return this.services.config().users.twoFactorAuth;
  }
}

/**
 * True where the policy asks a second factor of an account, for whoever asks about it without a call: over a secure
 * line, from nowhere in particular.
 */
export function isFactorDemanded(
  { properties, ...user }: User,
  { required, nowMs }: { readonly required: string; readonly nowMs: number },
): boolean {
  if (required === '') return false;
  const acs = compileAcs(required);
  const subject: AcsSubject = {
    ...{ factor: 1, requiredFactor: 1, secure: true, remoteIp: '', node: 0, encoding: 'utf8' },
    ...{ terminalType: '', width: 80, height: 25, themeId: '', nowMs, services: new Set() },
    user: { ...user, property: (name) => properties.get(name) },
  };
  return acs.problems.length > 0 || evaluateAcs(acs, subject);
}

/** Asks whether to set a second factor up now, and does it; `no` where the caller does not want to. */
export async function offerSetUp(
  context: SetUpContext,
  {
    title,
    text,
    endsCall,
  }: {
    readonly title: string;
    readonly text: () => string;
    /** True while who does not want to is logged off. */
    readonly endsCall?: () => boolean;
  },
): Promise<LeadEnd | 'no'> {
  let message: string | undefined;
  for (;;) {
    const answer = await askYesOrNo(context, {
      prompt: 'twoFactorOffer',
      title,
      text: [context.say('factor.have-phone'), '', text()],
      label: context.say('factor.now'),
      endsCall: endsCall?.() === true,
      ...(message === undefined ? {} : { message }),
    });
    if (answer !== true) return 'no';
    const end = await setUpFreshly(context, title);
    if (typeof end !== 'string') return end;
    message = context.say(`factor.${end}`);
  }
}

/** After the password, where the sign-in is not fresh any more. */
async function setUpFreshly(
  context: SetUpContext,
  title: string,
): Promise<LeadEnd | Exclude<SetUpEnd, 'on' | 'ended'>> {
  const { caller, services } = context;
  if (services.clock.monotonicMs() - caller.connectedMonotonicMs > FRESH_MS) {
    const text = [context.say('factor.password-first')];
    const proof = await proveAgain(context, { title, text });
    if (proof.kind === 'cancelled') return 'left';
    if (proof.kind === 'out') {
      return { kind: 'log-off', sentence: proof.transition.message ?? '' };
    }
  }
  const end = await setUpHere(context, services.config().users.twoFactorAuth.method);
  if (end === 'on') return { kind: 'go-on' };
  if (end !== 'ended') return end;
  const sentence = context.say(caller.login.farewell ?? 'call.account-changed');
  return { kind: 'log-off', sentence };
}
