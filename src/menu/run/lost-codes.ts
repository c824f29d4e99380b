import { isMailAddress } from '../../base/mail-address';
import { isLostWord } from '../../auth/factor-recovery';
import { secureCall, secureWayTo } from '../../mail/links';
import type { User } from '../../store/users';
import { actorOf } from './caller';
import { findLacks, hoursText, showLacks } from './login-answer';
import type { MenuContext } from './module';
import { askYesOrNo } from './yes-or-no';

/** True where the word for lost codes was typed and this board offers what it stands for. */
export function isAskForRecovery({ services }: Pick<MenuContext, 'services'>, typed: string) {
  return services.recovery.isOn && isLostWord(typed);
}

/**
 * Answers a caller at the code screen who has neither app nor backup codes (rule N6). `submit` once the
 * waiting time of a mailed link is over: the word itself is then the proof.
 */
export async function answerLostCodes(context: MenuContext): Promise<'submit' | 'answered'> {
  const { caller, services, say } = context;
  const { login } = caller;
  const { user } = login;
  // At the code screen and nowhere else: behind a first factor that was right, and before the second.
  if (user === undefined || login.factor !== 1 || login.complete) return 'submit';
  const wait = await services.recovery.waiting(user.id);
  if (wait?.isOver === true && caller.secure) return 'submit';
  if (wait?.isOver === true) {
    await tell(context, [elsewhere(context)]);
    return 'answered';
  }
  if (wait !== undefined) {
    const leftMs = wait.endsAtMs - services.clock.nowMs();
    await tell(context, [
      say('factor.recovery-waits', { time: hoursText(say, leftMs) }),
      '',
      say('factor.recovery-then'),
    ]);
    return 'answered';
  }
  await offerLink(context, user);
  return 'answered';
}

async function offerLink(context: MenuContext, user: User): Promise<void> {
  const { caller, services, say } = context;
  const lacks = findLacks(context, 'second-factor');
  if (lacks.length > 0) return showLacks(context, lacks);
  // The caller knows the password, and is told no more of the address than that there is one.
  if (!isMailAddress(user.properties.get('email_address') ?? '')) {
    return tell(context, [say('factor.recovery-no-address')]);
  }
  const time = hoursText(say, services.recovery.waitHours * 3600_000);
  if (!(await asksForLink(context, time))) return;
  const asked = await services.recovery.ask(user, actorOf(caller));
  if (asked !== 'mailed') return tell(context, [say(REFUSED[asked])]);
  const where = services.mailer.sendsMail
    ? say('factor.recovery-mailed', { time })
    : `${say('mail.no-server')} ${say('factor.recovery-filed', { time })}`;
  return tell(context, [where, '', say('factor.recovery-then')]);
}

const REFUSED = {
  'no-address': 'factor.recovery-no-address',
  'too-many': 'factor.recovery-too-many',
  'not-now': 'factor.recovery-not-now',
} as const;

async function asksForLink(context: MenuContext, time: string): Promise<boolean> {
  const { say } = context;
  const answer = await askYesOrNo(context, {
    prompt: 'twoFactorLost',
    title: say('factor.lost'),
    text: [say('factor.lost-sysop'), '', say('factor.lost-mail', { time })],
    label: say('factor.lost-send'),
  });
  return answer === true;
}

/** On a page of its own, wrapped to the width of the screen. */
function tell(context: MenuContext, lines: readonly string[]): Promise<void> {
  const data = ['', ...lines].map((text) => ({ color: '|07', text }));
  return context.showPages({ title: context.say('factor.lost'), data });
}

function elsewhere({ services, say }: MenuContext): string {
  const way = secureWayTo(services.listening());
  return way === undefined
    ? say('factor.recovery-no-way')
    : say('factor.recovery-secure-way', { way: secureCall(services.config(), way) });
}
