// Draws the stock art again: `node misc/scripts/draw-art.mjs [folder]` writes themes/gatehouse/*.ans,
// themes/wicket/*.ans, themes/plain/*.asc, the lists of their -wide themes and general/*.asc below art/. What it writes can also be edited by hand with any
// ANSI editor; then do not run it again.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sshKey } from './art/form-screens.mjs';
import { FRAMES } from './art/gate-screens.mjs';
import { WIDE_SCREENS } from './art/list-screens.mjs';
import { widePage } from './art/pages.mjs';
import { PLAIN_SCREENS, PLAIN_WIDE_SCREENS } from './art/plain-screens.mjs';
import { SCREENS } from './art/screens.mjs';
import { WICKET_SCREENS } from './art/wicket-screens.mjs';

const root = process.argv[2] ?? fileURLToPath(new URL('../../art', import.meta.url));

function write(folder, name, content) {
  const directory = join(root, folder);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, name), content);
}

for (const [name, draw] of Object.entries({ ...SCREENS, ...FRAMES })) {
  write('themes/gatehouse', `${name}.ans`, draw().toFile());
}
for (const [name, draw] of Object.entries(WICKET_SCREENS)) {
  write('themes/wicket', `${name}.ans`, draw().toFile());
}
for (const [name, text] of Object.entries(PLAIN_SCREENS)) {
  write('themes/plain', `${name}.asc`, text);
  write('general', `${name}.asc`, text);
}
const SSHKEYCFG = () => sshKey(widePage);
for (const [name, draw] of Object.entries({ ...WIDE_SCREENS, SSHKEYCFG })) {
  write('themes/gatehouse-wide', `${name}.ans`, draw().toFile());
}
for (const [name, text] of Object.entries(PLAIN_WIDE_SCREENS)) {
  write('themes/plain-wide', `${name}.asc`, text);
}
