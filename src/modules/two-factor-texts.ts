import { isOtpType, OTP_TYPE_NAMES, OTP_TYPES, type OtpType } from '../base/otp-types';
import type { SentenceKind } from '../menu/run/module';
import { stockText, wordingOf, type Say, type TextId } from '../texts/texts';

/** What `config.infoText.*` may replace, beside what is said of each OTP type. */
const INFO_TEXTS = {
  disabled: 'two-factor.disabled',
  enabled: 'two-factor.enabled',
} as const satisfies Readonly<Record<string, TextId>>;

export type InfoText = keyof typeof INFO_TEXTS | OtpType;

function idOf(key: InfoText) {
  return isOtpType(key) ? (`two-factor.type-${OTP_TYPES[key].word}` as const) : INFO_TEXTS[key];
}

/** What `config.statusText.*` may replace. */
const STATUS_TEXTS = {
  otpNotEnabled: 'two-factor.not-on',
  noBackupCodes: 'two-factor.no-codes-left',
  backupCodesLeft: 'two-factor.codes-left',
  saveDisabled: 'two-factor.off',
  saveEmailSent: 'two-factor.mail-sent',
  saveNoMailServer: 'two-factor.mail-filed',
  saveError: 'two-factor.mail-failed',
  qrNotAvail: 'two-factor.no-qr',
  secretNotAvail: 'two-factor.no-secret',
  pendingWaits: 'two-factor.waits',
  emailRequired: 'two-factor.no-address',
  tooManyMails: 'two-factor.many-mails',
  notNow: 'two-factor.not-now',
  cancelled: 'factor.left',
  setUpDone: 'two-factor.on',
  setUpGone: 'two-factor.gone',
  mustStayOn: 'two-factor.must-stay-on',
  nothingChosen: 'two-factor.nothing-chosen',
  noMailLinks: 'two-factor.no-links',
  pendingDropped: 'two-factor.dropped',
  tryLater: 'two-factor.later',
} as const satisfies Readonly<Record<string, TextId>>;

export type StatusText = keyof typeof STATUS_TEXTS;

const KINDS: Readonly<Partial<Record<StatusText, SentenceKind>>> = {
  saveDisabled: 'done',
  saveEmailSent: 'done',
  setUpDone: 'done',
  pendingDropped: 'done',
  saveNoMailServer: 'note',
  pendingWaits: 'note',
  cancelled: 'note',
};

/** What kind of sentence a status is, for the theme's colours. */
export function kindOf(status: StatusText): SentenceKind {
  return KINDS[status] ?? 'problem';
}

/** The keys of `config` that count more than the board's sentences, each with the text that stands there otherwise. */
export const TEXT_KEYS: Readonly<Record<string, string>> = Object.fromEntries([
  ...[...(Object.keys(INFO_TEXTS) as (keyof typeof INFO_TEXTS)[]), ...OTP_TYPE_NAMES].map((key) => [
    `infoText.${key}`,
    stockText(idOf(key)),
  ]),
  ...Object.entries(STATUS_TEXTS).map(([key, id]) => [`statusText.${key}`, stockText(id)]),
]);

interface Sources {
  readonly config: Readonly<Record<string, unknown>>;
  readonly say: Say;
}

export function infoText({ config, say }: Sources, key: InfoText): string {
  return ownText(config['infoText'], key) ?? wordingOf(say, idOf(key));
}

/** With its places for values, as `{word}`. */
export function statusText({ config, say }: Sources, key: StatusText): string {
  return ownText(config['statusText'], key) ?? wordingOf(say, STATUS_TEXTS[key]);
}

function ownText(texts: unknown, key: string): string | undefined {
  if (typeof texts !== 'object' || texts === null) return undefined;
  const own = (texts as Readonly<Record<string, unknown>>)[key];
  return typeof own === 'string' && own !== '' ? own : undefined;
}

/**
 * A status of a set-up that waits, with the word that its page asks for. A sysop's own text that has no
 * place for the word gets it in front: nobody could finish without it.
 */
export function withWord(say: Say, text: string, word: string): string {
  const place = '{word}';
  return text.includes(place)
    ? text.replaceAll(place, () => word)
    : say('two-factor.word-first', { word, text });
}
