import type { Mutant } from './mutant';

const CODEC = 'src/protocols/telnet-codec.ts';

/** Part F of docs/security.md. */
export const TELNET: readonly Mutant[] = [
  {
    rule: 'F1',
    fault: 'errors of the parser are not handled',
    file: CODEC,
    find: "    this.input.on('error', (error: Error) => this.broken(error));\n",
    put: '',
  },
  {
    rule: 'F2',
    fault: 'a hundred overflows are forgiven',
    file: CODEC,
    find: 'const MAX_OVERFLOWS = 3;',
    put: 'const MAX_OVERFLOWS = 100;',
  },
  {
    rule: 'F3',
    fault: 'every refused request is answered',
    file: 'src/protocols/q-method.ts',
    find: '    if (this.refusedOnce.has(key)) return;\n',
    put: '',
  },
  {
    rule: 'F4',
    fault: 'the client is asked who calls',
    file: 'src/protocols/telnet-protocol.ts',
    find: "Buffer.from('ROWS', 'latin1'),",
    put: "Buffer.from('USER', 'latin1'),",
  },
  {
    rule: 'F4',
    fault: 'who is named in a greeting without a password is taken to have given one',
    file: 'src/servers/rlogin/rlogin.ts',
    find: "other !== '' && other !== userName",
    put: "other !== ''",
  },
  {
    rule: 'F4',
    fault: 'a wrong password of a greeting is not told',
    file: 'src/menu/run/greeting.ts',
    find: "    call.tell(answer.kind === 'stay' ? answer.message : undefined);\n",
    put: '',
  },
  {
    rule: 'F5',
    fault: 'the NUL behind a CR is a key',
    file: CODEC,
    find: '(byte === NUL || (byte === LF && !this.isRaw))',
    put: '(byte === LF && !this.isRaw)',
  },
  {
    rule: 'F6',
    fault: 'nobody is told that the time to sign in is over',
    file: 'src/throttle/login-deadline.ts',
    find: '    this.lastWords(limit);\n',
    put: '',
  },
  {
    rule: 'F6',
    fault: 'the greeting of rlogin has as long as it wants',
    file: 'src/servers/rlogin/rlogin.ts',
    find: 'options.clock.after(LIMITS.rloginGreetingMs,',
    put: 'options.clock.after(100 * LIMITS.rloginGreetingMs,',
  },
  {
    rule: 'F7',
    fault: 'AYT is not answered',
    file: CODEC,
    find: 'this.options.onAreYouThere();',
    put: 'void 0;',
  },
  {
    rule: 'F8',
    fault: 'passwords are taken by telnet where they are refused',
    file: 'src/auth/login-session.ts',
    find: "return passwords === 'refuse' ||",
    put: 'return passwords === undefined ||',
  },
  {
    rule: 'F9',
    fault: 'a reader may stall for ever',
    file: 'src/servers/output-queue.ts',
    find: "this.stall = this.options.clock.after(this.options.stallMs, () => this.overrun('stalled'));",
    put: 'this.stall = () => undefined;',
  },
  {
    rule: 'F9',
    fault: 'the queue of a caller is not bounded',
    file: 'src/base/limits.ts',
    find: 'outputQueueBytes: 256 * 1024,',
    put: 'outputQueueBytes: 256 * 1024 * 1024,',
  },
  {
    rule: 'F10',
    fault: 'all input is decoded in one turn',
    file: 'src/terminal/caller-terminal.ts',
    find: 'const TURN_BYTES = 16 * 1024;',
    put: 'const TURN_BYTES = 16 * 1024 * 1024;',
  },
];
