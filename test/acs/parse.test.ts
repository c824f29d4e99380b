import { LIMITS } from '../../src/base/limits';
import { parseAcs } from '../../src/acs/parse';
import type { AcsTree } from '../../src/acs/parse';

/** The tree in prefix form: `&(AR2 !(SC))`. */
function shape(text: string): string {
  const parsed = parseAcs(text);
  if (parsed.kind === 'failed') return `failed at ${parsed.column}: ${parsed.message}`;
  return write(parsed.tree);
}

function write(tree: AcsTree): string {
  if (tree.kind === 'code') return tree.text;
  if (tree.kind === 'not') return `!(${write(tree.operand)})`;
  return `${tree.kind === 'all' ? '&' : '|'}(${tree.operands.map(write).join(' ')})`;
}

function failure(text: string): { column: number; message: string } {
  const parsed = parseAcs(text);
  if (parsed.kind === 'parsed') throw new Error(`'${text}' was parsed`);
  return parsed;
}

describe('grammar of contract A3.1', () => {
  it.each([
    ['SC', 'SC'],
    ['  SC  ', 'SC'],
    ['SC&AR2', '&(SC AR2)'],
    ['SC & AR2', '&(SC AR2)'],
    ['SC AR2', '&(SC AR2)'],
    ['SCAR2', '&(SC AR2)'],
    ['SC | LC', '|(SC LC)'],
    ['!SC', '!(SC)'],
    ['! SC', '!(SC)'],
    ['!(SC | LC)', '!(|(SC LC))'],
    ['(SC)', 'SC'],
    ['( ( SC ) )', 'SC'],
    ['GM[users]', 'GM[users]'],
    ['GM[users , sysops]', 'GM[users , sysops]'],
    ['PV[sex,F]', 'PV[sex,F]'],
    ['ID[1,2]!SC', '&(ID[1,2] !(SC))'],
    ['TT[x-term_1+2]', 'TT[x-term_1+2]'],
  ])('reads %j as %s', (text, expected) => {
    expect(shape(text)).toBe(expected);
  });

  it.each([
    ['SC & AR2 | LC', '|(&(SC AR2) LC)'],
    ['SC | AR2 & LC', '|(SC &(AR2 LC))'],
    ['SC AR2 | LC AF1', '|(&(SC AR2) &(LC AF1))'],
    ['!SC & AR2', '&(!(SC) AR2)'],
    ['!SC | AR2', '|(!(SC) AR2)'],
    ['(SC | AR2) & LC', '&(|(SC AR2) LC)'],
    ['SC & (AR2 | LC)', '&(SC |(AR2 LC))'],
  ])('binds ! tighter than & tighter than |: %s', (text, expected) => {
    expect(shape(text)).toBe(expected);
  });
});

describe('what cannot be parsed says where and why', () => {
  it.each([
    ['', 1, 'empty'],
    ['   ', 1, 'empty'],
    ['!!SC', 2, 'twice'],
    ['SC\t& AR2', 3, 'TAB'],
    ['sc', 1, 'two capital letters'],
    ['S', 1, 'two capital letters'],
    ['SC &', 5, 'ends where a code belongs'],
    ['SC |', 5, 'ends where a code belongs'],
    ['& SC', 1, 'nothing on its left'],
    ['SC | | LC', 6, 'nothing on its left'],
    ['(SC', 1, 'never closed'],
    ['SC)', 3, 'never opened'],
    ['()', 2, 'nothing in it'],
    ['NC 10', 4, 'right behind its code'],
    ['GM [users]', 4, 'right behind its code'],
    ['GM[users', 3, 'never closed'],
    ['GM[ users]', 4, 'just inside'],
    ['GM[users ]', 9, 'just inside'],
    ['GM[]', 4, 'cannot stand in a list'],
    ['PV[mail,a@b]', 10, 'cannot stand in a list'],
    ['AR2 @', 5, 'two capital letters'],
  ])('%j fails at column %i: %s', (text, column, part) => {
    const found = failure(text);
    expect(found.column).toBe(column);
    expect(found.message).toContain(part);
  });
});

describe('limits', () => {
  it('takes a string of the greatest length', () => {
    expect(parseAcs('SC'.repeat(LIMITS.acsCharacters / 2)).kind).toBe('parsed');
  });

  it('refuses one character more', () => {
    expect(failure(`${'SC'.repeat(LIMITS.acsCharacters / 2)} `).message).toContain('longer than');
  });

  it('refuses 64 kB and deep parentheses without a crash', () => {
    expect(failure('('.repeat(65_536)).message).toContain('longer than');
    expect(failure('('.repeat(LIMITS.acsCharacters)).message).toContain('parentheses');
    const deep = `${'('.repeat(LIMITS.acsDepth)}SC${')'.repeat(LIMITS.acsDepth)}`;
    expect(parseAcs(deep).kind).toBe('parsed');
  });
});

describe('mixed operators without parentheses', () => {
  it.each(['SC & AR2 | LC', 'SC AR2 | LC', 'SC | AR2 & LC', '(SC & AR2 | LC) & AF1'])(
    'are noted: %s',
    (text) => {
      expect(parseAcs(text)).toMatchObject({ mixedAt: text.indexOf('|') + 1 });
    },
  );

  it.each(['SC & AR2', 'SC | LC', '(SC & AR2) | LC', 'SC & (AR2 | LC)', '!SC | LC'])(
    'plain ones are not: %s',
    (text) => {
      expect(parseAcs(text)).toMatchObject({ mixedAt: undefined });
    },
  );
});
