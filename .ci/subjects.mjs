// Reads `HASH SUBJECT` lines from its standard input and prints the subjects that are not `area: change`
// (CONTRIBUTING.md, "A change"), or that are too long; ends with 1 where there is one.
import { readFileSync } from 'node:fs';

const MAX_CHARACTERS = 72;
/** One or several areas: a folder of src, a command, a part of the board. */
const AREA_AND_CHANGE = /^[a-z0-9][a-z0-9/, -]*: \S/;

const lines = readFileSync(0, 'utf8')
  .split('\n')
  .filter((line) => line !== '');
const wrong = lines.flatMap((line) => {
  const subject = line.slice(line.indexOf(' ') + 1);
  const length = [...subject].length;
  if (!AREA_AND_CHANGE.test(subject)) return [`${line}\n  is not like 'auth: count a replay once'`];
  if (length > MAX_CHARACTERS) return [`${line}\n  has ${length} of ${MAX_CHARACTERS} characters`];
  return [];
});
console.log(`commit subjects: ${lines.length}, wrong: ${wrong.length}`);
for (const text of wrong) console.log(text);
process.exitCode = wrong.length > 0 ? 1 : 0;
