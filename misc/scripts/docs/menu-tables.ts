import { codeSpan, markdownTable } from './markdown';
import { ASSET_KINDS } from '../../../src/menu/load/asset';
import { DATE_TOKENS } from '../../../src/menu/screen/date-format';
import { LOGIN_AREA_MENUS } from '../../../src/menu/load/login-area';
import { MENU_CONFIG_KEYS } from '../../../src/menu/load/menu-config';
import { MENU_KEYS, PROMPT_KEYS } from '../../../src/menu/load/menu-file';
import { SYSTEM_METHODS } from '../../../src/menu/run/system-methods';
import { PROTECTED_PROPERTIES } from '../../../src/menu/load/theme';
import { VALIDATORS } from '../../../src/menu/run/validators';

const described = (table: Readonly<Record<string, string>>): readonly string[][] =>
  Object.entries(table).map(([key, doc]) => [codeSpan(key), doc]);

const documented = (
  table: Readonly<Record<string, { readonly doc: string; readonly needs: string }>>,
) => Object.entries(table).map(([name, { doc, needs }]) => [codeSpan(name), needs, doc]);

/** Tables about menus, by the name of their place in the pages. */
export const MENU_TABLES: Readonly<Record<string, () => string>> = {
  'menu-keys': () => markdownTable(['Key', 'Meaning'], described(MENU_KEYS)),
  'menu-config': () => markdownTable(['Key in `config`', 'Meaning'], described(MENU_CONFIG_KEYS)),
  'prompt-keys': () => markdownTable(['Key', 'Meaning'], described(PROMPT_KEYS)),
  addresses: () =>
    markdownTable(
      ['Address', 'Names'],
      Object.entries(ASSET_KINDS).map(([kind, doc]) => [codeSpan(`@${kind}:name`), doc]),
    ),
  'system-methods': () =>
    markdownTable(['System method', 'Sign-in', 'Does'], documented(SYSTEM_METHODS)),
  validators: () => markdownTable(['Validator', 'Sign-in', 'Lets through'], documented(VALIDATORS)),
  'login-area': () => [...LOGIN_AREA_MENUS].map(codeSpan).join(', '),
  'date-tokens': () =>
    markdownTable(
      ['Token', 'Writes'],
      Object.entries(DATE_TOKENS).map(([token, doc]) => [codeSpan(token), doc]),
    ),
  'protected-properties': () => PROTECTED_PROPERTIES.map(codeSpan).join(', '),
};
