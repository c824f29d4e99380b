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
  /** RFC 1091 */
  terminalType: 24,
  /** RFC 1073 */
  windowSize: 31,
  /** RFC 1572 */
  newEnvironment: 39,
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
