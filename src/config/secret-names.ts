/** Of the fields of an rlogin greeting one is the password that the far board knows this one by. */
const SECRET =
  /^(pass|password|privateKey|privateKeyPass|certificate|authCode|schemeCode|clientName|serverName|connection|.*secret.*|.*token.*)$/i;

/**
 * True for the name of a key whose value is a secret: it is not shown, and may come from a file.
 */
export function isSecretName(name: string): boolean {
  return SECRET.test(name);
}
