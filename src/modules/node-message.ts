import type { MenuContext, MenuModule, Submission, Transition } from '../menu/run/module';
import { messageText, type OnlineNode } from '../menu/run/node-talk';
import { findUsers } from '../store/users';
import { userOf } from '../menu/run/caller';
import { publicFacts, usersById } from './user-list';
import { namedArt } from './show-art';
import { FIELDS, type RowOf } from './row-fields';

/** Views as ENiGMA½'s module has them. */
const VIEWS = { to: 1, message: 2, preview: 3 } as const;

/** The node number that stands for all. */
const ALL = 0;

const FORMAT =
  '|15Message from {fromUserName} on node {fromNodeId}|08, {timestamp}\r\n|07{message}';

/** What this menu remembers: the callers that were on the list when it was shown. */
const LISTED = 'listed';

/** A message to the caller on another node, or to all (ENiGMA½'s module of this name). */
export const nodeMessageModule: MenuModule = {
  name: 'node_msg',
  fields: FIELDS.node_msg,
  doc: 'A message to another caller who is online, or to all: %SM1 to whom ({text} is the node, {userName} {location} {affils} {action}), %ET2 the message, %TL3 shows it. `sendMessageInfoFormatNN` fills view NN from the chosen node. `config.art.header` and `art.footer` frame it on the screen of the receiver.',
  needs: 'complete',
  configKeys: {
    messageFormat:
      'What the receiver sees, from {fromUserName} {fromNodeId} {timestamp} {message}; the last is shown as it was typed.',
    dateTimeFormat: "Pattern of {timestamp}; the theme's own way where nothing is said.",
  },
  views: [VIEWS.to, VIEWS.message],
  methods: { sendMessage },
  ready,
  changed,
};

async function ready(context: MenuContext): Promise<void> {
  const { services, caller, screen, memory } = context;
  const listed = services.talk.receiversFor(caller.node);
  memory.set(LISTED, listed);
  const ids = listed.map(({ user }) => user.id);
  const people = usersById(await services.db.run((sql) => findUsers(sql, ids)));
  screen.setItems(VIEWS.to, [
    {
      ...{ text: '-ALL-', data: ALL, node: ALL, userName: context.say('list.everyone') },
      ...{ action: '', location: '', affils: '' },
    },
    ...listed.map(({ node, user, description }): RowOf<'node_msg'> => ({
      ...{ text: String(node), data: node, node, userName: user.name, action: description },
      ...publicFacts(people.get(user.id)),
    })),
  ]);
  showChosen(context);
}

function changed(context: MenuContext, viewId: number): void {
  const { screen } = context;
  if (viewId === VIEWS.to) showChosen(context);
  if (screen.has(VIEWS.preview))
    screen.setText(VIEWS.preview, messageText(screen.text(VIEWS.message)));
}

function showChosen(context: MenuContext): void {
  const chosen = listedNodes(context)[Number(context.screen.value(VIEWS.to)) - 1];
  context.screen.setCustom('sendMessageInfoFormat', {
    node: chosen?.node ?? ALL,
    userName: chosen?.user.name ?? context.say('list.everyone'),
    action: chosen?.description ?? '',
  });
}

async function sendMessage(context: MenuContext, { value }: Submission): Promise<Transition> {
  const { services, caller } = context;
  const message = messageText(value['message']);
  if (message === '')
    return { kind: 'stay', message: context.say('talk.write-first'), about: VIEWS.message };
  const listed = listedNodes(context);
  const wanted = Number(value['node'] ?? ALL);
  const to = wanted === ALL ? listed : listed.filter(({ node }) => node === wanted);
  const user = userOf(caller);
  const { messageFormat: format, dateTimeFormat: pattern } = context.config;
  const frame = {
    header: specOf(context, 'header'),
    format: typeof format === 'string' ? format : FORMAT,
    values: {
      ...{ fromUserName: user.name, fromNodeId: caller.node, message },
      timestamp: context.dateText(
        services.clock.nowMs(),
        typeof pattern === 'string' ? pattern : undefined,
      ),
    },
    footer: specOf(context, 'footer'),
  };
  const from = context.say('talk.from', { name: user.name, node: caller.node });
  const sent = await services.talk.send(
    { caller, user },
    { expense: 'node-message', to, message: { text: message, from, frame } },
  );
  if (sent.kind === 'sent') return { kind: 'previous' };
  return stay(context.say(sent.kind === 'nobody' ? 'talk.nobody' : 'talk.many-messages'));
}

function specOf(context: MenuContext, name: string): string | undefined {
  const art = namedArt(context, name);
  return art?.kind === 'art' ? art.spec : undefined;
}

function listedNodes({ memory }: MenuContext): readonly OnlineNode[] {
  return (memory.get(LISTED) ?? []) as readonly OnlineNode[];
}

function stay(message: string): Transition {
  return { kind: 'stay', message, focus: VIEWS.message };
}
