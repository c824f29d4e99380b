import type { Command } from 'commander';
import { withLimit, wallTimeOf } from '../base/clock';
import { BbsError } from '../base/errors';
import { parseMailAddress, readMailAddress } from '../base/mail-address';
import { mailSender } from '../mail/mailer';
import { SmtpTransport } from '../mail/transport';
import { mailDrop } from '../backend';
import { countOutbox, makeMailDue, listWaitingMail } from '../store/outbox';
import { findUser } from '../store/users';
import { type CommandContext, wholeNumber } from './command-context';
import { minuteOf } from './account';

const HELP = `
Mails are stored with the change that they tell about and sent by the running
board, with five more tries over an hour. Their texts are sealed: they hold
links.`;

/** More than the time limits of all steps of a delivery together. */
const TEST_LIMIT_MS = 60_000;

/** `mail list`, `mail send` and `mail test`. */
export function addMailCommands(program: Command, context: CommandContext): void {
  const mail = program.command('mail').description('mails that wait to be sent');
  mail.addHelpText('after', HELP);
  mail
    .command('list')
    .description('show what waits')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 10_000), 40)
    .action(({ limit }: { limit: number }) => listMail(context, limit));
  mail
    .command('send')
    .description('send what is due now, without waiting for the board')
    .option('--now', 'also what waits for another try')
    .action(({ now }: { now?: boolean }) => sendMail(context, now === true));
  mail
    .command('test')
    .description('send a test mail by the configured mail server, and show its answer')
    .argument('<address>')
    .action((address: string) => testMail(context, address));
}

async function listMail(context: CommandContext, limit: number): Promise<void> {
  const mails = await context.read((sql) => listWaitingMail(sql, limit));
  const waiting = await context.read(countOutbox);
  const rows = [];
  for (const mail of mails) {
    const owner = await context.read((sql) => findUser(sql, mail.userId));
    const name = owner?.name ?? (mail.userId === 0 ? '-' : `#${mail.userId}`);
    rows.push({ mail, name });
  }
  const table = context.table(
    [
      { title: 'ID', align: 'right' },
      { title: 'For', most: 20 },
      { title: 'Kind' },
      { title: 'Stored (UTC)' },
      { title: 'Next try' },
      { title: 'Tries', align: 'right' },
      { title: 'Last error', most: 30 },
    ],
    rows.map(({ mail, name }) => [
      String(mail.id),
      name,
      mail.kind,
      minuteOf(wallTimeOf(context.clock, mail.createdAtMs)),
      minuteOf(wallTimeOf(context.clock, mail.nextAtMs)).slice(11),
      String(mail.attempts),
      mail.lastError ?? '',
    ]),
  );
  const sum = waiting > mails.length ? ['', `${waiting} in all; see --limit`] : [];
  context.show(
    waiting === 0 ? ['no mail waits'] : [...table, ...sum],
    rows.map(({ mail, name }) => ({
      id: mail.id,
      user: name,
      kind: mail.kind,
      storedAt: new Date(wallTimeOf(context.clock, mail.createdAtMs)).toISOString(),
      nextAt: new Date(wallTimeOf(context.clock, mail.nextAtMs)).toISOString(),
      tries: mail.attempts,
      lastError: mail.lastError ?? null,
    })),
  );
}

async function sendMail(context: CommandContext, now: boolean): Promise<void> {
  const { mailer, db } = await context.backend();
  const { dataDir } = await context.board();
  if (now) await db.run((sql) => makeMailDue(sql, context.clock.timelineMs()));
  const sent = await mailer.deliver();
  const waiting = await context.read(countOutbox);
  const failed = (await context.read((sql) => listWaitingMail(sql, waiting))).flatMap(
    ({ lastError }) => lastError ?? [],
  );
  const where = mailer.sendsMail ? '' : `, as files in ${mailDrop(dataDir)}`;
  const lines = [`${sent} sent${where}, ${waiting} waiting`];
  const [error] = failed;
  if (error !== undefined) {
    lines.push(
      `Last error: ${error}`,
      "'oputil mail list' shows each; 'mail test' tries the server",
    );
    context.exitCode = 1;
  }
  context.show(lines, { sent, waiting, failed: failed.length, lastError: error ?? null });
}

/** Sends without the outbox: the answer is shown at once, and nothing is tried again. */
async function testMail(context: CommandContext, given: string): Promise<void> {
  const address = parseMailAddress(readMailAddress(given));
  if (address === undefined) {
    throw new BbsError('USAGE', `'${given}' is not one plain mail address like name@example.org`);
  }
  const config = await context.config();
  const { transport } = config.email;
  if (transport === null) {
    throw new BbsError('MAIL_FAILED', 'this board sends no mail: email.transport is not set');
  }
  const subject = `${config.general.boardName}: test of the mail server`;
  const text = 'The mail server of this board works. Nobody has to do anything about this mail.';
  const answer = await withLimit(
    context.clock,
    new SmtpTransport(transport).deliver({
      from: mailSender(config),
      to: address,
      subject,
      text,
      html: `<p>${text}</p>`,
      messageId: `${context.random.bytes(16).toString('hex')}@${config.contentServers.web.domain}`,
      date: new Date(context.clock.nowMs()),
    }),
    { limitMs: TEST_LIMIT_MS, what: 'the mail server' },
  );
  context.show([`Sent to ${address}. The mail server says: ${answer}`], { address, answer });
}
