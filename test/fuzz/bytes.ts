import { isIP } from 'node:net';
import { parseProxyHeader } from '../../src/protocols/proxy-protocol';
import { readRloginGreeting, RloginInput } from '../../src/protocols/rlogin-greeting';
import { TelnetCodec } from '../../src/protocols/telnet-codec';
import { KeyDecoder } from '../../src/terminal/keys';
import type { Encoding } from '../../src/terminal/terminal';
import { createTerminal } from '../../src/terminal/caller-terminal';
import { createForm } from '../../src/views/form';
import { VIEW_TYPES } from '../../src/views/registry';
import { PLAIN } from '../../src/terminal/style';
import type { ViewSpec } from '../../src/views/view';
import { FakeClock } from '../support/fake-clock';
import { binaryHeader, proxyHeader } from '../support/proxy-headers';
import { SeededRandom } from '../support/seeded-random';
import { cut, mutate } from './mutate';
import { promise, type Target } from './target';

const IAC = 255;

/** What telnet clients and those who pretend to be one send. */
export const TELNET: readonly Buffer[] = [
  [IAC, 251, 24, IAC, 251, 31, IAC, 250, 31, 0, 80, 0, 24, IAC, 240],
  [IAC, 253, 1, IAC, 253, 3, IAC, 251, 0, IAC, 253, 0],
  [IAC, 250, 24, 0, ...Buffer.from('xterm-256color'), IAC, 240],
  [IAC, 250, 39, 0, 0, ...Buffer.from('USER'), 1, ...Buffer.from('-f root'), IAC, 240],
  [IAC, 250, 31, 255, 255, 255, 255, 255, 255, 255, 255, IAC, 240],
  [IAC, 246, IAC, 244, IAC, 243, IAC, 247, IAC, 248, IAC, 249, IAC, 241, IAC, 242, IAC, 245],
  [IAC, 250, 24, ...Buffer.alloc(600, 65), IAC, 240],
  [...Buffer.from('guest\r\nsecret\r\0name\n'), IAC, IAC, 13, 10],
  Array.from({ length: 200 }, (_, option) => [IAC, 251 + (option % 4), option]).flat(),
].map((bytes) => Buffer.from(bytes));

/** Keys, half keys, and what terminals answer. */
export const KEYS: readonly Buffer[] = [
  '\x1b[A\x1b[B\x1b[C\x1b[D\x1b[H\x1b[F\x1b[5~\x1b[6~\x1b[3~',
  '\x1bOP\x1bOQ\x1b[[A\x1b[15~\x1b[1;5C\x1b[Z',
  '\x1b[24;80R\x1b[?62;22c\x1b[=67;84;101;114;109c\x1b[0n',
  '\x1b[\x1b[\x1b[\x1b\x1b\x1bO\x1b[999999999999999999999999999999A',
  'hello\tworld\r\n\x08\x7f\x00\x01\x1a\x1c\x1f',
  'gr\u00fc\u00dfe \u65e5\u672c \u{1f600} e\u0301',
  '\x1b[200~pasted text\x1b[201~\x1b]0;title\x07\x1bPq\x1b\\',
].map((text) => Buffer.from(text, 'utf8'));

const clock = new FakeClock();
const AGREED = { us: new Set([0, 1, 3]), peer: new Set([0, 3, 24, 31, 39]) };

interface Heard {
  readonly text: Buffer;
  readonly encodedBytes: number;
  readonly abused: boolean;
}

function listen(pieces: readonly Buffer[]): Heard {
  const text: Buffer[] = [];
  let encodedBytes = 0;
  let abused = false;
  const codec = new TelnetCodec({
    clock,
    agreed: AGREED,
    onEncoded: (bytes) => (encodedBytes += bytes.length),
    onText: (bytes) => text.push(Buffer.from(bytes)),
    onOption: () => undefined,
    onRefused: () => undefined,
    onSub: (_option, data) => promise(data.length <= 512, 'a sub-negotiation is small'),
    onAreYouThere: () => undefined,
    onAbuse: () => (abused = true),
  });
  for (const option of AGREED.us) codec.enable('us', option);
  for (const option of AGREED.peer) codec.enable('peer', option);
  // telnet-stream keeps what it is given and writes into it.
  for (const piece of pieces) codec.receive(Buffer.from(piece));
  codec.close();
  return { text: Buffer.concat(text), encodedBytes, abused };
}

const telnet: Target = {
  name: 'telnet bytes',
  make: (random) => (random.chance(0.2) ? random.bytes(random.below(400)) : mutate(random, TELNET)),
  eat(input) {
    const whole = listen([input]);
    promise(whole.text.length <= input.length, 'no more text than bytes');
    promise(whole.encodedBytes <= 3 * 80, 'no more answers than the limit allows');
    const pieces = listen(cut(new SeededRandom(input.length), input));
    promise(pieces.abused === whole.abused, 'abuse is seen however TCP cuts');
    if (!whole.abused)
      promise(pieces.text.equals(whole.text), 'the same text however TCP cuts (rule F5)');
  },
};

function keysOf(pieces: readonly Buffer[], encoding: Encoding): string {
  const heard: string[] = [];
  const decoder = new KeyDecoder(
    {
      key: ({ name, text }) => heard.push(`${name}/${text}`),
      report: (report) => heard.push(report.kind),
    },
    encoding,
  );
  for (const piece of pieces) decoder.push(piece);
  decoder.timeOut();
  return heard.join('\n');
}

const keys: Target = {
  name: 'keys and reports',
  make: (random) => (random.chance(0.2) ? random.bytes(random.below(400)) : mutate(random, KEYS)),
  eat(input) {
    for (const encoding of ['cp437', 'utf8'] as const) {
      const whole = keysOf([input], encoding);
      const pieces = keysOf(cut(new SeededRandom(input.length), input), encoding);
      promise(whole === pieces, 'the same keys however TCP cuts');
      promise(whole.split('\n').length <= input.length + 2, 'no more keys than bytes');
    }
  },
};

const terminal: Target = {
  name: 'a terminal that is typed at',
  make: (random) => mutate(random, [...KEYS, ...TELNET]),
  eat(input) {
    let writtenBytes = 0;
    const typed = createTerminal({
      output: { write: (bytes) => (writtenBytes += bytes.length) },
      clock,
      encoding: 'utf8',
    });
    for (const piece of cut(new SeededRandom(input.length), input)) typed.feed(piece);
    promise(writtenBytes === 0, 'nothing is answered to keys');
  },
};

const form: Target = {
  name: 'keys into a form',
  make: (random) => Buffer.concat([random.bytes(8), mutate(random, KEYS, 120)]),
  async eat(input) {
    const random = new SeededRandom(input.readUInt32LE(0));
    const codes = Object.keys(VIEW_TYPES);
    const views = Array.from({ length: 1 + random.below(5) }, (_, index) =>
      anyView(random, random.pick(codes), index + 1),
    );
    const made = createForm({ views });
    let bytes = made.draw().length;
    const pressed: Promise<number>[] = [];
    const decoder = new KeyDecoder(
      {
        key: (key) => pressed.push(made.press(key).then(({ output }) => output.length)),
        report: () => undefined,
      },
      'utf8',
    );
    decoder.push(input.subarray(8));
    for (const length of await Promise.all(pressed)) bytes += length;
    promise(bytes < 64_000 * (pressed.length + 1), 'a key repaints no more than a screen');
    made.values();
  },
};

function anyView(random: SeededRandom, code: string, id: number): ViewSpec {
  const items = ['one', 'two', '|04three', 'f\u00fcnf'].slice(random.below(4));
  return {
    code,
    id,
    row: 1 + random.below(24),
    column: 1 + random.below(80),
    style: PLAIN,
    focusStyle: PLAIN,
    properties: {
      width: random.pick([0, 1, 10, 80]),
      height: random.pick([1, 3, 24]),
      maxLength: random.pick([0, 1, 30, 255]),
      items,
      text: random.pick(['', 'text', 'x'.repeat(300)]),
      maskPattern: random.pick(['', '##/##/####', '###']),
      submit: random.chance(0.3),
      focus: random.chance(0.3),
    },
  };
}

/** What proxies send, and who pretends to be one. */
const PROXY_HEADERS: readonly Buffer[] = [
  proxyHeader('v1', '203.0.113.9'),
  proxyHeader('v1', '2001:db8::9'),
  proxyHeader('v2', '203.0.113.9'),
  proxyHeader('v2', '2001:db8::9'),
  Buffer.from('PROXY UNKNOWN\r\n'),
  binaryHeader({ version: 0x20, family: 0, body: Buffer.alloc(0) }),
  binaryHeader({ family: 0x11, body: Buffer.alloc(4096) }),
  binaryHeader({ family: 0x11, body: Buffer.alloc(40, 3), length: 65_535 }),
];

const proxy: Target = {
  name: 'PROXY headers',
  make: (random) =>
    random.chance(0.2) ? random.bytes(random.below(1_200)) : mutate(random, PROXY_HEADERS, 1_200),
  eat(input) {
    const whole = parseProxyHeader(input);
    promise(whole.kind !== 'more' || input.length < 1_024, 'no header is waited for without end');
    if (whole.kind === 'header') {
      promise(whole.length <= 1_024 && whole.length <= input.length, 'a header is short');
      promise(whole.source === undefined || isIP(whole.source) > 0, 'a source is an address');
    }
    const at = new SeededRandom(input.length).below(input.length + 1);
    const part = parseProxyHeader(input.subarray(0, at));
    promise(
      part.kind === 'more' || JSON.stringify(part) === JSON.stringify(whole),
      'the same answer however TCP cuts',
    );
  },
};

const SIZE = Buffer.from([0xff, 0xff, 0x73, 0x73, 0, 24, 0, 80, 0, 0, 0, 0]);

/** What rlogin clients send first, and who pretends to be one. */
export const GREETINGS: readonly Buffer[] = [
  Buffer.from('\0secret\0member\0syncterm/115200\0'),
  Buffer.from('\0member\0member\0xterm-256color/38400\0hello\r'),
  Buffer.from('\0secret\0[GATE]member\0xtrn=LORD\0'),
  Buffer.concat([Buffer.from('\0\0\0\0'), SIZE, Buffer.from('s\r'), SIZE]),
  Buffer.concat([Buffer.from('\0'), Buffer.alloc(3_000, 65)]),
];

function rloginTextOf(pieces: readonly Buffer[]): string {
  const heard: string[] = [];
  const input = new RloginInput({
    onText: (bytes) => heard.push(bytes.toString('latin1')),
    onSize: ({ columns, rows }) => heard.push(`<${columns} ${rows}>`),
  });
  for (const piece of pieces) input.receive(Buffer.from(piece));
  return heard.join('');
}

const rlogin: Target = {
  name: 'rlogin greetings and sizes',
  make: (random) =>
    random.chance(0.2) ? random.bytes(random.below(300)) : mutate(random, GREETINGS, 3_000),
  eat(input) {
    const whole = readRloginGreeting(input);
    promise(whole.kind !== 'more' || input.length < 2_048, 'no greeting is waited for without end');
    const random = new SeededRandom(input.length);
    const part = readRloginGreeting(input.subarray(0, random.below(input.length + 1)));
    promise(
      part.kind === 'more' || JSON.stringify(part) === JSON.stringify(whole),
      'the same answer however TCP cuts',
    );
    const typed = whole.kind === 'greeting' ? input.subarray(whole.length) : input;
    promise(
      rloginTextOf([typed]) === rloginTextOf(cut(random, typed)),
      'the same text however TCP cuts',
    );
  },
};

export const BYTE_TARGETS: readonly Target[] = [telnet, rlogin, keys, terminal, form, proxy];
