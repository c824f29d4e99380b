import type { Command } from 'commander';
import { isIP } from 'node:net';
import { BbsError } from '../base/errors';
import { plainIp } from '../base/source';
import { VERDICTS, type Verdict } from '../auth/verify';
import { isFactorDemanded } from '../menu/run/owed-factor';
import type { CommandContext } from './command-context';
import { askBySocket } from './verify-ask';

/** Exit codes of `verify`, by answer; 1 and 2 stay those of a failure and of wrong usage. */
const EXIT_CODES: Readonly<Record<Verdict['result'], number>> = {
  ok: 0,
  wrong: 3,
  spent: 4,
  missing: 5,
  none: 6,
  throttled: 7,
  'try-later': 8,
};

const HELP = `
Standard input holds the code in one line; with --password-stdin the password
in a line before it, and then the code may be left out where the account has no
second factor. A right code is used up by it. Wrong ones count as at any
sign-in. Exit codes:
${Object.entries(EXIT_CODES)
  .map(([result, code]) => `  ${code}  ${result}`)
  .join('\n')}
  1  the command failed; 2 wrong usage
Everything but 0 must keep people out: none too, unless something else has
checked them. In a script put the name behind --, as it may begin with a dash:
  oputil verify --code-stdin -- "$NAME"
For the same reason --help and --version exit with 2 here.
With --socket and --key-file the running board answers, by verify.socket of its
configuration: for scripts of users who may not read the board's files. The
client of that secret may ask about passwords only where the board says so.`;

interface VerifyOptions {
  readonly codeStdin?: boolean;
  readonly passwordStdin?: boolean;
  readonly address?: string;
  readonly socket?: string;
  readonly keyFile?: string;
}

/** What a person gave. */
interface Given {
  readonly userName: string;
  readonly password: string | undefined;
  /** Nothing typed is no attempt. */
  readonly code: string | undefined;
  readonly address: string | undefined;
}

/** `oputil verify`: for scripts and pam_exec. */
export function addVerifyCommand(program: Command, context: CommandContext): void {
  program
    .command('verify')
    .description('say whether a code, or password and code, is right')
    .argument('<user>')
    .option('--code-stdin', 'read the code from standard input')
    .option('--password-stdin', 'read the password before it')
    .option('--address <ip>', 'address of the person, who is charged for guesses')
    .option('--socket <path>', 'ask the running board, by its verify.socket')
    .option('--key-file <file>', 'secret of a client, for --socket')
    .addHelpText('after', HELP)
    .action((userName: string, options: VerifyOptions) => verify(context, userName, options));
}

async function verify(
  context: CommandContext,
  userName: string,
  { codeStdin = false, passwordStdin = false, address = '', socket, keyFile }: VerifyOptions,
): Promise<void> {
  if (!codeStdin && !passwordStdin)
    throw new BbsError(
      'USAGE',
      'give --code-stdin: a code on the command line can be seen by others',
    );
  if ((socket === undefined) !== (keyFile === undefined))
    throw new BbsError('USAGE', 'give --socket and --key-file together');
  if (address !== '' && isIP(address) === 0)
    throw new BbsError('USAGE', '--address takes an IP address, not a name');
  const password = passwordStdin ? await readLine(context) : undefined;
  const code = codeStdin ? await readLine(context) : undefined;
  const given = {
    ...{ userName, password, code: code === '' ? undefined : code },
    address: address === '' ? undefined : plainIp(address),
  };
  const verdict =
    socket === undefined || keyFile === undefined
      ? await askHere(context, given)
      : await askBySocket(context, {
          ...{ socket, keyFile },
          fields: { user: userName, password, code: given.code, address: given.address },
        });
  context.exitCode = EXIT_CODES[verdict.result];
  const { retryAfterSeconds: seconds = 0 } = verdict;
  const wait = seconds > 0 ? ` (wait ${seconds} s)` : '';
  context.show(`${verdict.result}: ${VERDICTS[verdict.result]}${wait}`, verdict);
}

/** On the board's database itself, with or without a running board. */
async function askHere(context: CommandContext, given: Given): Promise<Verdict> {
  const { address = '', ...asked } = given;
  const { authenticator } = await context.backend();
  const { required } = (await context.config()).users.twoFactorAuth;
  return authenticator.verify({
    ...{ ...asked, isOfPerson: false },
    isDemanded: (user) => isFactorDemanded(user, { required, nowMs: context.clock.nowMs() }),
    origin: { server: 'oputil', secure: true, remoteIp: address, node: 0 },
  });
}

/** pam_exec ends what it writes with NUL. */
async function readLine(context: CommandContext): Promise<string> {
  return (await context.io.readLine('', true)).replaceAll('\0', '');
}
