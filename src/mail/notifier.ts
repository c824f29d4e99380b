import type { Clock } from '../base/clock';
import { parseMailAddress } from '../base/mail-address';
import type { Random } from '../base/random';
import type { Config } from '../config/schema';
import type { Sql } from '../store/database';
import type { Notice, NoticeResult, Notifier } from '../store/notice';
import { addToOutbox, countRecentMail } from '../store/outbox';
import { findProperty } from '../store/properties';
import type { Sealer } from '../store/sealed';
import { hashToken } from '../store/tokens';
import { findUser, ROOT_ID } from '../store/users';
import type { FindWords } from '../texts/texts';
import { writeLetter } from './letter';
import { linkPrefix } from './links';
import type { FindTemplate } from './template';

interface NotifierOptions {
  readonly config: () => Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly sealer: Sealer;
  readonly findTemplate: FindTemplate;
  /** The sentences of mails as they are now. */
  readonly words: FindWords;
  readonly httpsPort?: () => number | undefined;
}

const HOUR_MS = 3600_000;

/**
 * Limit of mails of a kind per account and hour; low for kinds that strangers can cause (rules A15,
 * C7). Mails that go to other people than the account's owner are limited by Budgets.
 */
const MAX_PER_HOUR: Record<Notice['kind'], number> = {
  'otp-register': 5,
  'set-up-dropped': 3,
  'set-up-disowned': 3,
  'password-reset': 3,
  'first-password': 1,
  'confirm-mail': Infinity,
  'address-in-use': Infinity,
  'wrong-codes': 1,
  'code-replayed': 1,
  'second-factor-locked': 1,
  'second-factor-on': 20,
  'second-factor-off': 20,
  'app-added': 20,
  'app-removed': 20,
  'backup-code-used': 20,
  'backup-code-heard': 20,
  'backup-codes-new': 20,
  'entry-code-made': 20,
  'entry-code-used': 20,
  'entry-code-heard': 20,
  'recovery-link': 3,
  'recovery-started': 20,
  'recovery-stopped': 20,
  'recovery-used': 3,
  'sheet-new': 20,
  'sheet-gone': 20,
  'line-codes-stopped': 1,
  'key-remembered': 20,
  'ssh-key-added': 20,
  'ssh-key-removed': 20,
  'password-changed': 20,
  'password-shut': 20,
  'new-network': 5,
  'mail-changed': 20,
  application: 1,
  'account-activated': 3,
  feedback: Infinity,
};

/** Writes mails into the outbox, sealed, in the same transaction as the change that they report. */
export class OutboxNotifier implements Notifier {
  constructor(private readonly parts: NotifierOptions) {}

  async notify(sql: Sql, notice: Notice): Promise<NoticeResult> {
    const { config, clock, random, sealer, findTemplate, words, httpsPort } = this.parts;
    const { userId, kind } = notice;
    const timelineMs = clock.timelineMs();
    const toAccount = !hasOwnAddress(notice);
    const to = parseMailAddress((await addressFor(sql, notice, config())) ?? '');
    if (to === undefined) return 'no-address';
    const recent = await countRecentMail(sql, { userId, kind, sinceMs: timelineMs - HOUR_MS });
    if (recent >= MAX_PER_HOUR[kind]) return 'too-many';
    const letter = await writeLetter(notice, {
      config: config(),
      findTemplate,
      say: await words(),
      prefix: linkPrefix(config(), httpsPort?.()),
      userName: (await findUser(sql, userId))?.name ?? 'sysop',
    });
    const messageId = `${random.bytes(16).toString('hex')}@${config().contentServers.web.domain}`;
    await addToOutbox(sql, {
      userId,
      kind,
      tokenHash: 'token' in notice ? hashToken(notice.token) : undefined,
      message: sealer.seal(JSON.stringify({ to, toAccount, ...letter, messageId }), {
        table: 'outbox',
        column: 'message',
        userId,
      }),
      createdAtMs: timelineMs,
    });
    return 'queued';
  }
}

/** True for a notice that goes to an address other than its account's. */
function hasOwnAddress(notice: Notice): boolean {
  return isForSysop(notice) || 'address' in notice;
}

/** True for a notice that goes to the sysop; `Budgets` limits what strangers can cause of these. */
function isForSysop({ kind }: Notice): boolean {
  return kind === 'feedback' || kind === 'application';
}

async function addressFor(sql: Sql, notice: Notice, config: Config): Promise<string | undefined> {
  if (isForSysop(notice)) {
    const { email } = config.general.sysOp;
    return email === '' ? findProperty(sql, ROOT_ID, 'email_address') : email;
  }
  if ('address' in notice) return notice.address;
  return findProperty(sql, notice.userId, 'email_address');
}
