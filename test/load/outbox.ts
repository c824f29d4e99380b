import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { insertUser } from '../../src/store/users';
import { countOutbox } from '../../src/store/outbox';
import { writeProperties } from '../../src/store/properties';
import { openBackOffice } from '../support/back-office';
import { BoardProcess, removeBoardFiles } from '../support/board-process';
import { SkippingClock } from '../support/skipping-clock';
import { SmtpCatcher } from '../support/smtp-catcher';
import { atScale, newDataDir, type Part } from './part';

const REQUESTS = 500;
const KILLS = 2;

export const outbox: Part = {
  name: 'outbox',
  promise:
    '500 links asked for while the mail server is down, the board killed twice: one mail each (L12)',
  async run(scene) {
    const dataDir = newDataDir('outbox');
    const port = await freePort();
    const transport = { host: '127.0.0.1', port, secure: false, ignoreTLS: true };
    const config = { email: { transport } };
    let board = await BoardProcess.start({ dataDir, config });
    const asking = await openBackOffice(dataDir, { config });
    const count = atScale(scene, REQUESTS);
    const tokens: string[] = [];
    let kills = 0;
    for (let index = 0; index < count; index++) {
      const name = `writer${index}`;
      const id = await asking.db.transaction('board', async (sql) => {
        const made = await insertUser(sql, { name });
        if (made === undefined) throw new Error(`${name} is there already`);
        const email_address = `${name}@example.org`;
        await writeProperties(sql, made, { account_status: '2', email_address });
        return made;
      });
      const begun = await asking.enrollment.begin(id, 'googleAuth', { mail: true });
      if (begun.kind === 'begun') tokens.push(begun.token);
      else scene.broken(`a request was answered with ${begun.kind}`);
      if (index !== Math.floor(((kills + 1) * count) / (KILLS + 1))) continue;
      await board.end('SIGKILL');
      kills += 1;
      board = await BoardProcess.start({ dataDir, config });
    }
    await board.end('SIGTERM');
    await asking.close();
    const catcher = await SmtpCatcher.start({}, port);
    const clock = new SkippingClock();
    const sending = await openBackOffice(dataDir, { clock, config });
    // Past the claims of those who were killed, and the waits of those who tried in vain.
    clock.skip(10 * 60_000);
    const waiting = await sending.db.run(countOutbox);
    const sent = await sending.mailer.deliver();
    const bodies = catcher.mails.map(({ raw }) => raw.replace(/=\r\n/g, ''));
    const times = tokens.map((token) => bodies.filter((body) => body.includes(token)).length);
    const once = times.filter((each) => each === 1).length;
    scene.say(
      `${tokens.length} asked, board killed ${kills} times, ${waiting} waiting, ${sent} sent: ` +
        `${once} got one mail, ${times.filter((each) => each === 0).length} none, ` +
        `${times.filter((each) => each > 1).length} more than one`,
    );
    if (once !== count || sent !== count) scene.broken('not one mail for each');
    await sending.close();
    await catcher.close();
    removeBoardFiles(dataDir);
  },
};

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
