import { MAX_SSH_KEYS, type OwnSshKey } from '../auth/account-keys';
import { parseSshPublicKey } from '../auth/ssh-key';
import type { MenuContext, MenuModule, Transition } from '../menu/run/module';
import { actorOf, userOf } from '../menu/run/caller';
import { proveAgain } from '../menu/run/proof-of-person';

/** Views of the contract's art SSHKEYCFG (A7). */
const VIEWS = { info: 1, key: 2, status: 4 } as const;

/** Where people without a secure line are sent, as from the screen for the second factor. */
const NOT_SECURE_MENU = 'userTwoFactorAuthOTPSecConnRequired';

const NOT_ADDED = {
  'there-already': 'You have this key already.',
  'too-many': `${MAX_SSH_KEYS} keys are the most; remove one first.`,
} as const;

/** The keys that a caller signs in with by SSH. A new key is a new way in, so it asks who is there (rule D18). */
export const sshKeyConfigModule: MenuModule = {
  name: 'user_ssh_key_config',
  doc: "The caller's SSH keys: shows, adds and removes them, each change after the password and a code.",
  needs: 'complete',
  views: [VIEWS.info, VIEWS.key],
  messageView: VIEWS.status,
  menus: [NOT_SECURE_MENU],
  methods: { saveKey, removeKey },
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
  const { screen, memory } = context;
  const keys = await ownKeys(context);
  const lines = keys.map((key, index) => describeKey(context, key, index + 1));
  screen.setText(VIEWS.info, lines.length === 0 ? 'You have no key here yet.' : lines.join('\n'));
  const status = memory.get('status');
  memory.delete('status');
  if (typeof status === 'string') screen.message(status, 'done');
}

async function saveKey(context: MenuContext): Promise<Transition> {
  const { services, caller, screen } = context;
  const line = screen.text(VIEWS.key).trim();
  if (line === '') return stay('Paste the line in your .pub file first.');
  const parsed = parseSshPublicKey(line);
  if (parsed.kind === 'refused') return stay(sentence(parsed.why));
  const { key } = parsed;
  const proof = await proveAgain(context, {
    title: 'Add an SSH key',
    text: ['From then on whoever holds this key can sign in as you.'],
  });
  if (proof.kind === 'out') return proof.transition;
  if (proof.kind === 'cancelled') return stay('The key was not added.');
  const actor = actorOf(caller);
  const added = await services.sshKeys.add(userOf(caller).id, { key, actor });
  return added === 'added' ? done(context, `Added: ${key.fingerprint}`) : stay(NOT_ADDED[added]);
}

async function removeKey(context: MenuContext): Promise<Transition> {
  const { services, caller, screen } = context;
  const keys = await ownKeys(context);
  if (keys.length === 0) return stay('There is no key to remove.');
  const number = screen.text(VIEWS.key).trim();
  const key = keys.length === 1 && number === '' ? keys[0] : keyNumbered(keys, number);
  if (key === undefined) return stay('Type the number of the key above, then choose Remove.');
  const proof = await proveAgain(context, {
    title: 'Remove an SSH key',
    text: [`${key.algorithm} ${key.comment}`, key.fingerprint],
  });
  if (proof.kind === 'out') return proof.transition;
  if (proof.kind === 'cancelled') return stay('The key was not removed.');
  const { fingerprint } = key;
  const gone = { fingerprint, actor: actorOf(caller) };
  const removed = await services.sshKeys.remove(userOf(caller).id, gone);
  return done(context, removed > 0 ? `Removed: ${fingerprint}` : 'That key was gone already.');
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
  const used = key.usedAtMs === undefined ? '' : `, used ${context.dateText(key.usedAtMs)}`;
  return `${number} ${type} ${key.fingerprint} ${key.comment}${used}`;
}

/** Reasons of auth begin in lower case and have no full stop. */
function sentence(why: string): string {
  return `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
}

function stay(message: string): Transition {
  return { kind: 'stay', message, focus: VIEWS.key };
}
