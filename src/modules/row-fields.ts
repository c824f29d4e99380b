import type { ModuleFields } from '../menu/run/module';

const PERSON = ['location', 'affils', 'affiliation', 'about'] as const;
/** `listInfoFormatNN` of the lists that say how much of them is seen. */
const LIST_INFO = ['info', 'from', 'to', 'count'] as const;

/** The fields that every row of a list has, by module: what `itemFormat` may name. */
const ROWS = {
  last_callers: [
    ...(['text', 'userId', 'userName', 'isOwn', 'server', 'by', 'node', 'callCount'] as const),
    ...(['calls', 'andCalls', 'when', 'ts'] as const),
    ...PERSON,
  ],
  user_list: [
    ...(['text', 'userId', 'userName', 'isOwn', 'lastLoginTs', 'when', 'loginCount'] as const),
    ...PERSON,
  ],
  whos_online: [
    ...(['text', 'node', 'userId', 'userName', 'isOwn', 'server', 'action', 'timeOn'] as const),
    ...PERSON,
  ],
  sign_in_history: [
    ...(['text', 'event', 'ts', 'when', 'node', 'server', 'from', 'what', 'result'] as const),
  ],
  my_calls: ['text', 'state', 'ts', 'when', 'isOwn', 'server', 'from', 'node'],
  onelinerz: ['text', 'oneliner', 'userId', 'userName', 'ts', ...PERSON],
  destinations: ['text', 'name', 'about', 'kind', 'state'],
  node_msg: ['text', 'data', 'node', 'userName', 'action', 'location', 'affils'],
  user_2fa_otp_config: ['key', 'text', 'data'],
} as const;

type Listed = keyof typeof ROWS;

/** A row of a list: the fields of the table, all of them. */
export type RowOf<Module extends Listed> = Readonly<
  Record<Exclude<(typeof ROWS)[Module][number], 'text'>, unknown> & { text: string }
>;

/** What lists tell of a person. */
export type PersonFacts = Readonly<Record<(typeof PERSON)[number], string>>;

function list(module: Listed): ModuleFields {
  return {
    rows: { 1: ROWS[module] },
    formats: { listInfoFormat: LIST_INFO, chosenFormat: ROWS[module] },
  };
}

/** Which fields the formats of a menu may name: of the rows of its views, and of keys of its `config`. */
export const FIELDS = {
  last_callers: list('last_callers'),
  user_list: list('user_list'),
  whos_online: list('whos_online'),
  my_calls: list('my_calls'),
  destinations: { rows: { 1: ROWS.destinations }, formats: { listInfoFormat: LIST_INFO } },
  onelinerz: { rows: { 1: ROWS.onelinerz } },
  sign_in_history: {
    ...list('sign_in_history'),
    formats: {
      ...list('sign_in_history').formats,
      signInInfoFormat: [
        ...['lastTs', 'lastServer', 'lastFrom', 'failed', 'lastSignIn', 'failedAttempts'],
      ],
    },
  },
  user_2fa_otp_config: {
    rows: { 4: ROWS.user_2fa_otp_config },
    formats: {
      menuInfoFormat: ['infoText'],
      stateFormat: [
        ...['state', 'stateOn', 'stateOff', 'heading', 'waits'],
        ...['step1', 'step2', 'step3', 'number1', 'number2', 'number3'],
      ],
    },
  },
  user_status_config: {
    formats: {
      menuInfoFormat: ['isVisible', 'isAvailable', 'visibleIndicator', 'availableIndicator'],
    },
  },
  node_msg: {
    rows: { 1: ROWS.node_msg },
    formats: {
      sendMessageInfoFormat: ['node', 'userName', 'action'],
      messageFormat: ['fromUserName', 'fromNodeId', 'timestamp', 'message'],
    },
  },
  page_sysop: { formats: { notifyFormat: ['userName', 'nodeId', 'message'] } },
} as const satisfies Readonly<Record<string, ModuleFields>>;
