import type { Mutant } from './mutant';

/** Part J of docs/security.md. */
export const SESSIONS: readonly Mutant[] = [
  {
    rule: 'J1',
    fault: 'the runner lets in who has one factor of two',
    file: 'src/menu/entrance.ts',
    find: 'if (!isThrough(subject) && !menu.loginArea) {',
    put: 'if (subject.factor === 0 && !menu.loginArea) {',
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
    file: 'src/auth/caller-login.ts',
    find: '    this.sessionId = id;\n  }',
    put: '  }',
  },
  {
    rule: 'J4',
    fault: 'a disabled account goes on',
    file: 'src/auth/account-change.ts',
    find: 'if (after === undefined || after.status !== 2) return',
    put: 'if (after === undefined) return',
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
    file: 'src/web/health.ts',
    find: "routes.get('/_enig/health', async",
    put: "routes.get('/_enig/extra', (_request, reply) => reply.send(''));\n  routes.get('/_enig/health', async",
  },
];
