import type { Command } from 'commander';
import { mailDrop } from '../office';
import { countOutbox } from '../store/outbox';
import { findUser } from '../store/users';
import { listWaitingMail } from '../store/waiting-mail';
import type { Desk } from './desk';
import { wholeNumber } from './number-option';
import { minuteOf } from './user-words';

const HELP = `
Mails are stored with the change that they tell about and sent by the running
board, with five more tries over an hour. Their texts are sealed: they hold
links.`;

/** `mail list` and `mail send`. */
export function addMailCommands(program: Command, desk: Desk): void {
  const mail = program.command('mail').description('mails that wait to be sent');
  mail.addHelpText('after', HELP);
  mail
    .command('list')
    .description('show what waits')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 10_000), 40)
    .action(({ limit }: { limit: number }) => listMail(desk, limit));
  mail
    .command('send')
    .description('send what is due now, without waiting for the board')
    .action(() => sendMail(desk));
}

async function listMail(desk: Desk, limit: number): Promise<void> {
  const mails = await desk.read((sql) => listWaitingMail(sql, limit));
  const waiting = await desk.read(countOutbox);
  const rows = [];
  for (const mail of mails) {
    const owner = await desk.read((sql) => findUser(sql, mail.userId));
    const name = owner?.name ?? (mail.userId === 0 ? '-' : `#${mail.userId}`);
    rows.push({ mail, name });
  }
  const table = desk.table(
    [
      { title: 'ID', align: 'right' },
      { title: 'For', most: 20 },
      { title: 'Kind' },
      { title: 'Stored (UTC)' },
      { title: 'Next try' },
      { title: 'Tries', align: 'right' },
    ],
    rows.map(({ mail, name }) => [
      String(mail.id),
      name,
      mail.kind,
      minuteOf(mail.createdAtMs),
      minuteOf(mail.nextAtMs).slice(11),
      String(mail.attempts),
    ]),
  );
  const sum = waiting > mails.length ? ['', `${waiting} in all; see --limit`] : [];
  desk.show(
    waiting === 0 ? ['no mail waits'] : [...table, ...sum],
    rows.map(({ mail, name }) => ({
      id: mail.id,
      user: name,
      kind: mail.kind,
      storedAt: new Date(mail.createdAtMs).toISOString(),
      nextAt: new Date(mail.nextAtMs).toISOString(),
      tries: mail.attempts,
    })),
  );
}

async function sendMail(desk: Desk): Promise<void> {
  const { mailer } = await desk.office();
  const { transport } = (await desk.config()).email;
  const { dataDir } = await desk.board();
  const sent = await mailer.deliver();
  const waiting = await desk.read(countOutbox);
  const where = transport === null ? `, as files in ${mailDrop(dataDir)}` : '';
  const lines = [`${sent} sent${where}, ${waiting} waiting`];
  if (waiting > 0) lines.push("The log says why: data/logs, events 'mail-postponed'");
  desk.show(lines, { sent, waiting });
}
