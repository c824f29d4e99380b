import type { MenuContext } from '../menu/run/module';
import type { User } from '../store/users';

/** The view that lists show their rows in: `%VM1`. */
export const LIST_VIEW = 1;

/**
 * What lists tell of a person, as `itemFormat` names it. Real name and mail address are for the sysop
 * and stand in no list.
 */
export function publicFacts(user: User | undefined): Readonly<Record<string, string>> {
  const affils = user?.properties.get('affiliation') ?? '';
  return { location: user?.properties.get('location') ?? '', affils, affiliation: affils };
}

export function usersById(users: readonly User[]): ReadonlyMap<number, User> {
  return new Map(users.map((user) => [user.id, user]));
}

/** The key of `config` that every list of moments understands. */
export const DATE_TIME_KEY = {
  dateTimeFormat: "Pattern of dates with times; the theme's own way where nothing is said.",
} as const;

/** `config.dateTimeFormat` of the menu, else the theme's own way. */
export function ownPattern({ config }: MenuContext): string | undefined {
  const pattern = config['dateTimeFormat'];
  return typeof pattern === 'string' && pattern !== '' ? pattern : undefined;
}
