import fc from 'fast-check';
import { dataBefore, doubled } from '../../src/protocols/telnet-data';

const IAC = 255;

/** Long and short runs, in which every byte of telnet's own comes often. */
const bytes = fc
  .array(
    fc.oneof(
      fc.constant([IAC]),
      fc.constant([IAC, IAC]),
      fc.integer({ min: 0, max: 254 }).map((byte) => [byte]),
      fc.integer({ min: 1, max: 60 }).map((count) => new Array<number>(count).fill(7)),
    ),
    { maxLength: 40 },
  )
  .map((runs) => Buffer.from(runs.flat()));

const latin1 = (data: Buffer): string => data.toString('latin1');

describe('data of telnet', () => {
  test('each 255 is doubled, and nothing else is changed', () => {
    fc.assert(
      fc.property(bytes, (data) => {
        expect(latin1(doubled(data))).toBe(latin1(data).replaceAll('\xff', '\xff\xff'));
      }),
    );
    const plain = Buffer.from('no 255 in it');
    expect(doubled(plain)).toBe(plain);
  });

  test('what is doubled comes back, up to a command or a 255 at the end', () => {
    fc.assert(
      fc.property(bytes, fc.constantFrom([], [IAC], [IAC, 251, 1, 9]), (data, command) => {
        const sent = doubled(data);
        const found = dataBefore(Buffer.concat([sent, Buffer.from(command)]));
        expect(latin1(found.data)).toBe(latin1(data));
        expect(found.length).toBe(sent.length);
      }),
    );
  });

  test('a chunk without a 255 is passed on as it is', () => {
    const plain = Buffer.from('no 255 in it');
    expect(dataBefore(plain).data).toBe(plain);
  });
});
