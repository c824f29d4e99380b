import { Command, CommanderError, type OutputConfiguration } from 'commander';
import { BbsError, toError } from '../base/errors';
import { VERSION } from '../base/version';
import { addAuditCommand } from './audit-command';
import { addBackupCommand } from './backup-command';
import { addBanCommands } from './ban-commands';
import { CommandContext, type Globals } from './command-context';
import { addConfigCommands } from './config-commands';
import { addDatabaseCommands } from './database-command';
import { addDoctorCommand } from './doctor-command';
import { addKeyCommands } from './key-commands';
import { addMailCommands } from './mail-commands';
import { addMenuCheck } from './menu-check';
import { addMenuGraph } from './menu-graph';
import { addMenuSheet } from './menu-sheet';
import { addMenuShow } from './menu-show';
import { addMenuWhy } from './menu-why';
import { addNodeCommands } from './node-commands';
import { addExportCommand } from './export-command';
import { addImportCommand } from './import-command';
import { addInviteCommands } from './invite-commands';
import { addOnelinerCommands } from './oneliner-commands';
import { HarmlessIo, type OputilIo } from './oputil-io';
import { addUserAdding } from './user-add';
import { addUserChanges } from './user-change';
import { addUserCodes } from './user-codes';
import { addUserFactor } from './user-factor';
import { addUserInfo } from './user-info';
import { addUserKeys } from './user-keys';
import { addUserRecovery } from './user-recovery';
import { addTextCommands } from './text-commands';
import { addTfsImport } from './user-tfs';
import { addVerifyCommand } from './verify-command';

export type { OputilIo } from './oputil-io';

const EPILOGUE = `
Options may stand before or after the verb. Everything works while the board
runs and while it does not; a running board knows of a change within a second.
Not needed here: ssh create (the first start makes the host key) and config
new (sallyport init DIR makes a board).
Exit codes: 0 fine, 1 failure, 2 wrong usage, 78 bad configuration.`;

/** Runs one command of the sysop's tool and returns its exit code; never throws. */
export async function runOputil(args: readonly string[], given: OputilIo): Promise<number> {
  const io = new HarmlessIo(given);
  const program = new Command('oputil');
  const context = new CommandContext(io, () => program.opts<Globals>());
  buildProgram(program, context);
  try {
    await program.parseAsync(readGroupChanges(args), { from: 'user' });
    return context.exitCode;
  } catch (error) {
    return tell(await context.explain(error), { args, io });
  } finally {
    await context.close();
  }
}

function buildProgram(program: Command, context: CommandContext): void {
  const { io } = context;
  const output: OutputConfiguration = {
    writeOut: (text) => io.out(text),
    writeErr: (text) => io.err(text),
    getOutHelpWidth: () => 80,
    getErrHelpWidth: () => 80,
    outputError: (text, write) => write(text.replace(/^error: /, 'oputil: ')),
  };
  // Before any command is added: commands copy these settings from their parent.
  program
    .exitOverride()
    .configureOutput(output)
    .configureHelp({ minWidthToWrap: 20 })
    .showHelpAfterError('(add --help for its usage)');
  program
    .description("The sysop's tool of a Sallyport board.")
    .version(VERSION, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this, or the usage of a verb')
    .option('--board <dir>', 'the board (default: this folder if it holds config/)')
    .option('--data <dir>', 'its data folder (default: data/ in the board)')
    .option('-c, --config <file>', 'its configuration (default: config/config.hjson)')
    .option('--json', 'print JSON, for scripts')
    .option('-n, --no-prompt', 'ask nothing')
    .addHelpText('after', EPILOGUE);
  addUserCommands(program, context);
  addKeyCommands(program, context);
  addAuditCommand(program, context);
  addBanCommands(program, context);
  addMailCommands(program, context);
  addNodeCommands(program, context);
  addMenuCommands(program, context);
  addTextCommands(program, context);
  addConfigCommands(program, context);
  addBackupCommand(program, context);
  addDatabaseCommands(program, context);
  addExportCommand(program, context);
  addImportCommand(program, context);
  addInviteCommands(program, context);
  addOnelinerCommands(program, context);
  addDoctorCommand(program, context);
  addVerifyCommand(program, context);
}

/** Writes the error to standard error and returns its exit code. */
function tell(
  error: unknown,
  { args, io }: { readonly args: readonly string[]; readonly io: OputilIo },
): number {
  // Commander has written it already; its exit code 0 is for help and version. To a script 0 of `verify` is a right
  // code, and a name that a stranger chose may look like an option (rule P8).
  if (error instanceof CommanderError)
    return error.exitCode === 0 && !args.includes('verify') ? 0 : 2;
  if (error instanceof BbsError) {
    io.err(`oputil: ${error.describe()}\n`);
    return error.exitCode;
  }
  io.err(`oputil: ${toError(error).stack ?? 'failed'}\n`);
  return 1;
}

const MENU_HELP = `
All of it reads the files on the disk, so that an edit can be tried before it
goes live.`;

/** `oputil menu ...`: menus and screens, without a running board. */
function addMenuCommands(program: Command, context: CommandContext): void {
  const menu = program
    .command('menu')
    .description('menu files, screens, and the flow between them');
  menu.addHelpText('after', MENU_HELP);
  addMenuCheck(menu, context);
  addMenuGraph(menu, context);
  addMenuWhy(menu, context);
  addMenuShow(menu, context);
  addMenuSheet(menu, context);
}

const USER_HELP = `
User names are found whatever their letter case; quote those with spaces. A
password or secret on the command line can be seen by other users of this
machine and ends up in the shell's history: prefer --password-stdin.`;

/** `oputil user ...`: accounts and what belongs to them. */
function addUserCommands(program: Command, context: CommandContext): void {
  const user = program.command('user').description('accounts, second factors, SSH keys');
  user.addHelpText('after', USER_HELP);
  addUserAdding(user, context);
  addUserInfo(user, context);
  addUserChanges(user, context);
  addUserFactor(user, context);
  addUserCodes(user, context);
  addUserRecovery(user, context);
  addUserKeys(user, context);
  addTfsImport(user, context);
}

/** Rewrites `user group NAME -staff` to `~staff`: commander would read the dash as an option. */
function readGroupChanges(args: readonly string[]): readonly string[] {
  const verb = args.findIndex((word, index) => word === 'user' && args[index + 1] === 'group');
  if (verb < 0) return args;
  const isRemoval = (word: string): boolean => /^-[A-Za-z0-9_][A-Za-z0-9_-]+$/.test(word);
  return args.map((word, index) =>
    index > verb + 1 && isRemoval(word) ? `~${word.slice(1)}` : word,
  );
}
