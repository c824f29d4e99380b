/** Telnet commands (RFC 854) that are handled. */
export const COMMAND = { ayt: 246 } as const;

/** Telnet options by their assigned numbers. */
export const OPTION = {
  /** RFC 856 */
  binary: 0,
  /** RFC 857 */
  echo: 1,
  /** RFC 858 */
  suppressGoAhead: 3,
  /** RFC 779 */
  sendLocation: 23,
  /** RFC 1091 */
  terminalType: 24,
  /** RFC 1073 */
  windowSize: 31,
  /** RFC 1572 */
  newEnvironment: 39,
  /** RFC 2066 */
  charset: 42,
} as const;

/** TTYPE and NEW-ENVIRON sub-negotiations. */
export const SUB = { is: 0, send: 1, info: 2 } as const;

const ENVIRONMENT = { variable: 0, value: 1, escape: 2, userVariable: 3 } as const;

/**
 * `SEND USERVAR ROWS USERVAR COLUMNS`: only these two are requested, and nothing about the user's
 * identity (rule F4).
 */
export const ASK_ROWS_AND_COLUMNS: Buffer = Buffer.concat([
  Buffer.from([SUB.send, ENVIRONMENT.userVariable]),
  Buffer.from('ROWS', 'latin1'),
  Buffer.from([ENVIRONMENT.userVariable]),
  Buffer.from('COLUMNS', 'latin1'),
]);

/** A NEW-ENVIRON `IS` with one well-known variable (RFC 1572). */
export function encodeUserVariable(name: string, value: string): Buffer {
  const quoted = (text: string): number[] =>
    [...Buffer.from(text, 'utf8')].flatMap((byte) =>
      byte <= ENVIRONMENT.userVariable ? [ENVIRONMENT.escape, byte] : [byte],
    );
  return Buffer.from([
    ...[SUB.is, ENVIRONMENT.variable, ...quoted(name)],
    ...[ENVIRONMENT.value, ...quoted(value)],
  ]);
}

/** Variables of a NEW-ENVIRON `IS` or `INFO` (RFC 1572), in order; malformed ones are left out. */
export function parseEnvironment(data: Buffer): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  let name: string | undefined;
  let text = '';
  let inValue = false;
  const finish = (): void => {
    if (name !== undefined && inValue) variables.set(name, text);
  };
  for (let at = 1; at < data.length; at += 1) {
    const byte = data[at] ?? 0;
    if (byte === ENVIRONMENT.variable || byte === ENVIRONMENT.userVariable) {
      finish();
      name = undefined;
      text = '';
      inValue = false;
    } else if (byte === ENVIRONMENT.value && !inValue) {
      name = text;
      text = '';
      inValue = true;
    } else {
      if (byte === ENVIRONMENT.escape) at += 1;
      text += String.fromCharCode(data[at] ?? 0);
    }
  }
  finish();
  return variables;
}

/** CHARSET sub-negotiations (RFC 2066 section 2). */
const CHARSET = { request: 1, accepted: 2, rejected: 3 } as const;

/** Names of character sets by what they mean here, the name that is offered first. */
const CHARSETS = {
  utf8: ['UTF-8', 'UTF8'],
  cp437: ['IBM437', 'CP437', '437'],
} as const;

type TelnetCharset = keyof typeof CHARSETS;

export const ASK_CHARSET: Buffer = Buffer.concat([
  Buffer.from([CHARSET.request]),
  Buffer.from(`;${CHARSETS.utf8[0]};${CHARSETS.cp437.slice(0, 2).join(';')}`, 'latin1'),
]);

/**
 * What a CHARSET sub-negotiation of the peer decides, and the reply to it where it asks: the first
 * of its names that is known here, or REJECTED.
 */
export function answerCharset(data: Buffer): {
  readonly charset: TelnetCharset | undefined;
  readonly reply?: Buffer;
} {
  const text = data.toString('latin1', 1);
  if (data[0] === CHARSET.accepted) return { charset: charsetOf(text) };
  if (data[0] !== CHARSET.request) return { charset: undefined };
  // A translation table is never used; its version byte follows the word.
  const list = text.startsWith('[TTABLE]') ? text.slice('[TTABLE]'.length + 1) : text;
  const names = list.slice(1).split(list.charAt(0));
  const name = names.find((each) => charsetOf(each) !== undefined);
  if (name === undefined) return { charset: undefined, reply: Buffer.from([CHARSET.rejected]) };
  const reply = Buffer.concat([Buffer.from([CHARSET.accepted]), Buffer.from(name, 'latin1')]);
  return { charset: charsetOf(name), reply };
}

function charsetOf(name: string): TelnetCharset | undefined {
  const wanted = name.trim().toUpperCase();
  const known = Object.entries(CHARSETS).find(([, names]) =>
    (names as readonly string[]).includes(wanted),
  );
  return known?.[0] as TelnetCharset | undefined;
}

/** Bits of the third terminal type of MUD clients (MTTS), as far as they count here. */
const MTTS = { utf8: 4, screenReader: 64 } as const;

/** What `MTTS 2349` as a terminal type says; undefined for any other type. */
export function parseMtts(
  type: string,
): { readonly isUtf8: boolean; readonly isScreenReader: boolean } | undefined {
  const bits = /^MTTS (\d{1,9})$/i.exec(type.trim())?.[1];
  if (bits === undefined) return undefined;
  const value = Number(bits);
  return { isUtf8: (value & MTTS.utf8) !== 0, isScreenReader: (value & MTTS.screenReader) !== 0 };
}
