import { LIMITS } from '../../src/base/limits';
import { TelnetCodec } from '../../src/protocols/telnet-codec';
import { OPTION, parseEnvironment } from '../../src/protocols/telnet-protocol';
import { FakeClock } from '../support/fake-clock';

const IAC = 255;
const SB = 250;
const SE = 240;
const WILL = 251;
const DO = 253;
const DONT = 254;
const { terminalType, windowSize, echo } = OPTION;

interface Heard {
  text: Buffer;
  sent: Buffer;
  events: string[];
}

function codec(clock = new FakeClock()) {
  const heard: Heard = { text: Buffer.alloc(0), sent: Buffer.alloc(0), events: [] };
  const it = new TelnetCodec({
    clock,
    agreed: { us: new Set([echo]), peer: new Set([terminalType, windowSize]) },
    onEncoded: (bytes) => (heard.sent = Buffer.concat([heard.sent, bytes])),
    onText: (bytes) => (heard.text = Buffer.concat([heard.text, bytes])),
    onOption: (side, option, on) => heard.events.push(`${side} ${option} ${on}`),
    onRefused: (side, option) => heard.events.push(`refused ${side} ${option}`),
    onSub: (option, data) => heard.events.push(`sub ${option} ${data.toString('hex')}`),
    onAreYouThere: () => heard.events.push('ayt'),
    onAbuse: (what) => heard.events.push(`abuse ${what}`),
  });
  return { it, heard };
}

/** Streams of Node.js hand data on in a later turn. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Everything a client may say, in one stream. */
const CORPUS = Buffer.from([
  ...[IAC, WILL, terminalType],
  ...[IAC, SB, terminalType, 0, 0x41, 0x4e, IAC, IAC, 0x53, IAC, SE],
  ...Buffer.from('ab'),
  ...[IAC, IAC],
  ...[13, 0],
  ...[IAC, WILL, windowSize],
  ...[IAC, SB, windowSize, 0, 132, 0, 60, IAC, SE],
  ...Buffer.from('c'),
  ...[13, 10],
  ...[IAC, 241, IAC, 249, IAC, 246, IAC, 244, IAC, 243, IAC, 247, IAC, 248, IAC, 245],
  ...[10],
  ...Buffer.from('d'),
  ...[13],
  ...[IAC, DO, echo, IAC, DONT, echo, IAC, DO, 77],
  ...Buffer.from('e'),
]);
const CORPUS_TEXT = 'ab\xff\rc\r\rd\re';

describe('telnet codec', () => {
  test.each([true, false])(
    'taken over, a stream means the same however TCP cuts it, with a turn between the pieces: %s',
    async (hasTurn) => {
      const raw = (): ReturnType<typeof codec> => {
        const made = codec();
        made.it.isRaw = true;
        return made;
      };
      const whole = raw();
      whole.it.receive(CORPUS);
      await settled();
      expect(whole.heard.text.toString('latin1')).toBe('ab\xff\rc\r\n\nd\re');
      for (let length = 1; length < CORPUS.length; length += 1) {
        const cut = raw();
        for (let at = 0; at < CORPUS.length; at += length) {
          cut.it.receive(CORPUS.subarray(at, at + length));
          if (hasTurn) await settled();
        }
        await settled();
        expect({ length, ...cut.heard }).toEqual({ length, ...whole.heard });
      }
    },
  );

  test('taken over, what is sent with and without an IAC in it keeps its order', async () => {
    const { it, heard } = codec();
    it.isRaw = true;
    for (const text of ['a', 'b\xffc', 'd', '\xff', 'e', 'f']) it.send(Buffer.from(text, 'latin1'));
    it.sendSub(windowSize, Buffer.from([1]));
    it.send(Buffer.from('g'));
    await settled();
    it.send(Buffer.from('h'));
    expect(heard.sent.toString('latin1')).toBe('ab\xff\xffcd\xff\xffef\xff\xfa\x1f\x01\xff\xf0gh');
  });

  test('taken over, bytes pass through uncopied, and a chunk in which line ends are changed is left as it was', () => {
    const texts: Buffer[] = [];
    const it = new TelnetCodec({
      ...{ clock: new FakeClock(), agreed: { us: new Set<number>(), peer: new Set<number>() } },
      ...{ onEncoded: () => undefined, onOption: () => undefined, onRefused: () => undefined },
      ...{ onSub: () => undefined, onAreYouThere: () => undefined, onAbuse: () => undefined },
      onText: (bytes) => texts.push(bytes),
    });
    it.isRaw = true;
    const bare = Buffer.from('a\r\0b');
    it.receive(bare);
    expect(texts[0]).toBe(bare);
    it.receive(Buffer.from([IAC, WILL, 77]));
    const lines = Buffer.from('c\r\0d');
    it.receive(lines);
    expect(String(texts[1])).toBe('c\rd');
    expect(String(lines)).toBe('c\r\0d');
  });

  test('a stream means the same however TCP cuts it in two', async () => {
    const whole = codec();
    whole.it.receive(CORPUS);
    await settled();
    expect(whole.heard.text.toString('latin1')).toBe(CORPUS_TEXT);
    expect(whole.heard.events).toEqual([
      `peer ${terminalType} true`,
      `sub ${terminalType} 00414eff53`,
      `peer ${windowSize} true`,
      `sub ${windowSize} 0084003c`,
      'ayt',
      `us ${echo} true`,
      `us ${echo} false`,
    ]);
    for (let at = 1; at < CORPUS.length; at += 1) {
      const cut = codec();
      cut.it.receive(CORPUS.subarray(0, at));
      await settled();
      cut.it.receive(CORPUS.subarray(at));
      await settled();
      expect({ at, ...cut.heard }).toEqual({ at, ...whole.heard });
    }
  });

  test('a stream that comes byte by byte means the same', async () => {
    const { it, heard } = codec();
    for (const byte of CORPUS) it.receive(Buffer.from([byte]));
    await settled();
    expect(heard.text.toString('latin1')).toBe(CORPUS_TEXT);
  });

  test('CR, LF, CR LF and CR NUL each end one line', async () => {
    const { it, heard } = codec();
    it.receive(Buffer.from('1\r2\n3\r\n4\r\x005\r\r6\n\n7', 'latin1'));
    await settled();
    expect(heard.text.toString('latin1')).toBe('1\r2\r3\r4\r5\r\r6\r\r7');
  });

  test('0xFF is doubled on its way out and in one piece on its way in', async () => {
    const { it, heard } = codec();
    it.send(Buffer.from([1, IAC, 2, IAC]));
    await settled();
    expect([...heard.sent]).toEqual([1, IAC, IAC, 2, IAC, IAC]);
  });

  test('a sub-negotiation of an option that is off is not looked at', async () => {
    const { it, heard } = codec();
    it.receive(Buffer.from([IAC, SB, windowSize, 0, 80, 0, 24, IAC, SE]));
    await settled();
    expect(heard.events).toEqual([]);
  });

  test('one that overflows is dropped, and the third ends the call', async () => {
    const { it, heard } = codec();
    const flood = Buffer.concat([
      Buffer.from([IAC, SB, terminalType, 0]),
      Buffer.alloc(LIMITS.subnegotiationBytes + 1, 0x41),
      Buffer.from([IAC, SE]),
    ]);
    it.receive(Buffer.from([IAC, WILL, terminalType]));
    it.receive(flood);
    it.receive(flood);
    await settled();
    expect(heard.events).toEqual([`peer ${terminalType} true`]);
    it.receive(flood);
    await settled();
    expect(heard.events).toEqual([`peer ${terminalType} true`, 'abuse sub-negotiation overflow']);
  });

  test('one that never ends, ends the call', async () => {
    const { it, heard } = codec();
    it.receive(Buffer.from([IAC, SB, terminalType]));
    for (let kib = 0; kib < 80; kib += 1) it.receive(Buffer.alloc(1024, 0x41));
    await settled();
    expect(heard.events).toEqual(['abuse endless sub-negotiation']);
    expect(heard.text).toHaveLength(0);
  });

  test('a malformed one is dropped, and many of them end the call', async () => {
    const { it, heard } = codec();
    for (let round = 0; round < 40; round += 1)
      it.receive(Buffer.from([IAC, SB, windowSize, IAC, 7]));
    await settled();
    expect(heard.events).toEqual(['abuse malformed sub-negotiation']);
  });

  test('64 negotiations in ten seconds are taken and the next one ends the call', async () => {
    const clock = new FakeClock();
    const { it, heard } = codec(clock);
    const dos = (count: number): void => {
      for (let n = 0; n < count; n += 1) it.receive(Buffer.from([IAC, DO, n]));
    };
    dos(64);
    await clock.advance(10_000);
    dos(64);
    await settled();
    expect(heard.events.filter((event) => event.startsWith('abuse'))).toEqual([]);
    dos(1);
    expect(heard.events.at(-1)).toBe('abuse negotiation flood');
  });

  test('100,000 DO and DONT in one burst get a bounded answer', async () => {
    const { it, heard } = codec();
    const pair = Buffer.from([IAC, DO, echo, IAC, DONT, echo]);
    it.receive(Buffer.concat(new Array<Buffer>(50_000).fill(pair)));
    await settled();
    expect(heard.sent.length).toBeLessThanOrEqual(3 * LIMITS.negotiationsPer10s);
    expect(heard.events.at(-1)).toBe('abuse negotiation flood');
  });

  test('a megabyte of ESC [ passes through in linear time', async () => {
    const { it, heard } = codec();
    const started = process.cpuUsage();
    it.receive(Buffer.from('\x1b['.repeat(512 * 1024)));
    await settled();
    const used = process.cpuUsage(started);
    expect(heard.text).toHaveLength(1024 * 1024);
    // Quadratic work would take minutes; this is a limit against that and no measure of speed.
    expect((used.user + used.system) / 1000).toBeLessThan(2_000);
  });

  test('after the end of a call nothing comes through any more', async () => {
    const { it, heard } = codec();
    it.close();
    it.receive(CORPUS);
    it.send(Buffer.from('x'));
    it.sendSub(terminalType, Buffer.from([1]));
    await settled();
    expect(heard).toEqual({ text: Buffer.alloc(0), sent: Buffer.alloc(0), events: [] });
  });
});

describe('NEW-ENVIRON variables', () => {
  test('names, values and escapes are read', () => {
    const data = Buffer.from('\0\x03ROWS\x0150\0USER\x01a\x02\x03b\x03EMPTY\x01\x03NONE', 'latin1');
    expect([...parseEnvironment(data)]).toEqual([
      ['ROWS', '50'],
      ['USER', 'a\x03b'],
      ['EMPTY', ''],
    ]);
  });

  test('nothing that a client sends makes it throw', () => {
    for (let length = 0; length < 40; length += 1) {
      const bytes = Buffer.from(Array.from({ length }, (_, at) => (at * 7) % 5));
      expect(() => parseEnvironment(bytes)).not.toThrow();
    }
  });
});
