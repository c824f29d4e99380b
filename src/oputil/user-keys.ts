import type { Command } from 'commander';
import { MAX_SSH_KEYS } from '../auth/account-keys';
import { isKeyOfLines, parseSshPublicKey, type SshPublicKey } from '../auth/ssh-key';
import { BbsError } from '../base/errors';
import { asClause, getAccount } from './account';
import { readBounded } from './oputil-io';
import { ACTOR, type CommandContext } from './command-context';

// A line of a public key has a few hundred characters; the limit admits many lines.
const MAX_BYTES = 256 * 1024;

/** `user import-ssh-key`, `user remove-ssh-key` and `user forget-ssh-key`. */
export function addUserKeys(user: Command, context: CommandContext): void {
  user
    .command('import-ssh-key')
    .description('let an account sign in by an SSH key, besides those it has')
    .argument('<user>')
    .argument('<file>', 'the .pub file of OpenSSH or PuTTYgen, or an authorized_keys with one key')
    .action((name: string, file: string) => importKey(context, name, file));
  user
    .command('remove-ssh-key')
    .description('remove the SSH keys of an account, or one of them')
    .argument('<user>')
    .argument('[fingerprint]', 'as user info shows it: SHA256:...')
    .action((name: string, fingerprint?: string) => removeKeys(context, name, fingerprint));
  user
    .command('forget-ssh-key')
    .description('ask for a code again where a remembered SSH key signs in')
    .argument('<user>')
    .argument('[fingerprint]', 'as user info shows it; all of the account without')
    .action((name: string, fingerprint?: string) => forgetKeys(context, name, fingerprint));
}

async function forgetKeys(
  context: CommandContext,
  name: string,
  fingerprint?: string,
): Promise<void> {
  const user = await getAccount(context, name);
  const { sshKeys } = await context.backend();
  const count = await sshKeys.forget(user.id, { fingerprint, actor: ACTOR });
  if (count === 0) {
    throw new BbsError('USER_INVALID', `"${user.name}" has no remembered key of that kind`);
  }
  const what = count === 1 ? '1 SSH key asks' : `${count} SSH keys ask`;
  context.show(`${what} "${user.name}" for a code again`, { user: user.name, forgotten: count });
}

async function importKey(context: CommandContext, name: string, file: string): Promise<void> {
  const user = await getAccount(context, name);
  const key = await readKey(file);
  const { sshKeys } = await context.backend();
  const result = await sshKeys.add(user.id, { key, actor: ACTOR });
  if (result === 'too-many') {
    throw new BbsError(
      'USER_INVALID',
      `"${user.name}" has ${MAX_SSH_KEYS} keys already; remove one: oputil user remove-ssh-key`,
    );
  }
  if (result === 'there-already') context.note(`"${user.name}" had this key already`);
  const comment = key.comment === '' ? '' : ` comment: ${key.comment}`;
  context.show(
    [
      `SSH public key imported for "${user.name}"`,
      `Fingerprint  : ${key.algorithm} (${key.fingerprint})${comment}`,
    ],
    {
      user: user.name,
      algorithm: key.algorithm,
      fingerprint: key.fingerprint,
      comment: key.comment,
      added: result === 'added',
    },
  );
}

async function readKey(file: string): Promise<SshPublicKey> {
  const text = await readBounded(file, { mostBytes: MAX_BYTES, what: 'a public key' });
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*(#|$)/.test(line));
  const [line = ''] = lines;
  const isWhole = isKeyOfLines(text);
  if (lines.length > 1 && !isWhole) {
    throw new BbsError('USER_INVALID', `${file} holds ${lines.length} keys; give them one by one`);
  }
  const parsed = parseSshPublicKey(isWhole ? text : line);
  if (parsed.kind === 'key') return parsed.key;
  throw new BbsError('USER_INVALID', `cannot use ${file}: ${asClause(parsed.says)}`);
}

async function removeKeys(
  context: CommandContext,
  name: string,
  fingerprint?: string,
): Promise<void> {
  const user = await getAccount(context, name);
  const { sshKeys } = await context.backend();
  const count = await sshKeys.remove(user.id, { fingerprint, actor: ACTOR });
  if (count === 0) {
    const which = fingerprint === undefined ? 'no SSH key' : `no key ${fingerprint}`;
    throw new BbsError(
      'USER_INVALID',
      `"${user.name}" has ${which}; 'oputil user info' shows what it has`,
    );
  }
  const what = count === 1 ? 'SSH public key' : `${count} SSH public keys`;
  context.show(`${what} removed for "${user.name}"`, { user: user.name, removed: count });
}
