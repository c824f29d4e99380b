import { isMailAddress } from '../base/mail-address';
import { DEFAULT_OTP_TYPE, OTP_TYPE_NAMES, type OtpType } from '../base/otp-types';
import type {
  MenuContext,
  MenuModule,
  PageContent,
  Submission,
  Transition,
} from '../menu/run/module';
import { findLacks, showLacks } from '../menu/run/login-answer';
import { BIND_FIRST } from '../menu/run/menu-access';
import { otpTypeOf } from '../auth/factor-kinds';
import type { BeginResult, OwnEnrollment } from '../auth/set-up';
import { actorOf, userOf } from '../menu/run/caller';
import { setUpHere, type SetUpEnd } from '../menu/run/set-up-here';
import { proveAgain } from '../menu/run/proof-of-person';
import { manageApps } from './two-factor-apps';
import { keepSheet } from './one-time-sheet';
import { backupCodePage, qrPage, secretPage } from './two-factor-details';
import {
  ACTIONS_VIEW,
  offers,
  ownSetUp,
  readFactorState,
  showFactorState,
  type TwoFactorAction,
} from './two-factor-screen';
import {
  failed,
  redraw,
  said,
  say,
  sayText,
  setInfo,
  showInfo,
  showWaiting,
  status,
  TOGGLE,
  TYPE,
} from './two-factor-status';
import { TEXT_KEYS, withWord, type StatusText } from './two-factor-texts';
import { FIELDS } from './row-fields';

const LINK_STATUS = {
  sent: 'saveEmailSent',
  'no-address': 'emailRequired',
  'too-many': 'tooManyMails',
  'not-now': 'notNow',
} as const satisfies Record<string, StatusText>;

/** The result of sending the link, as shown to callers and logged. */
type LinkResult = keyof typeof LINK_STATUS;

function linkResult({ kind }: BeginResult): LinkResult {
  if (kind === 'begun') return 'sent';
  return kind === 'no-address' || kind === 'too-many' ? kind : 'not-now';
}

/** What this menu remembers of a set-up whose secret may be shown: when it ends. */
const PROVED = 'proved-set-up';

/** Switches the second factor on and off, and shows what belongs to it (contract A4.4). */
export const twoFactorConfigModule: MenuModule = {
  name: 'user_2fa_otp_config',
  fields: FIELDS.user_2fa_otp_config,
  doc: 'Switches two-factor sign-in on and off; needs a secure connection.',
  needs: 'complete',
  bindsFactor: true,
  configKeys: {
    ...TEXT_KEYS,
    userTwoFactorAuthOTPConfigShowDetails:
      'Menu for QR code, secret and backup codes, if not the one of this name.',
  },
  views: [],
  menus: ['userTwoFactorAuthOTPConfigShowDetails', 'userTwoFactorAuthOTPSecConnRequired'],
  methods: {
    act,
    switchOn: (context) => take(context, 'here'),
    switchOff: (context) => take(context, 'off'),
    apps: (context) => take(context, 'apps'),
    dropSetUp: (context) => take(context, 'drop'),
    saveChanges,
    showQRCode,
    showSecret,
    showBackupCodes: countBackupCodes,
    generateNewBackupCodes: makeBackupCodes,
    oneTimeSheet: (context) => take(context, 'sheet'),
    mailLink,
  },
  enter,
  ready,
  changed: (context, viewId) => {
    if (viewId !== ACTIONS_VIEW) showInfo(context, viewId === TYPE ? TYPE : TOGGLE);
  },
};

/** Secrets never go over a line that others can read, whatever the menu file says (rule D16). */
function enter(context: MenuContext): Promise<Transition | undefined> {
  if (context.caller.secure) return Promise.resolve(undefined);
  const menu = 'userTwoFactorAuthOTPSecConnRequired';
  const refuse: Transition = context.hasMenu(menu) ? { kind: 'goto', menu } : { kind: 'previous' };
  return Promise.resolve(refuse);
}

async function ready(context: MenuContext): Promise<void> {
  const user = userOf(context.caller);
  const preferred = context.services.config().users.twoFactorAuth.method;
  const type = otpTypeOf(user);
  context.screen.select(TOGGLE, type === undefined ? 0 : 1);
  context.screen.select(TYPE, OTP_TYPE_NAMES.indexOf(type ?? preferred));
  const state = await readFactorState(context);
  showFactorState(context, state);
  if (!showWaiting(context)) {
    if (state.pending === undefined) showInfo(context, TOGGLE);
    else
      setInfo(
        context,
        withWord(context.say, status(context, 'pendingWaits'), state.pending.word),
        'note',
      );
  }
  if (!offers(context, 'email')) return;
  const { log, node } = context.caller;
  for (const missing of findLacks(context, 'second-factor')) {
    log.warn('two-factor.prerequisite-missing', { node, missing });
  }
}

/** What a list of actions holds; the same as the keys of the screen do. */
function act(context: MenuContext, { value }: Submission): Promise<Transition> {
  return take(context, value[ACTIONS_NAME] as TwoFactorAction);
}

/** Name of the list's value in the form. */
const ACTIONS_NAME = 'action';

async function take(context: MenuContext, action: TwoFactorAction): Promise<Transition> {
  try {
    switch (action) {
      case 'here':
      case 'anew':
        return await switchOn(context, Number(context.screen.value(TYPE)));
      case 'mail':
        return await mailLink(context);
      case 'qr':
        return await showQRCode(context);
      case 'secret':
        return await showSecret(context);
      case 'codes':
        return await makeBackupCodes(context);
      case 'apps':
        return await manageApps(context, {
          mail: (type, label) => setUpByMail(context, type, label),
          switchOff: () => switchOff(context),
        });
      case 'sheet':
        return await keepSheet(context);
      case 'off':
        return await switchOff(context);
      case 'drop':
        return await dropSetUp(context);
      default:
        return say(context, 'nothingChosen');
    }
  } catch (thrown) {
    return failed(context, 'two-factor.save-failed', thrown);
  }
}

async function saveChanges(context: MenuContext, submission: Submission): Promise<Transition> {
  const { value } = submission;
  try {
    return Number(value['enableToggle']) === 1
      ? await switchOn(
          context,
          Number(value['otpType'] ?? OTP_TYPE_NAMES.indexOf(DEFAULT_OTP_TYPE)),
        )
      : await switchOff(context);
  } catch (thrown) {
    return failed(context, 'two-factor.save-failed', thrown);
  }
}

function switchOn(context: MenuContext, typeIndex: number): Promise<Transition> {
  const type = OTP_TYPE_NAMES[typeIndex] ?? DEFAULT_OTP_TYPE;
  return offers(context, 'terminal') ? setUpOnScreen(context, type) : setUpByMail(context, type);
}

const END_STATUS = {
  on: 'setUpDone',
  left: 'cancelled',
  gone: 'setUpGone',
  'not-now': 'notNow',
} as const satisfies Record<Exclude<SetUpEnd, 'ended'>, StatusText>;

/** Here and now: password first, as on every way to a secret (rules D18, M2). */
async function setUpOnScreen(context: MenuContext, type: OtpType): Promise<Transition> {
  const isOn = otpTypeOf(userOf(context.caller)) !== undefined;
  const proof = await proveAgain(context, {
    title: context.say(isOn ? 'secret.set-up-anew' : 'secret.set-up'),
    text: [context.say(isOn ? 'secret.present-codes' : 'secret.have-phone')],
  });
  if (proof.kind === 'out') return proof.transition;
  if (proof.kind === 'cancelled') return said(context, 'cancelled');
  const end = await setUpHere(context, type);
  if (end === 'ended') {
    const message = context.say(context.caller.login.farewell ?? 'call.account-changed');
    return { kind: 'log-off', message, reason: 'ended' };
  }
  return said(context, END_STATUS[end]);
}

/** By a mailed link, also where Save sets it up on the screen. */
async function mailLink(context: MenuContext): Promise<Transition> {
  if (!offers(context, 'email')) return say(context, 'noMailLinks');
  try {
    const index = Number(context.screen.value(TYPE));
    return await setUpByMail(context, OTP_TYPE_NAMES[index] ?? DEFAULT_OTP_TYPE);
  } catch (thrown) {
    return failed(context, 'two-factor.save-failed', thrown);
  }
}

async function setUpByMail(
  context: MenuContext,
  type: OtpType,
  /** Of a further app. */
  label?: string,
): Promise<Transition> {
  const { services, caller } = context;
  const user = userOf(context.caller);
  const missing = findLacks(context, 'second-factor');
  if (missing.length > 0) {
    await showLacks(context, missing);
    return said(context, 'cancelled');
  }
  if (!isMailAddress(user.properties.get('email_address') ?? '')) {
    return say(context, 'emailRequired');
  }
  const isOn = otpTypeOf(user) !== undefined;
  if (isOn) {
    const proof = await proveAgain(context, {
      title: context.say(label === undefined ? 'secret.set-up-anew' : 'factor.add-app'),
      text: [context.say(label === undefined ? 'secret.present-codes' : 'factor.add-app-proof')],
    });
    if (proof.kind === 'out') return proof.transition;
    if (proof.kind === 'cancelled') return said(context, 'cancelled');
  }
  const mailed = { actor: actorOf(caller), mail: true, label };
  const sent = linkResult(await services.enrollment.begin(user.id, type, mailed));
  caller.log.info('two-factor.link', { userId: user.id, type, sent });
  const pending = await ownSetUp(context);
  const outcome = linkText(context, sent, pending);
  const as = sent === 'sent' ? 'done' : 'problem';
  if (isOn) context.memory.set(PROVED, pending?.expiresAtMs);
  return redraw(context, outcome, as);
}

/** What became of the link; with the word that its page asks for where there is one. */
function linkText(
  context: MenuContext,
  sent: LinkResult,
  pending: OwnEnrollment | undefined,
): string {
  const isFiled = sent === 'sent' && !context.services.mailer.sendsMail;
  const text = status(context, isFiled ? 'saveNoMailServer' : LINK_STATUS[sent]);
  return sent === 'sent' && pending !== undefined
    ? withWord(context.say, text, pending.word)
    : text;
}

async function switchOff(context: MenuContext): Promise<Transition> {
  const { services, caller } = context;
  const user = userOf(context.caller);
  if (otpTypeOf(user) === undefined) {
    if ((await ownSetUp(context)) === undefined) {
      return say(context, 'otpNotEnabled');
    }
    return dropSetUp(context);
  }
  if (caller.login.bindsFirst === true) return sayText(context, context.say(BIND_FIRST), 'problem');
  if (context.mustHaveFactor) return say(context, 'mustStayOn');
  const proof = await proveAgain(context, {
    title: context.say('secret.switch-off'),
    text: [context.say('secret.switch-off-means')],
  });
  if (proof.kind === 'out') return proof.transition;
  if (proof.kind === 'cancelled') return said(context, 'cancelled');
  await services.enrollment.disable(user.id, actorOf(caller));
  if ((await caller.login.refresh()) === 'end') {
    return { kind: 'log-off', message: status(context, 'saveDisabled'), reason: 'ended' };
  }
  return said(context, 'saveDisabled');
}

async function dropSetUp(context: MenuContext): Promise<Transition> {
  if ((await ownSetUp(context)) === undefined) return say(context, 'qrNotAvail');
  const { id } = userOf(context.caller);
  await context.services.enrollment.removePending(id, actorOf(context.caller));
  return said(context, 'pendingDropped');
}

async function showQRCode(context: MenuContext): Promise<Transition> {
  return reveal(context, 'qrNotAvail', (pending) => {
    const { width, height, isLineByLine } = context.caller.terminal;
    if (isLineByLine) return context.say('two-factor.no-picture');
    const page = qrPage(context.say, pending, { width, height });
    return page ?? context.say('two-factor.no-room');
  });
}

/** Only while a registration waits: a secret in use is never shown again (rule D17). */
async function showSecret(context: MenuContext): Promise<Transition> {
  return reveal(context, 'secretNotAvail', (pending) =>
    secretPage(context.say, pending, context.caller.terminal.width),
  );
}

/**
 * Shows what a set-up holds: to the call that began it, and once the password was typed in it (rule M2),
 * so that nobody reads the secret off a terminal that was left alone.
 */
async function reveal(
  context: MenuContext,
  missing: StatusText,
  draw: (pending: OwnEnrollment) => PageContent | string,
): Promise<Transition> {
  try {
    const pending = await ownSetUp(context);
    if (pending === undefined) return say(context, missing);
    if (context.memory.get(PROVED) !== pending.expiresAtMs) {
      const proof = await proveAgain(context, {
        title: context.say('secret.show'),
        text: [context.say('secret.show-means')],
      });
      if (proof.kind === 'out') return proof.transition;
      if (proof.kind === 'cancelled') return said(context, 'cancelled');
      context.memory.set(PROVED, pending.expiresAtMs);
    }
    // It may have ended while the password was typed.
    const still = await ownSetUp(context);
    if (still === undefined) return said(context, missing);
    const drawn = draw(still);
    return typeof drawn === 'string'
      ? redraw(context, drawn, 'problem')
      : await showDetails(context, drawn);
  } catch (thrown) {
    return failed(context, 'two-factor.show-failed', thrown);
  }
}

/** Backup codes are stored hashed, so that nobody can show them again (rule B5): only how many are left. */
async function countBackupCodes(context: MenuContext): Promise<Transition> {
  const user = userOf(context.caller);
  if (otpTypeOf(user) === undefined) return say(context, 'otpNotEnabled');
  try {
    const { backupCodesLeft: left } = await context.services.enrollment.status(user.id);
    const text = status(context, left === 0 ? 'noBackupCodes' : 'backupCodesLeft');
    setInfo(context, text.replaceAll('{left}', String(left)), left === 0 ? 'problem' : 'note');
    return { kind: 'stay' };
  } catch (thrown) {
    return failed(context, 'two-factor.show-failed', thrown);
  }
}

async function makeBackupCodes(context: MenuContext): Promise<Transition> {
  const { services, caller } = context;
  const user = userOf(context.caller);
  if (otpTypeOf(user) === undefined) return say(context, 'otpNotEnabled');
  if (caller.login.bindsFirst === true) return sayText(context, context.say(BIND_FIRST), 'problem');
  try {
    const proof = await proveAgain(context, {
      title: context.say('secret.codes'),
      text: [context.say('secret.codes-means')],
    });
    if (proof.kind === 'out') return proof.transition;
    if (proof.kind === 'cancelled') return said(context, 'cancelled');
    const codes = await services.enrollment.regenerateBackupCodes(user.id, actorOf(caller));
    return await showDetails(
      context,
      backupCodePage(context.say, codes ?? [], caller.terminal.width),
    );
  } catch (thrown) {
    return failed(context, 'two-factor.backup-codes-failed', thrown);
  }
}

/** By the sysop's menu for details where there is one (contract A4.4), else on the theme's page. */
async function showDetails(context: MenuContext, page: PageContent): Promise<Transition> {
  const key = 'userTwoFactorAuthOTPConfigShowDetails';
  const own = context.config[key];
  const menu = typeof own === 'string' ? own : key;
  // After an entry code that menu is closed, like all others (rule N1).
  const isOpen = context.caller.login.bindsFirst !== true && context.hasMenu(menu);
  if (isOpen) return { kind: 'goto', menu, extraArgs: { page } };
  await context.showPages(page);
  return { kind: 'redraw' };
}
