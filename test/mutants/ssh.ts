import type { Mutant } from './mutant';

const AUTH = 'src/servers/ssh/ssh-auth.ts';

/** Part E of docs/security.md. */
export const SSH: readonly Mutant[] = [
  {
    rule: 'E1',
    fault: 'every signature is right',
    file: 'src/auth/ssh-key.ts',
    find: 'signature: proof.signature })\n      ? { valid: true }',
    put: 'signature: proof.signature }) || true\n      ? { valid: true }',
  },
  {
    rule: 'E1',
    fault: 'a wrong signature is only noted',
    file: 'src/auth/first-factor.ts',
    find: "if (verdict.valid !== true) return 'wrong-signature';",
    put: "if (!verdict.valid) this.parts.log.debug('wrong-signature', {});\n    if (!verdict.valid) return { kind: 'key', key, signatureCount: undefined };",
  },
  {
    rule: 'E2',
    fault: 'signing in by SSH ends the time to sign in',
    file: 'src/throttle/login-deadline.ts',
    find: 'const leftMs = Math.max(0, deadlineMs - this.options.clock.monotonicMs());',
    put: 'const leftMs = 10 * Math.max(0, deadlineMs - this.options.clock.monotonicMs());',
  },
  {
    rule: 'E3',
    fault: 'a connection has sixty attempts',
    file: AUTH,
    find: 'const MAX_ATTEMPTS = 6;',
    put: 'const MAX_ATTEMPTS = 60;',
  },
  {
    rule: 'E4',
    fault: 'the dialogue ends with the password',
    file: AUTH,
    find: "while (result.kind === 'need') {",
    put: "while (result.kind === 'need' && this.attempts > MAX_ATTEMPTS) {",
  },
  {
    rule: 'E5',
    fault: 'CBC is offered',
    file: 'src/servers/ssh/ssh-profile.ts',
    find: "    'aes128-ctr',\n    'aes192-ctr',",
    put: "    'aes128-cbc',\n    'aes192-ctr',",
  },
  {
    rule: 'E6',
    fault: 'a second session is let in',
    file: 'src/servers/ssh/ssh-shell.ts',
    find: 'if (sessions > 1) {',
    put: 'if (sessions > 1_000_000) {',
  },
  {
    rule: 'E6',
    fault: 'what comes before sign-in is not counted by SSH',
    file: 'src/servers/ssh/ssh-caller.ts',
    find: '    deadline.heard();\n',
    put: '',
  },
  {
    rule: 'E6',
    fault: 'a thousand requests are refused',
    file: 'src/servers/ssh/ssh-refusals.ts',
    find: 'this.refusals >= LIMITS.sshRefusals',
    put: 'this.refusals >= 1000',
    slow: true,
  },
  {
    rule: 'E6',
    fault: 'data beyond the window is taken',
    file: 'src/servers/ssh/ssh-refusals.ts',
    find: 'incoming?.id === channel && bytes',
    put: 'incoming?.id === -1 && bytes',
    slow: true,
  },
  {
    rule: 'E7',
    fault: 'a closed system takes new users',
    file: 'src/servers/ssh/ssh-caller.ts',
    find: '!general.closedSystem && users',
    put: 'general !== undefined && users',
  },
  {
    rule: 'E8',
    fault: 'a terminal may have any name',
    file: 'src/servers/connection.ts',
    find: "    .replace(/[^A-Za-z0-9._+-]/g, '')\n",
    put: '',
  },
  {
    rule: 'E9',
    fault: 'no keep-alives are sent',
    file: 'src/servers/ssh/ssh.ts',
    find: 'keepAliveSeconds === 0 ? NEVER_MS : keepAliveSeconds * 1000',
    put: 'keepAliveSeconds === 0 ? NEVER_MS : NEVER_MS',
  },
  {
    rule: 'E9',
    fault: 'the operating system does not ask',
    file: 'src/servers/listener.ts',
    find: 'keepAlive: true',
    put: 'keepAlive: false',
  },
  {
    rule: 'E10',
    fault: 'a key that others can read is used',
    file: 'src/servers/ssh/host-key.ts',
    find: '(mode & 0o077) === 0',
    put: '(mode & 0o077) >= 0',
  },
];
