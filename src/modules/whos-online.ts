import { WAYS_IN } from '../protocols/ways-in';
import type { MenuContext, MenuModule } from '../menu/run/module';
import { findUsers } from '../store/users';
import { fillList, LIST_VIEW, minutesText, publicFacts, showRange, usersById } from './user-list';
import { FIELDS, type RowOf } from './row-fields';

/**
 * Who is online (contract A7, `{node} {userName} {server} {action}`); only people who are signed in count (rule J2),
 * and who have not left the list (user_status_config).
 */
export const whosOnlineModule: MenuModule = {
  name: 'whos_online',
  fields: FIELDS.whos_online,
  doc: 'Who is online in `%VM1`: {node} {userName} {userId} {server} {action} {timeOn} {location} {affils} {about}.',
  needs: 'complete',
  views: [LIST_VIEW],
  methods: {},
  ready,
  changed: showRange,
};

async function ready(context: MenuContext): Promise<void> {
  const { services, caller } = context;
  const nowMs = services.clock.nowMs();
  const online = services.talk.visibleTo(caller.node);
  const ids = online.map(({ user }) => user.id);
  const people = usersById(await services.db.run((sql) => findUsers(sql, ids)));
  fillList(
    context,
    online.map(({ node, server, user, description, connectedAtMs }): RowOf<'whos_online'> => ({
      text: user.name,
      node,
      userId: user.id,
      userName: user.name,
      isOwn: node === caller.node,
      server: WAYS_IN[server].label,
      action: description,
      timeOn: minutesText(context, Math.floor((nowMs - connectedAtMs) / 60_000)),
      ...publicFacts(people.get(user.id)),
    })),
    'list.nobody-online',
  );
}
