import { codeSpan, markdownTable } from './markdown';
import { ACS_CODES, type AcsCode, type ArgumentForm } from '../../../src/acs/codes';

const WRITTEN: Readonly<Record<ArgumentForm, (code: string) => string>> = {
  none: (code) => code,
  factor: (code) => `${code}1, ${code}2, ${code}[1,2]`,
  digit: (code) => `${code}0, ${code}1`,
  least: (code) => `${code}10`,
  numbers: (code) => `${code}1, ${code}[1,2]`,
  names: (code) => `${code}[one,two]`,
  property: (code) => `${code}[name,value]`,
  any: (code) => code,
};

const KNOWN: Readonly<Record<AcsCode['known'], string>> = {
  yes: '',
  imported: 'only what an imported account brought with it; nothing here changes it',
  no: 'this board cannot know it: never true, and warned of',
};

/** Tables of docs/acs.md, by the name of their placeholder in it. */
export const ACS_TABLES: Readonly<Record<string, () => string>> = {
  'acs-codes': () =>
    markdownTable(
      ['Code', 'Written', 'True when', 'Remark'],
      [...ACS_CODES.values()].map(({ code, form, doc, known }) => [
        codeSpan(code),
        WRITTEN[form](code).split(', ').map(codeSpan).join(', '),
        doc,
        KNOWN[known],
      ]),
    ),
};
