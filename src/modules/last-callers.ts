import type { MenuContext, MenuModule } from '../menu/run/module';
import { listCalls, type Call } from '../store/calls';
import { findUsers } from '../store/users';
import { labelOfWay } from '../protocols/ways-in';
import {
  DATE_TIME_KEY,
  fillTimes,
  LIST_VIEW,
  ownPattern,
  publicFacts,
  showRange,
  usersById,
  whenText,
} from './user-list';
import { FIELDS, type RowOf } from './row-fields';

const MAX_SHOWN = 50;
/** Enough to fill the list when calls are left out or rolled up. */
const MAX_READ = 200;

/** Who called last (contract A7, `{userName} {ts}`). */
export const lastCallersModule: MenuModule = {
  name: 'last_callers',
  fields: FIELDS.last_callers,
  doc: 'The last callers in `%VM1`: {userName} {userId} {ts} {when} {server} {by} {node} {calls} {andCalls} {callCount} {location} {affils} {about}. As in the other lists of the board, `listInfoFormatNN` fills view NN from {info} {from} {to} {count}, and `chosenFormatNN` from the fields of the chosen row.',
  needs: 'complete',
  configKeys: {
    ...DATE_TIME_KEY,
    'user.collapse':
      'A call that follows another one of the same user within this time is not listed: `30 minutes`.',
    'user.hide': 'true lists sysops only.',
    'sysop.collapse': 'The same for sysops.',
    'sysop.hide': 'true does not list sysops.',
    fold: 'true lists calls of one user that follow each other as one, with their number in {calls}.',
  },
  views: [LIST_VIEW],
  methods: {},
  ready,
  changed: showRange,
};

interface Rules {
  readonly collapseMs: number;
  readonly hide: boolean;
}

async function ready(context: MenuContext): Promise<void> {
  const { services, caller } = context;
  const calls = await services.db.run((sql) => listCalls(sql, { limit: MAX_READ }));
  const callers = [...new Set(calls.map((call) => call.userId))];
  const people = usersById(await services.db.run((sql) => findUsers(sql, callers)));
  const rules = { user: readRules(context, 'user'), sysop: readRules(context, 'sysop') };
  const ruleOf = (call: Call): Rules =>
    people.get(call.userId)?.groups.includes('sysops') === true ? rules.sysop : rules.user;
  const pattern = ownPattern(context);
  const listed = collapse(
    calls.filter((call) => !ruleOf(call).hide),
    ruleOf,
  );
  const isFolded = context.config['fold'] === true;
  const shown = (isFolded ? fold(listed) : listed.map((call) => ({ call, count: 1 }))).slice(
    0,
    MAX_SHOWN,
  );
  fillTimes(
    context,
    shown.map(({ call, count }): RowOf<'last_callers'> => ({
      text: call.userName,
      userId: call.userId,
      userName: call.userName,
      isOwn: call.userId === caller.login.user?.id,
      server: call.server,
      by: labelOfWay(call.server),
      node: call.node,
      callCount: count === 1 ? '' : String(count),
      calls: count === 1 ? '' : context.say('list.calls', { count }),
      andCalls: count === 1 ? '' : `, ${context.say('list.calls', { count })}`,
      when: whenText(context, call.startedAtMs),
      ts: context.dateText(call.startedAtMs, pattern),
      ...publicFacts(people.get(call.userId)),
    })),
    'list.no-callers',
  );
}

/** Calls of one person that follow each other, as the newest of them and their number. */
function fold(newestFirst: readonly Call[]): readonly { call: Call; count: number }[] {
  const folded: { call: Call; count: number }[] = [];
  for (const call of newestFirst) {
    const last = folded.at(-1);
    if (last?.call.userId === call.userId) last.count += 1;
    else folded.push({ call, count: 1 });
  }
  return folded;
}

/** Leaves out a call that soon after was followed by another one of the same person. */
function collapse(newestFirst: readonly Call[], ruleOf: (call: Call) => Rules): readonly Call[] {
  const later = new Map<number, number>();
  return newestFirst.filter((call) => {
    const laterMs = later.get(call.userId);
    later.set(call.userId, call.startedAtMs);
    return laterMs === undefined || laterMs - call.startedAtMs > ruleOf(call).collapseMs;
  });
}

function readRules({ config }: MenuContext, who: 'user' | 'sysop'): Rules {
  const rules = config[who];
  if (typeof rules !== 'object' || rules === null) return { collapseMs: 0, hide: false };
  return {
    collapseMs: 'collapse' in rules ? periodMs(rules.collapse) : 0,
    hide: 'hide' in rules && rules.hide === true,
  };
}

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^second/, 1_000],
  [/^minute/, 60_000],
  [/^hour/, 3_600_000],
  [/^day/, 86_400_000],
  [/^week/, 604_800_000],
];

/** `30 minutes`, `1 hour` ...; anything else returns 0 (no collapsing). */
function periodMs(text: unknown): number {
  const [, count, word = ''] = /^\s*(\d{1,6})\s*([a-z]+)\s*$/i.exec(String(text)) ?? [];
  const unit = UNITS.find(([name]) => name.test(word.toLowerCase()));
  return count === undefined || unit === undefined ? 0 : Number(count) * unit[1];
}
