import type { MenuContext, MenuModule } from '../menu/run/module';
import { formatMoment, zoneName } from '../menu/screen/date-format';
import { listActiveUsers, type User } from '../store/users';
import type { TextId } from '../texts/texts';
import type { ItemSpec } from '../views/view';
import { FIELDS, type PersonFacts, type RowOf } from './row-fields';

/** The view that lists show their rows in: `%VM1`. */
export const LIST_VIEW = 1;

/**
 * What lists tell of a person, as `itemFormat` names it. Real name and mail address are for the sysop
 * and stand in no list.
 */
export function publicFacts(user: User | undefined): PersonFacts {
  const affils = user?.properties.get('affiliation') ?? '';
  const location = user?.properties.get('location') ?? '';
  const about = [location, affils].filter((text) => text !== '').join(', ');
  return { location, affils, affiliation: affils, about };
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

/** `{when}` of a list: a pattern of the menu, else as people say it. */
export function whenText(context: MenuContext, atMs: number, hasTime = false): string {
  const pattern = ownPattern(context);
  if (pattern !== undefined) return context.dateText(atMs, pattern);
  return formatMoment(atMs, {
    nowMs: context.services.clock.nowMs(),
    hasTime,
    say: context.say,
  });
}

/** What is said where a list has no rows. */
type EmptyList = Extract<TextId, `list.no${string}`>;

/** Fills a list of moments, whose head says in which zone they are. */
export function fillTimes(
  context: MenuContext,
  items: readonly ItemSpec[],
  empty: EmptyList,
): void {
  context.memory.set(ZONE, zoneName(context.services.clock.nowMs()));
  fillList(context, items, empty);
}

/** Fills the list; `empty` is said where it has no rows. */
export function fillList(context: MenuContext, items: readonly ItemSpec[], empty: EmptyList): void {
  context.screen.setItems(LIST_VIEW, items);
  context.memory.set(ITEMS, items);
  context.memory.set(EMPTY, items.length === 0 ? context.say(empty) : '');
  showRange(context);
}

/**
 * `listInfoFormatNN` fills view NN from {info} {from} {to} {count}: how much of the list is seen, and in which zone its times are.
 * `chosenFormatNN` does from the fields of the chosen row, for what is longer than its column.
 */
export function showRange({ screen, memory, say, caller }: MenuContext): void {
  const { from, to, count } = screen.range(LIST_VIEW) ?? { from: 1, to: 0, count: 0 };
  const isAll = from <= 1 && to >= count;
  const some = isAll ? say('list.all', { count }) : say('list.range', { from, to, count });
  const empty = memory.get(EMPTY);
  const range = count === 0 ? '' : count === 1 ? say('list.one') : some;
  const zone = memory.get(ZONE);
  const times = (of: string): string =>
    range === '' ? say('list.times', { zone: of }) : say('list.zone', { range, zone: of });
  const head = typeof zone === 'string' ? times(zone) : range;
  const info = typeof empty === 'string' && empty !== '' ? empty : head;
  screen.setCustom('listInfoFormat', { info, from, to, count });
  const items = memory.get(ITEMS) as readonly ItemSpec[] | undefined;
  const chosen = items?.[Number(screen.value(LIST_VIEW))];
  // Line by line the row itself is said, and whole.
  if (typeof chosen !== 'object' || caller.terminal.isLineByLine) return;
  screen.setCustom('chosenFormat', { ...chosen });
}

/** Key of a menu's memory: the sentence for a list without rows. */
const EMPTY = 'empty';

/** Key of a menu's memory: the rows of its list. */
const ITEMS = 'items';

/** Key of a menu's memory: the zone of the times in its list. */
const ZONE = 'zone';

/** More than anybody scrolls through at a terminal. */
const MAX_SHOWN = 500;

/** The accounts of the board by name (contract A7, `{userName} {location} {lastLoginTs}`). */
export const userListModule: MenuModule = {
  name: 'user_list',
  fields: FIELDS.user_list,
  doc: 'The active accounts in `%VM1`: {userName} {userId} {location} {affils} {about} {lastLoginTs} {when} {loginCount}.',
  needs: 'complete',
  configKeys: DATE_TIME_KEY,
  views: [LIST_VIEW],
  methods: {},
  ready,
  changed: showRange,
};

async function ready(context: MenuContext): Promise<void> {
  const { services, caller } = context;
  const pattern = ownPattern(context);
  const when = (text: string): string => {
    const atMs = Date.parse(text);
    return Number.isNaN(atMs) ? '' : context.dateText(atMs, pattern);
  };
  const users = await services.db.run((sql) => listActiveUsers(sql, MAX_SHOWN));
  const said = (text: string): string => {
    const atMs = Date.parse(text);
    return Number.isNaN(atMs) ? '' : whenText(context, atMs);
  };
  fillTimes(
    context,
    users.map((user): RowOf<'user_list'> => ({
      text: user.name,
      userId: user.id,
      userName: user.name,
      isOwn: user.id === caller.login.user?.id,
      lastLoginTs: when(user.properties.get('last_login_timestamp') ?? ''),
      when: said(user.properties.get('last_login_timestamp') ?? ''),
      loginCount: user.properties.get('login_count') ?? '0',
      ...publicFacts(user),
    })),
    'list.no-accounts',
  );
}

/** `12 min`, or `1 h 5 min` from an hour on. */
export function minutesText({ say }: MenuContext, minutes: number): string {
  const count = Math.max(0, minutes);
  if (count < 60) return say('time.min', { count });
  return say('time.h-min', { hours: Math.floor(count / 60), minutes: count % 60 });
}
