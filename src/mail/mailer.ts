import { type Cancel, type Clock, sleep, wallTimeOf, withLimit } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import { LIMITS } from '../base/limits';
import type { Log } from '../base/log';
import { parseMailAddress } from '../base/mail-address';
import type { Random } from '../base/random';
import type { Config } from '../config/schema';
import type { ChangeMark } from '../store/change-mark';
import type { Database, Sql } from '../store/database';
import type { Notifier } from '../store/notice';
import {
  findNextMailMs,
  markMailSent,
  type OutboxRow,
  postponeMail,
  pruneOutbox,
  removeMail,
  takeDueMail,
} from '../store/outbox';
import { findProperty } from '../store/properties';
import type { Sealer } from '../store/sealed';
import { endTokenAt, findAnyToken, mayUseLink } from '../store/tokens';
import { findUser } from '../store/users';
import type { FindWords } from '../texts/texts';
import { OutboxNotifier } from './notifier';
import type { FindTemplate } from './template';
import {
  DropTransport,
  SmtpTransport,
  type Mail,
  MailFailure,
  type MailTransport,
} from './transport';

interface MailerOptions {
  readonly db: Database;
  readonly config: () => Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly sealer: Sealer;
  readonly log: Log;
  /** Folder into which mails are written as files while no transport is configured. */
  readonly dropFolder: string;
  readonly findTemplate: FindTemplate;
  /** The sentences of mails as they are now. */
  readonly words: FindWords;
  /** The port that the web server really uses, for links; undefined until it listens. */
  readonly httpsPort?: () => number | undefined;
  /** Replaces the configured transport, for embedders. */
  readonly transport?: MailTransport;
}

type StoredMail = Omit<Mail, 'from' | 'date'> & StoredRecipient;

/** After the first attempt: five more over an hour (rule D15). */
const RETRY_MS = [1, 4, 10, 20, 30].map((minutes) => minutes * 60_000);

const POLL_MS = 2_000;
const SOON_MS = 50;
const BATCH = 5;
/** Longer than any delivery takes, so that a claim expires only when its process died. */
const CLAIM_MS = 120_000;
const SEND_LIMIT_MS = 60_000;
/** A mail server that does not respond must not delay the shutdown (rule L18). */
const CLOSE_MS = 1_500;
const DAY_MS = 24 * 3600_000;
const KEEP_SENT_MS = DAY_MS;

/**
 * Stores mails and delivers them asynchronously, so that nobody waits for a delivery, and once
 * each.
 */
export class Mailer implements Notifier {
  readonly notify: Notifier['notify'];
  private cancel: Cancel = () => undefined;
  private running: Promise<unknown> = Promise.resolve();
  private started = false;
  private closed = false;
  private busy = false;
  private again = false;
  /** True once a mail was stored here, until the next look into the outbox. */
  private isWanted = false;
  /** When a mail in the outbox is due although nothing changes, by the timeline. */
  private nextAtMs = -Infinity;
  private readonly changes: ChangeMark;
  private transport: { readonly of: unknown; readonly use: MailTransport } | undefined;

  constructor(private readonly parts: MailerOptions) {
    this.changes = parts.db.followChanges();
    const notifier = new OutboxNotifier(parts);
    this.notify = async (sql, notice) => {
      const result = await notifier.notify(sql, notice);
      // The transaction commits only after this; a delivery that starts too early is repeated by
      // the next poll.
      if (result === 'queued') this.wake();
      return result;
    };
  }

  start(): void {
    this.started = true;
    this.wake();
  }

  /** Starts no more deliveries; one that is running has a moment to finish. */
  async close(): Promise<void> {
    this.started = false;
    this.closed = true;
    this.cancel();
    const cancel = new AbortController();
    // Mails that are left then are claimed; the process that runs when a claim expires sends them,
    // as after a kill.
    await Promise.race([
      this.running,
      sleep(this.parts.clock, CLOSE_MS, cancel.signal).catch(() => undefined),
    ]);
    cancel.abort(new Error('all mails are out'));
  }

  /** Sends the mails that are due and returns how many were handed over. */
  async deliver(): Promise<number> {
    const { db, clock } = this.parts;
    let sent = 0;
    for (;;) {
      const timelineMs = clock.timelineMs();
      const take = { timelineMs, untilMs: timelineMs + CLAIM_MS, most: BATCH };
      const due = await db.run((sql) => takeDueMail(sql, { ...take, passing: db.passing }));
      if (due.length === 0) return sent;
      const results = await Promise.all(due.map((row) => this.deliverOne(row)));
      sent += results.filter((handedOver) => handedOver).length;
      if (this.closed) return sent;
    }
  }

  private wake(): void {
    this.isWanted = true;
    if (this.busy) this.again = true;
    else if (this.started) this.schedule(SOON_MS);
  }

  private schedule(delayMs: number): void {
    this.cancel();
    this.cancel = this.parts.clock.after(delayMs, () => {
      this.running = this.poll();
    });
  }

  private async poll(): Promise<void> {
    const { clock, log } = this.parts;
    this.busy = true;
    this.again = false;
    try {
      const isDue = this.isWanted || clock.timelineMs() >= this.nextAtMs;
      this.isWanted = false;
      await (isDue ? this.work() : this.changes.whenChanged(() => this.work()));
    } catch (error) {
      // The rows are still there; the next poll tries again. After the close, database and log are
      // gone.
      if (this.closed) return;
      this.isWanted = true;
      log.warn('mail.outbox-unread', { error });
    }
    this.busy = false;
    if (this.started) this.schedule(this.again ? SOON_MS : POLL_MS);
  }

  private async work(): Promise<void> {
    const { db, clock } = this.parts;
    await this.deliver();
    await db.run((sql) => pruneOutbox(sql, clock.timelineMs() - KEEP_SENT_MS));
    this.nextAtMs = await db.run((sql) => findNextMailMs(sql, { keepSentMs: KEEP_SENT_MS }));
  }

  private async deliverOne(row: OutboxRow): Promise<boolean> {
    const { db, clock, log } = this.parts;
    const { id, userId, kind } = row;
    try {
      const discardReason = await this.send(row);
      if (discardReason !== undefined) {
        await db.run((sql) => removeMail(sql, id));
        log.info('mail.discarded', { kind, userId, reason: discardReason });
        return false;
      }
    } catch (error) {
      await this.postpone(row, error);
      return false;
    }
    const sentAtMs = clock.timelineMs();
    await db.transaction('nothing-shared', async (sql) => {
      if (kind === 'first-password' && row.tokenHash !== undefined)
        await endTokenAt(sql, row.tokenHash, sentAtMs + LIMITS.firstPasswordDays * DAY_MS);
      await markMailSent(sql, id, sentAtMs);
    });
    // A mail in the drop folder was not sent to anybody, and the log must not claim that it was.
    log.info(this.sendsMail ? 'mail.sent' : 'mail.dropped', { kind, userId });
    return true;
  }

  /** Hands a mail over, or returns the reason why it must not be sent any more. */
  private async send(row: OutboxRow): Promise<string | undefined> {
    const { db, clock, sealer } = this.parts;
    const place = { table: 'outbox', column: 'message', userId: row.userId };
    const stored = JSON.parse(sealer.open(row.message, place)) as StoredMail;
    const checked = await db.run((sql) => checkLetter(sql, row, stored, clock.timelineMs()));
    if (checked.kind === 'discard') return checked.reason;
    const { subject, text, html, messageId } = stored;
    const mail: Mail = {
      ...{ to: checked.to, subject, text, html, messageId },
      from: mailSender(this.parts.config()),
      date: new Date(wallTimeOf(clock, row.createdAtMs)),
    };
    const sending = this.currentTransport().send(mail);
    await withLimit(clock, sending, { limitMs: SEND_LIMIT_MS, what: 'the mail server' });
    return undefined;
  }

  private async postpone(row: OutboxRow, error: unknown): Promise<void> {
    const { db, clock, log } = this.parts;
    const { id, userId, kind } = row;
    const retryMs = RETRY_MS[row.attempts - 1];
    const isPermanent =
      (error instanceof MailFailure && error.permanent) ||
      (error instanceof BbsError && error.code === 'SEAL_BROKEN');
    if (isPermanent || retryMs === undefined) {
      await db.run((sql) => removeMail(sql, id));
      log.error('mail.given-up', { kind, userId, tries: row.attempts, error });
      return;
    }
    const later = { nextAtMs: clock.timelineMs() + retryMs, error: toError(error).message };
    await db.run((sql) => postponeMail(sql, id, later));
    log.warn('mail.postponed', { kind, userId, tries: row.attempts, retryMs, error });
  }

  private currentTransport(): MailTransport {
    const { transport, dropFolder, config } = this.parts;
    if (transport !== undefined) return transport;
    const of = config().email.transport;
    if (this.transport === undefined || this.transport.of !== of) {
      const use = of === null ? new DropTransport(dropFolder) : new SmtpTransport(of);
      this.transport = { of, use };
    }
    return this.transport.use;
  }

  /** False while mails are written as files because there is no mail server. */
  get sendsMail(): boolean {
    return this.parts.transport !== undefined || this.parts.config().email.transport !== null;
  }
}

/** Sender of the board's mails. */
export function mailSender({ general, email, contentServers }: Config): Mail['from'] {
  // Sysops may still have `Name <address>`; the name is always the board's.
  const given = /<([^<>]*)>\s*$/.exec(email.defaultFrom)?.[1] ?? email.defaultFrom;
  const address = parseMailAddress(given.trim()) ?? `noreply@${contentServers.web.domain}`;
  return { name: general.boardName, address };
}

/** The recipient of a stored letter. */
interface StoredRecipient {
  readonly to: string;
  /** True where `to` was the address of the account, not one that the notice names. */
  readonly toAccount?: boolean;
}

type LetterCheck =
  | { readonly kind: 'send'; readonly to: string }
  | { readonly kind: 'discard'; readonly reason: string };

/**
 * Checks a letter again before it is sent, because hours may have passed (rule M10). A letter with
 * a link is sent only while the link is valid, the account may use it, and the address is still the
 * account's. A notice without a link goes to the account's current address.
 */
async function checkLetter(
  sql: Sql,
  row: OutboxRow,
  stored: StoredRecipient,
  timelineMs: number,
): Promise<LetterCheck> {
  const address =
    stored.toAccount === true
      ? parseMailAddress((await findProperty(sql, row.userId, 'email_address')) ?? '')
      : stored.to;
  if (address === undefined) return discard('the account has no address any more');
  if (row.tokenHash === undefined) return { kind: 'send', to: address };
  const token = await findAnyToken(sql, row.tokenHash, timelineMs);
  if (token === undefined) return discard('its link has ended');
  const user = await findUser(sql, token.userId);
  if (user === undefined || !mayUseLink(token.purpose, user)) {
    return discard('the account may not use its link');
  }
  if (address !== stored.to) return discard('the account has another address');
  return { kind: 'send', to: address };
}

function discard(reason: string): LetterCheck {
  return { kind: 'discard', reason };
}
