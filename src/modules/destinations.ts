import { compileAcs, evaluateAcs } from '../acs/acs';
import type { OwnCodes } from '../acs/own-codes';
import type { Place } from '../base/errors';
import { nearestName } from '../base/nearest';
import type { Config } from '../config/schema';
import type { Destination } from '../config/schema-destinations';
import type { Finding } from '../menu/load/menu-entry';
import type { MenuContext, MenuModule, Transition } from '../menu/run/module';
import type { Address } from '../onward/connect';
import { DOOR_KEYS, doorProblems, openDoor } from './abracadabra';
import { bbsLinkProtocol } from './bbs-link';
import { doorPartyProtocol } from './door-party';
import { handOn, keysOf, settingsOf, type HandOnOutcome, type OnwardProtocol } from './hand-on';
import { addressFor, handOnProblems, type HandOnSettings } from './hand-on-settings';
import { rloginProtocol } from './rlogin';
import { sshProtocol } from './ssh-bridge';
import { telnetProtocol } from './telnet-bridge';
import { LIST_VIEW, showRange } from './user-list';
import { FIELDS, type RowOf } from './row-fields';

/** How callers are handed on by one kind of destination. */
interface Kind {
  readonly keys: Readonly<Record<string, string>>;
  /** The key without which nobody gets there, unless the kind has a value of its own. */
  readonly needed: string;
  readonly withDefaults: (settings: HandOnSettings) => HandOnSettings;
  readonly problems: (settings: HandOnSettings) => Readonly<Record<string, string>>;
  /** What is dialled for it, and for callers with UTF-8 if that is elsewhere. */
  readonly addresses: (settings: HandOnSettings) => readonly Address[];
  readonly handOn: (context: MenuContext, settings: HandOnSettings) => Promise<HandOnOutcome>;
}

const KINDS: Readonly<Record<Destination['kind'], Kind>> = {
  telnet: byProtocol(telnetProtocol),
  rlogin: byProtocol(rloginProtocol),
  ssh: byProtocol(sshProtocol),
  exec: {
    keys: DOOR_KEYS,
    needed: 'cmd',
    withDefaults: (settings) => settings,
    problems: doorProblems,
    addresses: () => [],
    handOn: openDoor,
  },
  bbs_link: byProtocol(bbsLinkProtocol),
  door_party: byProtocol(doorPartyProtocol),
};

function byProtocol(protocol: OnwardProtocol): Kind {
  return {
    keys: keysOf(protocol),
    needed: 'host',
    withDefaults: (settings) => settingsOf(protocol, settings),
    problems: (settings) => handOnProblems(settings, protocol.problems),
    addresses: (settings) => addressesBy(protocol, settings),
    handOn: (context, settings) => handOn(context, protocol, settings),
  };
}

/** Key of the menu's memory: the destinations as the caller sees them listed. */
const LISTED = 'destinations';
/** And the one last chosen. */
const CHOSEN = 'chosen';

/** The boards of `destinations` in the configuration. */
export const destinationsModule: MenuModule = {
  name: 'destinations',
  fields: FIELDS.destinations,
  doc: 'The boards of `destinations` (config.hjson) that the caller may be handed on to, in `%VM1`: {name} {about} {state} {kind}; `listInfoFormatNN` as in the other lists. `@method:visit` hands the caller on to the chosen one, and the list comes back when that ends.',
  needs: 'complete',
  views: [LIST_VIEW],
  methods: { visit },
  ready,
  changed: showRange,
};

/** A caller reads it in the list; a board that did not take the last caller is said to be silent. */
async function ready(context: MenuContext): Promise<void> {
  const { screen, services, memory } = context;
  const open = openTo(context);
  memory.set(LISTED, open);
  screen.setItems(
    LIST_VIEW,
    open.map(([key, { name, about, kind }]): RowOf<'destinations'> => {
      const sinceMs = services.destinationHealth.failingSinceMs(key);
      const state =
        sinceMs === undefined
          ? ''
          : context.say('list.silent-since', { time: context.dateText(sinceMs, 'HH:mm') });
      return { text: name, name, about, kind, state };
    }),
  );
  showRange(context);
  const last = open.findIndex(([key]) => key === memory.get(CHOSEN));
  if (last > 0) screen.select(LIST_VIEW, last);
  if (open.length === 0) screen.message(context.say('list.no-boards'));
  return Promise.resolve();
}

async function visit(context: MenuContext): Promise<Transition> {
  // The configuration, or who may go there, may have changed since the list was drawn.
  const listed = context.memory.get(LISTED) as ReturnType<typeof openTo> | undefined;
  const [key, shown] = listed?.[Number(context.screen.value(LIST_VIEW))] ?? [];
  const destination = openTo(context).find(([each]) => each === key)?.[1];
  if (key === undefined || destination === undefined || destination !== shown) {
    return { kind: 'redraw' };
  }
  context.memory.set(CHOSEN, key);
  const outcome = await KINDS[destination.kind].handOn(context, destination);
  if (outcome !== 'not-tried')
    context.services.destinationHealth.tried(key, outcome === 'was-there');
  return { kind: 'redraw' };
}

/** The destinations whose condition the caller meets, in the order of the file. */
function openTo(context: MenuContext): readonly (readonly [string, Destination])[] {
  const subject = context.subject();
  const own = context.services.ownCodes?.acs;
  return Object.entries(context.services.config().destinations).filter(
    ([, { acs }]) => acs === undefined || evaluateAcs(compileAcs(acs, own), subject),
  );
}

/** What is dialled for a destination, and for callers with UTF-8 if that is elsewhere. */
export function addressesOf(destination: Destination): readonly Address[] {
  const kind = KINDS[destination.kind];
  return kind.addresses(kind.withDefaults(destination));
}

function addressesBy(protocol: OnwardProtocol, settings: HandOnSettings): readonly Address[] {
  const gateway = protocol.gateway?.(settings);
  if (gateway !== undefined) return gateway.address.host === '' ? [] : [gateway.address];
  const usual = addressFor(settings, { isUtf8: false, otherwise: protocol.port });
  const utf8 = addressFor(settings, { isUtf8: true, otherwise: protocol.port });
  const isElsewhere = utf8?.host !== usual?.host || utf8?.port !== usual?.port;
  return [usual, isElsewhere ? utf8 : undefined].filter((address) => address !== undefined);
}

/** What is wrong in `destinations`; a condition that cannot be read opens its board to nobody. */
export function findDestinationProblems(
  config: Config,
  placeOf: (path: readonly string[]) => Place = () => ({ file: 'config.hjson' }),
  own?: OwnCodes,
): readonly Finding[] {
  return Object.entries(config.destinations).flatMap(([key, destination]) =>
    problemsOf(destination, own).map(({ at, text, nearest }): Finding => {
      const place = placeOf(['destinations', key, at]);
      const base = {
        rule: 'destination',
        place,
        subject: '',
        text: `destinations.${key}: ${text}`,
      };
      return { severity: 'warning', ...base, ...(nearest === undefined ? {} : { nearest }) };
    }),
  );
}

interface Problem {
  /** The key. */
  readonly at: string;
  readonly text: string;
  readonly nearest?: string | undefined;
}

function problemsOf(destination: Destination, own: OwnCodes | undefined): readonly Problem[] {
  const { kind, name, about, acs, ...settings } = destination;
  void name;
  void about;
  const { keys, needed, withDefaults, problems } = KINDS[kind];
  const known = Object.keys(keys);
  const unknown = Object.keys(settings)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      at: key,
      text: `'${key}' has no effect`,
      nearest: nearestName(key, known),
    }));
  const missing =
    withDefaults(settings)[needed] === undefined
      ? [{ at: needed, text: `'${needed}' is missing: nobody gets there` }]
      : [];
  const values = Object.entries(problems(settings)).filter(
    ([at]) => !missing.some((each) => each.at === at),
  );
  return [
    ...missing,
    ...unknown,
    ...values.map(([at, text]) => ({ at, text })),
    ...(acs === undefined ? [] : compileAcs(acs, own).problems).map(({ text, nearest }) => ({
      at: 'acs',
      text: `acs: ${text}`,
      nearest,
    })),
  ];
}
