const SECRET =
  /^(pass|password|privateKey|privateKeyPass|authCode|connection|.*secret.*|.*token.*)$/i;

/**
 * True for the name of a key whose value is a secret: it is not shown, and may come from a file.
 */
export function isSecretName(name: string): boolean {
  return SECRET.test(name);
}
