import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { PACKAGE_DIR } from '../config/board';
import { schemes } from './style';

interface TerminalFile {
  readonly type: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
}

/** The files that the terminal page loads. */
export interface TerminalFiles {
  /** Changes with the content, so that browsers can cache the files. */
  readonly version: string;
  find(name: string): TerminalFile | undefined;
}

const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

/** Reads the terminal's files: the board's own script and style sheet, and those of xterm.js. */
export async function loadTerminalFiles(): Promise<TerminalFiles> {
  const xterm = dirname(require.resolve('@xterm/xterm/package.json'));
  const compress = promisify(gzip);
  const read = async (type: string, path: string | Buffer): Promise<TerminalFile> => {
    const body = typeof path === 'string' ? await readFile(path) : path;
    return { type, body, gzipped: await compress(body) };
  };
  const files = new Map([
    ['terminal.js', await read(SCRIPT, join(PACKAGE_DIR, 'misc', 'web', 'terminal.js'))],
    ['terminal.css', await read(STYLE, Buffer.from(TERMINAL_STYLE_SHEET))],
    ['xterm.js', await read(SCRIPT, join(xterm, 'lib', 'xterm.mjs'))],
    ['xterm.css', await read(STYLE, join(xterm, 'css', 'xterm.css'))],
  ]);
  const hash = createHash('sha256');
  for (const { body } of files.values()) hash.update(body);
  return { version: hash.digest('hex').slice(0, 16), find: (name) => files.get(name) };
}

/**
 * The style sheet of the terminal page: the screen fills the window, and notices look like the
 * other pages.
 */
const TERMINAL_STYLE_SHEET = `
${schemes()}
* { box-sizing: border-box; }
html, body { height: 100%; margin: 0; }
body { display: grid; grid-template-rows: minmax(0, 1fr) auto; height: 100dvh; overflow: hidden; background: #000;
  font: 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans",
  Helvetica, Arial, sans-serif; }
main { display: grid; place-items: center; min-width: 0; min-height: 0; overflow: hidden; }
[hidden] { display: none !important; }
#notice { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: center;
  justify-content: center; padding: .75rem 1rem; background: var(--stone); color: var(--ink); border-top: 4px solid var(--flame); }
#notice p { margin: 0; }
#notice .gate { display: none; }
[data-state=calling] #notice, [data-state=unanswered] #notice { position: fixed; inset: 0; flex-direction: column; gap: 0;
  justify-content: start; padding: 0 1rem; background: var(--night); border: 0; text-align: center; }
[data-state=calling] #notice .gate, [data-state=unanswered] #notice .gate { display: block; align-self: stretch;
  height: 9.375rem; margin: 12vh -1rem 0; border-bottom: 4px solid var(--flame);
  background: var(--gate-shut) center bottom / auto 100% no-repeat; }
[data-state=calling] #notice-text, [data-state=unanswered] #notice-text { padding: 1.5rem 0 .5rem; font-size: 1.25rem; }
#trust { max-width: 36rem; padding-bottom: 1.25rem; color: var(--quiet); }
a { color: var(--flame); }
button { padding: .5rem 1.25rem; border: 0; border-radius: 4px; background: var(--flame); color: var(--on-flame); font: inherit;
  font-weight: 700; cursor: pointer; }
button:hover { background: var(--hover); }
a:focus-visible, button:focus-visible { outline: 3px solid var(--ring); outline-offset: 2px; }
`.trim();
