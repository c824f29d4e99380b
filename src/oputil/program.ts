import { Command, CommanderError, type OutputConfiguration } from 'commander';
import { BbsError, toError } from '../base/errors';
import { VERSION } from '../base/version';
import { addAuditCommand } from './audit-command';
import { addBanCommands } from './ban-commands';
import { addBackupCommand } from './backup-command';
import { addConfigCommands } from './config-commands';
import { CommandContext, type Globals } from './command-context';
import { addDoctorCommand } from './doctor-command';
import { HarmlessIo } from './harmless-io';
import { addKeyCommands } from './key-commands';
import { addMailCommands } from './mail-commands';
import { addMenuCommands } from './menu-commands';
import type { OputilIo } from './oputil-io';
import { addUserCommands, readGroupChanges } from './user-commands';

export type { OputilIo } from './oputil-io';

const EPILOGUE = `
Options may stand before or after the verb. Everything works while the board
runs and while it does not; a running board knows of a change within a second.
Not needed here: ssh create (the first start makes the host key) and config
new (sallyport init DIR makes a board).
Exit codes: 0 fine, 1 failure, 2 wrong usage, 78 bad configuration.`;

/** Runs one command of the sysop's tool and returns its exit code; nothing is ever thrown. */
export async function runOputil(args: readonly string[], given: OputilIo): Promise<number> {
  const io = new HarmlessIo(given);
  const program = new Command('oputil');
  const context = new CommandContext(io, () => program.opts<Globals>());
  buildProgram(program, context);
  try {
    await program.parseAsync(readGroupChanges(args), { from: 'user' });
    return context.exitCode;
  } catch (error) {
    return tell(await context.explain(error), io);
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
  // Before any command is added: commands take these over from their parent.
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
  addMenuCommands(program, context);
  addConfigCommands(program, context);
  addBackupCommand(program, context);
  addDoctorCommand(program, context);
}

/** Says what went wrong, and gives the exit code that goes with it. */
function tell(error: unknown, io: OputilIo): number {
  // Commander has told it already; its own success is the help and the version.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof BbsError) {
    io.err(`oputil: ${error.describe()}\n`);
    return error.exitCode;
  }
  io.err(`oputil: ${toError(error).stack ?? 'failed'}\n`);
  return 1;
}
