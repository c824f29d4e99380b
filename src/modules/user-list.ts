import type { MenuContext, MenuModule } from '../menu/run/module';
import { listActiveUsers, type User } from '../store/users';

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

/** More than anybody scrolls through at a terminal. */
const MAX_SHOWN = 500;

/** The accounts of the board by name (contract A7, `{userName} {location} {lastLoginTs}`). */
export const userListModule: MenuModule = {
  name: 'user_list',
  doc: 'The active accounts in `%VM1`: {userName} {userId} {location} {affils} {lastLoginTs} {loginCount}.',
  needs: 'complete',
  configKeys: DATE_TIME_KEY,
  views: [LIST_VIEW],
  methods: {},
  ready,
};

async function ready(context: MenuContext): Promise<void> {
  const { services, screen } = context;
  const pattern = ownPattern(context);
  const when = (text: string): string => {
    const atMs = Date.parse(text);
    return Number.isNaN(atMs) ? '' : context.dateText(atMs, pattern);
  };
  const users = await services.db.run((sql) => listActiveUsers(sql, MAX_SHOWN));
  screen.setItems(
    LIST_VIEW,
    users.map((user) => ({
      text: user.name,
      userId: user.id,
      userName: user.name,
      lastLoginTs: when(user.properties.get('last_login_timestamp') ?? ''),
      loginCount: user.properties.get('login_count') ?? '0',
      ...publicFacts(user),
    })),
  );
}
