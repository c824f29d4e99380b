import { SmtpCatcher } from '../support/smtp-catcher';
import { PASSWORD, Shell } from './shell';

let shell: Shell;
let catcher: SmtpCatcher;
let refuses = true;

beforeAll(async () => {
  shell = await Shell.open();
  catcher = await SmtpCatcher.start({
    onMailFrom(_address, _session, done) {
      done(refuses ? Object.assign(new Error('come back later'), { responseCode: 451 }) : null);
    },
  });
});

afterAll(async () => {
  await catcher.close();
  await shell.close();
});

const withServer = async (port: number): Promise<readonly string[]> => [
  '--config',
  await shell.file(
    `at-${port}.hjson`,
    `{ email: { transport: { host: "127.0.0.1", port: ${port}, ignoreTLS: true } } }`,
  ),
];

/** Of a server that has just gone. */
async function deadPort(): Promise<number> {
  const gone = await SmtpCatcher.start();
  await gone.close();
  return gone.port;
}

test('mail test sends by the configured server and says its answer, or why it failed', async () => {
  const none = await shell.try('mail', 'test', 'me@example.org');
  expect(none).toMatchObject({ exitCode: 1, err: expect.stringContaining('email.transport') });

  refuses = true;
  const server = await withServer(catcher.port);
  const refused = await shell.try(...server, 'mail', 'test', 'me@example.org');
  expect(refused).toMatchObject({ exitCode: 1, err: expect.stringContaining('come back later') });

  refuses = false;
  const out = await shell.run(...server, 'mail', 'test', 'me@example.org');
  expect(out).toMatch(/^Sent to me@example\.org\. The mail server says: 250 /);
  expect(catcher.mails.map(({ to }) => to)).toEqual([['me@example.org']]);

  expect((await shell.try(...server, 'mail', 'test', 'me')).exitCode).toBe(2);
  const dead = await withServer(await deadPort());
  const gone = await shell.try(...dead, 'mail', 'test', 'me@example.org');
  expect(gone).toMatchObject({ exitCode: 1, err: expect.stringContaining('ECONNREFUSED') });
});

test('mail send says why a mail waits and ends with 1; --now does not wait for the next try', async () => {
  await shell.run('user', 'add', 'joe', '--password', PASSWORD, '--email', 'joe@example.org');
  await shell.run('user', '2fa-link', 'joe');
  const server = await withServer(catcher.port);
  refuses = true;
  const failed = await shell.try(...server, 'mail', 'send');
  expect(failed.exitCode).toBe(1);
  expect(failed.out).toMatch(/^0 sent, 1 waiting\nLast error: .*come back later/);
  expect(await shell.run('mail', 'list')).toMatch(/ joe .* 1 {2}.*come back later/);

  refuses = false;
  // Its next try is a minute away.
  expect((await shell.try(...server, 'mail', 'send')).out).toMatch(/^0 sent, 1 waiting\n/);
  expect(await shell.run(...server, 'mail', 'send', '--now')).toBe('1 sent, 0 waiting\n');
  expect(catcher.mails.at(-1)?.to).toEqual(['joe@example.org']);
});

test('doctor connects to the mail server', async () => {
  const dead = await withServer(await deadPort());
  expect((await shell.try(...dead, 'doctor')).out.replaceAll(/\s+/g, ' ')).toContain(
    'no mail can be sent: the mail server cannot be used: connect ECONNREFUSED',
  );
  const server = await withServer(catcher.port);
  expect((await shell.try(...server, 'doctor')).out).not.toContain('no mail can be sent');
});
