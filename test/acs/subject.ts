import type { AcsSubject, AcsUser } from '../../src/acs/subject';

export interface UserFields {
  readonly id?: number;
  readonly status?: 0 | 1 | 2 | 3;
  readonly groups?: readonly string[];
  readonly properties?: Readonly<Record<string, string>>;
}

/** An account for ACS tests: an ordinary active user unless told otherwise. */
export function userWith(fields: UserFields = {}): AcsUser {
  const { id = 7, status = 2, groups = ['users'], properties = {} } = fields;
  return { id, status, groups, property: (name) => properties[name] };
}

/** A caller for ACS tests: nobody yet, by telnet, on a plain 80x25 CP437 terminal. */
export function subjectWith(fields: Partial<AcsSubject> = {}): AcsSubject {
  return {
    factor: 0,
    requiredFactor: 1,
    secure: false,
    remoteIp: '192.0.2.9',
    node: 3,
    encoding: 'cp437',
    terminalType: 'ansi',
    width: 80,
    height: 25,
    themeId: 'gatehouse',
    nowMs: new Date(2026, 10, 18, 13, 30).getTime(),
    services: new Set(['https']),
    user: undefined,
    ...fields,
  };
}
