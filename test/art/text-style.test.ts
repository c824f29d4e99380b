import type { Random } from '../../src/base/random';
import { applyTextStyle, isTextStyle, TEXT_STYLES } from '../../src/art/text-style';

const alternating = (): Random => {
  let turn = 0;
  return { bytes: (count) => Buffer.alloc(count), below: () => turn++ % 2 };
};

describe('text styles (contract A10.2)', () => {
  it.each([
    ['normal', 'The Old Gate', 'The Old Gate'],
    ['upper', 'The Old Gate', 'THE OLD GATE'],
    ['toUpperCase', 'The Old Gate', 'THE OLD GATE'],
    ['styleUpper', 'The Old Gate', 'THE OLD GATE'],
    ['lower', 'The Old Gate', 'the old gate'],
    ['toLowerCase', 'The Old Gate', 'the old gate'],
    ['styleLower', 'The Old Gate', 'the old gate'],
    ['title', 'the OLD gate', 'The Old Gate'],
    ['styleTitle', 'the OLD gate', 'The Old Gate'],
    ['first lower', 'The Old Gate', 'tHE oLD gATE'],
    ['styleFirstLower', 'The Old Gate', 'tHE oLD gATE'],
    ['small vowels', 'The Old Gate', 'THe oLD GaTe'],
    ['styleSmallVowels', 'The Old Gate', 'THe oLD GaTe'],
    ['big vowels', 'The Old Gate', 'thE Old gAtE'],
    ['styleBigVowels', 'The Old Gate', 'thE Old gAtE'],
    ['small i', 'Kings in it', 'KiNGS iN iT'],
    ['styleSmallI', 'Kings in it', 'KiNGS iN iT'],
    ['mixed', 'gate', 'gAtE'],
    ['styleMixed', 'gate', 'gAtE'],
    ['l33t', 'Elite Boats', '3l173 B0475'],
    ['styleL33t', 'Elite Boats', '3l173 B0475'],
  ])('%s turns "%s" into "%s"', (style, text, expected) => {
    expect(applyTextStyle(style, text, alternating())).toBe(expected);
  });

  it('knows every style in both spellings and leaves text alone for others', () => {
    for (const style of TEXT_STYLES) {
      expect([style.name, ...style.aliases].every(isTextStyle)).toBe(true);
    }
    expect(isTextStyle('wavy')).toBe(false);
    expect(applyTextStyle('wavy', 'Text', alternating())).toBe('Text');
  });
});
