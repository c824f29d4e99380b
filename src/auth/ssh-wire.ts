/** Reads the length-prefixed fields of RFC 4251 section 5; throws when they run past the end. */
export class ByteReader {
  private at = 0;

  constructor(private readonly data: Buffer) {}

  get atEnd(): boolean {
    return this.at === this.data.length;
  }

  bytes(): Buffer {
    const length = this.data.readUInt32BE(this.at);
    const start = this.at + 4;
    if (start + length > this.data.length) throw new RangeError('field runs past the end');
    this.at = start + length;
    return this.data.subarray(start, this.at);
  }

  text(): string {
    return this.bytes().toString('latin1');
  }

  /** An mpint that is not negative, without leading zeros. */
  integer(): Buffer {
    const bytes = this.bytes();
    if (((bytes[0] ?? 0) & 0x80) !== 0) throw new RangeError('negative integer');
    const first = bytes.findIndex((byte) => byte !== 0);
    return first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
  }
}
