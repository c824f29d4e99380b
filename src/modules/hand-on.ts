import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { BbsError } from '../base/errors';
import { farEndOf } from '../base/source';
import type { MenuContext, MenuModule, Transition } from '../menu/run/module';
import type { TakenConnection } from '../menu/run/caller';
import { bridge, type BridgeEnd } from '../onward/bridge';
import { AnswerTime } from '../onward/answer-time';
import { dial, type Address, type FarSide } from '../onward/connect';
import { encodeProxyHeader, PROXY_VERSIONS } from '../protocols/proxy-protocol';
import { encodeText } from '../terminal/encoding';
import { userOf } from '../menu/run/caller';
import { accountThere, type AccountThere } from './far-account';
import {
  addressFor,
  bridgeOptionsOf,
  fontOf,
  HAND_ON_KEYS,
  EXTRA_ARGS,
  handOnProblems,
  keyName,
  type HandOnSettings,
} from './hand-on-settings';

/** How long a board may take to be connected and to say the first that its protocol has, before the caller is told that it does not. */
const ANSWER_MS = 3_000;

/** How a board is spoken to, on a connection that nothing of the caller's was sent on yet. */
export interface OnwardProtocol {
  /** Port where the settings name none. */
  readonly port: number;
  /** Keys of HAND_ON_KEYS that mean nothing here. */
  readonly lacks?: readonly string[];
  /** Settings with what counts where they say nothing. */
  readonly withDefaults?: (settings: HandOnSettings) => HandOnSettings;
  /** Its own keys, each with its documentation. */
  readonly keys: Readonly<Record<string, string>>;
  /** What is wrong in its own keys. */
  readonly problems?: (settings: HandOnSettings) => Readonly<Record<string, string>>;
  /** What has to be said elsewhere before the board is dialled. */
  before?(call: OnwardCall): Promise<void>;
  /** The server through which the board is reached, where the settings name one. */
  readonly gateway?: (settings: HandOnSettings) => OnwardGateway | undefined;
  open(line: Duplex, call: OnwardCall): Promise<FarSide>;
}

/** A server that is dialled in place of the board, and connects to it. */
export interface OnwardGateway {
  readonly address: Address;
  open(socket: Duplex, call: OnwardCall): Promise<Duplex>;
}

export interface OnwardCall {
  readonly context: MenuContext;
  readonly settings: HandOnSettings;
  readonly taken: TakenConnection;
  readonly signal: AbortSignal;
  readonly address: Address;
  /** What is left of the time in which the board has to answer. */
  readonly answer: AnswerTime;
  /** Name of the caller's account there. */
  readonly userName: string;
  /** The caller's password there, where the settings send one. */
  readonly password: string | undefined;
}

/** The keys that a menu, or an entry of `destinations`, of this protocol knows. */
export function keysOf({ lacks = [], keys }: OnwardProtocol): Readonly<Record<string, string>> {
  const shared = Object.entries(HAND_ON_KEYS).filter(([key]) => !lacks.includes(key));
  return { ...Object.fromEntries(shared), ...keys };
}

/** Settings as they count: with the protocol's defaults, and without the keys that mean nothing in it. */
export function settingsOf(protocol: OnwardProtocol, settings: HandOnSettings): HandOnSettings {
  const { lacks = [], withDefaults } = protocol;
  const known = Object.fromEntries(
    Object.entries(settings).filter(([key]) => !lacks.includes(key)),
  );
  return withDefaults?.(known) ?? known;
}

/** Rejects with HAND_ON_REFUSED where the settings lack what the board needs to be known there. */
export function refuseWhere(problems: Readonly<Record<string, string>>): Promise<void> {
  const [first] = Object.values(problems);
  return first === undefined
    ? Promise.resolve()
    : Promise.reject(new BbsError('HAND_ON_REFUSED', first));
}

/** A module whose menus hand the caller on by one protocol. */
export function handOnModule(name: string, doc: string, protocol: OnwardProtocol): MenuModule {
  return {
    name,
    doc,
    needs: 'complete',
    views: [],
    methods: {},
    configKeys: keysOf(protocol),
    configProblems: (config) => handOnProblems(config, protocol.problems),
    enter: async (context) => {
      const { config, extraArgs } = context;
      await handOn(context, protocol, { ...config, ...winning(extraArgs) });
      return leave(context);
    },
  };
}

/** Those of `extraArgs` that win over the menu's own keys. */
function winning(extraArgs: unknown): HandOnSettings {
  const given = Object.entries(
    typeof extraArgs === 'object' && extraArgs !== null ? extraArgs : {},
  ) as readonly [string, unknown][];
  return Object.fromEntries(
    given.filter(([key, value]) => EXTRA_ARGS.includes(key) && value !== undefined),
  );
}

/** What a board may have left on: colours, a hidden cursor, no wrap, mouse reports, bracketed paste. */
const RESET = '\x1b[0m\x1b[?25h\x1b[?7h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l';

/** Typed before the board answers and passed on then, at most. */
const MAX_TYPED_BYTES = 4096;
const ESC = 0x1b;
const CTRL_C = 0x03;

/** What is said of a visit; each has the name of the board or door. */
type OnwardText =
  | 'onward.ended'
  | 'onward.broken'
  | 'onward.idle'
  | 'onward.time'
  | 'onward.unreachable'
  | 'onward.refused'
  | 'onward.door-shut';

/** For callers who come back other than by their own wish or the board's. */
const ENDS: Readonly<Partial<Record<BridgeEnd, OnwardText>>> = {
  broken: 'onward.broken',
  idle: 'onward.idle',
  time: 'onward.time',
};

/** What became of a caller who was to be handed on. */
export type HandOnOutcome = 'was-there' | 'no-answer' | 'not-tried';

/**
 * Hands the caller on to a board, and comes back when that ends. A board that does not answer is told to
 * the caller and to the log; nobody else notices.
 */
export async function handOn(
  context: MenuContext,
  protocol: OnwardProtocol,
  given: HandOnSettings,
): Promise<HandOnOutcome> {
  const settings = settingsOf(protocol, given);
  const isUtf8 = context.caller.terminal.encoding === 'utf8';
  const address = addressFor(settings, { isUtf8, otherwise: protocol.port });
  if (address === undefined) {
    context.caller.log.error('onward.no-address', { menu: context.menu });
    await tell(context, context.say('onward.no-board'));
    return 'not-tried';
  }
  const name = typeof settings['name'] === 'string' ? settings['name'] : address.host;
  const gateway = protocol.gateway?.(settings)?.address;
  const account = await whoThere(context, settings, { address, title: name, gateway });
  if (account === 'refused') {
    await tell(context, context.say('onward.refused', { name }));
    return 'no-answer';
  }
  if (account === 'nobody') await tell(context, context.say('onward.no-account', { name }));
  if (account === 'nobody' || account === 'cancelled') return 'not-tried';
  const { outcome, says } = await context.caller.takeOver((taken) =>
    visit(context, { taken, address, name, account, protocol, settings }),
  );
  if (says === 'onward.ended')
    await context.showPages({
      ...{ isBelow: true, data: [{ color: '', text: context.say(says, { name }) }] },
    });
  else if (says !== undefined) await tell(context, context.say(says, { name }));
  return outcome;
}

async function whoThere(
  context: MenuContext,
  settings: HandOnSettings,
  board: Parameters<typeof accountThere>[2],
): Promise<AccountThere | 'nobody' | 'cancelled' | 'refused'> {
  try {
    return await accountThere(context, settings, board);
  } catch (error) {
    if (!(error instanceof BbsError) || error.code !== 'HAND_ON_REFUSED') throw error;
    const user = userOf(context.caller).name;
    context.caller.log.error('onward.failed', { user, ...board.address, error });
    return 'refused';
  }
}

export async function tell(context: MenuContext, sentence: string): Promise<void> {
  await context.showPages({ data: [{ color: '', text: sentence }] });
}

export function leave({ leadsOn }: MenuContext): Transition {
  return { kind: leadsOn ? 'next' : 'previous' };
}

interface Visit {
  readonly taken: TakenConnection;
  readonly address: Address;
  readonly name: string;
  readonly account: AccountThere;
  readonly protocol: OnwardProtocol;
  readonly settings: HandOnSettings;
}

export interface VisitResult {
  readonly outcome: HandOnOutcome;
  /** For the caller, where something is to be said. */
  readonly says: OnwardText | undefined;
}

async function visit(context: MenuContext, call: Visit): Promise<VisitResult> {
  const { taken, address, name, settings } = call;
  const { log } = context.caller;
  const user = userOf(context.caller).name;
  const say = sayTo(taken);
  say(`\x1b[0m\x1b[2J\x1b[H ${context.say('onward.connecting', { name })}\r\n\r\n`);
  const waiting = new Waiting(taken);
  let far: FarSide;
  try {
    far = await reach(context, call, waiting.signal);
  } catch (error) {
    taken.signal.throwIfAborted();
    if (waiting.isCancelled) return { outcome: 'not-tried', says: undefined };
    if (!(error instanceof BbsError) || !Object.hasOwn(FAILURES, error.code)) throw error;
    log.warn('onward.failed', { user, ...address, error });
    return { outcome: 'no-answer', says: FAILURES[error.code as keyof typeof FAILURES] };
  } finally {
    waiting.end();
  }
  const onEnd = 'onward.ended';
  return crossOver(context, { taken, far, name, settings, onEnd, log: { ...address } });
}

/** Passes bytes between the caller and what the caller was handed on to, until one of them ends. */
export async function crossOver(
  context: MenuContext,
  call: Pick<Visit, 'taken' | 'name' | 'settings'> & {
    readonly far: FarSide;
    /** What is said where the far side ends it; a door ends when its caller is done. */
    readonly onEnd?: OnwardText;
    /** Fields of the log lines that say where the caller is. */
    readonly log: Readonly<Record<string, unknown>>;
  },
): Promise<VisitResult> {
  const { taken, far, settings, log: where } = call;
  const { clock } = context.services;
  const { log } = context.caller;
  const user = userOf(context.caller).name;
  const say = sayTo(taken);
  const options = bridgeOptionsOf(settings);
  const back =
    options.escapeKey === undefined
      ? ''
      : ` ${context.say('onward.escape-key', { key: keyName(options.escapeKey) })}\r\n\r\n`;
  say(`\x1b[2J\x1b[H${back}`);
  const font = fontOf(settings['font']);
  if (font !== undefined) say(`\x1b[0;${font} D`);
  const startedMs = clock.monotonicMs();
  log.info('onward.began', { user, ...where });
  const menuText = context.say('onward.bridge-menu');
  const result = await bridge(taken, far, { clock, menuText, ...options });
  const { end, sent, received, error } = result;
  const seconds = Math.round((clock.monotonicMs() - startedMs) / 1000);
  log.info('onward.ended', {
    user,
    ...where,
    end,
    sent,
    received,
    seconds,
    ...(error && { error }),
  });
  if (end === 'call-over') taken.signal.throwIfAborted();
  say(`${RESET}${font === undefined ? '' : '\x1b[0;0 D'}`);
  return { outcome: 'was-there', says: end === 'board' ? call.onEnd : ENDS[end] };
}

function sayTo({ stream, facts }: TakenConnection): (text: string) => void {
  return (text) => void stream.write(encodeText(text, facts.encoding));
}

const LOOPBACK = '127.0.0.1';

/** What a caller reads who cannot be handed on, by the code of the error. */
const FAILURES = {
  UNREACHABLE: 'onward.unreachable',
  HAND_ON_REFUSED: 'onward.refused',
} as const;

async function reach(context: MenuContext, call: Visit, signal: AbortSignal): Promise<FarSide> {
  const { taken, address, account, protocol, settings } = call;
  const { clock, random } = context.services;
  const { name: userName, password } = account;
  const answer = new AnswerTime(clock, ANSWER_MS);
  const onward = { context, settings, taken, signal, userName, password, address, answer };
  await protocol.before?.(onward);
  const gateway = protocol.gateway?.(settings);
  const limits = { clock, random, limitMs: answer.leftMs, signal };
  const socket = await dial(gateway?.address ?? address, limits);
  const line = gateway === undefined ? socket : await gateway.open(socket, onward);
  const version = PROXY_VERSIONS.find((each) => each === settings['proxyHeader']);
  if (version !== undefined) {
    // Behind a gateway nobody here knows the address that a name of the board has there.
    const behind = {
      target: isIP(address.host) === 0 ? LOOPBACK : address.host,
      port: address.port,
    };
    const target = gateway === undefined ? farEndOf(socket) : behind;
    line.write(encodeProxyHeader(version, { source: context.caller.remoteIp, ...target }));
  }
  return protocol.open(line, onward);
}

/** A caller who waits for a board: Esc and ^C cancel, other keys are for the board. */
class Waiting {
  isCancelled = false;
  private readonly cancelling = new AbortController();
  private typed: Buffer = Buffer.alloc(0);
  readonly signal: AbortSignal;

  constructor(private readonly taken: TakenConnection) {
    this.signal = AbortSignal.any([taken.signal, this.cancelling.signal]);
    taken.stream.on('data', this.heard);
  }

  end(): void {
    const { stream } = this.taken;
    stream.pause();
    stream.off('data', this.heard);
    if (!this.isCancelled && this.typed.length > 0 && !stream.readableEnded)
      stream.unshift(this.typed);
  }

  private readonly heard = (chunk: Buffer): void => {
    if (chunk.length === 1 && (chunk[0] === ESC || chunk[0] === CTRL_C)) {
      this.isCancelled = true;
      this.cancelling.abort(new BbsError('UNREACHABLE', 'cancelled by the caller'));
    } else if (this.typed.length + chunk.length <= MAX_TYPED_BYTES) {
      this.typed = Buffer.concat([this.typed, chunk]);
    }
  };
}
