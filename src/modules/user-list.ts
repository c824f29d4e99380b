import type { MenuContext, MenuModule } from '../menu/run/module';
import { listActiveUsers } from '../store/users';
import { DATE_TIME_KEY, LIST_VIEW, ownPattern, publicFacts } from './list-items';

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
