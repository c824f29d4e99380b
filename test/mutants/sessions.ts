import type { Mutant } from './mutant';

/** Part J of docs/security.md. */
export const SESSIONS: readonly Mutant[] = [
  {
    rule: 'J1',
    fault: 'the runner lets in who has one factor of two',
    file: 'src/menu/run/menu-access.ts',
    find: 'if (says !== undefined) {',
    put: 'if (says !== undefined && subject.factor === 0) {',
  },
  {
    rule: 'J2',
    fault: 'who is half signed in is online',
    file: 'src/servers/session.ts',
    find: 'if (!this.login.complete || user === undefined || this.online) return;',
    put: 'if (user === undefined || this.online) return;',
  },
  {
    rule: 'J3',
    fault: 'a session keeps its id',
    file: 'src/auth/login-session.ts',
    find: '    this.sessionId = id;\n  }',
    put: '  }',
  },
  {
    rule: 'J4',
    fault: 'what others change of an account ends no call',
    file: 'src/auth/session-change.ts',
    find: 'if (after.loginVersion - before.loginVersion !== ownEnding.length) return',
    put: 'if (after.loginVersion < before.loginVersion) return',
  },
  {
    rule: 'J4',
    fault: 'changes are looked for every five seconds',
    file: 'src/store/account-events.ts',
    find: 'const POLL_MS = 500;',
    put: 'const POLL_MS = 5_000;',
  },
  {
    rule: 'J5',
    fault: 'a silent caller is never ended',
    file: 'src/servers/session-limits.ts',
    find: 'if (leftMs <= 0) {',
    put: 'if (leftMs <= -1e12) {',
  },
  {
    rule: 'J6',
    fault: 'there is a page that nobody lists',
    file: 'src/web/server.ts',
    find: 'routes.get(HEALTH_ROUTE, async',
    put: "routes.get('/_enig/extra', (_request, reply) => reply.send(''));\n  routes.get(HEALTH_ROUTE, async",
  },
];
