import type { Actor } from '../auth/account-change';
import type { LoginOrigin } from '../auth/login';
import type { Caller } from '../menu/run/caller';
import type { User } from '../store/users';

/**
 * The actor of a change, for the record, and so that the actor's own session is not ended by it.
 */
export function actorOf({ login, node, server, remoteIp }: Caller): Actor {
  return { sessionId: login.sessionId, node, server, remoteIp };
}

/** Where a caller comes from, for what counts by source. */
export function originOf({ node, server, secure, remoteIp }: Caller): LoginOrigin {
  return { node, server, secure, remoteIp };
}

/** The account of a caller in a screen that only people who are signed in come to. */
export function userOf(caller: Caller): User {
  const { user } = caller.login;
  if (user === undefined) throw new Error('this screen needs somebody who is signed in');
  return user;
}
