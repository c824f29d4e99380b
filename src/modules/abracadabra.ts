import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { BbsError } from '../base/errors';
import type { MenuContext, MenuModule } from '../menu/run/module';
import { userOf, type TakenConnection } from '../menu/run/caller';
import { DROP_FILES, writeDropFile, type DropFacts } from '../onward/drop-files';
import { NOT_STARTED, openDoorPort, startDoor, type DoorJob } from '../onward/door';
import { crossOver, leave, tell, type HandOnOutcome, type VisitResult } from './hand-on';
import { BRIDGE_KEYS, bridgeProblems, type HandOnSettings } from './hand-on-settings';

/** How long `preCmd` may take. */
const PRE_MS = 30_000;
/** What a door is told where neither the menu nor the board limits the stay. */
const DEFAULT_SECONDS = 3600;
const MEGABYTE = 1024 * 1024;

/** Keys of `config` of a menu, or of an entry of `destinations`. */
export const DOOR_KEYS: Readonly<Record<string, string>> = {
  ...BRIDGE_KEYS,
  name: 'What callers read it is called, and what `nodeMax` counts by; the program’s name where nothing is said.',
  cmd: 'The program, with its path.',
  args: 'Its arguments, a list: {node} {dropFile} {dropFilePath} {dropFileDir} {userAreaDir} {userId} {userName} (safe for file names) {userNameRaw} {srvPort} {cwd} {termHeight} {termWidth} {remoteIp} (the caller’s address). No shell reads them.',
  preCmd: 'A program that runs first, within 30 seconds; the door is not opened where it fails.',
  preCmdArgs: 'Its arguments, with the same variables.',
  cwd: 'Folder in which they run; that of `cmd` where nothing is said.',
  env: 'Variables of the environment, with the same in braces, besides PATH, LANG, HOME, TERM, COLUMNS and LINES.',
  dropFileType: `${Object.keys(DROP_FILES).join(', ')}, or none: which drop file is written before it starts.`,
  nodeMax:
    'How many callers of the board may be in it at once, on all its processes; 0, where nothing is said, for no limit.',
  tooManyArt: 'Art that who is one too many sees.',
  io: '`stdio`, where nothing is said: the program has a terminal; `socket`: it connects to 127.0.0.1:{srvPort}.',
  limits:
    '`{ cpuSeconds, memoryMB, files }`: what the program may use; nothing is limited where nothing is said.',
  securityLevels:
    'Security level in drop files by group; `{ sysops: 100, users: 30 }` where nothing is said, 10 for others.',
};

/** A door: a program on the board’s machine, for one caller (ENiGMA½'s module of this name). */
export const abracadabraModule: MenuModule = {
  name: 'abracadabra',
  doc: 'Opens a door, a program on the board’s own machine, and comes back when that ends: to `next`, else to the menu before. The program, and all that it started, ends with the call.',
  needs: 'complete',
  views: [],
  methods: {},
  configKeys: DOOR_KEYS,
  configProblems: doorProblems,
  enter: async (context) => {
    await openDoor(context, context.config);
    return leave(context);
  },
};

/** What is wrong in the settings of a door, by key. */
export function doorProblems(settings: HandOnSettings): Readonly<Record<string, string>> {
  const found: Record<string, string> = { ...bridgeProblems(settings) };
  const { cmd, args, preCmdArgs, dropFileType, io } = settings;
  if (typeof cmd !== 'string' || cmd === '') found['cmd'] = "'cmd' is the door's program";
  for (const [key, value] of Object.entries({ args, preCmdArgs })) {
    if (value !== undefined && !isList(value)) found[key] = `'${key}' is a list of texts`;
  }
  if (dropFileType !== undefined && dropFileType !== 'none' && kindOf(dropFileType) === undefined)
    found['dropFileType'] =
      `'dropFileType' is one of ${Object.keys(DROP_FILES).join(', ')}, none; none is written`;
  if (io !== undefined && io !== 'stdio' && io !== 'socket')
    found['io'] = "'io' is stdio or socket; stdio is used";
  return found;
}

/** Opens a door for the caller, and comes back when that ends. What keeps it shut is told. */
export async function openDoor(
  context: MenuContext,
  settings: HandOnSettings,
): Promise<HandOnOutcome> {
  const { caller, services } = context;
  const { cmd } = settings;
  if (typeof cmd !== 'string' || cmd === '') {
    caller.log.error('door.no-program', { menu: context.menu });
    await tell(context, context.say('onward.no-door'));
    return 'not-tried';
  }
  const name = typeof settings['name'] === 'string' ? settings['name'] : cmd;
  const leaveSeat = await services.doorSeats.take(name, numberOf(settings['nodeMax']));
  if (leaveSeat === undefined) {
    const { tooManyArt } = settings;
    const isShown = typeof tooManyArt === 'string' && (await context.showArt(tooManyArt));
    if (!isShown) await tell(context, context.say('onward.door-full', { name }));
    return 'not-tried';
  }
  try {
    const { outcome, says } = await caller.takeOver((taken) =>
      visit(context, { taken, name, cmd, settings }),
    );
    if (says !== undefined) await tell(context, context.say(says, { name }));
    return outcome;
  } finally {
    leaveSeat();
  }
}

const REFUSED: VisitResult = {
  outcome: 'no-answer',
  says: 'onward.door-shut',
};

interface Visit {
  readonly taken: TakenConnection;
  readonly name: string;
  readonly cmd: string;
  readonly settings: HandOnSettings;
}

async function visit(context: MenuContext, call: Visit): Promise<VisitResult> {
  const { taken, name, settings } = call;
  const { caller, services } = context;
  const { log } = caller;
  const user = userOf(caller).name;
  const port = settings['io'] === 'socket' ? await openDoorPort() : undefined;
  try {
    const job = await prepare(context, call, port?.port);
    const door = await startDoor(job, {
      ...{ clock: services.clock, signal: taken.signal, port },
      onTrouble: (text) => log.warn('door.trouble', { user, door: name, text }),
    });
    try {
      const result = await crossOver(context, {
        ...{ taken, name, far: door.far, log: { door: name } },
        settings: { encoding: 'cp437', ...settings },
      });
      return (await door.ended) === NOT_STARTED ? REFUSED : result;
    } finally {
      // Until nothing of it is left its place is taken, and the folder of its node in use.
      await door.ended;
    }
  } catch (error) {
    port?.drop();
    taken.signal.throwIfAborted();
    if (!(error instanceof BbsError) || error.code !== 'UNREACHABLE') throw error;
    log.warn('door.failed', { user, door: name, error });
    return REFUSED;
  }
}

/** Writes the drop file, runs `preCmd`, and fills the variables in. */
async function prepare(
  context: MenuContext,
  { taken, cmd, settings }: Omit<Visit, 'name'>,
  port: number | undefined,
): Promise<DoorJob> {
  const { caller, services } = context;
  const { id, name: userName } = userOf(caller);
  const folder = join(services.doorFolder, `node${caller.node}`);
  const userArea = join(services.doorFolder, 'users', String(id));
  await mkdir(userArea, { recursive: true, mode: 0o700 });
  const kind = kindOf(settings['dropFileType']);
  const dropFile =
    kind === undefined
      ? ''
      : await writeDropFile(kind, dropFacts(context, { taken, folder, settings }));
  const cwd = textOf(settings['cwd']) ?? (isAbsolute(cmd) ? dirname(cmd) : folder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { columns, rows } = windowOf(taken);
  const values: Readonly<Record<string, string | number>> = {
    ...{ node: caller.node, dropFile, dropFilePath: join(folder, dropFile), dropFileDir: folder },
    ...{ userAreaDir: userArea, userId: id, srvPort: port ?? 0, cwd },
    userName: userName.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '_'),
    userNameRaw: withoutControls(userName),
    ...{ termHeight: rows, termWidth: columns, remoteIp: taken.facts.remoteIp },
  };
  const fillOne = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
  const fill = (list: unknown): readonly string[] => (isList(list) ? list : []).map(fillOne);
  const env = {
    ...keep(['PATH', 'LANG', 'HOME']),
    ...{ TERM: taken.facts.terminalType || 'ansi', COLUMNS: `${columns}`, LINES: `${rows}` },
    ...textsOf(settings['env'], fillOne),
  };
  const { preCmd } = settings;
  if (typeof preCmd === 'string' && preCmd !== '')
    await runFirst(preCmd, fill(settings['preCmdArgs']), { cwd, env, signal: taken.signal });
  const limits = blockOf(settings['limits']);
  return {
    ...{ argv: [cmd, ...fill(settings['args'])], cwd, env },
    io: settings['io'] === 'socket' ? 'socket' : 'stdio',
    limits: {
      cpuSeconds: numberOf(limits['cpuSeconds']),
      memoryBytes: numberOf(limits['memoryMB']) * MEGABYTE,
      files: numberOf(limits['files']),
    },
    size: () => windowOf(taken),
  };
}

function windowOf({ facts }: TakenConnection): { readonly columns: number; readonly rows: number } {
  return { columns: facts.size.width, rows: facts.size.height };
}

function dropFacts(
  context: MenuContext,
  { taken, folder, settings }: Pick<Visit, 'taken' | 'settings'> & { readonly folder: string },
): DropFacts {
  const { caller, services } = context;
  const { general } = services.config();
  const { id, name, groups, properties } = userOf(caller);
  const levels = { sysops: 100, users: 30, ...blockOf(settings['securityLevels']) };
  const given = Object.entries(levels)
    .filter(([group]) => groups.includes(group))
    .map(([, level]) => numberOf(level));
  const dateOf = (key: string): Date | undefined => {
    const ms = Date.parse(properties.get(key) ?? '');
    return Number.isNaN(ms) ? undefined : new Date(ms);
  };
  const { columns, rows } = windowOf(taken);
  return {
    ...{ node: caller.node, userId: id, userName: name, folder, columns, rows },
    ...{ boardName: general.boardName, sysOpName: general.sysOp.username },
    realName: properties.get('real_name') ?? name,
    location: properties.get('location') ?? '',
    securityLevel: Math.max(10, ...given),
    calls: Number(properties.get('login_count') ?? 0),
    sex: properties.get('sex') ?? '',
    birthdate: dateOf('birthdate'),
    lastCall: dateOf('last_login_timestamp'),
    now: new Date(services.clock.nowMs()),
    secondsLeft: numberOf(settings['maxSeconds']) || DEFAULT_SECONDS,
    hasAnsi: taken.facts.terminalType !== 'dumb',
  };
}

function runFirst(
  program: string,
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  return new Promise((done, fail) => {
    execFile(program, args, { ...options, timeout: PRE_MS, killSignal: 'SIGKILL' }, (error) => {
      if (error === null) done();
      else fail(new BbsError('UNREACHABLE', `preCmd failed: ${error.message}`, { cause: error }));
    });
  });
}

function kindOf(value: unknown) {
  return typeof value === 'string' && Object.hasOwn(DROP_FILES, value.toUpperCase())
    ? DROP_FILES[value.toUpperCase()]
    : undefined;
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function blockOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textsOf(value: unknown, fill: (text: string) => string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(blockOf(value)).map(([key, text]) => [key, fill(String(text))]),
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberOf(value: unknown): number {
  const number = Number(value ?? 0);
  return Number.isFinite(number) && number > 0 ? Math.floor(number) : 0;
}

function withoutControls(text: string): string {
  return text.replaceAll(/[\x00-\x1f\x7f]/g, '');
}

function keep(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
