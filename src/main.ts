#!/usr/bin/env node
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { BbsError, toError } from './base/errors';
import { nearestName } from './base/nearest';
import { escapeUnseen } from './base/unseen';
import { adoptBoard } from './adopt/adopt';
import { startBoard } from './app/bbs';
import { poolThreads } from './auth/hash-queue';
import { initBoard } from './config/init-board';
import { initGate } from './config/init-gate';
import { forgetFirstPassword } from './config/first-password-file';
import { describeStart } from './app/start-message';
import { VERSION } from './base/version';

// Argon2, DNS, files and SQLite share libuv's pool; four threads let a login storm starve the database.
process.env.UV_THREADPOOL_SIZE ??= String(poolThreads(availableParallelism()));
// The few bytes that an SSH connection keeps of its handshake hold the whole slabs they were cut from, two of
// them, for as long as it lasts: 8 KiB each as Node.js makes them.
Buffer.poolSize = 2048;

const USAGE = `usage: sallyport [--board DIR] [--data DIR] [--config FILE] [--new-database]
       sallyport init DIR [--gate ADDRESS ...]
       sallyport adopt OLD NEW [--dry-run] [--all]

  init DIR       makes a board: the stock one, to change
  --gate ADDRESS makes it sign callers in and hand them on:
                 telnet://HOST:PORT#NAME, rlogin://, ssh://,
                 or exec:/PROGRAM#NAME of this machine
  adopt OLD NEW  makes a board in NEW of the ENiGMA½ installation in OLD, which
                 is not changed
  --dry-run      only says what adopt would do
  --all          everything that adopt has to say, not what fits one screen
  --board DIR    the board: config/, art/, misc/ (default: this folder if it
                 holds config/, else the stock board)
  --data DIR     what the board writes: database, keys, logs, dropped mail
                 (default: data/ in the board)
  --config FILE  configuration (default: config/config.hjson in the board)
  --new-database makes a new database where only the keys of an earlier start
                 are left
  --help, --version

Exit codes: 0 fine, 1 failure, 2 wrong usage, 78 bad configuration.
`;

const OPTIONS = {
  board: { type: 'string' },
  data: { type: 'string' },
  config: { type: 'string', short: 'c' },
  'new-database': { type: 'boolean', default: false },
  gate: { type: 'string', multiple: true },
  'dry-run': { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', short: 'v', default: false },
} as const;

interface Arguments {
  readonly words: readonly string[];
  readonly board: string | undefined;
  readonly data: string | undefined;
  readonly config: string | undefined;
  readonly newDatabase: boolean;
  readonly dryRun: boolean;
  readonly all: boolean;
  readonly gate: readonly string[] | undefined;
  readonly help: boolean;
  readonly version: boolean;
}

function readArguments(given: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...given],
      allowPositionals: true,
      options: OPTIONS,
    });
    return {
      words: positionals,
      board: values.board,
      data: values.data,
      config: values.config,
      newDatabase: values['new-database'],
      dryRun: values['dry-run'],
      all: values.all,
      gate: values.gate,
      help: values.help,
      version: values.version,
    };
  } catch (error) {
    const text = unknownOption(given) ?? toError(error).message;
    throw new BbsError('USAGE', `${text}\n${USAGE}`, { cause: error });
  }
}

/** What is said of the first option that is none, as `oputil` says it; undefined where all are known. */
function unknownOption(given: readonly string[]): string | undefined {
  const { tokens } = parseArgs({
    ...{ args: [...given], options: OPTIONS, allowPositionals: true },
    ...{ strict: false, tokens: true },
  });
  for (const token of tokens) {
    if (token.kind !== 'option' || Object.hasOwn(OPTIONS, token.name)) continue;
    const nearest = nearestName(token.name, Object.keys(OPTIONS));
    const hint = nearest === undefined ? '' : `\n(Did you mean --${nearest}?)`;
    return `unknown option '${token.rawName}'${hint}`;
  }
  return undefined;
}

async function main(): Promise<number> {
  const args = readArguments(process.argv.slice(2));
  if (args.help) return say(USAGE);
  const [command] = args.words;
  if (command === undefined) {
    if (args.all) throw new BbsError('USAGE', `--all is for adopt\n${USAGE}`);
    if (args.dryRun) throw new BbsError('USAGE', `--dry-run is for adopt\n${USAGE}`);
    if (args.gate !== undefined) throw new BbsError('USAGE', `--gate is for init\n${USAGE}`);
    return args.version ? say(`${VERSION}\n`) : runBoard(args);
  }
  if (command !== 'init' && command !== 'adopt') {
    throw new BbsError('USAGE', `unknown command '${args.words.join(' ')}'\n${USAGE}`);
  }
  const isForBoards = [args.board, args.data, args.config].some((option) => option !== undefined);
  const isMisplaced = command === 'init' ? args.dryRun || args.all : args.gate !== undefined;
  if (isForBoards || args.newDatabase || isMisplaced) {
    throw new BbsError(
      'USAGE',
      `${command} takes ${command === 'init' ? 'a folder and --gate' : 'two folders, --dry-run and --all'}\n${USAGE}`,
    );
  }
  return command === 'init' ? init(args) : adopt(args);
}

async function init({ words, gate }: Arguments): Promise<number> {
  const [, dir, ...more] = words;
  if (dir === undefined || more.length > 0) {
    throw new BbsError('USAGE', `init takes one folder: sallyport init DIR\n${USAGE}`);
  }
  const lines = gate === undefined ? await initBoard(dir) : await initGate(dir, gate);
  return say(`${lines.join('\n')}\n`);
}

async function adopt({ words, dryRun, all }: Arguments): Promise<number> {
  const [, oldDir, newDir, ...more] = words;
  if (oldDir === undefined || newDir === undefined || more.length > 0) {
    throw new BbsError('USAGE', `adopt takes two folders: sallyport adopt OLD NEW\n${USAGE}`);
  }
  const stop = new AbortController();
  void nextSignal(['SIGTERM', 'SIGINT']).then(() => stop.abort(new Error('stopped')));
  const { signal } = stop;
  const lines = await adoptBoard({ oldDir, newDir, dryRun, all, signal, env: process.env });
  return say(`${lines.join('\n')}\n`);
}

/** Runs until a signal ends it. */
async function runBoard(args: Arguments): Promise<number> {
  // Output that goes to a full disk, or to a program that has ended, is no reason to end the calls.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  // From the beginning: a first start that is told to stop still says the password that it has made.
  const stop = nextSignal(['SIGTERM', 'SIGINT']);
  const starting = startBoard({
    boardDir: args.board,
    dataDir: args.data,
    configFile: args.config,
    newDatabase: args.newDatabase,
    keepFirstPassword: true,
    env: process.env,
    onNotice: (line) => complain(line),
  });
  // One that comes during the start is obeyed after it. The failure of a start is told below.
  process.on('SIGHUP', () => {
    starting.then(
      (bbs) => bbs.reload(),
      () => undefined,
    );
  });
  const bbs = await starting;
  // A fault that no call owns (a driver's callback at the limit of descriptors) is told and survived.
  process.on('uncaughtException', (error) => bbs.reportFault(error));
  const isTerminal = process.stdout.isTTY === true;
  say(describeStart(bbs, { isTerminal }));
  if (isTerminal && bbs.firstSysop !== undefined && bbs.firstPasswordFile !== undefined) {
    forgetFirstPassword(bbs.firstPasswordFile);
  }
  await stop;
  await bbs.close();
  return 0;
}

function nextSignal(signals: readonly NodeJS.Signals[]): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) process.once(signal, () => resolve());
  });
}

function say(text: string): number {
  process.stdout.write(escapeUnseen(text, '\n\t'));
  return 0;
}

function complain(text: string): void {
  process.stderr.write(`sallyport: ${escapeUnseen(text, '\n\t')}\n`);
}

main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    const known = error instanceof BbsError ? error : undefined;
    const text = known?.describe() ?? toError(error).stack ?? 'failed';
    complain(text);
    process.exit(known?.exitCode ?? 1);
  },
);
