import { codeSpan, markdownTable } from './markdown';
import { ART_EXTENSIONS } from '../../../src/art/art-file';
import { CURSOR_CODES } from '../../../src/art/art-token';
import { NUMBER_STYLES } from '../../../src/art/number-style';
import { TEXT_STYLES } from '../../../src/art/text-style';
import { MCI_CODES } from '../../../src/menu/screen/mci-codes';

const EXTENSIONS: Readonly<Record<(typeof ART_EXTENSIONS)[number], string>> = {
  '.ans': 'ANSI art in CP437',
  '.utf8ans': 'ANSI art in UTF-8; comes first on terminals with UTF-8',
  '.asc': 'text in CP437, colour codes and all',
  '.pcb': 'text with the colour codes of PCBoard',
  '.bbs': 'text with the colour codes of Wildcat! and others',
  '.amiga': 'text and ANSI of the Amiga, in Latin-1',
  '.txt': 'text in CP437',
};

/** Tables about art, by the name of their placeholder in the pages. */
export const ART_TABLES: Readonly<Record<string, () => string>> = {
  'art-files': () =>
    markdownTable(
      ['Ending', 'What it is'],
      ART_EXTENSIONS.map((extension) => [codeSpan(extension), EXTENSIONS[extension]]),
    ),
  'mci-predefined': () =>
    markdownTable(
      ['Code', 'Shows'],
      Object.entries(MCI_CODES).map(([code, { doc }]) => [codeSpan(`%${code}`), doc]),
    ),
  'mci-after-sign-in': () =>
    Object.entries(MCI_CODES)
      .filter(([, { afterSignIn }]) => afterSignIn)
      .map(([code]) => codeSpan(`%${code}`))
      .join(', '),
  'mci-cursor': () =>
    markdownTable(
      ['Code', 'Moves'],
      Object.entries(CURSOR_CODES).map(([code, { doc }]) => [codeSpan(`%${code}n`), doc]),
    ),
  'text-styles': () =>
    markdownTable(
      ['Style', 'In a format', 'Makes'],
      TEXT_STYLES.map(({ name, aliases, doc }) => [
        codeSpan(name),
        aliases.map((alias) => codeSpan(`!${alias}`)).join(', '),
        doc,
      ]),
    ),
  'number-styles': () =>
    markdownTable(
      ['In a format', 'Makes'],
      Object.entries(NUMBER_STYLES).map(([name, { doc }]) => [codeSpan(`!${name}`), doc]),
    ),
};
