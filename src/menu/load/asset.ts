/** What an address of the form `@kind:name` points to (contract A2.4). */
type AssetKind =
  | 'art'
  | 'menu'
  | 'method'
  | 'userModule'
  | 'systemMethod'
  | 'systemModule'
  | 'prompt'
  | 'config'
  | 'sysStat';

/** A parsed address; `location` is the module file of `@method:/path/mod.js:name`. */
interface Asset {
  readonly kind: AssetKind;
  readonly name: string;
  readonly location?: string;
}

/** Every kind with a description, for messages and docs. */
export const ASSET_KINDS: Readonly<Record<AssetKind, string>> = {
  art: 'an art file',
  menu: 'a menu',
  method: "a method of the menu's module, or with a path of another module",
  userModule: 'a module of the board, from mods/',
  systemMethod: 'a method of the program',
  systemModule: 'a module of the program',
  prompt: 'a prompt',
  config: 'a value of config.hjson',
  sysStat: 'a figure of the running board',
};

const NAME = /^[A-Za-z0-9_\-./]+$/;

/** True for text that begins like an address, valid or not. */
export function looksLikeAsset(text: string): boolean {
  return text.startsWith('@');
}

/** Parses an address; undefined when it does not have the form `@kind:name`. */
export function parseAsset(text: string): Asset | undefined {
  if (!text.startsWith('@')) return undefined;
  const [kind = '', ...parts] = text.slice(1).split(':');
  if (!isAssetKind(kind) || parts.length < 1 || parts.length > 2) return undefined;
  const name = parts[parts.length - 1] ?? '';
  const location = parts.length === 2 ? (parts[0] ?? '') : undefined;
  if (!NAME.test(name) || (location !== undefined && !NAME.test(location))) return undefined;
  return { kind, name, ...(location === undefined ? {} : { location }) };
}

function isAssetKind(text: string): text is AssetKind {
  return Object.hasOwn(ASSET_KINDS, text);
}
