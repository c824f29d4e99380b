import { groupsIn } from '../acs/groups';
import { nearestName } from '../base/nearest';
import type { LoadedConfig } from '../config/load';
import type { Problem } from '../config/problems';
import type { Config } from '../config/schema';
import type { Path } from '../config/source-tree';

/**
 * Conditions of the configuration that name a group which neither the configuration nor an account has. A policy
 * with a misspelt group would ask nobody. `stored` is asked only where the configuration has not all of them.
 */
export async function findUnknownGroups({
  config,
  placeOf,
  stored,
}: Pick<LoadedConfig, 'config' | 'placeOf'> & {
  /** The groups of all accounts. */
  readonly stored: () => Promise<readonly string[]>;
}): Promise<readonly Problem[]> {
  const { groups, defaultGroups } = config.users;
  const configured = [...groups, ...defaultGroups];
  const named = conditionsOf(config)
    .flatMap(([path, text]) => groupsIn(text).map((group) => ({ path, group })))
    .filter(({ group }) => !configured.includes(group));
  if (named.length === 0) return [];
  // Where the accounts cannot be read just now, nobody knows.
  const ofAccounts = await stored().catch(() => undefined);
  if (ofAccounts === undefined) return [];
  const known = new Set([...configured, ...ofAccounts]);
  return named
    .filter(({ group }) => !known.has(group))
    .map(({ path, group }) => {
      const nearest = nearestName(group, known);
      const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`;
      const message = `${path.join('.')} names the group '${group}', which is not in users.groups and which no account has: nobody is in it${hint}`;
      return { place: placeOf(path), message, kind: 'unknown-group' };
    });
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
