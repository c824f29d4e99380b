import { createHash } from 'node:crypto';
import { FAR_PASSWORD_LENGTH } from '../auth/far-accounts';
import { BbsError } from '../base/errors';
import { userOf } from '../menu/run/caller';
import type { MenuContext } from '../menu/run/module';
import type { Address } from '../onward/connect';
import { foldName } from '../store/user-name';

/** Stands for the password that is made for a caller there. */
const PASSWORD = '{password}';

/** Settings in which it may stand. */
const PASSWORD_FIELDS = ['clientName', 'serverName', 'terminal', 'password'];

/** Longest text by which names and passwords there are kept. */
const ID_LENGTH = 300;

/** Longest name that is asked for. */
const NAME_LENGTH = 40;

/** By what a property with a name there begins: nothing else writes such ones. */
const NAME_PROPERTY = /^onward_[a-z0-9_]{1,50}$/;

/** Keys of `config` where a caller may have a password of one's own on the board. */
export const ACCOUNT_KEYS = {
  askName:
    'true: a caller is asked once for the name there, which is kept sealed. It counts only where `{password}` is sent as well.',
  passwordLength: `Characters of \`{password}\`, from ${FAR_PASSWORD_LENGTH.least} to ${FAR_PASSWORD_LENGTH.most}; ${FAR_PASSWORD_LENGTH.usual} where nothing is said.`,
  boardId:
    'By what names and passwords there are kept; host and port where nothing is said. Set it before the address changes.',
} as const;

/** A caller on another board. */
export interface AccountThere {
  readonly name: string;
  /** Where the settings send one. */
  readonly password: string | undefined;
}

type Settings = Readonly<Record<string, unknown>>;

interface Board {
  readonly id: string;
  readonly title: string;
}

/** What is wrong in the keys that say who a caller is there. */
export function accountProblems(settings: Settings): Readonly<Record<string, string>> {
  const { askName, passwordLength, boardId, nameProperty } = settings;
  const found: Record<string, string> = {};
  if (askName === true && !sendsPassword(settings))
    found['askName'] =
      `'askName' needs ${PASSWORD} in a field that the board checks: a caller could be anybody there without it; nobody is asked`;
  if (passwordLength !== undefined && lengthOf(passwordLength) === undefined)
    found['passwordLength'] =
      `'passwordLength' is a number from ${FAR_PASSWORD_LENGTH.least} to ${FAR_PASSWORD_LENGTH.most}; ${FAR_PASSWORD_LENGTH.usual} is used`;
  if (
    boardId !== undefined &&
    (typeof boardId !== 'string' || !/^[\x21-\x7e]{1,100}$/.test(boardId))
  )
    found['boardId'] = "'boardId' is a name without spaces; host and port are used";
  if (nameProperty !== undefined && !isNameProperty(nameProperty))
    found['nameProperty'] =
      "'nameProperty' is a property such as onward_name, which callers cannot write; nobody is handed on";
  return found;
}

/**
 * Who the caller is there: nobody without a name there, cancelled where a name was asked for and not said. Throws
 * HAND_ON_REFUSED where what is kept cannot be opened.
 */
export async function accountThere(
  context: MenuContext,
  settings: Settings,
  {
    address,
    title,
    gateway,
  }: {
    readonly address: Address;
    readonly title: string;
    /** Where it is reached through another server: there the same address may be another board. */
    readonly gateway: Address | undefined;
  },
): Promise<AccountThere | 'nobody' | 'cancelled'> {
  const { boardId } = settings;
  const usesId =
    typeof boardId === 'string' && accountProblems({ boardId })['boardId'] === undefined;
  const places = [gateway, address].filter((each) => each !== undefined);
  const usual = places.map(({ host, port }) => `${host.toLowerCase()}:${port}`).join('/');
  const id = usesId ? boardId : idOf(usual);
  const board = { id, title };
  try {
    const name = await nameThere(context, settings, board);
    if (name === 'nobody' || name === 'cancelled') return name;
    return { name: name.name, password: await passwordThere(context, settings, board) };
  } catch (error) {
    if (!(error instanceof BbsError) || error.code !== 'SEAL_BROKEN') throw error;
    throw new BbsError('HAND_ON_REFUSED', error.message, { cause: error });
  }
}

/** Two addresses of names of the greatest length are longer than what is kept. */
function idOf(places: string): string {
  if (places.length <= ID_LENGTH) return places;
  return `sha256:${createHash('sha256').update(places).digest('hex')}`;
}

/**
 * The name of the caller's account on the board, without control characters. Nobody where it has none there: the
 * name is another account's by `names`, or only those with a name in the settings are handed on.
 */
async function nameThere(
  context: MenuContext,
  settings: Settings,
  board: Board,
): Promise<{ readonly name: string } | 'nobody' | 'cancelled'> {
  const { name, properties } = userOf(context.caller);
  const { names, onlyNames, nameProperty, askName } = settings;
  const given = typeof names === 'object' && names !== null ? Object.entries(names) : [];
  const isMine = ([key]: readonly [string, unknown]): boolean => foldName(key) === foldName(name);
  const mapped = given.find(isMine)?.[1];
  if (typeof mapped === 'string') return { name: withoutControls(mapped) };
  const isTaken = (wanted: string): boolean =>
    given.some(([, there]) => foldName(String(there)) === foldName(wanted));
  if (nameProperty !== undefined) {
    const own = isNameProperty(nameProperty) ? properties.get(nameProperty) : undefined;
    return own === undefined ? 'nobody' : { name: withoutControls(own) };
  }
  if (onlyNames === true) return 'nobody';
  // Without a password a board believes the gate, and nobody chooses who to be there.
  if (askName === true && sendsPassword(settings)) return askedName(context, board, isTaken);
  return isTaken(name) ? 'nobody' : { name: withoutControls(name) };
}

async function askedName(
  context: MenuContext,
  { id, title }: Board,
  isTaken: (name: string) => boolean,
): Promise<{ readonly name: string } | 'nobody' | 'cancelled'> {
  const { farAccounts } = context.services;
  const place = { userId: userOf(context.caller).id, board: id, title };
  const kept = (await farAccounts.find(place))?.name;
  if (kept !== undefined) return isTaken(kept) ? 'nobody' : { name: kept };
  const answers = await context.ask({
    title: context.say('elsewhere.name-title', { board: title }),
    text: [context.say('elsewhere.name-why')],
    fields: [{ name: 'name', label: context.say('elsewhere.name'), maxLength: NAME_LENGTH }],
    check: ({ name = '' }) => {
      const wanted = readName(name);
      if (wanted === '')
        return Promise.resolve({ message: context.say('elsewhere.name-needed'), field: 'name' });
      return Promise.resolve(
        isTaken(wanted)
          ? { message: context.say('elsewhere.name-taken'), field: 'name' }
          : undefined,
      );
    },
  });
  if (answers === undefined) return 'cancelled';
  const name = readName(answers['name'] ?? '');
  await farAccounts.setName(place, name);
  return { name };
}

async function passwordThere(
  context: MenuContext,
  settings: Settings,
  { id, title }: Board,
): Promise<string | undefined> {
  if (!sendsPassword(settings)) return undefined;
  const { caller, services, say } = context;
  const length = lengthOf(settings['passwordLength']) ?? FAR_PASSWORD_LENGTH.usual;
  const place = { userId: userOf(caller).id, board: id, title };
  const { password, isNew } = await services.farAccounts.passwordFor(place, length);
  if (isNew)
    await context.showPages({
      title: say('elsewhere.password-title', { board: title }),
      data: caller.secure
        ? linesOf(
            say('elsewhere.password-is', { password }),
            '',
            say('elsewhere.password-why', { board: title }),
          )
        : linesOf(say('elsewhere.password-secure', { board: title })),
    });
  return password;
}

export function linesOf(
  ...texts: readonly string[]
): { readonly color: string; readonly text: string }[] {
  return texts.map((text) => ({ color: '', text }));
}

/** A typed name as it is kept. */
export function readName(typed: string): string {
  return withoutControls(typed).trim().slice(0, NAME_LENGTH);
}

function sendsPassword(settings: Settings): boolean {
  return PASSWORD_FIELDS.some((key) => {
    const value = settings[key];
    return typeof value === 'string' && value.includes(PASSWORD);
  });
}

function isNameProperty(value: unknown): value is string {
  return typeof value === 'string' && NAME_PROPERTY.test(value);
}

function lengthOf(value: unknown): number | undefined {
  const { least, most } = FAR_PASSWORD_LENGTH;
  const length = Number(value);
  return value !== undefined && Number.isInteger(length) && length >= least && length <= most
    ? length
    : undefined;
}

function withoutControls(text: string): string {
  return text.replaceAll(/[\x00-\x1f\x7f]/g, '');
}
