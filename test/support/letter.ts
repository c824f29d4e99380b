/** A mail as its reader sees it. */
export interface Letter {
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  /** The plain text part. */
  readonly text: string;
  readonly html: string;
}

/** Reads a dropped mail: headers and quoted-printable parts (RFC 2045 section 6.7). */
export function readLetter(raw: string): Letter {
  const mail = raw.replaceAll('\r\n', '\n');
  const header = (name: string): string =>
    new RegExp(`^${name}: (.*)$`, 'mi').exec(mail)?.[1] ?? '';
  const part = (type: string): string => {
    const [, head = '', body = ''] =
      new RegExp(`Content-Type: ${type}([^]*?)\n\n([^]*?)\n--`, 'i').exec(mail) ?? [];
    return /quoted-printable/i.test(head) ? decodeQuotedPrintable(body) : body;
  };
  return {
    to: header('To'),
    from: header('From'),
    subject: header('Subject'),
    text: part('text/plain'),
    html: part('text/html'),
  };
}

/** The only link of a mail's text. */
export function linkIn(letter: Letter): string {
  const [link, ...more] = letter.text.match(/https?:\/\/\S+/g) ?? [];
  if (link === undefined || more.length > 0) throw new Error(`not one link in:\n${letter.text}`);
  return link;
}

function decodeQuotedPrintable(text: string): string {
  const bytes = text
    .replaceAll(/=\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
