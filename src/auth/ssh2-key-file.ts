const BEGIN = '---- BEGIN SSH2 PUBLIC KEY ----';
const END = '---- END SSH2 PUBLIC KEY ----';
const HEADER = /^([^\s:]{1,64}):(.*)$/;

interface Ssh2KeyFile {
  readonly base64: string;
  /** The text of its header `Comment`; empty without one. */
  readonly comment: string;
}

/** True for a text in the format of RFC 4716, which PuTTYgen saves, or for the first line of one. */
export function isSsh2KeyFile(text: string): boolean {
  return text.trimStart().startsWith(BEGIN);
}

/**
 * Reads one public key in the format of RFC 4716; undefined where its end is missing, or more stands
 * behind it. What is between the lines need not be a key.
 */
export function readSsh2KeyFile(text: string): Ssh2KeyFile | undefined {
  const lines = text.trim().split(/\r\n|\n|\r/);
  if (lines[0]?.trimEnd() !== BEGIN || lines.at(-1) !== END) return undefined;
  let comment = '';
  let at = 1;
  for (; at < lines.length - 1; at += 1) {
    let line = lines[at] ?? '';
    // A backslash at its end continues a header in the next line.
    while (HEADER.test(line) && line.endsWith('\\') && at < lines.length - 2) {
      at += 1;
      line = line.slice(0, -1) + (lines[at] ?? '');
    }
    const [, name, value = ''] = HEADER.exec(line) ?? [];
    if (name === undefined) break;
    if (name.toLowerCase() === 'comment') comment = unquoted(value.trim());
  }
  return { base64: lines.slice(at, -1).join('').replaceAll(' ', ''), comment };
}

/** PuTTYgen escapes quotes and backslashes within the quotes; OpenSSH does not. */
function unquoted(value: string): string {
  const [, inner] = /^"(.*)"$/.exec(value) ?? [];
  return inner === undefined ? value : inner.replace(/\\(["\\])/g, '$1');
}
