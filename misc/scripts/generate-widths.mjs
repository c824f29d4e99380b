// Writes src/terminal/width-ranges.ts: the characters that take two columns or none, from Unicode's East Asian Width
// (package get-east-asian-width) and general categories (this Node.js). Run: node misc/scripts/generate-widths.mjs
import { writeFileSync } from 'node:fs';
import { eastAsianWidth } from 'get-east-asian-width';

const LAST = 0x10ffff;
/** Combining marks, format characters, and the Hangul letters that join the one before. SOFT HYPHEN is shown. */
const NONE = /^[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff\ud7b0-\ud7ff]$/u;

function isSurrogate(codePoint) {
  return codePoint >= 0xd800 && codePoint <= 0xdfff;
}

function hasNoColumn(codePoint) {
  return (
    codePoint !== 0xad && !isSurrogate(codePoint) && NONE.test(String.fromCodePoint(codePoint))
  );
}

function hasTwoColumns(codePoint) {
  return !isSurrogate(codePoint) && !hasNoColumn(codePoint) && eastAsianWidth(codePoint) === 2;
}

/** First and last code point of each run, one after the other. */
function rangesOf(isIn) {
  const ranges = [];
  let first = -1;
  for (let codePoint = 0xa0; codePoint <= LAST + 1; codePoint += 1) {
    const inside = codePoint <= LAST && isIn(codePoint);
    if (inside && first < 0) first = codePoint;
    if (!inside && first >= 0) {
      ranges.push(first, codePoint - 1);
      first = -1;
    }
  }
  return ranges;
}

function tableOf(name, comment, ranges) {
  const words = ranges.map((codePoint) => `0x${codePoint.toString(16)}`);
  const lines = [];
  for (const word of words) {
    const line = lines.at(-1);
    if (line === undefined || line.length + word.length > 95) lines.push(`  ${word},`);
    else lines[lines.length - 1] = `${line} ${word},`;
  }
  return `/** ${comment} */\n// prettier-ignore\nexport const ${name}: readonly number[] = [\n${lines.join('\n')}\n];\n`;
}

const { unicode } = process.versions;
writeFileSync(
  new URL('../../src/terminal/width-ranges.ts', import.meta.url),
  `// Made by misc/scripts/generate-widths.mjs from Unicode ${unicode}; first and last code point of each range.\n\n` +
    tableOf(
      'NO_COLUMN',
      'Characters that join the one before, or are not seen.',
      rangesOf(hasNoColumn),
    ) +
    '\n' +
    tableOf(
      'TWO_COLUMNS',
      'East Asian wide and full-width characters, emoji among them.',
      rangesOf(hasTwoColumns),
    ),
);
