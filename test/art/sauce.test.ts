import fc from 'fast-check';
import { decodeArt } from '../../src/art/art-file';
import { splitSauce } from '../../src/art/sauce';
import { sauceRecord } from './sauce-record';

describe('splitSauce', () => {
  it('reads size, font, iCE flag and comments, and takes the record off the art', () => {
    const file = Buffer.concat([
      Buffer.from('art'),
      Buffer.from([0x1a]),
      sauceRecord({
        title: 'The Gate',
        author: 'smith',
        group: 'forge',
        width: 132,
        height: 37,
        flags: 1,
        font: 'Amiga Topaz 1',
        comments: ['one', 'two'],
      }),
    ]);
    const { body, sauce } = splitSauce(file);
    expect(body.toString()).toBe('art');
    expect(sauce).toEqual({
      title: 'The Gate',
      author: 'smith',
      group: 'forge',
      date: '20260101',
      comments: ['one', 'two'],
      width: 132,
      height: 37,
      font: 'Amiga Topaz 1',
      iceColors: true,
    });
  });

  it('cuts art without a record at an end mark near the end, and nowhere else', () => {
    const arrow = Buffer.concat([Buffer.from([0x1a]), Buffer.alloc(300, 0x78)]);
    expect(splitSauce(arrow).body.length).toBe(301);
    expect(splitSauce(Buffer.from('art\u001aleft over')).body.toString()).toBe('art');
  });

  it('keeps a comment block out when it is not where the record says', () => {
    const record = sauceRecord({ width: 80, height: 25 });
    record.writeUInt8(9, 104);
    expect(splitSauce(Buffer.concat([Buffer.from('art'), record]))).toMatchObject({
      body: Buffer.from('art'),
      sauce: { comments: [], width: 80 },
    });
  });

  it('takes an impossible width for no width', () => {
    const record = sauceRecord({ width: 65535, height: 0 });
    expect(splitSauce(record).sauce).toMatchObject({ width: undefined, height: undefined });
    expect(decodeArt(record, { file: 'X.ANS' }).width).toBe(80);
  });

  it('never fails, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (bytes, signed) => {
        const file = Buffer.from(bytes);
        if (signed && file.length >= 128) file.write('SAUCE00', file.length - 128, 'latin1');
        const art = decodeArt(file, { file: 'X.ANS' });
        expect(art.width).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});

describe('decodeArt', () => {
  it('decodes by extension, or as it is told', () => {
    const shade = Buffer.from([0xb0]);
    expect(decodeArt(shade, { file: 'A.ANS' }).text).toBe('░');
    expect(decodeArt(Buffer.from('░'), { file: 'A.utf8ans' }).text).toBe('░');
    expect(decodeArt(Buffer.from('░'), { file: 'A.ANS', encodedAs: 'utf8' }).text).toBe('░');
    expect(decodeArt(Buffer.from([0xe9]), { file: 'A.amiga' }).text).toBe('é');
    expect(decodeArt(shade, { file: 'A.ANS', encodedAs: 'no such' }).text).toBe('░');
  });

  it('makes line ends CR LF and draws the low characters of CP437', () => {
    expect(decodeArt(Buffer.from('a\nb\r\nc'), { file: 'A.ASC' }).text).toBe('a\r\nb\r\nc');
    expect(decodeArt(Buffer.from([1, 3, 0x10, 0x11, 0x7f]), { file: 'A.ANS' }).text).toBe('☺♥►◄⌂');
  });

  it('drops a record that an editor shortened, and keeps text that only names it', () => {
    const record = 'SAUCE00\n 20230904\x0b\0\0\x01\x01P\0\x18\0\0\0\x03IBM VGA\n';
    const decoded = (text: string): string =>
      decodeArt(Buffer.from(text, 'latin1'), { file: 'A.ANS' }).text;
    expect(decoded(`art${record}`)).toBe('art');
    expect(decoded('art SAUCE00 is a kind of record')).toBe('art SAUCE00 is a kind of record');
  });

  it('leaves SAUCE out of account when told to', () => {
    const file = Buffer.concat([Buffer.from('art'), sauceRecord({ width: 40, height: 5 })]);
    expect(decodeArt(file, { file: 'A.ANS' }).width).toBe(40);
    expect(decodeArt(file, { file: 'A.ANS', readSauce: false })).toMatchObject({
      width: 80,
      text: 'art',
      sauce: undefined,
    });
  });
});
