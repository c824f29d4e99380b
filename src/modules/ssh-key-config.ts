import { MAX_SSH_KEYS, type OwnSshKey } from '../auth/account-keys';
import { wallTimeOf } from '../base/clock';
import { rememberedUntil, rememberMs } from '../auth/remembered-key';
import { parseSshPublicKey } from '../auth/ssh-key';
import type { MenuContext, MenuModule, Transition } from '../menu/run/module';
import { actorOf, userOf } from '../menu/run/caller';
import { isFactorDemanded } from '../menu/run/owed-factor';
import { proveAgain } from '../menu/run/proof-of-person';

/** Views of the contract's art SSHKEYCFG (A7). */
const VIEWS = { info: 1, key: 2, choice: 3, status: 4 } as const;

/** The `data` of the items that are not there where no key is remembered (`users.twoFactorAuth.rememberKeyDays`). */
const OF_REMEMBERING = ['remember', 'forget'];

/** Where people without a secure line are sent, as from the screen for the second factor. */
const NOT_SECURE_MENU = 'userTwoFactorAuthOTPSecConnRequired';

/** The keys that a caller signs in with by SSH. A new key is a new way in, so it asks who is there (rule D18). */
export const sshKeyConfigModule: MenuModule = {
  name: 'user_ssh_key_config',
  doc: "The caller's SSH keys: shows, adds and removes them, each change after the password and a code.",
  needs: 'complete',
  views: [VIEWS.info, VIEWS.key],
  messageView: VIEWS.status,
  menus: [NOT_SECURE_MENU],
  methods: { saveKey, removeKey, rememberKey, forgetKey },
  enter,
  ready,
};

function enter(context: MenuContext): Promise<Transition | undefined> {
  if (context.caller.secure) return Promise.resolve(undefined);
  const refuse: Transition = context.hasMenu(NOT_SECURE_MENU)
    ? { kind: 'goto', menu: NOT_SECURE_MENU }
    : { kind: 'previous' };
  return Promise.resolve(refuse);
}

async function ready(context: MenuContext): Promise<void> {
  const { screen, memory, services } = context;
  if (rememberMs(services.config()) === 0) screen.leaveOut(VIEWS.choice, OF_REMEMBERING);
  const keys = await ownKeys(context);
  const lines = keys.map((key, index) => describeKey(context, key, index + 1));
  screen.setText(VIEWS.info, lines.length === 0 ? context.say('key.none') : lines.join('\n'));
  const status = memory.get('status');
  memory.delete('status');
  if (typeof status === 'string') screen.message(status, 'done');
}

async function saveKey(context: MenuContext): Promise<Transition> {
  const { services, caller, screen } = context;
  const line = screen.text(VIEWS.key).trim();
  if (line === '') return askAgain(context.say('key.paste-first'));
  const parsed = parseSshPublicKey(line);
  if (parsed.kind === 'refused') return askAgain(parsed.says(context.say));
  const { key } = parsed;
  const proof = await proveAgain(context, {
    title: context.say('key.add'),
    text: [context.say('key.add-means')],
  });
  if (proof.kind === 'out') return proof.transition;
  if (proof.kind === 'cancelled') return stay(context.say('key.not-added'));
  const actor = actorOf(caller);
  const added = await services.sshKeys.add(userOf(caller).id, { key, actor });
  if (added === 'there-already') return askAgain(context.say('key.there-already'));
  if (added === 'too-many') return stay(context.say('key.too-many', { count: MAX_SSH_KEYS }));
  return done(context, context.say('key.added', { fingerprint: key.fingerprint }));
}

async function removeKey(context: MenuContext): Promise<Transition> {
  const { services, caller } = context;
  const keys = await ownKeys(context);
  if (keys.length === 0) return stay(context.say('key.none-to-remove'));
  const key = await chooseKey(context, { keys, title: context.say('key.remove') });
  if (key === undefined) return stay(context.say('key.not-removed'));
  const proof = await proveAgain(context, {
    title: context.say('key.remove'),
    text: [`${key.algorithm} ${key.comment}`, key.fingerprint],
  });
  if (proof.kind === 'out') return proof.transition;
  if (proof.kind === 'cancelled') return stay(context.say('key.not-removed'));
  const { fingerprint } = key;
  const gone = { fingerprint, actor: actorOf(caller) };
  const removed = await services.sshKeys.remove(userOf(caller).id, gone);
  const { say } = context;
  return done(context, removed > 0 ? say('key.removed', { fingerprint }) : say('key.gone-already'));
}

/** The key of this call signs in without a code for a while (rule N9). */
async function rememberKey(context: MenuContext): Promise<Transition> {
  const { services, caller, say } = context;
  const { config, clock } = services;
  const forMs = rememberMs(config());
  if (forMs === 0) return stay(say('key.remember-off'));
  if (isDemanded(context)) return stay(say('key.remember-policy'));
  const keyId = caller.login.provenKeyId;
  if (keyId === undefined) return stay(say('key.remember-how'));
  const days = config().users.twoFactorAuth.rememberKeyDays;
  const time = days === 1 ? say('time.day') : say('time.days', { count: days });
  const proof = await proveAgain(context, {
    title: say('key.remember'),
    text: [say('key.remember-means', { time })],
  });
  if (proof.kind === 'out') return proof.transition;
  if (proof.kind === 'cancelled') return stay(say('key.not-remembered'));
  const wish = { keyId, forMs, actor: actorOf(caller) };
  const isDone = await services.sshKeys.remember(userOf(caller), wish);
  if (!isDone) return stay(say('key.not-remembered'));
  return done(context, say('key.remembered', { date: context.dateText(clock.nowMs() + forMs) }));
}

async function forgetKey(context: MenuContext): Promise<Transition> {
  const { services, caller, say } = context;
  const keys = await ownKeys(context);
  const remembered = keys.filter((key) => keptUntil(context, key) !== undefined);
  if (remembered.length === 0) return stay(say('key.none-to-forget'));
  const key = await chooseKey(context, { keys, of: remembered, title: say('key.forget') });
  if (key === undefined) return stay(say('key.not-forgotten'));
  const gone = { fingerprint: key.fingerprint, actor: actorOf(caller) };
  await services.sshKeys.forget(userOf(caller).id, gone);
  return done(context, say('key.forgotten'));
}

/**
 * The key that is meant: the only one, the one whose number stands in the field, or the one of the number that is
 * asked for. undefined where the caller cancels.
 */
async function chooseKey(
  context: MenuContext,
  choice: {
    readonly keys: readonly OwnSshKey[];
    /** Those of them that it may be; all where nothing is said. */
    readonly of?: readonly OwnSshKey[];
    readonly title: string;
  },
): Promise<OwnSshKey | undefined> {
  const { say, screen } = context;
  const { keys, of = keys, title } = choice;
  const numbered = (text: string): OwnSshKey | undefined => {
    const key = keyNumbered(keys, text.trim());
    return key !== undefined && of.includes(key) ? key : undefined;
  };
  const typed = screen.text(VIEWS.key).trim();
  const named = numbered(typed) ?? (of.length === 1 && typed === '' ? of[0] : undefined);
  if (named !== undefined) return named;
  const answer = await context.ask({
    prompt: 'sshKeyNumber',
    title,
    text: of.map((key) => shortLine(context, key, keys.indexOf(key) + 1)),
    fields: [{ name: 'number', label: say('key.number'), maxLength: 2 }],
    check: ({ number = '' }) =>
      Promise.resolve(
        numbered(number) === undefined
          ? { message: say('key.no-such-number'), field: 'number' }
          : undefined,
      ),
  });
  return answer === undefined ? undefined : numbered(answer['number'] ?? '');
}

/** True where the policy asks a second factor of the account, so that no key skips the code. */
function isDemanded({ services, caller }: MenuContext): boolean {
  const { required } = services.config().users.twoFactorAuth;
  return isFactorDemanded(userOf(caller), { required, nowMs: services.clock.nowMs() });
}

/** Until when a key needs no code, by the wall clock; undefined where it needs one. */
function keptUntil({ services, caller }: MenuContext, key: OwnSshKey): number | undefined {
  const { clock, config } = services;
  const parts = { clock, config, mustShowCode: () => false };
  const until = rememberedUntil(parts, key, userOf(caller));
  return until === undefined ? undefined : wallTimeOf(clock, until);
}

/** This call goes on, the others of the account end; the screen shows the keys as they are now. */
async function done(context: MenuContext, message: string): Promise<Transition> {
  if ((await context.caller.login.refresh()) === 'end') {
    return { kind: 'log-off', message, reason: 'ended' };
  }
  context.memory.set('status', message);
  return { kind: 'redraw' };
}

function ownKeys({ services, caller }: MenuContext): Promise<readonly OwnSshKey[]> {
  return services.sshKeys.list(userOf(caller).id);
}

function keyNumbered(keys: readonly OwnSshKey[], text: string): OwnSshKey | undefined {
  return /^\d{1,2}$/.test(text) ? keys[Number(text) - 1] : undefined;
}

function typeOf({ algorithm }: OwnSshKey): string {
  return algorithm
    .replace(/^(sk-)?ssh-|^(sk-)?ecdsa-sha2-/, '')
    .replace(/@.*$/, '')
    .toUpperCase();
}

/** Columns of a row of the page on which one is asked for. */
const ROW_COLUMNS = 74;
const FINGERPRINT_CHARACTERS = 'SHA256:'.length + 8;

/** `1 ED25519 SHA256:AAECAwQF laptop` in one row, also of a narrow screen. */
function shortLine({ caller }: MenuContext, key: OwnSshKey, number: number): string {
  const fingerprint = key.fingerprint.slice(0, FINGERPRINT_CHARACTERS);
  const line = `${number} ${typeOf(key)} ${fingerprint} ${key.comment}`;
  const columns = Math.min(ROW_COLUMNS, caller.terminal.width - 2);
  return [...line].slice(0, columns).join('').trimEnd();
}

/** `1 ED25519 SHA256:... laptop, used 2026-01-01 12:00` in one line of a wide screen. */
function describeKey(context: MenuContext, key: OwnSshKey, number: number): string {
  const { usedAtMs } = key;
  const used =
    usedAtMs === undefined
      ? ''
      : `, ${context.say('key.used', { time: context.dateText(usedAtMs) })}`;
  const until = isDemanded(context) ? undefined : keptUntil(context, key);
  const kept =
    until === undefined
      ? ''
      : `, ${context.say('key.no-code-until', { date: context.dateText(until) })}`;
  return `${number} ${typeOf(key)} ${key.fingerprint} ${key.comment}${used}${kept}`;
}

/** What is wrong with the line in the field. */
function askAgain(message: string): Transition {
  return { kind: 'stay', message, about: VIEWS.key };
}

function stay(message: string): Transition {
  return { kind: 'stay', message, focus: VIEWS.key };
}
