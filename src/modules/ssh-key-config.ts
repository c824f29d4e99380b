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
  if (line === '') return stay(context.say('key.paste-first'));
  const parsed = parseSshPublicKey(line);
  if (parsed.kind === 'refused') return stay(parsed.says(context.say));
  const { key } = parsed;
  const proof = await proveAgain(context, {
    title: context.say('key.add'),
    text: [context.say('key.add-means')],
  });
  if (proof.kind === 'out') return proof.transition;
  if (proof.kind === 'cancelled') return stay(context.say('key.not-added'));
  const actor = actorOf(caller);
  const added = await services.sshKeys.add(userOf(caller).id, { key, actor });
  if (added === 'there-already') return stay(context.say('key.there-already'));
  if (added === 'too-many') return stay(context.say('key.too-many', { count: MAX_SSH_KEYS }));
  return done(context, context.say('key.added', { fingerprint: key.fingerprint }));
}

async function removeKey(context: MenuContext): Promise<Transition> {
  const { services, caller, screen } = context;
  const keys = await ownKeys(context);
  if (keys.length === 0) return stay(context.say('key.none-to-remove'));
  const number = screen.text(VIEWS.key).trim();
  const key = keys.length === 1 && number === '' ? keys[0] : keyNumbered(keys, number);
  if (key === undefined) return stay(context.say('key.number-first'));
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
  const { services, caller, screen, say } = context;
  const remembered = (await ownKeys(context)).map((key) =>
    keptUntil(context, key) === undefined ? undefined : key,
  );
  const [only, ...others] = remembered.filter((key) => key !== undefined);
  const number = screen.text(VIEWS.key).trim();
  const isOnly = number === '' && others.length === 0;
  const key = isOnly ? only : remembered[Number(number) - 1];
  if (key === undefined) return stay(say('key.forget-first'));
  const gone = { fingerprint: key.fingerprint, actor: actorOf(caller) };
  await services.sshKeys.forget(userOf(caller).id, gone);
  return done(context, say('key.forgotten'));
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

/** `1 ED25519 SHA256:... laptop, used 2026-01-01 12:00` in one line of a wide screen. */
function describeKey(context: MenuContext, key: OwnSshKey, number: number): string {
  const type = key.algorithm
    .replace(/^(sk-)?ssh-|^(sk-)?ecdsa-sha2-/, '')
    .replace(/@.*$/, '')
    .toUpperCase();
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
  return `${number} ${type} ${key.fingerprint} ${key.comment}${used}${kept}`;
}

function stay(message: string): Transition {
  return { kind: 'stay', message, focus: VIEWS.key };
}
