export interface SauceFields {
  readonly title?: string;
  readonly author?: string;
  readonly group?: string;
  readonly width: number;
  readonly height: number;
  readonly flags?: number;
  readonly font?: string;
  readonly comments?: readonly string[];
}

/** A SAUCE 00 record for character art, comment block included. */
export function sauceRecord(fields: SauceFields): Buffer {
  const comments = fields.comments ?? [];
  const block = Buffer.alloc(comments.length === 0 ? 0 : 5 + comments.length * 64, 0x20);
  if (comments.length > 0) block.write('COMNT', 0, 'latin1');
  comments.forEach((line, index) => block.write(line, 5 + index * 64, 'latin1'));
  const record = Buffer.alloc(128);
  record.fill(0x20, 7, 90);
  record.write('SAUCE00', 0, 'latin1');
  record.write(fields.title ?? '', 7, 'latin1');
  record.write(fields.author ?? '', 42, 'latin1');
  record.write(fields.group ?? '', 62, 'latin1');
  record.write('20260101', 82, 'latin1');
  record.writeUInt8(1, 94);
  record.writeUInt8(1, 95);
  record.writeUInt16LE(fields.width, 96);
  record.writeUInt16LE(fields.height, 98);
  record.writeUInt8(comments.length, 104);
  record.writeUInt8(fields.flags ?? 0, 105);
  record.write(fields.font ?? '', 106, 'latin1');
  return Buffer.concat([block, record]);
}
