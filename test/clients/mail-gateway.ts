import { readFileSync } from 'node:fs';
import { SmtpCatcher } from '../support/smtp-catcher';

/**
 * A mail server on port 465 of the machine that it is started in, for who knows the password; prints a line
 * of JSON when it listens, and one for each mail. Arguments: key, certificate, password.
 */
async function main([key = '', cert = '', password = '']: readonly string[]): Promise<void> {
  const catcher = await SmtpCatcher.start(
    {
      secure: true,
      key: readFileSync(key),
      cert: readFileSync(cert),
      authOptional: false,
      onAuth: (auth, _session, done) =>
        auth.password === password
          ? done(null, { user: auth.username })
          : done(new Error('535 wrong password')),
    },
    465,
  );
  console.log(JSON.stringify({ port: catcher.port }));
  catcher.onMail((mail) => console.log(JSON.stringify(mail)));
}

void main(process.argv.slice(2));
