import { groupsIn } from '../acs/groups';
import { nearestName } from '../base/nearest';
import type { LoadedConfig } from '../config/load';
import type { Problem } from '../config/problems';
import type { Config } from '../config/schema';
import type { Path } from '../config/source-tree';
import type { Finding, MenuSet } from '../menu/load/menu-entry';
import { describeFinding } from '../proof/check';

interface Asked {
  readonly config: Config;
  /** The groups of all accounts. It is asked only where the configuration has not all that are named. */
  readonly stored: () => Promise<readonly string[]>;
}

/**
 * Conditions of the configuration, and of menus where they are given, that name a group which neither the
 * configuration nor an account has. A policy with a misspelt group would ask nobody.
 */
export async function findUnknownGroups({
  placeOf,
  menus,
  ...asked
}: Asked & {
  readonly placeOf: LoadedConfig['placeOf'];
  readonly menus?: Pick<MenuSet, 'groups'>;
}): Promise<readonly Problem[]> {
  const named = conditionsOf(asked.config).flatMap(([path, text]) =>
    groupsIn(text).map((group) => ({ path, group })),
  );
  const ofConfig = (await keepUnknown(named, asked)).map(({ path, ...unknown }) => ({
    place: placeOf(path),
    message: describe(path.join('.'), unknown),
    kind: UNKNOWN_GROUP,
  }));
  const ofMenus = menus === undefined ? [] : await findUnknownMenuGroups(menus, asked);
  return [
    ...ofConfig,
    ...ofMenus.map((finding) => ({
      ...{ place: finding.place, kind: finding.rule },
      message: describeFinding(finding),
    })),
  ];
}

/** The same of menus alone, as findings. */
export async function findUnknownMenuGroups(
  { groups }: Pick<MenuSet, 'groups'>,
  asked: Asked,
): Promise<readonly Finding[]> {
  return (await keepUnknown(groups, asked)).map(({ subject, place, ...unknown }) => ({
    ...{ severity: 'warning', rule: UNKNOWN_GROUP, place, subject },
    text: describe('its acs', unknown),
  }));
}

const UNKNOWN_GROUP = 'unknown-group';

interface Unknown {
  readonly group: string;
  readonly nearest: string | undefined;
}

async function keepUnknown<Named extends { readonly group: string }>(
  all: readonly Named[],
  { config, stored }: Asked,
): Promise<readonly (Named & Unknown)[]> {
  const { groups, defaultGroups } = config.users;
  const configured = [...groups, ...defaultGroups];
  const named = all.filter(({ group }) => !configured.includes(group));
  if (named.length === 0) return [];
  // Where the accounts cannot be read just now, nobody knows.
  const ofAccounts = await stored().catch(() => undefined);
  if (ofAccounts === undefined) return [];
  const known = new Set([...configured, ...ofAccounts]);
  return named
    .filter(({ group }) => !known.has(group))
    .map((each) => ({ ...each, nearest: nearestName(each.group, known) }));
}

function describe(what: string, { group, nearest }: Unknown): string {
  const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`;
  return `${what} names the group '${group}', which is not in users.groups and which no account has: nobody is in it${hint}`;
}

/** Every condition in the configuration, by the path of its key. */
function conditionsOf({ users, destinations }: Config): readonly (readonly [Path, string])[] {
  return [
    [['users', 'twoFactorAuth', 'required'], users.twoFactorAuth.required],
    ...Object.entries(destinations).map(
      ([key, { acs = '' }]) => [['destinations', key, 'acs'], acs] as const,
    ),
  ];
}
